import type { Runtime } from '#domain/runtime.ts';
import { type Instant, minute } from '#domain/time.ts';
import { type Breaker, lookAtBreaker } from './breaker.ts';
import { advance, type Clock, grownUpAt, newClock, notRunning } from './clock.ts';
import { warningsDue } from './company.ts';
import { oweWarning, reachable, unreached } from './episode.ts';
import { exemptionOf } from './exemption.ts';
import { type Catalogue, factsOf, type GuardBoard } from './guard-board.ts';
import { addresseesFor, type ConfigFacts, type GuardRules, type Policy, policyFor, policyInDoubt } from './policy.ts';
import type { Reading } from './reading.ts';
import { newCase, type RuntimeCase, type RuntimeKey, runtimeKey, type Warning } from './runtime-case.ts';
import type { Situation } from './situation.ts';
import { deletionAfterWarning, type Judgement, judgeRuntime } from './verdict.ts';

/** A runtime as a listing shows it, with this tick's reading; none where it does not run or was not reached. */
export type SeenRuntime = { readonly runtime: Runtime; readonly reading?: Reading };

/** The only status in which a runtime can be used, and read. */
export const isRunning = ({ status }: Pick<Runtime, 'status'>): boolean => status === 'Running';

/** A listing may tell less of a runtime than its detail, which was read before its first warning. */
export const completed = (runtime: Runtime, kase: RuntimeCase | undefined): Runtime => {
  const gpuConfigId = runtime.gpuConfigId ?? kase?.particulars?.gpuConfigId;
  const gpuCount = runtime.gpuCount ?? kase?.particulars?.gpuCount;
  return {
    ...runtime,
    ...(gpuConfigId === undefined ? {} : { gpuConfigId }),
    ...(gpuCount === undefined ? {} : { gpuCount }),
  };
};

const policyOf = (rules: GuardRules, catalogue: Catalogue | undefined, runtime: Runtime): [Policy, ConfigFacts] => {
  const facts = factsOf(catalogue, runtime);
  return [policyFor(rules, runtime, facts), facts];
};

const advanced = (
  clock: Clock,
  { runtime, reading }: SeenRuntime,
  policy: Policy,
  kase: RuntimeCase | undefined,
  now: Instant,
) => {
  if (!isRunning(runtime)) return notRunning(clock, runtime.status, now);
  if (reading === undefined) {
    const { notRunning: _, ...runs } = clock;
    return { ...runs, missed: true as const };
  }
  const bornAt = kase?.reappearedAt ?? runtime.createdAt;
  return advance(clock, reading, { thresholds: policy.thresholds, grownUpAt: grownUpAt(bornAt, clock, policy) });
};

/**
 * The clocks after a tick: those of the runtimes that were seen move on, those of runtimes that a complete listing does not
 * show or that a policy leaves alone are forgotten, all others stay as they are.
 */
export const advanceClocks = (
  board: Pick<GuardBoard, 'fleet' | 'cases' | 'catalogue'>,
  rules: GuardRules,
  seen: readonly SeenRuntime[],
  vanished: readonly RuntimeKey[],
  now: Instant,
): ReadonlyMap<RuntimeKey, Clock> => {
  const clocks = new Map(board.fleet.clocks);
  for (const key of vanished) clocks.delete(key);
  for (const each of seen) {
    const key = runtimeKey(each.runtime);
    const kase = board.cases.get(key)?.value;
    const [policy] = policyOf(rules, board.catalogue, completed(each.runtime, kase));
    if (policy.mode === 'off') clocks.delete(key);
    else clocks.set(key, advanced(clocks.get(key) ?? newClock(now), each, policy, kase, now));
  }
  return clocks;
};

/**
 * Spans that lasted for less say nothing to the breaker: in a busy fleet many short ones begin together by chance. No ladder
 * but an unsafe one may delete before 20 minutes, so that all spans of one cause are looked at before the first deletion.
 */
const spanSpeaksAfter = 15 * minute;

/** The breaker after a tick, judged over the runtimes that run and of which something is known. */
export const breakerAfter = (
  board: Pick<GuardBoard, 'breaker' | 'cases' | 'catalogue'>,
  rules: GuardRules,
  clocks: ReadonlyMap<RuntimeKey, Clock>,
  seen: readonly SeenRuntime[],
  now: Instant,
): Breaker => {
  const spanOf = ({ runtime }: SeenRuntime) => clocks.get(runtimeKey(runtime))?.span;
  const running = seen.filter(
    (each) => isRunning(each.runtime) && (each.reading?.state === 'known' || spanOf(each) !== undefined),
  );
  const spans = running.flatMap((each) => {
    const span = spanOf(each);
    const runtime = completed(each.runtime, board.cases.get(runtimeKey(each.runtime))?.value);
    const [policy] = policyOf(rules, board.catalogue, runtime);
    // Before anybody is warned, at the latest.
    const speaksAfter = Math.min(spanSpeaksAfter, policy.ladder.firstWarningAfter);
    return span !== undefined && span.observed >= speaksAfter ? [span] : [];
  });
  return lookAtBreaker(board.breaker.value, spans, running.length, now);
};

/** What warnings of a runtime stand on, as one text; where it changes, they count no more. */
export const groundOf = (policy: Policy, addressees: readonly string[], { name }: Runtime): string => {
  const { mode, thresholds, ladder, hours } = policy;
  return JSON.stringify([policy.name, mode, thresholds, ladder, hours ?? null, addressees, name]);
};

/** A runtime with all that was judged of it. `kase` is the case after the judgement; the same object where nothing changed. */
export type Judged = Judgement & { readonly key: RuntimeKey; readonly situation: Situation };

export type FleetSituation = {
  readonly now: Instant;
  readonly rules: GuardRules;
  readonly clocks: ReadonlyMap<RuntimeKey, Clock>;
  /** As they were before this tick. */
  readonly clocksBefore: ReadonlyMap<RuntimeKey, Clock>;
  readonly cases: ReadonlyMap<RuntimeKey, RuntimeCase>;
  readonly breaker: Breaker;
  readonly catalogue?: Catalogue;
  readonly digest: (text: string) => string;
};

/** What the rules look at for one runtime, of which the case is as `kase` says. */
export const situationOf = (
  fleet: FleetSituation,
  { runtime: listed, reading }: SeenRuntime,
  kase: RuntimeCase | undefined,
): Situation => {
  const { now, rules, clocks, catalogue, breaker, digest } = fleet;
  const runtime = completed(listed, kase);
  const [policy, facts] = policyOf(rules, catalogue, runtime);
  const addressees = addresseesFor(rules, policy, runtime, kase?.madeFor?.address);
  const exemption = exemptionOf(rules, runtime, kase, now);
  const inDoubt = policyInDoubt(rules, runtime, facts);
  const before = fleet.clocksBefore.get(runtimeKey(runtime));
  return {
    now,
    runtime,
    clock: clocks.get(runtimeKey(runtime)) ?? newClock(now),
    policy,
    ground: digest(groundOf(policy, addressees, runtime)),
    addressees,
    facts,
    breakerOpen: breaker.open !== undefined,
    ...(before === undefined ? {} : { before }),
    ...(reading === undefined ? {} : { reading }),
    ...(exemption === undefined ? {} : { exemption }),
    ...(inDoubt === undefined ? {} : { inDoubt }),
  };
};

/** Judges every runtime that was seen. */
export const judgeFleet = (fleet: FleetSituation, seen: readonly SeenRuntime[]): readonly Judged[] =>
  seen.map((each) => {
    const key = runtimeKey(each.runtime);
    const kase = fleet.cases.get(key);
    const situation = situationOf(fleet, each, kase);
    return { key, situation, ...judgeRuntime(kase, situation) };
  });

const warningOf = (
  kase: RuntimeCase,
  situation: Situation,
  { step, notBefore }: { step: Warning['step']; notBefore: Instant },
  to: readonly string[],
  observeTo: GuardRules['observeTo'],
): Warning => {
  const { now, policy } = situation;
  const { deleteAt, ahead } = deletionAfterWarning(kase, situation, step);
  const warning = { step, owedAt: now, notBefore, deleteAt, ahead, to, level: 0 };
  if (policy.mode === 'enforce') return { ...warning, mail: 'owed' };
  // A "would" counts as accepted, for the plan only.
  return { ...warning, mail: observeTo === 'owner' ? 'owed' : 'none', counted: now };
};

/** The judged runtimes with the warnings that become owed now in their cases. */
export const withWarnings = (
  judged: readonly Judged[],
  { now, rules, digest }: Pick<FleetSituation, 'now' | 'rules' | 'digest'>,
): readonly Judged[] => {
  const candidates = judged.map(({ key, verdict, situation: { addressees, policy } }) => ({
    key,
    verdict,
    addressees,
    ladder: policy.ladder,
  }));
  const due = new Map(warningsDue(candidates, now).map((warning) => [warning.key, warning]));
  return judged.map((one) => {
    const warning = due.get(one.key);
    const { span } = one.situation.clock;
    if (warning === undefined || span === undefined) return one;
    const { runtime, ground, policy, addressees } = one.situation;
    const kase = one.kase ?? newCase(runtime, runtime.name, ground);
    const left = reachable(kase.episode, addressees, now, digest);
    const owed = warningOf(kase, one.situation, warning, left.length === 0 ? addressees : left, rules.observeTo);
    const begun = { id: `${span.since}`, since: span.since, keepAtMost: policy.keepAtMost };
    const warned = oweWarning(kase, owed, begun);
    return { ...one, kase: left.length === 0 ? unreached(warned, now) : warned };
  });
};
