import { Worker } from 'node:worker_threads';
import type { Settings } from '#adapters/configuration/settings.ts';
import type { Past } from './past.ts';
import type { UtilisationReplay } from './replay-utilisation.ts';

/** What every thread has. */
export type CrewPast = { readonly past: Past; readonly pricePerGpuHour: number };

export type FromWorker =
  | { readonly kind: 'looks'; readonly looks: number }
  | { readonly kind: 'done'; readonly replay: UtilisationReplay };

const replayOn = (worker: Worker, settings: Settings, onLooks: (looks: number) => void): Promise<UtilisationReplay> => {
  const { promise, resolve, reject } = Promise.withResolvers<UtilisationReplay>();
  worker.removeAllListeners();
  worker.on('error', reject);
  worker.on('message', (message: FromWorker) => {
    if (message.kind === 'done') resolve(message.replay);
    else onLooks(message.looks);
  });
  worker.postMessage(settings);
  return promise;
};

/**
 * Replays the past by each of the settings, shared among worker threads.
 *
 * @param onLooks told from time to time how many looks there were in all
 */
export const replayAll = async (
  given: CrewPast,
  all: readonly Settings[],
  workers: number,
  onLooks: (looks: number) => void,
): Promise<readonly UtilisationReplay[]> => {
  const replays: UtilisationReplay[] = [];
  const looks: number[] = [];
  const waiting = all.entries();
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL('./replay-worker.ts', import.meta.url), { workerData: given });
    try {
      for (const [place, settings] of waiting) {
        replays[place] = await replayOn(worker, settings, (own) => {
          looks[place] = own;
          onLooks(looks.reduce((sum, each) => sum + (each ?? 0), 0));
        });
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, all.length) }, work));
  return replays;
};
