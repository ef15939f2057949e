import { hour, type Instant } from '#domain/time.ts';
import type { Limits, Policy } from './policy.ts';

/** A deletion that was begun, or was to begin when the run ended. */
export type Slot = { readonly at: Instant; readonly policy: string };

/** The slots that still count. */
export const slotsWithinTheHour = (slots: readonly Slot[], now: Instant): readonly Slot[] =>
  // One from the future counts too: a clock that went back must not make room.
  slots.filter(({ at }) => at > now - hour);

/** Why there is no room for another deletion in this tick; undefined if there is. `tickSlots` were taken by this run. */
export const noRoomFor = (
  policy: Pick<Policy, 'name' | 'limits'>,
  slots: readonly Slot[],
  tickSlots: readonly Slot[],
  limits: Limits,
  now: Instant,
): string | undefined => {
  const taken = slotsWithinTheHour(slots, now);
  const ofPolicy = (all: readonly Slot[]) => all.filter((slot) => slot.policy === policy.name).length;
  const { perTick = Number.POSITIVE_INFINITY, perHour = Number.POSITIVE_INFINITY } = policy.limits ?? {};
  if (tickSlots.length >= limits.perTick) return `at most ${limits.perTick} deletions in one tick`;
  if (taken.length >= limits.perHour) return `at most ${limits.perHour} deletions in an hour`;
  if (ofPolicy(tickSlots) >= perTick) return `at most ${perTick} deletions in one tick by policy ${policy.name}`;
  if (ofPolicy(taken) >= perHour) return `at most ${perHour} deletions in an hour by policy ${policy.name}`;
  return undefined;
};
