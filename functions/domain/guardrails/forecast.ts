import type { Instant } from '#domain/time.ts';
import { type Clock, grownUpAt, idleFor } from './clock.ts';
import { type FleetSituation, type Judged, situationOf } from './judge-fleet.ts';
import { isIdleUse, type Reading, type Use } from './reading.ts';
import { runtimeKey, type Warning } from './runtime-case.ts';
import { judgeRuntime, type Verdict } from './verdict.ts';

/**
 * What comes of a runtime that stays idle, or is idle from now on, is read every minute and kept by nobody: what the rules say
 * then. `would`: its policy only observes. `deleteAt`: the earliest time. `told`: who is warned, the first that can be reached.
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
  const kase = fleet.cases.get(key);
  return judgeRuntime(kase, situationOf(then, { runtime, reading }, kase)).verdict;
};

/** When a warning that there is already was accepted, or became owed. */
const warnedAt = (warning: Warning | undefined): Instant | undefined => warning?.counted ?? warning?.owedAt;

/**
 * What comes of a runtime that goes on being idle as its clock says, or, where it is in use, is idle from now on; one that is
 * too young, from when it is old enough.
 */
export const forecastOf = (fleet: FleetSituation, judged: Judged): Forecast => {
  const { clock, runtime, policy, addressees, exemption } = judged.situation;
  const { firstWarningAfter, lastWarningAfter } = policy.ladder;
  const since =
    clock.span === undefined
      ? Math.max(fleet.now, grownUpAt(runtime.createdAt, clock, policy))
      : fleet.now - idleFor(clock);
  const exemptUntil = exemption === undefined || exemption.until === 'forever' ? since : exemption.until;
  const { episode, keep } = judged.kase ?? {};
  const warnable = Math.max(since + firstWarningAfter, exemptUntil, keep?.until ?? 0);
  const isPlanned = episode !== undefined && judged.verdict.deleteAt !== undefined;
  const { verdict, because, deleteAt } = isPlanned
    ? judged.verdict
    : verdictAt(fleet, judged, since, Math.max(warnable, fleet.now));
  if (deleteAt === undefined || verdict === 'would') return { outcome: 'stays', because };
  const firstWarningAt = warnedAt(episode?.first) ?? Math.max(warnable, isPlanned ? 0 : fleet.now);
  return {
    outcome: 'deleted',
    would: policy.mode !== 'enforce',
    firstWarningAt,
    lastWarningAt: warnedAt(episode?.last) ?? Math.max(since + lastWarningAfter, firstWarningAt),
    deleteAt,
    told: addressees,
  };
};
