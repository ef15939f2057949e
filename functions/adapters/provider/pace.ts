import pLimit from 'p-limit';
import { type Instant, second } from '#domain/time.ts';
import { untilAborted } from './abort.ts';

/** Waits so many milliseconds; rejects when the signal aborts. */
export type Sleep = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

/** Runs work when its turn has come. An abort ends the waiting at once. */
export type Pace = <T>(work: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/**
 * At most `callsAtOnce` works run at one moment, and in no span of one second do more than `callsPerSecond` begin.
 * A turn is booked when it is waited for, so that the order is kept however the sleeps end.
 */
export const createPace = (callsAtOnce: number, callsPerSecond: number, clock: () => Instant, sleep: Sleep): Pace => {
  const limit = pLimit(callsAtOnce);
  const begun: Instant[] = [];

  const turn = async (signal: AbortSignal): Promise<void> => {
    const now = clock();
    const earlier = begun.length < callsPerSecond ? undefined : begun.shift();
    const at = earlier === undefined ? now : Math.max(now, earlier + second);
    begun.push(at);
    if (at > now) await sleep(at - now, signal);
  };

  return (work, signal) => {
    const inTurn = limit(async () => {
      // What was aborted while it waited costs neither a turn nor a call.
      signal.throwIfAborted();
      await turn(signal);
      signal.throwIfAborted();
      return work();
    });
    return untilAborted(inTurn, signal);
  };
};
