import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pastOfTrace, usualStart } from '#local/backtest/past.ts';
import { startPastInventory } from '#local/backtest/past-inventory.ts';
import { replayAvailability } from '#local/backtest/replay-availability.ts';
import { replayUtilisation } from '#local/backtest/replay-utilisation.ts';
import { builtInTrial } from '#local/backtest/trial.ts';
import { replayIdle } from '#local/bench/idle-replay.ts';
import { replayTrace } from '#local/bench/replay-trace.ts';
import { loadAvailabilityTrace, loadUtilisationTrace, type UtilisationTrace } from '#local/emulator/emulator.ts';

const traces = join(import.meta.dirname, '../../../shared/traces');
const isThere = existsSync(traces);
if (!isThere) console.log(`Skipped: there are no traces at ${traces}.`);

const price = 2.39;

/** Names of one instant stand in an order of their own: the emulator's ids are random. */
const inOrder = <T extends object>(entries: readonly T[]): readonly string[] =>
  entries.map((entry) => JSON.stringify(Object.entries(entry).sort())).sort();

const expectSame = async (trace: UtilisationTrace, hours: number): Promise<void> => {
  const cut = { ...trace, lengthSeconds: Math.min(trace.lengthSeconds, hours * 3600) };
  const emulated = await replayIdle(trace, { hours });
  // A runtime whose rows go on is there until the end, however much of the trace is replayed.
  const past = pastOfTrace(trace, usualStart);
  const lookAtSeconds = past.lookAtSeconds.filter((at) => at <= cut.lengthSeconds);
  const ours = await replayUtilisation({ ...past, lookAtSeconds }, builtInTrial().settings, price);
  expect(ours.looks).toBe(emulated.ticks);
  expect(inOrder(ours.score.deletions)).toEqual(inOrder(emulated.score.deletions));
  expect(inOrder(ours.happenings)).toEqual(inOrder(emulated.happenings));
  // How long a runtime terminates is chance at the emulator, and so when the mail about its end leaves.
  const timed = (mails: typeof ours.mails) => inOrder(mails.filter(({ about }) => about !== 'deleted'));
  expect(timed(ours.mails)).toEqual(timed(emulated.mails));
  const { unknownBecause: _, readings: __, unknown: ___, ...counts } = ours.counts;
  expect(emulated.counts).toMatchObject(counts);
  expect(ours.happenings.length).toBeGreaterThan(0);
};

const rowsOf = (use: (minutes: number) => { readonly gpuPercent: number; readonly cpuCores?: number }) =>
  Array.from({ length: 241 }, (_, minutes) => ({ atSeconds: minutes * 60, ...use(minutes) }));

const made: UtilisationTrace = {
  lengthSeconds: 240 * 60,
  runtimes: [
    { name: 'idle', rows: rowsOf(() => ({ gpuPercent: 0, cpuCores: 0.1 })) },
    { name: 'compiles', rows: rowsOf(() => ({ gpuPercent: 0, cpuCores: 6 })) },
    { name: 'woken by its mail', rows: rowsOf((minutes) => ({ gpuPercent: minutes === 110 ? 40 : 0 })) },
    { name: 'with a gap', rows: rowsOf(() => ({ gpuPercent: 0 })).filter((_, at) => at < 50 || at > 59) },
    { name: 'ends', rows: rowsOf(() => ({ gpuPercent: 0 })).slice(0, 90) },
    { name: 'used too late', rows: rowsOf((minutes) => ({ gpuPercent: minutes < 150 ? 0 : 70 })) },
  ],
};

describe('what is replayed in memory is what the real handlers do on the emulator, over HTTP and real engines', () => {
  test('on made-up runtimes: deletions, warnings and mails, with their instants', async () => {
    await expectSame(made, 4);
  }, 120_000);

  test.skipIf(!isThere)(
    'on the first hours of the measured trace',
    async () => {
      await expectSame(await loadUtilisationTrace(join(traces, 'utilisation.csv.gz')), 4);
    },
    300_000,
  );

  test.skipIf(!isThere)(
    'on the first days of the measured availability',
    async () => {
      const trace = await loadAvailabilityTrace(join(traces, 'availability.csv.gz'));
      const days = 4;
      expect(await replayAvailability(trace, startPastInventory, { days })).toEqual(await replayTrace(trace, { days }));
    },
    300_000,
  );
});

test.skipIf(!isThere)(
  'the built-in policy deletes nothing in use on the measured trace, and frees 75 h',
  async () => {
    const past = pastOfTrace(await loadUtilisationTrace(join(traces, 'utilisation.csv.gz')), usualStart);
    const { score } = await replayUtilisation(past, builtInTrial().settings, price);
    expect(score.falseOnes).toBe(0);
    expect(score.hoursFreed).toBeGreaterThan(75);
  },
  120_000,
);
