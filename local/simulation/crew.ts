import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Coverage } from './coverage.ts';
import type { HistoryPlan } from './plan.ts';

/** Some histories, the first of which has this index: of a seed, or plans that are given. */
export type Batch = { readonly from: number } & (
  | {
      readonly seed: number;
      readonly count: number;
      /** One in so many has everything on the wire. */
      readonly wireEvery: number;
    }
  | { readonly plans: readonly HistoryPlan[] }
);

/** What a batch came to. */
export type BatchReport = {
  readonly histories: number;
  readonly onWire: number;
  readonly entries: number;
  readonly deletions: number;
  readonly mails: number;
  readonly coverage: Coverage;
  /** Histories that broke a promise, by index, and what they broke. */
  readonly failing: readonly { readonly index: number; readonly promises: readonly string[] }[];
};

const batchSize = 20;

/** So many histories of a seed, in batches. */
export const batchesOfSeed = function* (seed: number, histories: number, wireEvery: number): Generator<Batch> {
  for (let from = 0; from < histories; from += batchSize) {
    yield { seed, from, count: Math.min(batchSize, histories - from), wireEvery };
  }
};

/** Plans in batches. */
export const batchesOfPlans = function* (plans: readonly HistoryPlan[]): Generator<Batch> {
  for (let from = 0; from < plans.length; from += batchSize) yield { from, plans: plans.slice(from, from + batchSize) };
};

/**
 * Shares histories among worker threads, each of which takes the next batch when it is done with one. The histories are the
 * same for any number of workers.
 *
 * @param isEnough asked after each batch: then no more are begun
 */
export const runCrew = async (
  batches: Generator<Batch>,
  workers: number,
  onBatch: (report: BatchReport) => void,
  isEnough: () => boolean = () => false,
): Promise<void> => {
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url));
    try {
      for (const batch of batches) {
        worker.postMessage(batch);
        // A thread that ends with an error rejects this.
        const [report] = await once(worker, 'message');
        onBatch(report);
        if (isEnough()) batches.return(undefined);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
};
