import type { Context } from 'aws-lambda';
import type { ExpireAfter } from '#adapters/provider/abort.ts';
import { type Instant, second } from '#domain/time.ts';
import { longestRunFor, type Run } from '#workflows/runs.ts';

/** What a scheduled function takes its time and its ids from. */
export type RunParts = {
  readonly clock: () => Instant;
  readonly newId: () => string;
  readonly expireAfter: ExpireAfter;
};

/** A run stops working so long before Lambda would end it, to record what it did. */
const reserve = 5 * second;

/** Bounds a run by the lease that it may hold, and by the time that Lambda leaves it. */
export const runWithin = ({ clock, newId, expireAfter }: RunParts, leaseSeconds: number, context: Context): Run => {
  const timeLeft = Math.min(longestRunFor(leaseSeconds * second), context.getRemainingTimeInMillis() - reserve);
  return { holder: newId(), deadline: clock() + timeLeft, signal: expireAfter(Math.max(0, timeLeft)) };
};
