import { describe, expect, test } from 'vitest';
import { minute } from '#domain/time.ts';
import { compareModes } from '#local/bench/idle-compare.ts';
import { replayIdle } from '#local/bench/idle-replay.ts';
import { startsAt } from '#local/bench/idle-world.ts';

/** Rows a minute apart, over 3.5 hours. */
const rowsOf = (percentAt: (minutes: number) => number) =>
  Array.from({ length: 211 }, (_, index) => ({ atSeconds: index * 60, gpuPercent: percentAt(index) }));

const trace = {
  lengthSeconds: 210 * 60,
  runtimes: [
    { name: 'idle', rows: rowsOf(() => 0) },
    { name: 'busy', rows: rowsOf(() => 80) },
    // In use for a minute in every 50, at times between two looks: never idle for long enough to be warned of.
    { name: 'now and then', rows: rowsOf((minutes) => (minutes % 50 === 49 ? 60 : 0)) },
    // Used again a quarter of an hour after it was deleted.
    { name: 'too soon', rows: rowsOf((minutes) => (minutes < 135 ? 0 : 60)) },
  ],
};

const minutesIn = (minutes: number) => startsAt + minutes * minute;

/** So far apart that a test is short, and near enough that the time between two looks counts as observed. */
const everySeconds = 180;

describe('a replay through the real handlers', () => {
  test('scores what the default policy deletes, and says what is wrong with it', async () => {
    const { score, counts, broken, ticks } = await replayIdle(trace, { everySeconds });
    expect(ticks).toBe(71);
    expect(score).toMatchObject({ fired: 2, falseOnes: 1, hoursFreed: 1.5 });
    expect(new Set(score.deletions)).toEqual(
      new Set([
        { name: 'idle', at: minutesIn(120), isFalse: false, busyRowsAfter: 0, hoursFreed: 1.5 },
        { name: 'too soon', at: minutesIn(120), isFalse: true, busyRowsAfter: 76, hoursFreed: 0 },
      ]),
    );
    expect(broken).toEqual([expect.stringMatching(/^too soon was deleted at/)]);
    expect(counts).toMatchObject({
      unknown: 0,
      warnings: 4,
      mails: { 'first-warning': 2, 'last-warning': 2, deleted: 2 },
      breakerOpened: 0,
      again: 0,
    });
    // Four up to the two deletions, and two from then on.
    expect(counts.readings).toBe(4 * 41 + 2 * 30);
  });

  test('of a part in observe mode tells what would be deleted, and writes to no owner', async () => {
    const { score, counts, hours } = await replayIdle(trace, { mode: 'observe', everySeconds, hours: 2.25 });
    expect(hours).toBe(2.25);
    expect(score.deletions.map(({ name, at }) => [name, at]).sort()).toEqual([
      ['idle', minutesIn(120)],
      ['too soon', minutesIn(120)],
    ]);
    expect(counts.mails).toEqual({});
  });

  test('where one metrics call in three fails, no retry mends it, and every replay is the same', async () => {
    const { counts } = await replayIdle(trace, { failing: 3, hours: 0.5 });
    expect(counts.readings).toBe(4 * 31);
    expect(Object.keys(counts.unknownBecause)).toEqual(['503']);
    expect(counts.unknown / counts.readings).toBeGreaterThan(0.25);
    expect(counts.unknown / counts.readings).toBeLessThan(0.42);
    expect((await replayIdle(trace, { failing: 3, hours: 0.5 })).counts).toEqual(counts);
  });
});

test('both modes plan the same at every tick, up to the first deletion of each runtime', async () => {
  const { broken, differences, deletions, verdicts, compared } = await compareModes(trace, { everySeconds });
  expect(differences).toEqual([]);
  expect(broken).toEqual([]);
  expect(deletions.enforce).toHaveLength(2);
  expect(deletions.observe).toEqual(deletions.enforce);
  expect(verdicts).toMatchObject({ 'warn-first': 2, 'warn-last': 2, delete: 2 });
  expect(compared).toBe(2 * 71 + 2 * 41);
});
