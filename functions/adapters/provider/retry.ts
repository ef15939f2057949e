import { type Instant, second } from '#domain/time.ts';

const longestRetryAfter = 30 * second;
const firstBackoff = 250;
const longestBackoff = 8 * second;

/**
 * How long an answer asks us to wait, in milliseconds: `Retry-After` in seconds or as an HTTP date, at most 30 s.
 * `now` is the time by the provider's own clock where the answer states it. Undefined where the header is missing or is neither.
 */
export const retryAfterMilliseconds = (header: string | null, now: Instant): number | undefined => {
  const given = header?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(given)) return Math.min(Number(given) * second, longestRetryAfter);
  // An HTTP date begins with the day's name. Date.parse alone would also take "-5" or "1.5.1" for a date.
  const until = /^[A-Za-z]{3,}/.test(given) ? Date.parse(given) : Number.NaN;
  return Number.isNaN(until) ? undefined : Math.min(Math.max(until - now, 0), longestRetryAfter);
};

/**
 * The wait before a retry where nothing was asked for, in milliseconds: 250 ms doubled up to 8 s, of which between 50 and
 * 100 % by chance. `retry` counts from 0; `chance` is in [0, 1).
 */
export const backoffMilliseconds = (retry: number, chance: number): number =>
  Math.min(firstBackoff * 2 ** retry, longestBackoff) * (0.5 + chance / 2);

/** What speaks for another try: the failure's kind, how often we have tried again, and what the answer asked for. */
export type Failure = {
  readonly name: string;
  readonly retryAfterMilliseconds?: number | undefined;
};

const passing = new Set(['RateLimited', 'Unavailable', 'TimedOut']);

/** Milliseconds until the next try, or undefined if there is to be none. `retry` counts those already made. */
export const retryWait = (failure: Failure, retry: number, mostRetries: number, chance: number): number | undefined => {
  if (retry >= mostRetries || !passing.has(failure.name)) return undefined;
  return failure.retryAfterMilliseconds ?? backoffMilliseconds(retry, chance);
};
