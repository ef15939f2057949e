import { describe, expect, test } from 'vitest';
import { minute } from '#domain/time.ts';
import { brokenIdlePromises, leastHoursFreed, scoreDeletions } from '#local/backtest/score-deletions.ts';

const startsAt = 1_000_000;
const at = (minutes: number) => startsAt + minutes * minute;

/** Rows a minute apart from the first on, with these percentages. */
const runtime = (name: string, percents: readonly number[]) => ({
  name,
  rows: percents.map((gpuPercent, index) => ({ atSeconds: index * 60, gpuPercent })),
});

const times = (count: number, percent: number) => Array.from({ length: count }, () => percent);

const trace = {
  lengthSeconds: 240 * 60,
  runtimes: [
    runtime('quiet', times(241, 0)),
    runtime('four', [...times(150, 0), ...times(4, 20), ...times(20, 19.9)]),
    runtime('five', [...times(150, 0), ...times(5, 20), ...times(20, 0)]),
    runtime('before', [...times(100, 90), ...times(50, 0)]),
  ],
};

const scoreAt = (name: string, minutes: number) => scoreDeletions(trace, startsAt, [{ name, at: at(minutes) }]);

describe('scoring deletions', () => {
  test('one frees the hours to the last row of its runtime', () => {
    expect(scoreAt('quiet', 120)).toEqual({
      fired: 1,
      falseOnes: 0,
      hoursFreed: 2,
      deletions: [{ name: 'quiet', at: at(120), isFalse: false, busyRowsAfter: 0, hoursFreed: 2 }],
    });
    expect(scoreAt('before', 119).hoursFreed).toBeCloseTo(0.5);
  });

  test('one is false from five later rows of 20 % on, and then frees nothing', () => {
    expect(scoreAt('four', 120)).toMatchObject({ falseOnes: 0, deletions: [{ busyRowsAfter: 4 }] });
    expect(scoreAt('five', 120)).toMatchObject({ falseOnes: 1, hoursFreed: 0, deletions: [{ busyRowsAfter: 5 }] });
  });

  test('only rows after the deletion count', () => {
    expect(scoreAt('five', 149)).toMatchObject({ falseOnes: 1 });
    expect(scoreAt('five', 150)).toMatchObject({ falseOnes: 0, deletions: [{ busyRowsAfter: 4 }] });
    expect(scoreAt('before', 100)).toMatchObject({ falseOnes: 0 });
  });

  test('a runtime counts once, by its first deletion, and one that outlived its rows frees nothing', () => {
    const twice = [160, 120].map((minutes) => ({ name: 'quiet', at: at(minutes) }));
    expect(scoreDeletions(trace, startsAt, twice)).toMatchObject({ fired: 1, hoursFreed: 2 });
    expect(scoreAt('quiet', 250).hoursFreed).toBe(0);
  });

  test('a runtime that the trace does not have is refused', () => {
    expect(() => scoreAt('nobody', 1)).toThrow(/has no runtime nobody/);
  });
});

describe('the promises of a replay', () => {
  const freed = (hours: number) => ({ ...scoreAt('quiet', 120), hoursFreed: hours });

  test('a false deletion breaks one, with its runtime and its time', () => {
    const [line, ...others] = brokenIdlePromises(scoreAt('five', 120), false);
    expect(line).toBe('five was deleted at 1970-01-01T02:16:40.000Z, and 5 later rows show 20 % or more');
    expect(others).toEqual([]);
  });

  test('too few hours break one on the whole of the measured trace alone', () => {
    expect(brokenIdlePromises(freed(leastHoursFreed), true)).toEqual([]);
    expect(brokenIdlePromises(freed(leastHoursFreed - 0.1), true)).toEqual(['74.9 hours were freed, and not 75']);
    expect(brokenIdlePromises(freed(0), false)).toEqual([]);
  });
});
