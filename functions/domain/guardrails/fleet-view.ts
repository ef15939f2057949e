import type { Runtime } from '#domain/runtime.ts';
import type { Instant } from '#domain/time.ts';
import type { Clock } from './clock.ts';
import type { GuardBoard } from './guard-board.ts';
import { completed, type FleetSituation, type Judged, judgeFleet, type SeenRuntime } from './judge-fleet.ts';
import { type Particulars, particularsOf } from './particulars.ts';
import type { GuardRules } from './policy.ts';
import type { Reading } from './reading.ts';
import { newCase, type RuntimeKey, runtimeKey } from './runtime-case.ts';

/** Higher than any threshold: of a busy reading no more is remembered than that it was busy. */
const busy = { gpuPercent: 100 };

/** The latest reading of a runtime, as far as its clock remembers it; undefined where it was not read. */
export const lastReadingOf = (clock: Clock | undefined): Reading | undefined => {
  if (clock === undefined || clock.missed || clock.notRunning !== undefined) return undefined;
  const { unknown, span, busyAt } = clock;
  if (unknown !== undefined) return { state: 'unknown', at: unknown.since, because: unknown.because };
  if (span !== undefined) {
    return { state: 'known', at: span.idleAt, gpus: 1, unitStated: span.unitStated, use: span.highest };
  }
  return busyAt === undefined ? undefined : { state: 'known', at: busyAt, gpus: 1, unitStated: true, use: busy };
};

/** The fleet as the rules see it now, with a judgement of each runtime. Nothing of it is decided or written. */
export type FleetView = { readonly fleet: FleetSituation; readonly judged: readonly Judged[] };

/**
 * Judges runtimes by what the last run remembered of their use. `details`: what was just read of runtimes of which no run has
 * read the detail yet, so that their plan is known.
 */
export const viewFleet = (
  board: GuardBoard,
  rules: GuardRules,
  runtimes: readonly Runtime[],
  { now, digest }: { readonly now: Instant; readonly digest: (text: string) => string },
  details: ReadonlyMap<RuntimeKey, Particulars> = new Map(),
): FleetView => {
  const known = new Map([...board.cases].map(([key, { value }]) => [key, value]));
  const looked = runtimes.flatMap((runtime) => {
    const key = runtimeKey(runtime);
    const kase = known.get(key) ?? newCase(runtime, runtime.name, '');
    const particulars = kase.particulars ?? details.get(key);
    return particulars === undefined ? [] : [[key, { ...kase, particulars }] as const];
  });
  const { clocks } = board.fleet;
  const fleet: FleetSituation = {
    now,
    rules,
    clocks,
    clocksBefore: clocks,
    cases: new Map([...known, ...looked]),
    breaker: board.breaker.value,
    digest,
    ...(board.catalogue === undefined ? {} : { catalogue: board.catalogue }),
  };
  const seen = runtimes.map((runtime): SeenRuntime => {
    const reading = runtime.status === 'Running' ? lastReadingOf(clocks.get(runtimeKey(runtime))) : undefined;
    return { runtime: completed(runtime, fleet.cases.get(runtimeKey(runtime))), ...(reading && { reading }) };
  });
  return { fleet, judged: judgeFleet(fleet, seen) };
};

/** The particulars that a listing tells by itself; undefined where it leaves out what a verdict needs. */
export const listedParticulars = (runtime: Runtime, now: Instant): Particulars | undefined =>
  runtime.planId === undefined || runtime.gpuCount === undefined || runtime.gpuConfigId === undefined
    ? undefined
    : particularsOf(runtime, now);
