import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { statisticsOf } from '#domain/availability-mail.ts';
import type { PastWindow } from '#domain/offer-state.ts';
import { at } from './given.ts';

describe('how long windows have lasted so far: the median of the history', () => {
  const lasting = (...minutes: number[]): PastWindow[] =>
    minutes.map((length, day) => ({ openedAt: at(day * 1440), closedAt: at(day * 1440 + length) }));
  test.each([
    [[], { windows: 0 }],
    [[7], { windows: 1, medianMinutes: 7 }],
    [[30, 10], { windows: 2, medianMinutes: 20 }],
    [[100, 1, 9], { windows: 3, medianMinutes: 9 }],
    [[100, 5, 1, 9], { windows: 4, medianMinutes: 7 }],
  ])('windows of %j minutes', (lengths, statistics) => {
    expect(statisticsOf(lasting(...lengths))).toEqual(statistics);
  });
  test('law: half of the windows lasted at most as long, half at least, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2000), { minLength: 1 }), (lengths) => {
        const median = statisticsOf(lasting(...lengths)).medianMinutes ?? Number.NaN;
        expect(lengths.filter((length) => length <= median).length).toBeGreaterThanOrEqual(lengths.length / 2);
        expect(lengths.filter((length) => length >= median).length).toBeGreaterThanOrEqual(lengths.length / 2);
        expect(statisticsOf(lasting(...lengths.toReversed())).medianMinutes).toBe(median);
      }),
    );
  });
});
