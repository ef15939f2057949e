import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Coverage } from './coverage.ts';

/** Which histories: so many of a seed, from an index on; one in `wireEvery` with everything on the wire. */
export type Batch = {
  readonly seed: number;
  readonly from: number;
  readonly count: number;
  readonly wireEvery: number;
};

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

/**
 * Shares histories among worker threads, each of which takes the next batch when it is done with one. The histories are the
 * same for any number of workers.
 *
 * @param isEnough asked after each batch: then no more are begun
 */
export const runCrew = async (
  { seed, count, wireEvery }: Omit<Batch, 'from'>,
  workers: number,
  onBatch: (report: BatchReport) => void,
  isEnough: () => boolean = () => false,
): Promise<void> => {
  let next = 0;
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url));
    try {
      while (next < count && !isEnough()) {
        const from = next;
        next += batchSize;
        const batch: Batch = { seed, from, count: Math.min(batchSize, count - from), wireEvery };
        worker.postMessage(batch);
        // A thread that ends with an error rejects this.
        const [report] = await once(worker, 'message');
        onBatch(report);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
};
