import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Need, type NeedWindow, neverListed, seeAbsence, windowFor } from '#domain/offer-state.ts';
import { minute } from '#domain/time.ts';
import { afterLooks, at, h100, openSince, type Seen, withFree } from './given.ts';

const looks = (...given: [minutes: number, gpus: number, price: number][]): Seen[] =>
  given.map(([minutes, gpus, price]) => ({ minutes, offer: withFree(gpus, price) }));
const open = (openedMinutes: number, goneMinutes?: number): NeedWindow => ({
  state: 'open',
  openedAt: at(openedMinutes),
  ...(goneMinutes === undefined ? {} : { goneFor: goneMinutes * minute }),
});
const closed: NeedWindow = { state: 'closed' };
const was = (openedMinutes: number, closedMinutes: number): NeedWindow => ({
  state: 'closed',
  last: { openedAt: at(openedMinutes), closedAt: at(closedMinutes) },
});
const any: Need = { gpus: 1 };
const eight: Need = { gpus: 8 };
const upTo2: Need = { gpus: 1, maxPricePerGpuHour: 2 };

describe('the window of an offer as a need sees it', () => {
  const table: [string, Seen[], Need, NeedWindow][] = [
    ['open', looks([0, 8, 1]), any, open(0)],
    ['open again', looks([0, 8, 1], [5, 0, 1], [50, 1, 1]), any, open(50, 45)],
    ['seen closed only', looks([0, 0, 1]), any, closed],
    ['closed', looks([0, 8, 1], [5, 0, 1]), any, was(0, 5)],
    ['enough for one, not for eight', looks([0, 7, 1]), any, open(0)],
    ['enough for one, not for eight', looks([0, 7, 1]), eight, closed],
    ['no longer enough for eight', looks([0, 8, 1], [5, 7, 1]), eight, was(0, 5)],
    ['a number that nobody asked for until now', looks([0, 8, 1]), { gpus: 4 }, { state: 'unknown' }],
    ['the price is within the limit', looks([0, 8, 1.99]), upTo2, open(0)],
    ['the price is the limit', looks([0, 8, 2]), upTo2, open(0)],
    ['the price is above the limit', looks([0, 8, 2.01]), upTo2, closed],
    ['the price rises above the limit: closes then', looks([0, 8, 1], [5, 8, 3]), upTo2, was(0, 5)],
    ['the price rises within the limit', looks([0, 8, 1], [5, 8, 2]), upTo2, open(0)],
    [
      'the price falls into the limit: opens then, gone since it was seen',
      looks([0, 8, 3], [5, 8, 2]),
      upTo2,
      open(5, 5),
    ],
    ['… and falls once more: still open since then', looks([0, 8, 3], [5, 8, 2], [7, 8, 1]), upTo2, open(5, 5)],
    ['too dear for a while: gone for so long', looks([0, 8, 1], [9, 8, 3], [99, 8, 2]), upTo2, open(99, 90)],
    [
      'too dear twice over: gone since the first rise',
      looks([0, 8, 1], [9, 8, 3], [20, 8, 4], [99, 8, 2]),
      upTo2,
      open(99, 90),
    ],
    [
      'the price rises twice above the limit: closed at the first',
      looks([0, 8, 1], [5, 8, 3], [9, 8, 4]),
      upTo2,
      was(0, 5),
    ],
    ['too dear, then gone: it ended when it became too dear', looks([0, 8, 1], [5, 8, 3], [9, 0, 3]), upTo2, was(0, 5)],
    ['fell into the limit, then gone: it began when it fell', looks([0, 8, 3], [5, 8, 1], [9, 0, 1]), upTo2, was(5, 9)],
    [
      'within the limit twice: the last time counts',
      looks([0, 8, 1], [5, 8, 3], [7, 8, 1], [9, 8, 3]),
      upTo2,
      was(7, 9),
    ],
    ['… and when the GPUs are gone', looks([0, 8, 1], [5, 8, 3], [7, 8, 1], [9, 0, 1]), upTo2, was(7, 9)],
    ['gone, and too dear for a part of it', looks([0, 8, 1], [5, 0, 1], [7, 0, 3], [9, 8, 2]), upTo2, open(9, 4)],
    ['never within the limit, then gone: it had no window', looks([0, 8, 3], [9, 0, 3], [12, 0, 1]), upTo2, closed],
    ['the price falls above the limit', looks([0, 8, 4], [5, 8, 3]), upTo2, closed],
    ['the price falls within the limit', looks([0, 8, 2], [5, 8, 1]), upTo2, open(0)],
    ['whoever sets no limit sees no price', looks([0, 8, 3], [5, 8, 2]), any, open(0)],
    ['the price fell while nothing was free', looks([0, 0, 3], [5, 0, 2], [9, 8, 2]), upTo2, open(9, 9)],
    ['the price fell just as it opened', looks([0, 0, 3], [9, 8, 2]), upTo2, open(9, 9)],
    ['the price rose just as it opened', looks([0, 8, 1], [5, 0, 1], [9, 8, 3]), upTo2, closed],
    ['the price rose while nothing was free', looks([0, 8, 1], [5, 0, 1], [7, 0, 3], [9, 8, 3]), upTo2, closed],
    ['it opens above the limit', looks([0, 0, 1], [5, 8, 3]), upTo2, closed],
  ];
  test.each(table)('%s', (_, given, need, window) => {
    expect(windowFor(afterLooks(given), need)).toEqual(window);
  });

  test('nothing is known of an offer that was never listed', () => {
    expect(windowFor(neverListed('as-south-1', h100), any)).toEqual({ state: 'unknown' });
  });

  test('nor of an open one whose price nobody could say', () => {
    const state = { ...openSince(0), prices: [] };
    expect(windowFor(state, any)).toEqual({ state: 'unknown' });
  });

  test('more prices than are remembered do not open it anew', () => {
    const often = Array.from({ length: 20 }, (_, minutes) => ({ minutes, offer: withFree(8, 1 + minutes / 100) }));
    for (const need of [any, upTo2]) expect(windowFor(afterLooks(often), need)).toEqual(open(0));
  });

  test('an absence closes it', () => {
    const state = seeAbsence(openSince(0), { askedAt: at(7), observed: 0 }, [1, 8]);
    expect(windowFor(state, any)).toEqual(was(0, 7));
    expect(windowFor(state, eight)).toEqual(was(0, 7));
  });
});

describe('laws of windows', () => {
  const row = fc.record({ gpus: fc.constantFrom(0, 2, 8), price: fc.constantFrom(1, 2, 3) });
  const needs = fc.record(
    { gpus: fc.constantFrom(1, 8), maxPricePerGpuHour: fc.constantFrom(1, 2, 3) },
    { requiredKeys: ['gpus'] },
  );
  const rows = fc.array(row, { minLength: 1, maxLength: 12 });

  test('open exactly while the newest row covers the need at a price within its limit', () => {
    fc.assert(
      fc.property(rows, needs, (given, need) => {
        const state = afterLooks(given.map(({ gpus, price }, minutes) => ({ minutes, offer: withFree(gpus, price) })));
        const last = given.at(-1);
        const rentable =
          last !== undefined && last.gpus >= need.gpus && last.price <= (need.maxPricePerGpuHour ?? Number.MAX_VALUE);
        expect(windowFor(state, need).state).toBe(rentable ? 'open' : 'closed');
      }),
    );
  });

  test('open since the first row of the last run of rentable ones; a window that is over is one of the past runs', () => {
    fc.assert(
      fc.property(rows, needs, (given, { gpus, maxPricePerGpuHour: limit = 9 }) => {
        const looked = given.map(({ gpus: some, price }, minutes) => ({ minutes, offer: withFree(some, price) }));
        const window = windowFor(afterLooks(looked), { gpus, maxPricePerGpuHour: limit });
        const rentable = given.map((row) => row.gpus >= gpus && row.price <= limit);
        const opened = rentable.flatMap((now, index) => (now && !rentable[index - 1] ? [index] : []));
        const closedAt = rentable.flatMap((now, index) => (!now && rentable[index - 1] ? [index] : []));
        if (window.state === 'open') {
          expect(window.openedAt).toBe(at(opened.at(-1) ?? Number.NaN));
          expect(window.goneFor ?? 0).toBeLessThanOrEqual(
            (opened.at(-1) ?? 0) * minute - (closedAt.at(-1) ?? 0) * minute,
          );
        } else if (window.state === 'closed' && window.last !== undefined) {
          const runs = closedAt.map((closed, index) => ({
            openedAt: at(opened[index] ?? Number.NaN),
            closedAt: at(closed),
          }));
          expect(runs).toContainEqual(window.last);
        } else expect(rentable.at(-2)).not.toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('without a limit: gone for as long as the last gap', () => {
    fc.assert(
      fc.property(rows, fc.constantFrom(1, 8), (given, gpus) => {
        const state = afterLooks(given.map((each, minutes) => ({ minutes, offer: withFree(each.gpus, each.price) })));
        const window = windowFor(state, { gpus });
        if (window.state !== 'open') return;
        const lastClosed = given.findLastIndex((each) => each.gpus < gpus);
        const before = given.slice(0, lastClosed + 1).findLastIndex((each) => each.gpus >= gpus);
        expect(window.openedAt).toBe(at(lastClosed + 1));
        expect(window.goneFor).toBe(lastClosed === -1 ? undefined : (lastClosed - before) * minute);
      }),
    );
  });
});
