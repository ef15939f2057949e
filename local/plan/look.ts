import { guardRulesOf } from '#adapters/configuration/guard-rules.ts';
import type { Settings } from '#adapters/configuration/settings.ts';
import { digest } from '#adapters/identity.ts';
import { closedBreaker } from '#domain/guardrails/breaker.ts';
import { type Catalogue, factsOf } from '#domain/guardrails/guard-board.ts';
import {
  advanceClocks,
  completed,
  type FleetSituation,
  isRunning,
  type Judged,
  judgeFleet,
  type SeenRuntime,
} from '#domain/guardrails/judge-fleet.ts';
import { completedBy, particularsOf } from '#domain/guardrails/particulars.ts';
import { type GuardRules, policyFor } from '#domain/guardrails/policy.ts';
import { isIdleUse, readUse } from '#domain/guardrails/reading.ts';
import { newCase, type RuntimeCase, runtimeKey } from '#domain/guardrails/runtime-case.ts';
import type { Runtime, RuntimeDetail, RuntimeMetrics } from '#domain/runtime.ts';
import type { Instant } from '#domain/time.ts';
import { type ListedProject, type Listing, listProjects, readPrices } from './list.ts';
import { PlanError } from './plan-error.ts';
import type { ReadOnlyProvider } from './source.ts';

/** One runtime with all that was learned of it. `detailBecause`: why its detail was wanted and could not be read. */
export type LookedAt = {
  readonly judged: Judged;
  readonly metrics?: RuntimeMetrics;
  readonly detail?: RuntimeDetail;
  readonly detailBecause?: string;
};

/** One look at everything. `fleet`: what the rules were asked with, so that they can be asked about later times too. */
export type Look = {
  readonly at: Instant;
  readonly projects: readonly ListedProject[];
  readonly prices: Listing;
  readonly fleet: FleetSituation;
  readonly runtimes: readonly LookedAt[];
};

export type LookParts = {
  readonly settings: Settings;
  readonly provider: ReadOnlyProvider;
  readonly clock: () => Instant;
  /** Which of the listed runtimes to read; missing: all. May throw a PlanError. */
  readonly choose?: (runtimes: readonly Runtime[]) => readonly Runtime[];
  /** Told after each runtime that was read. */
  readonly progress?: (read: number, of: number) => void;
};

type Answers = Pick<LookedAt, 'metrics' | 'detail' | 'detailBecause'> & { readonly seen: SeenRuntime };

const wordsOf = (failure: unknown) => (failure instanceof Error ? failure.message : String(failure));

const detailOf = async (
  provider: ReadOnlyProvider,
  runtime: Runtime,
): Promise<Pick<LookedAt, 'detail' | 'detailBecause'>> => {
  try {
    const detail = await provider.getRuntime(runtime);
    return detail === undefined ? { detailBecause: 'the provider says that there is no such runtime' } : { detail };
  } catch (failure) {
    return { detailBecause: wordsOf(failure) };
  }
};

/** The listing may leave out what money and plan are known by; then the detail is asked. */
const saysLittle = ({ planId, gpuCount, gpuConfigId }: Runtime) =>
  planId === undefined || gpuCount === undefined || gpuConfigId === undefined;

const metricsOf = async (provider: ReadOnlyProvider, runtime: Runtime, now: Instant) => {
  const { gpuCount } = runtime;
  try {
    const metrics = await provider.getRuntimeMetrics(runtime);
    const known = gpuCount === undefined ? {} : { gpuCount };
    return { metrics, reading: readUse(metrics, { cpuReported: false, ...known }) };
  } catch (failure) {
    return { reading: { state: 'unknown', at: now, because: wordsOf(failure) } as const };
  }
};

/** The case with what the detail told, as a run notes it before anybody is warned. */
const caseOf = (runtime: Runtime, detail: RuntimeDetail | undefined, now: Instant): RuntimeCase | undefined => {
  if (detail === undefined) return undefined;
  return { ...newCase(runtime, runtime.name, ''), particulars: particularsOf(completedBy(detail, runtime), now) };
};

/** Reads one runtime: its use, unless its policy does not look; its detail, where it is needed to say more. */
const readRuntime = async (parts: LookParts, runtime: Runtime, catalogue: Catalogue | undefined): Promise<Answers> => {
  const { provider, settings, clock } = parts;
  const wantsDetail = parts.choose !== undefined || saysLittle(runtime);
  const early = wantsDetail ? await detailOf(provider, runtime) : {};
  const known = completed(runtime, caseOf(runtime, early.detail, clock()));
  const policy = policyFor(guardRulesOf(settings), known, factsOf(catalogue, known));
  if (!isRunning(runtime) || policy.mode === 'off') return { seen: { runtime }, ...early };
  const { reading, ...metrics } = await metricsOf(provider, known, clock());
  const isIdle = reading.state === 'known' && isIdleUse(reading.use, policy.thresholds);
  const late = isIdle && !wantsDetail ? await detailOf(provider, runtime) : early;
  return { seen: { runtime, reading }, ...metrics, ...late };
};

/** The rules as a run of Warden would ask them in its first minute. */
const fleetOf = (
  rules: GuardRules,
  catalogue: Catalogue | undefined,
  answers: readonly Answers[],
  now: Instant,
): FleetSituation => {
  const cases = new Map(
    answers.flatMap(({ seen: { runtime }, detail }) => {
      const kase = caseOf(runtime, detail, now);
      return kase === undefined ? [] : [[runtimeKey(runtime), kase] as const];
    }),
  );
  const versioned = new Map([...cases].map(([key, value]) => [key, { value, version: 0 }]));
  const priced = catalogue === undefined ? {} : { catalogue };
  const board = { fleet: { clocks: new Map(), slots: [] }, cases: versioned, ...priced };
  const seen = answers.map((answer) => answer.seen);
  const clocks = advanceClocks(board, rules, seen, [], now);
  return { now, rules, clocks, clocksBefore: new Map(), cases, breaker: closedBreaker, digest, ...priced };
};

/**
 * Looks once: lists the runtimes of all projects, reads prices and use, and judges by the very rules that Warden runs by,
 * as in its first minute. Nothing is written anywhere.
 *
 * @throws PlanError when not one project could be listed
 */
export const lookOnce = async (parts: LookParts): Promise<Look> => {
  const { settings, provider, clock } = parts;
  const [projects, { prices, catalogue }] = await Promise.all([
    listProjects(provider, settings),
    readPrices(provider, settings),
  ]);
  if (projects.every(({ listing }) => listing === 'failed')) {
    throw new PlanError([...new Set(projects.flatMap(({ because }) => because))].join('\n'));
  }
  const listed = projects.flatMap(({ runtimes }) => runtimes);
  const chosen = parts.choose === undefined ? listed : parts.choose(listed);
  let read = 0;
  const answers = await Promise.all(
    chosen.map(async (runtime) => {
      const answer = await readRuntime(parts, runtime, catalogue);
      read += 1;
      parts.progress?.(read, chosen.length);
      return answer;
    }),
  );
  const at = clock();
  const seen = answers.map((answer) => answer.seen);
  const fleet = fleetOf(guardRulesOf(settings), catalogue, answers, at);
  const runtimes = judgeFleet(fleet, seen).map((judged, index): LookedAt => {
    const { seen: _, ...answer } = answers[index] ?? { seen: undefined };
    return { judged, ...answer };
  });
  return { at, projects, prices, fleet, runtimes };
};
