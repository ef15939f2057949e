import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Firing, firingOf, type Told } from '#domain/firing.ts';
import type { NeedWindow } from '#domain/offer-state.ts';
import { hour, minute } from '#domain/time.ts';
import type { Notify } from '#domain/watch.ts';
import { at } from './given.ts';

const open = (openedMinutes: number, goneMinutes?: number): NeedWindow => ({
  state: 'open',
  openedAt: at(openedMinutes),
  ...(goneMinutes === undefined ? {} : { goneFor: goneMinutes * minute }),
});
const closed: NeedWindow = { state: 'closed', last: { openedAt: at(0), closedAt: at(5) } };
/** The window that was open at minute 0 was told, in a mail of minute 1. */
const told: Told = { openedAt: at(0), mailedAt: at(1) };

/** The same, but it was over by then. */
const tooLate: Told = { ...told, closed: true };

const first = (minutes: number): Firing => ({ fire: true, openedAt: at(minutes), because: 'first' });
const wasGone = (minutes: number): Firing => ({ fire: true, openedAt: at(minutes), because: 'was-gone' });
const hasLasted = (minutes: number): Firing => ({ fire: true, openedAt: at(minutes), because: 'has-lasted' });
const tooSoon = (untilMinutes: number): Firing => ({ fire: false, because: 'too-soon', lookAgainAt: at(untilMinutes) });
const notRentable: Firing = { fire: false, because: 'not-rentable' };
const alreadyTold: Firing = { fire: false, because: 'already-told' };

type Row = [rule: string, notify: Notify, window: NeedWindow, told: Told | undefined, minute: number, verdict: Firing];

/** 6 h after the mail of minute 1. */
const quietEnds = 361;

const table: Row[] = [
  ['fires when its offer becomes rentable', 'once', open(10), undefined, 10, first(10)],
  ['at once if it already is when the watch is made', 'once', open(10), undefined, 900, first(10)],
  ['every: the first window needs no waiting', 'every', open(10, 1), undefined, 10, first(10)],
  ['not rentable: nothing', 'once', closed, undefined, 10, notRentable],
  ['nothing known: nothing', 'every', { state: 'unknown' }, undefined, 10, notRentable],
  ['not rentable, told before: nothing', 'every', closed, told, 2000, notRentable],
  ['one window is told once', 'every', open(0), told, 2000, alreadyTold],
  ['one window is told once, to a once watch too', 'once', open(0), told, 2000, alreadyTold],
  ['a window that opened before the told one is older news', 'every', open(-1, 99), told, 2000, alreadyTold],
  ['every, after a mail that came too late for its window: at once', 'every', open(2, 1), tooLate, 2, first(2)],
  ['every, too late for that very window: told once', 'every', open(0), tooLate, 2000, alreadyTold],
  ['once, left armed by a closed window: fires for the next, at once', 'once', open(2, 1), told, 2, first(2)],
  ['every: gone 30 observed minutes, 6 h after the mail', 'every', open(200, 30), told, quietEnds, wasGone(200)],
  ['every: gone 30 observed minutes, 6 h not over', 'every', open(200, 30), told, quietEnds - 1, tooSoon(quietEnds)],
  ['every: gone 29 minutes, lasted 60', 'every', open(400, 29), told, 460, hasLasted(400)],
  ['every: gone 29 minutes, lasted 59', 'every', open(400, 29), told, 459, tooSoon(460)],
  ['every: lasted 60 long ago, 6 h just over', 'every', open(200, 29), told, quietEnds, hasLasted(200)],
  ['every: lasted 60, 6 h not over', 'every', open(200, 29), told, 300, tooSoon(quietEnds)],
  ['every: 6 h over before it lasted 60', 'every', open(350, 29), told, quietEnds, tooSoon(410)],
  ['every: gone for nobody knows how long counts as not gone', 'every', open(400), told, 400, tooSoon(460)],
  ['every: opened 8 h after the mail, gone long', 'every', open(500, 300), told, 500, wasGone(500)],
  [
    'every: a window after the told one counts, even one that opened before the mail was out',
    'every',
    open(0.5, 30),
    told,
    quietEnds,
    wasGone(0.5),
  ],
];

describe('firing', () => {
  test.each(table)('%s', (_, notify, window, toldBefore, minutes, verdict) => {
    expect(firingOf(notify, window, toldBefore, at(minutes))).toEqual(verdict);
  });

  test('every, to the millisecond: 6 h since the mail, 30 observed minutes gone, 60 minutes lasted', () => {
    const fires = (openedAt: number, goneFor: number, now: number) =>
      firingOf('every', { state: 'open', openedAt, goneFor }, told, now).fire;
    const dueAt = told.mailedAt + 6 * hour;
    expect(fires(at(200), 30 * minute, dueAt)).toBe(true);
    expect(fires(at(200), 30 * minute, dueAt - 1)).toBe(false);
    expect(fires(at(400), 30 * minute, at(400))).toBe(true);
    expect(fires(at(400), 30 * minute - 1, at(400))).toBe(false);
    expect(fires(at(400), 0, at(460))).toBe(true);
    expect(fires(at(400), 0, at(460) - 1)).toBe(false);
  });
});

const instants = fc.integer({ min: 0, max: 3000 }).map(at);
const windows = fc.record({ openedAt: instants, goneMinutes: fc.option(fc.nat(120), { nil: undefined }) });
const pasts = fc.record({ openedAt: instants, mailedAt: instants });

describe('laws of firing', () => {
  test('what is too soon says when it is due, and is due then and not a millisecond before', () => {
    fc.assert(
      fc.property(windows, pasts, instants, ({ openedAt, goneMinutes }, past, now) => {
        const window = open((openedAt - at(0)) / minute, goneMinutes);
        const firing = firingOf('every', window, past, now);
        if (firing.fire || firing.lookAgainAt === undefined) return;
        expect(firing.lookAgainAt).toBeGreaterThan(now);
        expect(firingOf('every', window, past, firing.lookAgainAt).fire).toBe(true);
        expect(firingOf('every', window, past, firing.lookAgainAt - 1).fire).toBe(false);
      }),
    );
  });

  test('a window that stays open is told to an every watch in the end, unless it is the one that was told', () => {
    fc.assert(
      fc.property(windows, fc.option(pasts, { nil: undefined }), ({ openedAt, goneMinutes }, past) => {
        const window = open((openedAt - at(0)) / minute, goneMinutes);
        const muchLater = Math.max(openedAt, past?.mailedAt ?? 0) + 6 * hour;
        expect(firingOf('every', window, past, muchLater).fire).toBe(past === undefined || openedAt > past.openedAt);
      }),
    );
  });

  test('once told, the same window never fires again', () => {
    fc.assert(
      fc.property(windows, fc.constantFrom<Notify>('once', 'every'), instants, ({ openedAt }, notify, now) => {
        const past = { openedAt, mailedAt: openedAt };
        expect(firingOf(notify, { state: 'open', openedAt, goneFor: hour }, past, now).fire).toBe(false);
      }),
    );
  });
});
