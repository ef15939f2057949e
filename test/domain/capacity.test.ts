import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Capacity, capacityOf, covers } from '#domain/capacity.ts';
import type { OfferCounts } from '#domain/offer.ts';

const counts = (available: number, largestBlock?: number, smallestBlock = 1): OfferCounts => ({
  available,
  smallestBlock,
  ...(largestBlock === undefined ? {} : { largestBlock }),
});
const gpus = (number: number): Capacity => ({ kind: 'gpus', gpus: number });

describe('rentable: the free GPUs and the largest block cover the wanted number', () => {
  const table: [string, OfferCounts, Capacity][] = [
    ['4 free, largest block 2', counts(4, 2), gpus(2)],
    ['2 free, largest block 8 (half of it taken)', counts(2, 8), gpus(2)],
    ['4 free, largest block 4', counts(4, 4), gpus(4)],
    ['nothing free', counts(0, 8), gpus(0)],
    ['nothing free, block size unknown', counts(0), gpus(0)],
    ['block size unknown while GPUs are free: rentable', counts(4), gpus(4)],
    ['as many as the smallest block', counts(2, 2, 2), gpus(2)],
    ['fewer than the smallest block: none', counts(3, 3, 4), gpus(0)],
    ['fewer than the smallest block, block size unknown: none', counts(3, undefined, 4), gpus(0)],
  ];
  test.each(table)('%s', (_, given, capacity) => {
    expect(capacityOf({ counts: given, availability: 'None' })).toEqual(capacity);
  });

  test('where there are counts, the word is not looked at', () => {
    for (const availability of ['None', 'Low', 'High', 'Sold out']) {
      expect(capacityOf({ counts: counts(0, 0), availability })).toEqual(gpus(0));
      expect(capacityOf({ counts: counts(3, 3), availability })).toEqual(gpus(3));
    }
  });
});

describe('counts missing: Low, Medium, High are one block of unknown size; any other value says nothing', () => {
  test.each(['Low', 'Medium', 'High', 'low', 'HIGH'])('%s', (availability) => {
    expect(capacityOf({ availability })).toEqual({ kind: 'some' });
  });
  test.each(['None', '', 'Lowish', 'High demand', 'Available', 'unknown'])('%s', (availability) => {
    expect(capacityOf({ availability })).toEqual({ kind: 'unknown' });
  });
});

describe('covers', () => {
  const table: [Capacity, number, boolean | undefined][] = [
    [{ kind: 'unknown' }, 1, undefined],
    [{ kind: 'some' }, 1, true],
    [{ kind: 'some' }, 8, true],
    [gpus(0), 1, false],
    [gpus(7), 8, false],
    [gpus(8), 8, true],
    [gpus(9), 8, true],
  ];
  test.each(table)('%o covers %i: %s', (capacity, wanted, verdict) => {
    expect(covers(capacity, wanted)).toBe(verdict);
  });

  test('law: what covers a number covers every smaller one', () => {
    const given = fc.record({
      available: fc.nat(16),
      smallestBlock: fc.integer({ min: 1, max: 8 }),
      largestBlock: fc.integer({ min: 1, max: 16 }),
    });
    fc.assert(
      fc.property(given, fc.integer({ min: 1, max: 16 }), fc.nat(15), (row, wanted, less) => {
        const capacity = capacityOf({ counts: row, availability: 'Low' });
        if (covers(capacity, wanted)) {
          expect(covers(capacity, Math.max(1, wanted - less))).toBe(true);
          expect(row.available).toBeGreaterThanOrEqual(wanted);
          expect(row.largestBlock).toBeGreaterThanOrEqual(wanted);
        }
      }),
    );
  });
});
