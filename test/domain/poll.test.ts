import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Listing } from '#domain/listing.ts';
import type { Offer, OfferKey } from '#domain/offer.ts';
import { type OfferState, stateKey } from '#domain/offer-state.ts';
import {
  advanceOdometer,
  countRentable,
  doubtEmpty,
  eventsOf,
  matched,
  type Odometer,
  offersToMatch,
  seeListing,
  windowJustClosed,
} from '#domain/poll.ts';
import { minute } from '#domain/time.ts';
import {
  afterLooks,
  at,
  closedSince,
  complete,
  h100,
  h100Key,
  incomplete,
  openSince,
  rtx5090,
  rtxKey,
  withFree,
} from './given.ts';

const mapOf = (...states: OfferState[]): Map<OfferKey, OfferState> =>
  new Map(states.map((state) => [stateKey(state), state]));

describe('the odometer: observed time, which stands still while polls are missed', () => {
  const odometer: Odometer = { observed: 1000, lastCompleteAt: at(10) };
  const table: [string, Odometer, Listing<number>, Odometer][] = [
    [
      'the first complete listing observes nothing before it',
      { observed: 0 },
      complete(at(10), 1),
      { observed: 0, lastCompleteAt: at(10) },
    ],
    ['a minute later', odometer, complete(at(11), 1), { observed: 1000 + minute, lastCompleteAt: at(11) }],
    ['5 minutes apart counts', odometer, complete(at(15), 1), { observed: 1000 + 5 * minute, lastCompleteAt: at(15) }],
    [
      'more than 5 minutes apart counts nothing',
      odometer,
      complete(at(15) + 1, 1),
      { observed: 1000, lastCompleteAt: at(15) + 1 },
    ],
    ['an incomplete listing observes nothing', odometer, incomplete(at(11), 1), odometer],
    ['an older listing changes nothing', odometer, complete(at(9), 1), odometer],
    ['the same listing again', odometer, complete(at(10), 1), odometer],
  ];
  test.each(table)('%s', (_, before, listing, after) => {
    expect(advanceOdometer(before, listing)).toEqual(after);
  });

  test('law: it never turns back and never runs ahead of the clock', () => {
    const steps = fc.array(fc.record({ minutes: fc.integer({ min: -3, max: 9 }), whole: fc.boolean() }));
    fc.assert(
      fc.property(steps, (given) => {
        let now = 0;
        let before: Odometer = { observed: 0 };
        for (const { minutes, whole } of given) {
          now += minutes;
          const after = advanceOdometer(before, whole ? complete(at(now), 1) : incomplete(at(now), 1));
          expect(after.observed).toBeGreaterThanOrEqual(before.observed);
          const passed = (after.lastCompleteAt ?? 0) - (before.lastCompleteAt ?? after.lastCompleteAt ?? 0);
          expect(after.observed - before.observed).toBeLessThanOrEqual(passed);
          before = after;
        }
      }),
    );
  });
});

describe('a listing without a single row says nothing', () => {
  test('an empty complete one is doubted', () => {
    const doubted = doubtEmpty(complete<Offer>(at(3)));
    expect(doubted).toMatchObject({ complete: false, rows: [], askedAt: at(3) });
    expect(doubted.complete || doubted.because).toEqual(['the listing came without a single offer']);
  });
  test('others are as they were', () => {
    for (const listing of [complete(at(3), h100), incomplete(at(3), h100), incomplete<Offer>(at(3))]) {
      expect(doubtEmpty(listing)).toBe(listing);
    }
  });
});

describe('seeListing', () => {
  const known = mapOf(openSince(0), openSince(0, rtx5090));

  test('a complete listing closes what it does not show', () => {
    const { states, changed } = seeListing(known, complete(at(5), withFree(8)), [1, 8], 5 * minute);
    expect(states.get(h100Key)?.tracks[1]?.state).toBe('open');
    expect(states.get(rtxKey)).toMatchObject({ listed: false, askedAt: at(5) });
    expect(states.get(rtxKey)?.tracks[1]).toMatchObject({ state: 'closed', observedAtClose: 5 * minute });
    expect(states.get(rtxKey)?.tracks[8]?.state).toBe('closed');
    expect(changed).toEqual([{ before: known.get(rtxKey), after: states.get(rtxKey) }]);
  });

  test('from an incomplete one nothing is concluded about what it does not show', () => {
    const { states, changed } = seeListing(known, incomplete(at(5), withFree(0)), [1, 8], 5 * minute);
    expect(states.get(rtxKey)).toBe(known.get(rtxKey));
    expect(states.get(h100Key)?.tracks[1]?.state).toBe('closed');
    expect(changed.map(({ after }) => stateKey(after))).toEqual([h100Key]);
  });

  test('how long an offer was gone is read from the odometer', () => {
    const { states } = seeListing(known, complete(at(5), withFree(0)), [1], 3 * minute);
    const again = seeListing(states, incomplete(at(90), withFree(8)), [1], 23 * minute).states;
    expect(again.get(h100Key)?.tracks[1]).toEqual({ state: 'open', openedAt: at(90), goneFor: 20 * minute });
  });

  test('an offer that was never seen is new, in an incomplete listing too', () => {
    for (const listing of [complete(at(5), h100), incomplete(at(5), h100)]) {
      const { changed } = seeListing(new Map(), listing, [1], 0);
      expect(changed).toMatchObject([{ before: undefined, after: { listed: true, matchPending: true } }]);
    }
  });

  test('a listing that is older than what is known changes nothing, whatever it shows or not', () => {
    const { changed, states } = seeListing(known, complete(at(-1), withFree(0)), [1, 8], 0);
    expect(changed).toEqual([]);
    expect(states).toEqual(known);
  });

  test('a listing that tells the same asks for no write, yet is remembered as the newest', () => {
    const { changed, states } = seeListing(known, complete(at(5), withFree(8), withFree(8, 0.98, rtx5090)), [1, 8], 0);
    expect(changed).toEqual([]);
    expect(states.get(h100Key)?.askedAt).toBe(at(5));
  });

  test('only the sizes that watches ask for have a track', () => {
    const { states } = seeListing(new Map(), complete(at(5), h100), [2], 0);
    expect(Object.keys(states.get(h100Key)?.tracks ?? {})).toEqual(['1', '2']);
  });

  test('what was known is not changed in place', () => {
    const before = structuredClone(known);
    seeListing(known, complete(at(5), withFree(0)), [1, 8], 0);
    expect(known).toEqual(before);
  });

  test('law: an incomplete listing never closes or changes an offer that it does not show', () => {
    const offers = [h100, rtx5090, { ...h100, region: 'as-west-2' }, { ...rtx5090, region: 'as-west-2' }];
    const shown = fc.subarray(offers);
    fc.assert(
      fc.property(shown, shown, fc.boolean(), (before, now, whole) => {
        const all = mapOf(...before.map((offer) => openSince(0, offer)));
        const rows = now.map((offer) => withFree(8, offer.pricePerGpuHour, offer));
        const { states } = seeListing(all, whole ? complete(at(5), ...rows) : incomplete(at(5), ...rows), [1, 8], 0);
        const open = before.filter((offer) => !whole || now.includes(offer)).concat(now);
        expect(countRentable(states)).toBe(new Set(open).size);
        expect(states.size).toBe(new Set([...before, ...now]).size);
      }),
    );
  });
});

describe('the history keeps windows of the offer itself, written when they close', () => {
  const opened = openSince(0);
  const shrunk = afterLooks([
    { minutes: 0, offer: withFree(8) },
    { minutes: 5, offer: withFree(7) },
  ]);
  const gone = afterLooks([
    { minutes: 0, offer: withFree(8) },
    { minutes: 9, offer: withFree(0) },
  ]);

  test('the window that just closed', () => {
    expect(windowJustClosed(opened, gone)).toEqual({ openedAt: at(0), closedAt: at(9) });
    expect(windowJustClosed(shrunk, gone)).toEqual({ openedAt: at(0), closedAt: at(9) });
  });
  test.each([
    ['still closed', gone, gone],
    ['still open', opened, opened],
    ['opened', closedSince(0), opened],
    ['a larger number closed', opened, shrunk],
    ['first seen', undefined, gone],
  ])('%s: none', (_, before, after) => {
    expect(windowJustClosed(before, after)).toBeUndefined();
  });

  const offer = { region: h100.region, configId: h100.configId, gpuModel: h100.gpuModel };
  test('opening is an event, with its facts', () => {
    const event = { event: 'window-opened', ...offer, gpus: 8, pricePerGpuHour: 1.99, at: at(0) };
    expect(eventsOf(undefined, opened)).toEqual([event]);
    expect(eventsOf(closedSince(-5), opened)).toEqual([event]);
    const { counts: _counts, ...uncounted } = opened;
    expect(eventsOf(undefined, uncounted)[0]).not.toHaveProperty('gpus');
  });
  test('closing is an event, with its window', () => {
    expect(eventsOf(opened, gone)).toEqual([{ event: 'window-closed', ...offer, openedAt: at(0), at: at(9) }]);
  });
  test('nothing else is', () => {
    expect(eventsOf(opened, shrunk)).toEqual([]);
    expect(eventsOf(opened, { ...opened, prices: [{ usd: 1, since: at(5), observed: 0 }] })).toEqual([]);
    expect(eventsOf(gone, gone)).toEqual([]);
    expect(eventsOf(undefined, gone)).toEqual([]);
  });
});

describe('offers to match', () => {
  const quiet = { ...openSince(0), matchPending: false };
  const table: [string, OfferState, boolean][] = [
    ['something rose and was not matched yet', { ...quiet, matchPending: true }, true],
    ['nothing rose', quiet, false],
    ['time made a watch due', { ...quiet, lookAgainAt: at(10) }, true],
    ['time made a watch due a while ago', { ...quiet, lookAgainAt: at(1) }, true],
    ['not yet', { ...quiet, lookAgainAt: at(10) + 1 }, false],
    ['not yet, but something rose', { ...quiet, matchPending: true, lookAgainAt: at(99) }, true],
  ];
  test.each(table)('%s', (_, state, due) => {
    expect(offersToMatch(mapOf(state), at(10))).toEqual(due ? [state] : []);
  });

  test('once matched: not pending, and looked at again only when a watch may become due', () => {
    const due = { ...quiet, matchPending: true, lookAgainAt: at(10) };
    expect(matched(due, undefined)).toEqual(quiet);
    expect(matched(due, at(70))).toEqual({ ...quiet, lookAgainAt: at(70) });
  });

  test('rentable offers are counted', () => {
    expect(countRentable(mapOf(openSince(0), closedSince(0, rtx5090)))).toBe(1);
    expect(countRentable(new Map())).toBe(0);
  });
});
