import { setTimeout as pauseReal } from 'node:timers/promises';
import type { Instant } from '#domain/time.ts';

/** Simulated time: real, faster than real, or moved by hand. */
export type Clock = {
  readonly now: () => Instant;
  /** Resolves once `durationMs` of simulated time have passed. Rejects with the signal's reason as soon as that aborts. */
  readonly sleep: (durationMs: number, signal?: AbortSignal) => Promise<void>;
};

/** A clock that stands still until it is told to go on. */
export type MovableClock = Clock & {
  /** Goes forward, stopping at each sleeper that is due on the way, so that whoever sleeps again wakes at the right instant. */
  readonly advance: (durationMs: number) => Promise<void>;
  /** Number of sleepers: a test waits for it before it advances. */
  readonly sleepers: () => number;
};

/** setTimeout fires at once for anything longer. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * Time that passes `speed` times as fast as real time, from `start` on (now, where missing):
 * start + (real − real start) × speed.
 */
export const scaledClock = (options: { speed: number; start?: Instant }): Clock => {
  if (!(options.speed > 0)) throw new RangeError(`A clock's speed is above 0, not ${options.speed}`);
  const start = options.start ?? Date.now();
  const realStart = performance.now();
  const now = () => start + Math.floor((performance.now() - realStart) * options.speed);
  const sleep = async (durationMs: number, signal?: AbortSignal): Promise<void> => {
    signal?.throwIfAborted();
    const dueAt = now() + durationMs;
    for (let left = durationMs; left > 0; left = dueAt - now()) {
      const realMs = Math.min(Math.ceil(left / options.speed), longestTimerMs);
      await pauseReal(realMs, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
        // Node wraps the reason; whoever aborts wants to meet it again.
        signal?.throwIfAborted();
        throw error;
      });
    }
  };
  return { now, sleep };
};

/** Time as it is, moved along with the machine's own clock when that is set anew. */
export const realClock = (): Clock => ({ now: () => Date.now(), sleep: scaledClock({ speed: 1 }).sleep });

type Sleeper = { readonly dueAt: Instant; readonly wake: () => void };

/** Lets everything that was woken run until it waits for something outside the process or sleeps again. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** A clock that stands at `start`, for tests. */
export const movableClock = (start: Instant): MovableClock => {
  let current = start;
  const sleepers = new Set<Sleeper>();

  const sleep = (durationMs: number, signal?: AbortSignal): Promise<void> => {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (durationMs <= 0) return Promise.resolve();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = () => {
      sleepers.delete(sleeper);
      signal?.removeEventListener('abort', abort);
    };
    const abort = () => {
      leave();
      reject(signal?.reason);
    };
    const wake = () => {
      leave();
      resolve();
    };
    const sleeper = { dueAt: current + Math.ceil(durationMs), wake };
    sleepers.add(sleeper);
    signal?.addEventListener('abort', abort, { once: true });
    return promise;
  };

  const advance = async (durationMs: number): Promise<void> => {
    // Instants are whole milliseconds.
    const end = current + Math.ceil(durationMs);
    // Whoever is about to sleep is asleep then.
    await settle();
    for (;;) {
      const next = [...sleepers].reduce<Sleeper | undefined>(
        (earliest, one) => (earliest === undefined || one.dueAt < earliest.dueAt ? one : earliest),
        undefined,
      );
      if (next === undefined || next.dueAt > end) break;
      current = next.dueAt;
      next.wake();
      await settle();
    }
    current = end;
    await settle();
  };

  return { now: () => current, sleep, advance, sleepers: () => sleepers.size };
};
