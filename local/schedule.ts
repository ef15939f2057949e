import { type Instant, minute } from '#domain/time.ts';
import type { Clock } from './clock.ts';

/** One run of a scheduled job; `scheduledAt` is when it was due, which is at or before the clock's now. */
export type ScheduledRun = { readonly scheduledAt: Instant };

export type Schedule = {
  /** Starts no more runs and resolves once those that run have ended. */
  readonly stop: () => Promise<void>;
};

/**
 * Runs a job at once and then every `everyMinutes` of simulated time, as EventBridge Scheduler does. A run that lasts
 * longer than the interval leaves out those that fall into it, unless `overlapping`, which is how two Lambdas meet. A job
 * that throws is reported and runs again at its next turn.
 */
export const startSchedule = (options: {
  readonly clock: Clock;
  readonly everyMinutes: number;
  readonly job: (run: ScheduledRun) => Promise<void>;
  readonly onFailure: (error: unknown) => void;
  readonly overlapping?: boolean;
}): Schedule => {
  const { clock, job, onFailure } = options;
  const interval = options.everyMinutes * minute;
  if (!(interval > 0)) throw new RangeError(`A schedule's interval is above 0 minutes, not ${options.everyMinutes}`);
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();

  const run = (scheduledAt: Instant): Promise<void> => {
    // An async function, so that a job that throws before its first await is caught as well.
    const done = (async () => job({ scheduledAt }))()
      .catch(onFailure)
      .finally(() => running.delete(done));
    running.add(done);
    return done;
  };

  const turn = async (): Promise<void> => {
    const startedAt = clock.now();
    for (let turns = 0; !stopping.signal.aborted; ) {
      const done = run(startedAt + turns * interval);
      if (!options.overlapping) await done;
      // Turns that passed meanwhile are gone; the next one is the first that lies ahead.
      turns = Math.max(turns + 1, Math.ceil((clock.now() - startedAt) / interval));
      await clock.sleep(startedAt + turns * interval - clock.now(), stopping.signal).catch((error: unknown) => {
        if (!stopping.signal.aborted) throw error;
      });
    }
  };

  const turning = turn();
  return {
    stop: async () => {
      stopping.abort();
      await turning;
      await Promise.all(running);
    },
  };
};
