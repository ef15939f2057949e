import { parentPort } from 'node:worker_threads';
import { addCoverage, type Coverage, coverageOf } from './coverage.ts';
import type { Batch, BatchReport } from './crew.ts';
import { runHistory } from './history.ts';
import type { HistoryPlan } from './plan.ts';
import { planOf } from './plans.ts';
import { brokenPromises } from './promises.ts';

type Told = { readonly index: number; readonly plan: HistoryPlan; readonly isOnWire: boolean };

const historiesOf = (batch: Batch): readonly Told[] => {
  if ('plans' in batch) return batch.plans.map((plan, index) => ({ index: batch.from + index, plan, isOnWire: false }));
  const indices = Array.from({ length: batch.count }, (_, index) => batch.from + index);
  return indices.map((index) => ({ index, plan: planOf(batch.seed, index), isOnWire: index % batch.wireEvery === 0 }));
};

const runBatch = async (batch: Batch): Promise<BatchReport> => {
  const coverage: Coverage = {};
  const failing: { index: number; promises: string[] }[] = [];
  const sums = { histories: 0, entries: 0, deletions: 0, mails: 0, onWire: 0 };
  for (const { index, plan, isOnWire } of historiesOf(batch)) {
    const history = await runHistory(plan, isOnWire ? 'wire' : 'call');
    const promises = [...new Set(brokenPromises(history).map(({ promise }) => promise))];
    if (promises.length > 0) failing.push({ index, promises });
    addCoverage(coverage, coverageOf(history.entries));
    sums.histories += 1;
    sums.entries += history.entries.length;
    sums.onWire += isOnWire ? 1 : 0;
    for (const entry of history.entries) {
      if (entry.kind === 'mail-accepted') sums.mails += 1;
      if (entry.kind === 'provider-call' && entry.operation === 'deleteRuntime') sums.deletions += 1;
    }
  }
  return { ...sums, coverage, failing };
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
