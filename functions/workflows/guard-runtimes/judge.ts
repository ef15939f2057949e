import pLimit from 'p-limit';
import { idleFor } from '#domain/guardrails/clock.ts';
import {
  type FleetSituation,
  type Judged,
  judgeFleet,
  type SeenRuntime,
  withWarnings,
} from '#domain/guardrails/judge-fleet.ts';
import { completedBy, particularsOf } from '#domain/guardrails/particulars.ts';
import { newCase, type RuntimeCase, type RuntimeKey } from '#domain/guardrails/runtime-case.ts';
import { entryFor } from '#domain/guardrails/situation.ts';
import { second } from '#domain/time.ts';
import type { Fail } from '#workflows/attempts.ts';
import type { Run } from '#workflows/runs.ts';
import type { GuardWorld } from './world.ts';

/** Details read in one run at most: they are needed once for a runtime, before its first warning. */
const mostDetails = 25;
const detailsAtOnce = 5;
/** Time that a run keeps for what follows: writing, and one deletion with its last look. */
const reserveAfterDetails = 15 * second;

/** Reads the details that are needed before anybody is warned. One that cannot be read is read in the next run. */
const particularsFor = async (
  world: GuardWorld,
  run: Run,
  judged: readonly Judged[],
  fail: Fail,
): Promise<ReadonlyMap<RuntimeKey, RuntimeCase>> => {
  // By chance: one that cannot be read must not stand before the others for ever.
  const all = judged.filter(({ verdict }) => verdict.verdict === 'look').map((one) => ({ one, at: world.chance() }));
  const wanted = all
    .sort((a, b) => a.at - b.at)
    .slice(0, mostDetails)
    .map(({ one }) => one);
  const found = await pLimit(detailsAtOnce).map(wanted, async ({ key, kase, situation }) => {
    try {
      const { runtime, ground } = situation;
      const detail = await world.provider.getRuntime(runtime, {
        signal: run.signal,
        deadline: run.deadline - reserveAfterDetails,
      });
      if (detail === undefined) return [];
      const known = kase ?? newCase(runtime, runtime.name, ground);
      return [[key, { ...known, particulars: particularsOf(completedBy(detail, runtime), situation.now) }] as const];
    } catch (failure) {
      fail(failure);
      return [];
    }
  });
  return new Map(found.flat());
};

/** Notes, once for each idle time that would have been warned of, why a runtime is only reported. */
const noteReported = (one: Judged): Judged => {
  const { verdict, kase, situation } = one;
  const { runtime, ground, clock, policy } = situation;
  const isLong = idleFor(clock) >= policy.ladder.firstWarningAfter;
  if (verdict.verdict !== 'report' || !isLong || kase?.reported === verdict.because) return one;
  const known = kase ?? newCase(runtime, runtime.name, ground);
  const entry = entryFor(situation, known, 'reported', verdict.because, `${clock.span?.since ?? situation.now}`);
  return { ...one, kase: { ...known, reported: verdict.because, outbox: [...known.outbox, entry] } };
};

/** Judges all runtimes that were seen, with the warnings that become owed now in their cases. Nothing is written yet. */
export const judge = async (
  world: GuardWorld,
  run: Run,
  fleet: FleetSituation,
  seen: readonly SeenRuntime[],
  fail: Fail,
): Promise<readonly Judged[]> => {
  const first = judgeFleet(fleet, seen);
  const particulars = await particularsFor(world, run, first, fail);
  const judged =
    particulars.size === 0 ? first : judgeFleet({ ...fleet, cases: new Map([...fleet.cases, ...particulars]) }, seen);
  return withWarnings(judged, fleet).map(noteReported);
};
