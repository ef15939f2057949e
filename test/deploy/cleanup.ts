import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Undo = () => void | Promise<void>;

/** What has to be undone when a run ends: in the opposite order, each once, whatever else fails. */
export type Cleanup = {
  readonly add: (undo: Undo) => void;
  /** Undoes everything; whoever asks again waits for the same. */
  readonly run: () => Promise<void>;
  /** The exit code of a run that somebody ended; undefined while nobody has. */
  readonly interrupted: () => number | undefined;
};

/** Ctrl-C ends a run with this, as shells do. */
const exitCodeOf = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Also on Ctrl-C and when the run is told to end: everything is undone first, then the process ends. */
export const cleanupAtEnd = (say: (text: string) => void): Cleanup => {
  const undos: Undo[] = [];
  let running: Promise<void> | undefined;
  let interrupted: number | undefined;
  const undoAll = async () => {
    for (let undo = undos.pop(); undo !== undefined; undo = undos.pop()) {
      try {
        await undo();
      } catch (failure) {
        say(`Could not be cleaned up: ${failure}`);
      }
    }
  };
  const run = () => {
    running ??= undoAll();
    return running;
  };
  for (const [signal, exitCode] of Object.entries(exitCodeOf)) {
    // A Ctrl-C may come twice, by the terminal and by npm: once is enough.
    process.on(signal, () => {
      if (interrupted !== undefined) return;
      interrupted = exitCode;
      say(`${signal}: cleaning up`);
      void run().finally(() => process.exit(exitCode));
    });
  }
  return {
    add: (undo) => {
      undos.push(undo);
    },
    run,
    interrupted: () => interrupted,
  };
};

/** A folder that goes with the run. */
export const temporaryFolder = async (cleanup: Cleanup): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'gpu-warden-deploy-'));
  cleanup.add(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  return folder;
};
