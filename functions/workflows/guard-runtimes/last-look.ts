import type { Clock } from '#domain/guardrails/clock.ts';
import { advance, grownUpAt, newClock, notRunning } from '#domain/guardrails/clock.ts';
import { type FleetSituation, isRunning, situationOf } from '#domain/guardrails/judge-fleet.ts';
import { particularsOf } from '#domain/guardrails/particulars.ts';
import { type Reading, readUse } from '#domain/guardrails/reading.ts';
import { type RuntimeCase, runtimeKey } from '#domain/guardrails/runtime-case.ts';
import type { Situation } from '#domain/guardrails/situation.ts';
import { judgeRuntime } from '#domain/guardrails/verdict.ts';
import type { RuntimeDetail, RuntimeMetrics } from '#domain/runtime.ts';
import { type Instant, second } from '#domain/time.ts';
import type { Run } from '#workflows/runs.ts';
import type { Cases } from './cases.ts';
import type { GuardWorld } from './world.ts';

/** A DELETE comes within so long after the beginning of its own last look. */
export const lastLookHolds = 10 * second;

/** What the last look came to; the case as it is now, strongly consistent. `gone`: there is no such runtime. */
export type LastLook =
  | { readonly result: 'gone'; readonly kase: RuntimeCase }
  | {
      readonly result: 'spare';
      readonly because: string;
      readonly kase: RuntimeCase;
      readonly situation: Situation;
      /** Nothing was seen that speaks for the runtime: it could not be read. */
      readonly unread: boolean;
    }
  | { readonly result: 'changed' }
  | {
      readonly result: 'delete';
      readonly because: string;
      readonly startedAt: Instant;
      readonly kase: RuntimeCase;
      readonly situation: Situation;
      readonly detail: RuntimeDetail;
    };

const failedReading = (because: string, at: Instant): Reading => ({ state: 'unknown', at, because });

/** The GPUs must be known here: a missing one cannot be noticed otherwise. */
const readingOf = (
  metrics: RuntimeMetrics | Error,
  { gpuCount }: Pick<RuntimeDetail, 'gpuCount'>,
  clock: Clock,
  before: Clock,
  now: Instant,
) => {
  if (metrics instanceof Error) return failedReading(metrics.message, now);
  if (gpuCount === undefined) return failedReading('the provider does not say how many GPUs it has', now);
  // Against the tick before: this one's reading, a moment ago, may have seen the same sample.
  const { sampledAt } = before;
  const cpuReported = clock.span?.highest.cpu !== undefined;
  return readUse(metrics, { gpuCount, cpuReported, ...(sampledAt === undefined ? {} : { sampledAt }) });
};

const caught = async <T>(work: Promise<T>): Promise<T | Error> => {
  try {
    return await work;
  } catch (failure) {
    return failure instanceof Error ? failure : new Error(String(failure));
  }
};

const withoutDeletion = ({ deletion: _, ...kase }: RuntimeCase): RuntimeCase => kase;

/**
 * Looks once more, right before a DELETE: at the detail, the metrics, and the case as it is in the table now. Only a runtime
 * that the rules would still delete, on what is seen now, is deleted.
 */
export const lookLast = async (
  world: GuardWorld,
  run: Run,
  fleet: FleetSituation,
  cases: Cases,
  condemned: RuntimeCase,
): Promise<LastLook> => {
  const startedAt = world.clock();
  const bounds = { signal: run.signal, deadline: Math.min(run.deadline, startedAt + lastLookHolds) };
  const [detail, metrics] = await Promise.all([
    caught(world.provider.getRuntime(condemned, bounds)),
    caught(world.provider.getRuntimeMetrics(condemned, bounds)),
  ]);
  const kase = await cases.refresh(runtimeKey(condemned));
  if (kase?.deletion === undefined || kase.deletion.state === 'gone') return { result: 'changed' };
  if (detail === undefined) return { result: 'gone', kase };
  const now = world.clock();
  const clock = fleet.clocks.get(runtimeKey(condemned)) ?? newClock(now);
  if (detail instanceof Error) {
    const runtime = { ...condemned, region: '', status: 'unknown' };
    const situation = situationOf({ ...fleet, now }, { runtime }, kase);
    return { result: 'spare', because: detail.message, kase, situation, unread: true };
  }
  const gpusKnown = kase.particulars?.gpuCount;
  const told = gpusKnown === undefined ? detail : { gpuCount: gpusKnown, ...detail };
  const particulars = particularsOf(told, now);
  const known: RuntimeCase = { ...withoutDeletion(kase), particulars };
  const before = fleet.clocksBefore.get(runtimeKey(condemned)) ?? newClock(now);
  const reading = readingOf(metrics, told, clock, before, now);
  const seen = situationOf({ ...fleet, now }, { runtime: detail, reading }, kase);
  const rules = {
    thresholds: seen.policy.thresholds,
    grownUpAt: grownUpAt(kase.reappearedAt ?? detail.createdAt, clock, seen.policy),
  };
  const moved = isRunning(detail) ? advance(clock, reading, rules) : notRunning(clock, detail.status, now);
  const situation = { ...seen, clock: moved };
  const { verdict } = judgeRuntime(known, situation);
  if (verdict.verdict !== 'delete') {
    const unread = verdict.verdict === 'unknown';
    return { result: 'spare', because: verdict.because, kase: { ...kase, particulars }, situation, unread };
  }
  return { result: 'delete', because: verdict.because, startedAt, kase, situation, detail };
};
