import { html } from '#adapters/look/markup.ts';
import { createTimeWords } from '#adapters/mail/time-words.ts';
import type { Instant } from '#domain/time.ts';
import { type Page, page } from './page.ts';
import { factList, postForm } from './page-parts.ts';

/** Why the breaker is open: the idle spans of `runtimes` of the `fleet` began between `from` and `to`. */
export type OpenBreaker = {
  readonly openedAt: Instant;
  readonly runtimes: number;
  readonly fleet: number;
  readonly from: Instant;
  readonly to: Instant;
  readonly timeZone: string;
};

/** GET of a good link: why it opened and what happens next. Changes nothing. */
export const rearmPage = ({ openedAt, runtimes, fleet, from, to, timeZone }: OpenBreaker): Page => {
  const times = createTimeWords(timeZone);
  return page(
    200,
    'Go on with warnings and deletions?',
    html`<p>${runtimes} of ${fleet} runtimes turned idle at nearly the same time, right after they were seen busy. A provider that reports zero for all of them looks just like that, so GPU Warden stopped.</p>
${factList([
  ['Stopped', times.moment(openedAt)],
  ['Idle spans began', times.span(from, to, openedAt)],
])}
<p class="warn">If you go on, these runtimes count as really idle: those that are neither used nor kept are deleted, each after its warnings and not before the time that they name.</p>
<p>Look at a few of them first. Do they work? Then close this page and tell the provider that its metrics are wrong.</p>
${postForm([{ name: 'go', value: 'on', words: 'I looked: go on' }])}
<p class="muted after">Nothing has been changed yet. Until you go on, nothing is deleted and nobody warned.</p>`,
  );
};

/** After a POST, the first one and each repeat. */
export const rearmedPage = (): Page =>
  page(
    200,
    'GPU Warden goes on',
    html`<p>Owners are warned again, and what stays idle is deleted, not before the time that its warning names. GPU Warden stops again if others turn idle together.</p>
<p class="muted after">It stands in the ledger that you did this.</p>`,
  );

/** GET or POST when this link's breaker is not open: re-armed before. */
export const notOpenPage = (): Page =>
  page(
    200,
    'Nothing is stopped',
    html`<p>Somebody has gone on already, or GPU Warden has stopped anew since for another reason; then the newest mail has the link for that. Nothing has been changed.</p>`,
  );
