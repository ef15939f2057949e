import type { Runtime } from '#domain/runtime.ts';
import { day, hour, type Instant } from '#domain/time.ts';
import { type AcceptedWarning, addresseeOf } from './episode.ts';
import { exemptionOf, ownExemption } from './exemption.ts';
import { factsOf, type GuardBoard } from './guard-board.ts';
import { nextActAt } from './hours.ts';
import { groundOf } from './judge-fleet.ts';
import { keepChoicesUpTo } from './keep.ts';
import type { LedgerEntry } from './ledger.ts';
import { moneyOf } from './money.ts';
import { canRecreate } from './particulars.ts';
import { addresseesFor, type Exemption, exemptionEnd, type GuardRules, type Policy, policyFor } from './policy.ts';
import { type RuntimeCase, type RuntimeKey, runtimeKey, type Warning } from './runtime-case.ts';
import type { DailyMail, ToldExemption, ToldRuntime, WarningRow } from './runtime-notice.ts';
import { evidenceOf, ledgerRuntimeOf } from './situation.ts';

/** A runtime as far as its case and its detail, read before, tell of it. */
const runtimeOf = ({ project, id, name, particulars }: RuntimeCase): Runtime => ({
  project,
  id,
  name,
  region: particulars?.region ?? '',
  status: 'Running',
  ...(particulars?.gpuConfigId === undefined ? {} : { gpuConfigId: particulars.gpuConfigId }),
  ...(particulars?.gpuCount === undefined ? {} : { gpuCount: particulars.gpuCount }),
});

/** One warning that a mail is to carry: its row but for the links, and what is recorded when the mail is accepted. */
export type ComposedWarning = {
  readonly key: RuntimeKey;
  readonly kase: RuntimeCase;
  readonly would: boolean;
  /** Whose turn it is among the addressees. */
  readonly level: number;
  readonly row: Omit<WarningRow, 'keepUrl'>;
  readonly accepted: Omit<AcceptedWarning, 'mailId' | 'at'>;
  readonly entry: LedgerEntry;
};

/** A last warning that comes late names a later time: never less ahead than it promises. */
const deletionNamed = ({ deleteAt, ahead }: Warning, policy: Policy, now: Instant): Instant =>
  nextActAt(policy.hours, Math.max(deleteAt, now + ahead));

const composeOne = (
  board: GuardBoard,
  rules: GuardRules,
  kase: RuntimeCase,
  warning: Warning,
  now: Instant,
  digest: (text: string) => string,
): ComposedWarning | undefined => {
  const key = runtimeKey(kase);
  const { episode, particulars } = kase;
  const span = board.fleet.clocks.get(key)?.span;
  if (episode === undefined || particulars === undefined || span === undefined) return undefined;
  const runtime = runtimeOf(kase);
  const facts = factsOf(board.catalogue, runtime);
  const policy = policyFor(rules, runtime, facts);
  if (exemptionOf(rules, runtime, kase, now) !== undefined) return undefined;
  // The rules have changed since it became owed: the next run voids it.
  if (digest(groundOf(policy, addresseesFor(rules, policy, runtime, kase.madeFor?.address), runtime)) !== kase.ground)
    return undefined;
  const deleteAt = deletionNamed(warning, policy, now);
  const money = moneyOf(facts.pricePerGpuHour, particulars.gpuCount, span.observed);
  const evidence = evidenceOf(span, span.idleAt);
  const priced = money === undefined ? {} : { money };
  const told = ledgerRuntimeOf({ runtime, facts }, kase);
  const row: ComposedWarning['row'] = {
    step: warning.step,
    runtime: told,
    rule: { policy: policy.name, thresholds: policy.thresholds, deleteAfter: policy.ladder.deleteAfter },
    evidence,
    ...priced,
    deleteAt,
    volume: particulars.volume,
    unsaved: particulars.unsaved,
    recreatable: canRecreate(particulars.unsaved),
    keepChoices: keepChoicesUpTo(policy.keepAtMost, rules.keepChoices),
    ...(episode.voided === undefined ? {} : { againBecause: episode.voided.because }),
  };
  const entry: LedgerEntry = {
    id: `${key}/${episode.id}/${warning.owedAt}/warned-${warning.step}`,
    at: now,
    act: warning.step === 'first' ? 'warned-first' : 'warned-last',
    who: { kind: 'rule', policy: policy.name },
    because: `idle since ${new Date(span.since).toISOString()}`,
    runtime: told,
    evidence,
    ...priced,
  };
  const accepted = { episodeId: episode.id, step: warning.step, owedAt: warning.owedAt, deleteAt };
  return { key, kase, would: policy.mode !== 'enforce', level: warning.level, row, accepted, entry };
};

const owedWarning = ({ episode }: RuntimeCase): Warning | undefined =>
  [episode?.last, episode?.first].find((warning) => warning?.mail === 'owed');

/**
 * The warnings that a recipient is to get now, all in one: those whose time has come, with all others that are owed to the
 * same address. While the breaker is open there are none.
 */
export const warningsFor = (
  board: GuardBoard,
  rules: GuardRules,
  isTheirs: (address: string) => boolean,
  now: Instant,
  digest: (text: string) => string,
): readonly ComposedWarning[] => {
  if (board.breaker.value.open !== undefined) return [];
  const owed = [...board.cases.values()].flatMap(({ value: kase }) => {
    const warning = owedWarning(kase);
    const waits = (kase.episode?.unreachable?.retryAt ?? 0) > now;
    if (warning === undefined || waits || !isTheirs(addresseeOf(warning) ?? '')) return [];
    return [{ kase, warning }];
  });
  if (!owed.some(({ warning }) => warning.notBefore <= now)) return [];
  return owed
    .flatMap(({ kase, warning }) => composeOne(board, rules, kase, warning, now, digest) ?? [])
    .sort((a, b) => a.row.deleteAt - b.row.deleteAt);
};

const nameOf = ({ match }: Exemption): string =>
  [
    match.id && `runtime ${match.id}`,
    match.name && `runtimes named ${match.name}`,
    match.project && `project ${match.project}`,
  ]
    .filter(Boolean)
    .join(', ');

/** The exemptions that hold: those of the policy, then those that were made by the API for runtimes which are there. */
const exemptionsHeld = ({ cases }: GuardBoard, rules: GuardRules, now: Instant): readonly ToldExemption[] => {
  const ruled = rules.exemptions.filter((exemption) => exemptionEnd(exemption) > now);
  const told = ruled.map((exemption): ToldExemption => {
    const because = exemption.because === undefined ? {} : { because: exemption.because };
    return { about: nameOf(exemption), until: exemption.until, by: 'policy', ...because };
  });
  const own = [...cases].flatMap(([key, { value: kase }]): ToldExemption[] => {
    const held = kase.vanishedAt === undefined ? ownExemption(kase, now) : undefined;
    if (held === undefined) return [];
    const { until, because = '', by } = held;
    return [{ about: `${kase.name} (${key})`, until, because, by }];
  });
  return [...told, ...own];
};

const endsSoonWithin = 7 * day;
/** Deletions of so long count into what was not spent since. */
export const freedOver = 30 * day;

/** What was freed by the deletions among these entries; those that were undone, by whomever, freed nothing. */
export const freedBy = (entries: readonly LedgerEntry[], now: Instant): DailyMail['freed'] => {
  const keyOf = ({ runtime }: LedgerEntry) => (runtime === undefined ? '' : runtimeKey(runtime));
  const undoings = entries.filter(({ act }) => act === 'reappeared' || act === 'recreated');
  const deleted = entries.filter(({ act }) => act === 'deleted');
  const undoneAt = (entry: LedgerEntry): Instant | undefined => {
    const after = undoings.filter((undoing) => keyOf(undoing) === keyOf(entry) && undoing.at >= entry.at);
    return after.length === 0 ? undefined : Math.min(...after.map(({ at }) => at));
  };
  const rateOf = ({ money }: LedgerEntry) => money?.ratePerHour ?? 0;
  const stands = deleted.filter((entry) => undoneAt(entry) === undefined);
  return {
    deletions: deleted.length,
    rateStopped: stands.reduce((sum, entry) => sum + rateOf(entry), 0),
    notSpent: deleted.reduce((sum, one) => sum + (rateOf(one) * ((undoneAt(one) ?? now) - one.at)) / hour, 0),
  };
};

/** The daily mail about a span of time; undefined where there is nothing to say. `ledger` reaches back 30 days, oldest first. */
export const dailyMailOf = (
  board: GuardBoard,
  rules: GuardRules,
  ledger: readonly LedgerEntry[],
  { from, to, now }: { readonly from: Instant; readonly to: Instant; readonly now: Instant },
): DailyMail | undefined => {
  const entries = ledger.filter(({ at }) => at > from && at <= to);
  const observing = [...board.cases.values()].flatMap(({ value: kase }) => {
    const since = kase.episode?.would;
    const span = board.fleet.clocks.get(runtimeKey(kase))?.span;
    if (since === undefined) return [];
    const runtime = runtimeOf(kase);
    const facts = factsOf(board.catalogue, runtime);
    const money = moneyOf(facts.pricePerGpuHour, kase.particulars?.gpuCount, span?.observed ?? 0);
    const told: ToldRuntime = ledgerRuntimeOf({ runtime, facts }, kase);
    const evidence = span === undefined ? {} : { evidence: evidenceOf(span, span.idleAt) };
    return [{ runtime: told, since, ...evidence, ...(money === undefined ? {} : { money }) }];
  });
  const troubles = Object.values(board.desk.value.troubles).filter(({ overAt }) => overAt === undefined);
  const exemptions = exemptionsHeld(board, rules, now);
  const endingSoon = exemptions.filter((exemption) => exemptionEnd(exemption) - now <= endsSoonWithin);
  if (entries.length + observing.length + troubles.length + endingSoon.length === 0) return undefined;
  const freed = freedBy(ledger, now);
  return {
    kind: 'daily',
    writtenAt: now,
    from,
    to,
    entries,
    observing,
    troubles,
    exemptions,
    endingSoon,
    freed,
  };
};
