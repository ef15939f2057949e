import { type Clock, grownUpAt, newClock } from '#domain/guardrails/clock.ts';
import { type FleetSituation, type Judged, situationOf } from '#domain/guardrails/judge-fleet.ts';
import { isIdleUse, type Reading, type Use } from '#domain/guardrails/reading.ts';
import { runtimeKey } from '#domain/guardrails/runtime-case.ts';
import { judgeRuntime, type Verdict } from '#domain/guardrails/verdict.ts';
import type { Instant } from '#domain/time.ts';

/**
 * What comes of a runtime that is idle from now on, is read every minute and kept by nobody: what the rules say then.
 * `would`: its policy only observes. `deleteAt`: the earliest time. `told`: who is warned, the first that can be reached.
 */
export type Forecast =
  | {
      readonly outcome: 'deleted';
      readonly would: boolean;
      readonly firstWarningAt: Instant;
      readonly lastWarningAt: Instant;
      readonly deleteAt: Instant;
      readonly told: readonly string[];
    }
  | { readonly outcome: 'stays'; readonly because: string };

const unused: Use = { gpuPercent: 0 };

/** The rules' answer at a time up to which the runtime was seen idle, in every minute since `since`. */
const verdictAt = (fleet: FleetSituation, { situation }: Judged, since: Instant, at: Instant): Verdict => {
  const { runtime, reading: seen, policy } = situation;
  const known = seen?.state === 'known' ? seen : undefined;
  const use = known !== undefined && isIdleUse(known.use, policy.thresholds) ? known.use : unused;
  const unitStated = known?.unitStated ?? true;
  const clock: Clock = {
    seenAt: fleet.now,
    span: { since, observed: at - since, idleAt: at, gap: 0, afterBusy: false, unitStated, highest: use },
  };
  const reading: Reading = { state: 'known', at, gpus: known?.gpus ?? runtime.gpuCount ?? 1, unitStated, use };
  const key = runtimeKey(runtime);
  const then = { ...fleet, now: at, clocks: new Map([[key, clock]]) };
  return judgeRuntime(fleet.cases.get(key), situationOf(then, { runtime, reading })).verdict;
};

/** What comes of a runtime that is idle from now on, or from when it is old enough to be idle at all. */
export const forecastOf = (fleet: FleetSituation, judged: Judged): Forecast => {
  const { runtime, policy, addressees, exemption } = judged.situation;
  const { firstWarningAfter, lastWarningAfter } = policy.ladder;
  const since = Math.max(fleet.now, grownUpAt(runtime.createdAt, newClock(fleet.now), policy));
  const exemptUntil = exemption === undefined || exemption.until === 'forever' ? since : exemption.until;
  const firstWarningAt = Math.max(since + firstWarningAfter, exemptUntil);
  const { verdict, because, deleteAt } = verdictAt(fleet, judged, since, firstWarningAt);
  if (deleteAt === undefined || !['warn-first', 'warn-last'].includes(verdict)) return { outcome: 'stays', because };
  return {
    outcome: 'deleted',
    would: policy.mode !== 'enforce',
    firstWarningAt,
    lastWarningAt: Math.max(since + lastWarningAfter, firstWarningAt),
    deleteAt,
    told: addressees,
  };
};
