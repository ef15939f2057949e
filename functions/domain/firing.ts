import type { NeedWindow } from './offer-state.ts';
import { hour, type Instant, minute } from './time.ts';
import type { Notify } from './watch.ts';

/**
 * What was last told of an offer for a wish: the window (by its opening), and when the mail that told it was written. `closed`:
 * the window was over by then, and the mail could only say that there was one.
 */
export type Told = { readonly openedAt: Instant; readonly mailedAt: Instant; readonly closed?: true };

/** What the rules say of one watch and one offer now. `lookAgainAt` is when the same window may become news by lasting. */
export type Firing =
  | { readonly fire: true; readonly openedAt: Instant; readonly because: 'first' | 'was-gone' | 'has-lasted' }
  | {
      readonly fire: false;
      readonly because: 'not-rentable' | 'already-told' | 'too-soon';
      readonly lookAgainAt?: Instant;
    };

/** For `every`: so long after the last mail nothing is news. */
const quietAfterMail = 6 * hour;
/** For `every`: until when nothing is news after what was told. */
export const quietUntil = (told: Told | undefined): Instant =>
  told === undefined || told.closed ? 0 : told.mailedAt + quietAfterMail;

/** For `every`: an offer gone for so much observed time is news when it comes back, */
const goneIsNews = 30 * minute;
/** and so is a window that has lasted so long. */
const lastingIsNews = 60 * minute;

/**
 * The rule "firing": a watch fires when its offer becomes rentable, and at once if it already is. `every` fires again for a
 * window opened after its last mail, once 6 h have passed since that mail and either the offer had been gone for 30
 * observed minutes or the window has lasted 60. One window is told once. "Opened after its last mail" is judged by the window
 * that the mail told, not by the time of the mail: one that opened while the mail was on its way is another window. A mail
 * that came too late for its window was of no use: the next window is news at once.
 */
export const firingOf = (notify: Notify, window: NeedWindow, told: Told | undefined, now: Instant): Firing => {
  if (window.state !== 'open') return { fire: false, because: 'not-rentable' };
  const { openedAt } = window;
  if (told === undefined) return { fire: true, openedAt, because: 'first' };
  if (openedAt <= told.openedAt) return { fire: false, because: 'already-told' };
  if (notify === 'once' || told.closed) return { fire: true, openedAt, because: 'first' };
  const wasGone = (window.goneFor ?? 0) >= goneIsNews;
  const dueAt = Math.max(quietUntil(told), wasGone ? openedAt : openedAt + lastingIsNews);
  if (now < dueAt) return { fire: false, because: 'too-soon', lookAgainAt: dueAt };
  return { fire: true, openedAt, because: wasGone ? 'was-gone' : 'has-lasted' };
};
