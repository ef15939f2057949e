import { describe, expect, test } from 'vitest';
import { composeMail, type OfferFacts, offersOwed } from '#domain/availability-mail.ts';
import type { OfferKey } from '#domain/offer.ts';
import { neverListed, type OfferState, stateKey } from '#domain/offer-state.ts';
import type { OwedRow, Recipient } from '#domain/recipient.ts';
import {
  afterLooks,
  anyGpu,
  anyH100,
  at,
  exactH100,
  h100,
  h100Key,
  openSince,
  owing,
  recipientWith,
  rtx5090,
  rtxKey,
  watch,
  windowRow,
  withFree,
} from './given.ts';

const head = { writtenAt: at(60), unsubscribeUrl: 'https://warden.example.com/unsubscribe?token=t' };
const factsOf = (...states: OfferState[]): Map<OfferKey, OfferFacts> =>
  new Map(states.map((state) => [stateKey(state), { state, windows: [] }]));
const compose = (recipient: Recipient, ...states: OfferState[]) =>
  composeMail(recipient, recipient.owed, factsOf(...states), head);
const withOwed = (recipient: Recipient, owed: Record<string, OwedRow>): Recipient => ({ ...recipient, owed });

const closed = afterLooks([
  { minutes: 0, offer: withFree(8) },
  { minutes: 30, offer: withFree(0) },
]);
const w = watch('w', exactH100);
const one = owing(recipientWith(w), 'w');

describe('the mail says what, where, how many, the price, since when', () => {
  test('an open window, with what is free now', () => {
    const { mail, accepted, watches } = compose(one, openSince(0));
    expect(mail).toEqual({
      ...head,
      creations: [],
      expired: [],
      rows: [
        {
          offer: {
            region: h100.region,
            configId: h100.configId,
            gpuModel: h100.gpuModel,
            gpuVendor: h100.gpuVendor,
            vramGib: 80,
            cpuCores: 20,
            memoryGib: 125,
            pricePerGpuHour: 1.99,
          },
          gpus: 1,
          window: { state: 'open', openedAt: at(0), freeGpus: 8, largestBlock: 8 },
          history: { windows: 0 },
          watches: [{ words: 'gpu-h100-80g-20cpu-125g in as-south-1', next: 'done' }],
        },
      ],
    });
    expect(accepted).toEqual({
      rowKeys: [`w ${h100Key}`],
      told: [{ watchId: 'w', offer: h100Key, openedAt: at(0), open: true }],
      writtenAt: at(60),
    });
    expect(watches).toEqual([{ id: 'w', words: 'gpu-h100-80g-20cpu-125g in as-south-1' }]);
  });

  test('the price of now, and none where nobody could say it', () => {
    const cheaper = afterLooks([
      { minutes: 0, offer: withFree(8) },
      { minutes: 9, offer: withFree(8, 1.5) },
    ]);
    expect(compose(one, cheaper).mail.rows[0]?.offer.pricePerGpuHour).toBe(1.5);
    expect(compose(one, neverListed('as-south-1', h100)).mail.rows[0]?.window.state).toBe('open');
    const { pricePerGpuHour: _price, ...hardware } = h100;
    const unpriced = compose(one, neverListed('as-south-1', hardware)).mail.rows[0];
    expect(unpriced?.offer).not.toHaveProperty('pricePerGpuHour');
    expect(unpriced?.window).toEqual({ state: 'open', openedAt: at(0) });
  });

  test('block size unknown: the row says what is free and no block', () => {
    const counts = { available: 4, smallestBlock: 1 };
    const state = afterLooks([{ minutes: 0, offer: { ...h100, counts } }]);
    expect(compose(one, state).mail.rows[0]?.window).toEqual({ state: 'open', openedAt: at(0), freeGpus: 4 });
  });

  test('how long windows of this offer have lasted so far', () => {
    const windows = [12, 20].map((length) => ({ openedAt: at(0), closedAt: at(length) }));
    const facts = new Map([[h100Key, { state: openSince(0), windows }]]);
    expect(composeMail(one, one.owed, facts, head).mail.rows[0]?.history).toEqual({ windows: 2, medianMinutes: 16 });
  });

  test('when the rest follows', () => {
    const facts = factsOf(openSince(0));
    expect(composeMail(one, one.owed, facts, { ...head, restFollowsAt: at(99) }).mail.restFollowsAt).toBe(at(99));
    expect(composeMail(one, one.owed, facts, head).mail).not.toHaveProperty('restFollowsAt');
  });
});

describe('a window that closed before its mail was accepted is told as "was available from … to …"', () => {
  test('and leaves a once watch armed', () => {
    const { mail, accepted } = compose(one, closed);
    expect(mail.rows[0]?.window).toEqual({ state: 'closed', openedAt: at(0), closedAt: at(30) });
    expect(mail.rows[0]?.watches[0]?.next).toBe('stays');
    expect(accepted.told).toEqual([{ watchId: 'w', offer: h100Key, openedAt: at(0), open: false }]);
  });

  test('every stays, whether open or closed', () => {
    const every = owing(recipientWith(watch('w', exactH100, { notify: 'every' })), 'w');
    for (const state of [openSince(0), closed])
      expect(compose(every, state).mail.rows[0]?.watches[0]?.next).toBe('stays');
  });

  test('it opened again meanwhile: the window of now is told', () => {
    const again = afterLooks([
      { minutes: 0, offer: withFree(8) },
      { minutes: 30, offer: withFree(0) },
      { minutes: 50, offer: withFree(8) },
    ]);
    const { mail, accepted } = compose(one, again);
    expect(mail.rows[0]?.window).toMatchObject({ state: 'open', openedAt: at(50) });
    expect(accepted.told).toMatchObject([{ openedAt: at(50), open: true }]);
  });

  test('too few are left for this watch: closed for it', () => {
    const eight = owing(recipientWith(watch('w', { ...exactH100, gpus: 8 })), 'w');
    const state = afterLooks([
      { minutes: 0, offer: withFree(8) },
      { minutes: 20, offer: withFree(7) },
    ]);
    expect(compose(eight, state).mail.rows[0]).toMatchObject({
      gpus: 8,
      window: { state: 'closed', closedAt: at(20) },
    });
  });

  const limited = owing(recipientWith(watch('w', { ...exactH100, maxPricePerGpuHour: 2 })), 'w');
  const prices = (...given: [number, number, number][]) =>
    afterLooks(given.map(([minutes, gpus, price]) => ({ minutes, offer: withFree(gpus, price) })));
  test.each([
    ['the price rose', prices([0, 8, 1], [20, 8, 3]), at(20)],
    ['the price rose twice', prices([0, 8, 1], [20, 8, 3], [30, 8, 4]), at(20)],
    ['it opened again above the limit', prices([0, 8, 1], [20, 0, 1], [30, 8, 3]), at(30)],
  ])('%s: closed for a watch with a limit', (_, state, closedAt) => {
    const { mail, accepted } = compose(limited, state);
    expect(mail.rows[0]?.window).toEqual({ state: 'closed', openedAt: at(0), closedAt });
    expect(accepted.told).toMatchObject([{ open: false }]);
  });

  test('what is told is never older than what was owed', () => {
    const later = withOwed(one, { [`w ${h100Key}`]: windowRow('w', at(40)) });
    expect(compose(later, openSince(0)).accepted.told[0]?.openedAt).toBe(at(40));
  });
});

describe('watches of one recipient that fire together are one mail: a row for each offer and number of GPUs', () => {
  const every = watch('every', anyH100, { notify: 'every' });
  const both = owing(recipientWith(w, every, watch('eight', { ...anyH100, gpus: 8 })), 'w', 'every', 'eight');

  test('watches for the same number share a row, each with what becomes of it', () => {
    const { mail, accepted, watches } = compose(both, openSince(0));
    expect(mail.rows.map(({ gpus, watches: named }) => [gpus, named.map(({ next }) => next)])).toEqual([
      [1, ['done', 'stays']],
      [8, ['done']],
    ]);
    expect(accepted.rowKeys).toHaveLength(3);
    expect(accepted.told.map(({ watchId }) => watchId)).toEqual(['w', 'every', 'eight']);
    expect(watches.map(({ id }) => id)).toEqual(['w', 'every', 'eight']);
  });

  test('offers that opened together have a row each', () => {
    const any = recipientWith(watch('a', anyGpu));
    const rows = { h100: windowRow('a', at(0)), rtx: windowRow('a', at(0), rtxKey) };
    const { mail } = compose(withOwed(any, rows), openSince(0), openSince(0, rtx5090));
    expect(mail.rows.map(({ offer }) => offer.vramGib)).toEqual([80, 32]);
  });

  test('other offers and other windows have rows of their own; open ones first, the newest first', () => {
    const any = recipientWith(watch('a', anyGpu), watch('limit', { ...anyGpu, maxPricePerGpuHour: 1 }));
    const elsewhere = { ...h100, region: 'as-west-2' };
    const rows = [
      windowRow('a', at(0)),
      windowRow('a', at(5), rtxKey),
      windowRow('limit', at(9), rtxKey),
      windowRow('a', at(20), `as-west-2/${h100.configId}`),
    ];
    const owed = Object.fromEntries(rows.map((row) => [`${row.watchId} ${row.offer}`, row]));
    const cheaper = afterLooks([
      { minutes: 5, offer: withFree(8, 1.05, rtx5090) },
      { minutes: 9, offer: withFree(8, 0.95, rtx5090) },
    ]);
    const newest = afterLooks([
      { minutes: 25, offer: withFree(8) },
      { minutes: 30, offer: withFree(0) },
    ]);
    const { mail, watches } = compose(withOwed(any, owed), newest, cheaper, openSince(20, elsewhere));
    expect(mail.rows.map(({ offer, window }) => [offer.region, offer.vramGib, window.state, window.openedAt])).toEqual([
      ['as-west-2', 80, 'open', at(20)],
      ['as-south-1', 32, 'open', at(9)],
      ['as-south-1', 32, 'open', at(5)],
      ['as-south-1', 80, 'closed', at(25)],
    ]);
    expect(watches.map(({ id }) => id)).toEqual(['a', 'limit']);
  });
});

describe('watches that ran out are told in the same mail', () => {
  const expiring = recipientWith(watch('w', anyH100, { expiresAt: at(50) }), watch('v', anyGpu));
  const row = { kind: 'expired', watchId: 'w', owedAt: at(51) } as const;
  test('with when they did', () => {
    const { mail, accepted, watches } = compose(withOwed(expiring, { 'w expired': row }));
    expect(mail.expired).toEqual([{ words: 'any H100 in any region', expiredAt: at(50) }]);
    expect(mail.rows).toEqual([]);
    expect(accepted).toEqual({ rowKeys: ['w expired'], told: [], writtenAt: at(60) });
    expect(watches).toEqual([]);
  });
});

describe('a row of which nothing is known is left out, and stays owed', () => {
  const any = recipientWith(watch('w', anyGpu));
  const owed = {
    known: windowRow('w', at(0)),
    unknown: windowRow('w', at(0), rtxKey),
    stray: windowRow('gone', at(0)),
  };
  test('an offer that the table does not hold, a watch that is gone', () => {
    const { mail, accepted } = compose(withOwed(any, owed), openSince(0));
    expect(mail.rows).toHaveLength(1);
    expect(accepted.rowKeys).toEqual(['known']);
    expect(accepted.told).toHaveLength(1);
  });
  test('offersOwed: each offer that the owed rows speak of, once', () => {
    const some = recipientWith(watch('w', anyGpu), watch('v', anyGpu), watch('x', exactH100));
    const expired = (watchId: string) => ({ kind: 'expired', watchId, owedAt: at(1) }) as const;
    const rows = { one: windowRow('w', at(0)), again: windowRow('v', at(9)), e: expired('w') };
    expect(offersOwed(some, rows)).toEqual([h100Key]);
    expect(offersOwed(some, { e: expired('w') })).toEqual([]);
    // An exact watch that has run out is told with the name of its GPU.
    expect(offersOwed(some, { e: expired('x') })).toEqual([h100Key]);
  });
  test('an exact watch that has run out is called by the name of its GPU, where that is known', () => {
    const exact = recipientWith(watch('x', exactH100, { expiresAt: at(50) }));
    const ranOut = withOwed(exact, { 'x expired': { kind: 'expired', watchId: 'x', owedAt: at(51) } });
    const words = (...states: OfferState[]) => compose(ranOut, ...states).mail.expired[0]?.words;
    expect(words(neverListed(h100.region, h100))).toBe('NVIDIA H100 (gpu-h100-80g-20cpu-125g) in as-south-1');
    expect(words()).toBe('gpu-h100-80g-20cpu-125g in as-south-1');
  });
});
