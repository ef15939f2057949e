import { describe, expect, test } from 'vitest';
import { hour, minute } from '#domain/time.ts';
import { brokenPromises, scorePolicy, type ToldWindow, windowsOf } from '#local/backtest/score-windows.ts';

const startsAt = 1_000_000;
const offer = 'r1/a';

/** Free from minute 10 to 20, from 30 to 400 (over 6 h), and from 500 until it leaves the listing at 510. */
const trace = {
  lengthSeconds: 510 * 60,
  offers: [
    {
      region: 'r1',
      configId: 'a',
      rows: [
        [0, 0],
        [10, 1],
        [15, 2],
        [20, 0],
        [30, 1],
        [400, 0],
        [500, 3],
        [600, 0],
      ].map(([minutes = 0, available = 0]) => ({ atSeconds: minutes * 60, available })),
    },
  ],
};
const at = (minutes: number) => startsAt + minutes * minute;
const windows = windowsOf(trace, startsAt, () => at(510));
const told = (policy: 'once' | 'every', opened: number, mailed: number): ToldWindow => ({
  policy,
  offer,
  openedAt: at(opened),
  mailedAt: at(mailed),
});

describe('scoring a replay', () => {
  test('a window is a span of rows with free GPUs, cut where the offer leaves the listing', () => {
    expect(windows.map(({ openedAt, closedAt }) => [openedAt, closedAt])).toEqual([
      [at(10), at(20)],
      [at(30), at(400)],
      [at(500), at(510)],
    ]);
  });

  test('a window counts as told by a mail that came while it was open', () => {
    const mails = [told('every', 10, 20), told('every', 30, 90), told('every', 500, 500), told('once', 10, 10)];
    expect(scorePolicy(windows, mails, 'every', 3)).toEqual({
      policy: 'every',
      mails: 3,
      windows: 3,
      untold: 1,
      longUntold: 0,
      medianDelayMs: 0,
      worstDelayMs: hour,
    });
    expect(scorePolicy(windows, [], 'every', 0)).toMatchObject({ untold: 3, longUntold: 1 });
  });

  test('finds a late once watch, a long window untold and a window that never was', () => {
    const kept = [told('once', 10, 10), told('every', 30, 30)];
    expect(brokenPromises(windows, kept)).toEqual([]);
    expect(brokenPromises(windows, [told('once', 10, 15), told('every', 30, 30)])).toEqual([
      expect.stringMatching(/^a once watch was not told at the first row/),
    ]);
    expect(brokenPromises(windows, [told('once', 10, 10), told('every', 30, 400)])).toEqual([
      expect.stringMatching(/^an every watch was not told/),
    ]);
    expect(brokenPromises(windows, [...kept, told('every', 11, 11)])).toEqual([
      expect.stringMatching(/^a mail told a window that the trace does not have/),
    ]);
  });
});
