import type { Report } from '#domain/event.ts';
import { type Breaker, rearm } from '#domain/guardrails/breaker.ts';
import type { Versioned } from '#domain/guardrails/guard-board.ts';
import type { Instant } from '#domain/time.ts';
import { CaseBusyError, mostTries } from '#workflows/cases.ts';

/** Everything that re-arming needs of the world. */
export type RearmWorld = {
  readonly store: {
    readBreaker(): Promise<Versioned<Breaker>>;
    saveBreaker(breaker: Breaker, version: number): Promise<boolean>;
  };
  readonly clock: () => Instant;
  readonly report: Report;
};

/** The opening that a link is about, if it is the one that stands open. Changes nothing. */
export const viewBreaker = async ({ store }: RearmWorld, breakerId: string): Promise<Breaker['open']> => {
  const { open } = (await store.readBreaker()).value;
  return open?.id === breakerId ? open : undefined;
};

/** Closes the breaker; false if it is not open, or was opened anew since. Safe to repeat. */
export const rearmBreaker = async (world: RearmWorld, breakerId: string, recipientId: string): Promise<boolean> => {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const { value, version } = await world.store.readBreaker();
    const next = rearm(value, breakerId, recipientId, world.clock());
    // Closed since our first try: the answer to that was lost, or somebody else was as fast.
    if (next === value) return tries > 0;
    if (!(await world.store.saveBreaker(next, version))) continue;
    world.report({ event: 'breaker-rearmed', recipientId });
    return true;
  }
  throw new CaseBusyError(`The breaker could not be written in ${mostTries} tries.`);
};
