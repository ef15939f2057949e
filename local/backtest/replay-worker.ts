import { parentPort, workerData } from 'node:worker_threads';
import type { Settings } from '#adapters/configuration/settings.ts';
import type { CrewPast, FromWorker } from './replay-crew.ts';
import { replayUtilisation } from './replay-utilisation.ts';

const { past, pricePerGpuHour } = workerData as CrewPast;
const toldEvery = 50;

const tell = (message: FromWorker): void => parentPort?.postMessage(message);

parentPort?.on('message', (settings: Settings) => {
  const onLook = (looks: number): void => {
    if (looks % toldEvery === 0) tell({ kind: 'looks', looks });
  };
  replayUtilisation(past, settings, pricePerGpuHour, onLook).then(
    (replay) => tell({ kind: 'done', replay }),
    (error: unknown) => {
      // The thread ends with it, and so does whoever waits for it.
      throw error;
    },
  );
});
