import { describe, expect, test } from 'vitest';
import type { Offer } from '#domain/offer.ts';
import { type OfferState, seeRow, tellsTheSame } from '#domain/offer-state.ts';
import { afterLooks, at, listed, openSince, withFree } from './given.ts';

describe('watches are to be matched when something rose', () => {
  const settled = (gpus: number, price = 2): OfferState => ({
    ...afterLooks([{ minutes: 0, offer: withFree(gpus, price) }]),
    matchPending: false,
    lookAgainAt: at(99),
  });
  const table: [string, OfferState, Offer, boolean][] = [
    ['the offer opens', settled(0), withFree(1, 2), true],
    ['a larger number opens', settled(2), withFree(8, 2), true],
    ['the price falls', settled(8), withFree(8, 1.9), true],
    ['its description changes', settled(8), { ...withFree(8, 2), gpuModel: 'NVIDIA H100 NVL' }, true],
    ['the price rises', settled(8), withFree(8, 2.1), false],
    ['nothing changes', settled(8), withFree(8, 2), false],
    ['more of the same', settled(2), withFree(3, 2), false],
    ['it closes', settled(8), withFree(0, 2), false],
  ];
  test.each(table)('%s', (_, state, offer, pending) => {
    const next = seeRow(state, listed(offer, at(1)), [1, 8], 0);
    expect(next.matchPending).toBe(pending);
    expect(next.lookAgainAt).toBe(at(99));
  });

  test('what is pending stays so until it was matched, even if the offer closes', () => {
    const pending = { ...settled(8), matchPending: true };
    expect(seeRow(pending, listed(withFree(0), at(1)), [1, 8], 0).matchPending).toBe(true);
  });
});

describe('tellsTheSame: nothing needs to be written', () => {
  const before = openSince(0);
  const table: [string, OfferState | undefined, OfferState, boolean][] = [
    ['a state that was not there', undefined, before, false],
    ['the same, asked for later', before, { ...before, askedAt: at(5) }, true],
    ['other counts', before, { ...before, counts: { available: 3, smallestBlock: 1 } }, false],
    ['another word', before, { ...before, availability: 'High' }, false],
    ['another price', before, { ...before, prices: [] }, false],
    ['another track', before, { ...before, tracks: {} }, false],
    ['matched meanwhile', before, { ...before, matchPending: false }, false],
    ['no longer listed', before, { ...before, listed: false }, false],
    ['to be looked at again', before, { ...before, lookAgainAt: at(7) }, false],
  ];
  test.each(table)('%s', (_, a, b, verdict) => {
    expect(tellsTheSame(a, b)).toBe(verdict);
  });
});
