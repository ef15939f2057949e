import { parentPort } from 'node:worker_threads';
import { addCoverage, type Coverage, coverageOf } from './coverage.ts';
import type { Batch, BatchReport } from './crew.ts';
import { runHistory } from './history.ts';
import { planOf } from './plans.ts';
import { brokenPromises } from './promises.ts';

const runBatch = async ({ seed, from, count, wireEvery }: Batch): Promise<BatchReport> => {
  const coverage: Coverage = {};
  const failing: { index: number; promises: string[] }[] = [];
  const sums = { entries: 0, deletions: 0, mails: 0, onWire: 0 };
  for (let index = from; index < from + count; index += 1) {
    const isOnWire = index % wireEvery === 0;
    const history = await runHistory(planOf(seed, index), isOnWire ? 'wire' : 'call');
    const promises = [...new Set(brokenPromises(history).map(({ promise }) => promise))];
    if (promises.length > 0) failing.push({ index, promises });
    addCoverage(coverage, coverageOf(history.entries));
    sums.entries += history.entries.length;
    sums.onWire += isOnWire ? 1 : 0;
    for (const entry of history.entries) {
      if (entry.kind === 'mail-accepted') sums.mails += 1;
      if (entry.kind === 'provider-call' && entry.operation === 'deleteRuntime') sums.deletions += 1;
    }
  }
  return { histories: count, ...sums, coverage, failing };
};

parentPort?.on('message', (batch: Batch) => {
  runBatch(batch).then(
    (report) => parentPort?.postMessage(report),
    (error: unknown) => {
      // A history that cannot be lived through is a mistake of the simulator: the thread ends with it.
      throw error;
    },
  );
});
