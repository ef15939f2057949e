import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Offer } from '#domain/offer.ts';
import {
  neverListed,
  type OfferState,
  priceOf,
  seeAbsence,
  seeRow,
  stateKey,
  type Track,
} from '#domain/offer-state.ts';
import { minute } from '#domain/time.ts';
import { afterLooks, at, h100, h100Key, listed, openSince, rtx5090, withFree } from './given.ts';

const some: Offer = { ...h100, availability: 'Low' };
const { counts: _counts, ...wordOnly } = some;
const saysNothing: Offer = { ...wordOnly, availability: 'Sold as seen' };

const absentAt = (state: OfferState, minutes: number, sizes = [1, 8]) =>
  seeAbsence(state, { askedAt: at(minutes), observed: minutes * minute }, sizes);

describe('a track: one number of GPUs, and whether that many can be rented', () => {
  const open = (openedMinutes: number, goneMinutes?: number): Track => ({
    state: 'open',
    openedAt: at(openedMinutes),
    ...(goneMinutes === undefined ? {} : { goneFor: goneMinutes * minute }),
  });
  const closed = (minutes: number, openedMinutes?: number): Track => ({
    state: 'closed',
    since: at(minutes),
    observedAtClose: minutes * minute,
    ...(openedMinutes === undefined ? {} : { last: { openedAt: at(openedMinutes), closedAt: at(minutes) } }),
  });

  const table: [string, Parameters<typeof afterLooks>[0], Record<string, Track>][] = [
    [
      'first seen open: open since then, gone for nobody knows how long',
      [{ minutes: 3, offer: withFree(8) }],
      { 1: open(3), 8: open(3) },
    ],
    ['first seen closed: there was no window', [{ minutes: 3, offer: withFree(0) }], { 1: closed(3), 8: closed(3) }],
    ['each number of GPUs has its own track', [{ minutes: 3, offer: withFree(7) }], { 1: open(3), 8: closed(3) }],
    [
      'an open one stays open since it opened',
      [
        { minutes: 3, offer: withFree(8) },
        { minutes: 5, offer: withFree(8) },
      ],
      { 1: open(3), 8: open(3) },
    ],
    [
      'a closed one stays closed since it closed',
      [
        { minutes: 3, offer: withFree(0) },
        { minutes: 5, offer: withFree(0) },
      ],
      { 1: closed(3), 8: closed(3) },
    ],
    [
      'fewer free: the larger number closes',
      [
        { minutes: 3, offer: withFree(8) },
        { minutes: 9, offer: withFree(2) },
      ],
      { 1: open(3), 8: closed(9, 3) },
    ],
    [
      'opens again: gone for the observed time since it closed',
      [
        { minutes: 3, offer: withFree(8) },
        { minutes: 9, offer: withFree(0) },
        { minutes: 50, offer: withFree(8) },
      ],
      { 1: open(50, 41), 8: open(50, 41) },
    ],
    [
      'first seen closed, then open: gone since it was seen first',
      [
        { minutes: 3, offer: withFree(0) },
        { minutes: 9, offer: withFree(8) },
      ],
      { 1: open(9, 6), 8: open(9, 6) },
    ],
    [
      'time that nobody observed does not count as gone',
      [
        { minutes: 3, offer: withFree(8) },
        { minutes: 9, offer: withFree(0) },
        { minutes: 600, offer: withFree(8), observedMinutes: 19 },
      ],
      { 1: open(600, 10), 8: open(600, 10) },
    ],
    [
      'a word that says nothing changes nothing',
      [
        { minutes: 3, offer: withFree(2) },
        { minutes: 9, offer: saysNothing },
      ],
      { 1: open(3), 8: closed(3) },
    ],
    ['a word that says nothing, from the start', [{ minutes: 3, offer: saysNothing }], {}],
    [
      'one block of unknown size is enough for any number',
      [{ minutes: 3, offer: wordOnly }],
      { 1: open(3), 8: open(3) },
    ],
  ];
  test.each(table)('%s', (_, looks, tracks) => {
    expect(afterLooks(looks).tracks).toEqual(tracks);
  });

  test('the number 1 always has a track, the others only where somebody asks for them', () => {
    expect(Object.keys(afterLooks([{ minutes: 0, offer: withFree(8) }], []).tracks)).toEqual(['1']);
    expect(Object.keys(afterLooks([{ minutes: 0, offer: withFree(8) }], [4, 2, 4]).tracks)).toEqual(['1', '2', '4']);
  });

  test('a number that is asked for later is open since it was looked at', () => {
    const state = afterLooks([{ minutes: 0, offer: withFree(8) }], []);
    const next = seeRow(state, listed(withFree(8), at(30)), [8], 0);
    expect(next.tracks).toEqual({ 1: open(0), 8: open(30) });
    expect(next.matchPending).toBe(true);
  });
});

describe('older data never overwrites newer', () => {
  const known = openSince(10);
  test.each([9, 10])('a row asked for at minute %i changes nothing that was asked for at minute 10', (minutes) => {
    expect(seeRow(known, listed(withFree(0, 9), at(minutes)), [1, 8], 0)).toBe(known);
  });
  test.each([9, 10])('nor does an absence at minute %i', (minutes) => {
    expect(absentAt(known, minutes)).toBe(known);
  });

  test('law: rows in any order end where the newest one does', () => {
    const rows = fc.array(fc.record({ minutes: fc.nat(50), gpus: fc.nat(8), price: fc.constantFrom(1, 2, 3) }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(rows, (given) => {
        const looks = given.map(({ minutes, gpus, price }) => ({ minutes, offer: withFree(gpus, price) }));
        const newest = given.reduce((last, row) => (row.minutes > last.minutes ? row : last));
        const state = afterLooks(looks);
        expect(state.askedAt).toBe(at(newest.minutes));
        expect(state.counts?.available).toBe(newest.gpus);
        expect(priceOf(state)).toBe(newest.price);
        expect(state.tracks[8]?.state).toBe(newest.gpus >= 8 ? 'open' : 'closed');
      }),
    );
  });
});

describe('the facts are those of the newest row', () => {
  test('hardware, counts, word and when they were asked for', () => {
    const moved = { ...withFree(4), cpuCores: 64, availability: 'Medium' };
    const state = afterLooks([
      { minutes: 0, offer: withFree(8) },
      { minutes: 1, offer: moved },
    ]);
    expect(state).toMatchObject({ region: h100.region, listed: true, availability: 'Medium', askedAt: at(1) });
    expect(state.hardware.cpuCores).toBe(64);
    expect(state.counts).toEqual(moved.counts);
    expect(stateKey(state)).toBe(h100Key);
  });

  test('counts that the row no longer carries are not remembered', () => {
    const state = afterLooks([
      { minutes: 0, offer: withFree(8) },
      { minutes: 1, offer: saysNothing },
    ]);
    expect(state).not.toHaveProperty('counts');
  });

  test('the prices, each with since when it stands', () => {
    const looks = [2, 2, 1.5, 1.5, 3].map((price, minutes) => ({ minutes, offer: withFree(8, price) }));
    const span = (usd: number, minutes: number) => ({ usd, since: at(minutes), observed: minutes * minute });
    expect(afterLooks(looks.slice(0, 2)).prices).toEqual([span(2, 0)]);
    expect(afterLooks(looks.slice(0, 4)).prices).toEqual([span(2, 0), span(1.5, 2)]);
    expect(afterLooks(looks).prices).toEqual([span(2, 0), span(1.5, 2), span(3, 4)]);
    expect(priceOf(afterLooks(looks))).toBe(3);
  });

  test('the last 16 prices are remembered', () => {
    const looks = Array.from({ length: 20 }, (_, minutes) => ({ minutes, offer: withFree(8, minutes + 1) }));
    expect(afterLooks(looks).prices.map(({ usd }) => usd)).toEqual(looks.slice(4).map(({ minutes }) => minutes + 1));
  });
});

describe('an offer that a complete listing does not show: nothing of it is free', () => {
  test('closes its windows and forgets what was free, not what it is', () => {
    const state = absentAt(openSince(0), 20);
    expect(state).toMatchObject({ listed: false, askedAt: at(20), hardware: { configId: h100.configId } });
    expect(priceOf(state)).toBe(h100.pricePerGpuHour);
    expect(state).not.toHaveProperty('counts');
    expect(state).not.toHaveProperty('availability');
    const track = { state: 'closed', since: at(20), observedAtClose: 20 * minute };
    const last = { openedAt: at(0), closedAt: at(20) };
    expect(state.tracks).toEqual({ 1: { ...track, last }, 8: { ...track, last } });
  });

  test('comes back: gone since it was missing', () => {
    const back = seeRow(absentAt(openSince(0), 20), listed(withFree(1), at(60)), [1], 60 * minute);
    expect(back.tracks[1]).toEqual({ state: 'open', openedAt: at(60), goneFor: 40 * minute });
    expect(back.listed).toBe(true);
  });

  test('what was to be done for it is still to be done', () => {
    const waiting = { ...openSince(0), lookAgainAt: at(90) };
    expect(absentAt(waiting, 20)).toMatchObject({ matchPending: true, lookAgainAt: at(90) });
  });
});

describe('never listed: somebody waits for it and no listing has shown it', () => {
  test('nothing is known of its windows, and any row is newer', () => {
    const state = neverListed('as-south-1', rtx5090);
    expect(state).toMatchObject({ listed: false, tracks: {}, matchPending: false, askedAt: 0 });
    expect(state.prices).toEqual([]);
    expect(priceOf(state)).toBeUndefined();
    const seen = seeRow(state, listed(withFree(1, 1, rtx5090), at(0)), [1], 0);
    expect(seen.tracks[1]).toEqual({ state: 'open', openedAt: at(0) });
    expect(seen).toMatchObject({ listed: true, matchPending: true });
    expect(priceOf(seen)).toBe(1);
  });
});
