import type { Report } from '#domain/event.ts';
import { type Instant, second } from '#domain/time.ts';

/** One run of a scheduled job: who it is, and until when it may work. */
export type Run = { readonly holder: string; readonly deadline: Instant; readonly signal: AbortSignal };

/**
 * So long after the time until which it may work a run still holds the lease: whatever it asked for last, a deletion too, is
 * answered and written down before another run can begin.
 */
const recordsFor = 8 * second;

/** How long a run may work, in milliseconds, that is to hold the lease for so long at most. */
export const longestRunFor = (lease: number): number => lease - recordsFor;

type LeasedWorld = {
  readonly store: { takeLease(holder: string, now: Instant, until: Instant): Promise<boolean> };
  readonly clock: () => Instant;
  readonly report: Report;
};

/** Begins a run, one at a time: answers until when it holds the lease, or undefined where it must do nothing. */
export const beginRun = async (world: LeasedWorld, { holder, deadline }: Run): Promise<Instant | undefined> => {
  const now = world.clock();
  const skip = (because: string) => {
    world.report({ event: 'run-skipped', because });
    return undefined;
  };
  if (now >= deadline) return skip('there is no time to record what it would see');
  const leaseUntil = deadline + recordsFor;
  return (await world.store.takeLease(holder, now, leaseUntil)) ? leaseUntil : skip('another run holds the lease');
};
