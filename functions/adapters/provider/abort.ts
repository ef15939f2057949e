import type { Instant } from '#domain/time.ts';
import { type Operation, ProviderError, TimedOut } from './errors.ts';

/**
 * How a caller bounds a call: all of it, with its waiting, its retries and, for a listing, its pages.
 * Aborting `signal` rejects the call with the signal's own reason, as `fetch` does; past `deadline` it rejects with `TimedOut`.
 */
export type CallOptions = { readonly signal?: AbortSignal | undefined; readonly deadline?: Instant | undefined };

/** A signal that aborts once so many milliseconds have passed. */
export type ExpireAfter = (milliseconds: number) => AbortSignal;

/** A call's bounds as one signal. `failure` turns whatever ended the call into what the caller is to see. */
export type Scope = {
  readonly signal: AbortSignal;
  readonly deadline: Instant;
  readonly failure: (error: unknown) => unknown;
};

export const createScope = (
  operation: Operation,
  options: CallOptions,
  clock: () => Instant,
  expireAfter: ExpireAfter,
): Scope => {
  const { signal, deadline } = options;
  const expiry = deadline === undefined ? undefined : expireAfter(Math.max(0, deadline - clock()));
  const failure = (error: unknown): unknown => {
    if (error instanceof ProviderError) return error;
    // Whichever of the two came first is the reason by which the call ended.
    const late = expiry?.aborted && error === expiry.reason;
    return late ? new TimedOut("the caller's deadline has passed", { operation }) : error;
  };
  const signals = [signal, expiry].filter((one) => one !== undefined);
  return { signal: AbortSignal.any(signals), deadline: deadline ?? Number.POSITIVE_INFINITY, failure };
};

/** The work's outcome, or the signal's reason as soon as it aborts. The work itself has to look at the signal to end. */
export const untilAborted = async <T>(work: Promise<T>, signal: AbortSignal): Promise<T> => {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
};
