import type { Report } from '#domain/event.ts';
import { type Instant, second } from '#domain/time.ts';

/** One run of a scheduled job: who it is, and until when it may work. */
export type Run = { readonly holder: string; readonly deadline: Instant; readonly signal: AbortSignal };

/** How long a run holds the lease at most: a crashed one must not cost the next minute's run. */
const leaseFor = 58 * second;

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
  const leaseUntil = now + leaseFor;
  return (await world.store.takeLease(holder, now, leaseUntil)) ? leaseUntil : skip('another run holds the lease');
};
