import { closedBreaker } from '#domain/guardrails/breaker.ts';
import { advance, type Clock, grownUpAt, newClock, notRunning } from '#domain/guardrails/clock.ts';
import { type AcceptedWarning, acceptWarning, oweWarning } from '#domain/guardrails/episode.ts';
import { ownExemption } from '#domain/guardrails/exemption.ts';
import type { Catalogue, GuardBoard } from '#domain/guardrails/guard-board.ts';
import type { FleetSituation } from '#domain/guardrails/judge-fleet.ts';
import type { LedgerEntry } from '#domain/guardrails/ledger.ts';
import { particularsOf } from '#domain/guardrails/particulars.ts';
import type { GuardRules, HeldExemption, Policy } from '#domain/guardrails/policy.ts';
import type { Reading } from '#domain/guardrails/reading.ts';
import {
  newCase,
  type RuntimeCase,
  type RuntimeKey,
  runtimeKey,
  type Warning,
} from '#domain/guardrails/runtime-case.ts';
import type { Situation } from '#domain/guardrails/situation.ts';
import { emptyDesk } from '#domain/guardrails/trouble.ts';
import { deletionAfterWarning, judgeRuntime, type Verdict } from '#domain/guardrails/verdict.ts';
import type { Runtime } from '#domain/runtime.ts';
import { day, hour, type Instant, minute } from '#domain/time.ts';
import { at, start } from '../domain/given.ts';

/** What a look at a runtime shows; a string other than these is a status that is not `Running`. */
export type Look = 'idle' | 'busy' | 'unknown' | 'unread' | { readonly status: string } | Reading;

export const idleAt = (now: Instant, gpuPercent = 1): Reading => ({
  state: 'known',
  at: now,
  gpus: 1,
  unitStated: true,
  use: { gpuPercent, cpu: { value: 0.1, unit: 'cores' } },
});

export const busyAt = (now: Instant): Reading => idleAt(now, 60);

export const unknownAt = (now: Instant, because = 'timeout'): Reading => ({ state: 'unknown', at: now, because });

/** The defaults of the design, enforced. */
export const policyWith = (changes: Partial<Policy> = {}): Policy => ({
  name: 'default',
  match: {},
  mode: 'enforce',
  thresholds: { gpuBelowPercent: 5, cpuBelowCores: 1, cpuBelowPercent: 5 },
  ladder: {
    firstWarningAfter: 60 * minute,
    lastWarningAfter: 105 * minute,
    deleteAfter: 120 * minute,
    lead: 15 * minute,
    freshLead: 60 * minute,
  },
  minimumAge: 30 * minute,
  keepAtMost: 7 * day,
  assumeOnDemand: false,
  ...changes,
});

/** A runtime that was made the day before. Its listing does not tell its plan. */
export const runtimeWith = (changes: Partial<Runtime> = {}): Runtime => ({
  project: 'prj-1',
  id: 'r1',
  name: 'train-alice',
  region: 'as-south-1',
  status: 'Running',
  gpuConfigId: 'gpu-h100-80g-20cpu-125g',
  gpuCount: 2,
  createdAt: start - day,
  ...changes,
});

/** A runtime that is guarded: what its rules are, what its detail would show, and what is remembered of it. */
export type Guarded = {
  readonly runtime: Runtime;
  readonly policy: Policy;
  readonly ground: string;
  readonly addressees: readonly string[];
  readonly exemption?: HeldExemption;
  readonly breakerOpen: boolean;
  readonly detailPlanId: string | undefined;
  readonly clock: Clock;
  readonly kase: RuntimeCase | undefined;
};

export const guarded = (changes: Partial<Guarded> = {}): Guarded => ({
  runtime: runtimeWith(),
  policy: policyWith(),
  ground: 'ground',
  addressees: ['alice@example.com', 'team@example.com', 'operator@example.com'],
  breakerOpen: false,
  detailPlanId: 'gpu-h100-on-demand-1h',
  clock: newClock(start - day),
  kase: undefined,
  ...changes,
});

/** Moves the clock by one look. */
export const looked = (state: Guarded, now: Instant, look: Look): { clock: Clock; reading?: Reading } => {
  const { clock, policy, runtime, kase } = state;
  if (look === 'unread') return { clock: { ...clock, missed: true } };
  if (typeof look === 'object' && 'status' in look) return { clock: notRunning(clock, look.status, now) };
  const reading = typeof look === 'object' ? look : { idle: idleAt, busy: busyAt, unknown: unknownAt }[look](now);
  const rules = {
    thresholds: policy.thresholds,
    grownUpAt: grownUpAt(kase?.reappearedAt ?? runtime.createdAt, clock, policy),
  };
  return { clock: advance(clock, reading, rules), reading };
};

export const situationOf = (state: Guarded, now: Instant, reading?: Reading): Situation => {
  const { runtime, policy, ground, addressees, breakerOpen, clock } = state;
  const exemption = state.exemption ?? ownExemption(state.kase, now);
  return {
    now,
    runtime,
    clock,
    policy,
    ground,
    addressees,
    facts: { gpuModel: 'NVIDIA H100', pricePerGpuHour: 1.99 },
    breakerOpen,
    ...(reading === undefined ? {} : { reading }),
    ...(exemption === undefined ? {} : { exemption }),
  };
};

const caseOf = ({ kase, runtime, ground }: Guarded): RuntimeCase => kase ?? newCase(runtime, runtime.name, ground);

/** Owes a warning as the verdict asks for; in observe mode it counts at once, and no mail is owed. */
const withOwed = (state: Guarded, situation: Situation, step: Warning['step']): RuntimeCase => {
  const kase = caseOf(state);
  const { now, clock, policy, addressees } = situation;
  const begun = { id: `${clock.span?.since}`, since: clock.span?.since ?? now };
  const counted = policy.mode === 'observe' ? ({ mail: 'none', counted: now } as const) : ({ mail: 'owed' } as const);
  const { deleteAt, ahead } = deletionAfterWarning(kase, situation, step);
  return oweWarning(
    kase,
    { step, owedAt: now, notBefore: now, deleteAt, ahead, to: addressees, level: 0, ...counted },
    begun,
  );
};

const withDetail = (state: Guarded, now: Instant): RuntimeCase => {
  const { runtime, detailPlanId } = state;
  const plan = detailPlanId === undefined ? {} : { planId: detailPlanId };
  return { ...caseOf(state), particulars: particularsOf({ ...runtime, ...plan }, now) };
};

/** What a run does with a verdict; a deletion is left to whoever asked, but for what observe mode remembers of it. */
const acted = (state: Guarded, situation: Situation, verdict: Verdict): RuntimeCase | undefined => {
  const { kase } = state;
  if (verdict.verdict === 'warn-first') return withOwed(state, situation, 'first');
  if (verdict.verdict === 'warn-last') return withOwed(state, situation, 'last');
  const wouldDelete = verdict.verdict === 'delete' && state.policy.mode === 'observe';
  if (wouldDelete && kase?.episode !== undefined) {
    return { ...kase, episode: { ...kase.episode, would: situation.now } };
  }
  return kase;
};

export type Tick = {
  readonly state: Guarded;
  readonly verdict: Verdict;
  readonly before: RuntimeCase | undefined;
  readonly judged: RuntimeCase | undefined;
  readonly situation: Situation;
};

/** One run over one runtime: look, judge, act. A detail that is asked for is read, and judged again, in the same run. */
export const tick = (state: Guarded, now: Instant, look: Look = 'idle'): Tick => {
  const { clock, reading } = looked(state, now, look);
  const read = { ...state, clock };
  const situation = { ...situationOf(read, now, reading), before: state.clock };
  const first = judgeRuntime(read.kase, situation);
  const before = first.verdict.verdict === 'look' ? withDetail({ ...read, kase: first.kase }, now) : read.kase;
  const { verdict, kase: judged } = before === read.kase ? first : judgeRuntime(before, situation);
  const kase = acted({ ...read, kase: judged }, situation, verdict);
  return { state: { ...read, kase }, verdict, before, judged, situation };
};

/** The mail about a warning as it is written now: it names the warning's time, or a later one that is still far enough away. */
export const mailOf = (
  kase: RuntimeCase | undefined,
  step: Warning['step'],
  now: Instant,
): Omit<AcceptedWarning, 'at'> => {
  const warning = kase?.episode?.[step];
  if (kase?.episode === undefined || warning === undefined) throw new RangeError(`No ${step} warning is owed.`);
  const deleteAt = Math.max(warning.deleteAt, now + warning.ahead);
  return { episodeId: kase.episode.id, step, owedAt: warning.owedAt, mailId: `${step}-${warning.owedAt}`, deleteAt };
};

export const entryOf = (id: string, now: Instant): LedgerEntry => ({
  id,
  at: now,
  act: 'warned-last',
  who: { kind: 'rule', policy: 'default' },
  because: 'idle',
});

/** The case after the mail service took over a mail. */
export const withAccepted = (kase: RuntimeCase, mail: Omit<AcceptedWarning, 'at'>, now: Instant): RuntimeCase =>
  acceptWarning(kase, { ...mail, at: now }, entryOf(mail.mailId, now));

/** The runtime after all its owed warnings were mailed and accepted at this time. */
export const mailed = (state: Guarded, now: Instant): Guarded => {
  let { kase } = state;
  for (const step of ['first', 'last'] as const) {
    if (kase?.episode?.[step]?.mail === 'owed') kase = withAccepted(kase, mailOf(kase, step, now), now);
  }
  return { ...state, kase };
};

export type Plan = {
  /** What is seen at a minute; idle where nothing is said. `no-tick`: no run. */
  readonly looks?: ((minutes: number) => Look | 'no-tick' | undefined) | undefined;
  /** Whether the mail service takes what is owed in this minute; it does unless said otherwise. */
  readonly mail?: (minutes: number) => boolean;
  /** What changes before the run of a minute. */
  readonly changes?: Readonly<Record<number, (state: Guarded) => Guarded>>;
};

export type Lived = { readonly state: Guarded; readonly verdicts: ReadonlyMap<number, Verdict> };

/** A run in each minute, both ends included; it stops at a deletion. */
export const live = (state: Guarded, from: number, to: number, { looks, mail, changes }: Plan = {}): Lived => {
  const verdicts = new Map<number, Verdict>();
  let current = state;
  for (let minutes = from; minutes <= to; minutes += 1) {
    current = changes?.[minutes]?.(current) ?? current;
    const look = looks?.(minutes) ?? 'idle';
    if (look === 'no-tick') continue;
    const ticked = tick(current, at(minutes), look);
    verdicts.set(minutes, ticked.verdict);
    current = ticked.state;
    if (ticked.verdict.verdict === 'delete' && current.policy.mode === 'enforce') break;
    if (mail?.(minutes) ?? true) current = mailed(current, at(minutes));
  }
  return { state: current, verdicts };
};

/** The verdicts, each with the minute of the first in a row of it. */
export const turns = ({ verdicts }: Lived): readonly string[] => {
  const named = [...verdicts].map(([minutes, { verdict }]) => ({ minutes, verdict }));
  return named
    .filter(({ verdict }, position) => verdict !== named[position - 1]?.verdict)
    .map(({ minutes, verdict }) => `${minutes} ${verdict}`);
};

/** Somebody keeps the runtime until then. */
export const keptUntil =
  (minutes: number) =>
  (state: Guarded): Guarded => ({
    ...state,
    kase: { ...caseOf(state), keep: { until: at(minutes), at: at(minutes) - 4 * hour, by: 'm1:4h' } },
  });

/** A runtime whose last warning was accepted in minute 105 and named minute 120; the next run is that of minute 119. */
export const lastWarned = (changes: Partial<Guarded> = {}): Guarded => live(guarded(changes), 0, 118).state;

/** The defaults, with runtimes that are named after their owners. */
export const rulesWith = (changes: Partial<GuardRules> = {}): GuardRules => ({
  policies: [policyWith()],
  exemptions: [],
  owners: [{ match: { name: '*-{owner}' }, to: '{owner}@example.com' }],
  operator: 'operator@example.com',
  timeZone: 'UTC',
  observeTo: 'operator',
  limits: { perTick: 5, perHour: 20 },
  keepChoices: ['4h', '1d', '7d'],
  ...changes,
});

export const catalogue: Catalogue = {
  askedAt: start,
  configs: { 'gpu-h100-80g-20cpu-125g': { gpuModel: 'NVIDIA H100', pricePerGpuHour: 1.99 } },
};

/** The clock of a runtime that was seen idle, in every minute, for so many minutes up to now. */
export const idleClock = (minutes: number, now: Instant, afterBusy = false): Clock => ({
  seenAt: start - day,
  span: {
    since: now - minutes * minute,
    observed: minutes * minute,
    idleAt: now,
    gap: 0,
    afterBusy,
    unitStated: true,
    highest: { gpuPercent: 1, cpu: { value: 0.1, unit: 'cores' } },
  },
});

/** The case of a runtime whose detail was read: on demand. */
export const caseWith = (changes: Partial<RuntimeCase> = {}, runtime = runtimeWith()): RuntimeCase => ({
  ...newCase(runtime, runtime.name, 'ground'),
  particulars: particularsOf({ ...runtime, planId: 'gpu-h100-on-demand-1h' }, start),
  ...changes,
});

/** The rules' digest is the text itself. */
export const digest = (text: string): string => text;

export const fleetWith = (now: Instant, changes: Partial<FleetSituation> = {}): FleetSituation => ({
  now,
  rules: rulesWith(),
  clocks: new Map(),
  clocksBefore: new Map(),
  cases: new Map(),
  breaker: closedBreaker,
  catalogue,
  digest,
  ...changes,
});

export const boardWith = (
  cases: readonly RuntimeCase[],
  clocks: ReadonlyMap<RuntimeKey, Clock>,
  changes: Partial<GuardBoard> = {},
): GuardBoard => ({
  fleet: { clocks, slots: [] },
  cases: new Map(cases.map((kase) => [runtimeKey(kase), { value: kase, version: 1 }])),
  breaker: { value: closedBreaker, version: 0 },
  desk: { value: emptyDesk, version: 0 },
  catalogue,
  unreadable: [],
  unreadableCases: new Set(),
  ...changes,
});
