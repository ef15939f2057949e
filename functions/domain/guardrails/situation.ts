import type { Runtime } from '#domain/runtime.ts';
import type { Instant } from '#domain/time.ts';
import type { Clock, Span } from './clock.ts';
import type { Evidence, LedgerEntry, LedgerRuntime } from './ledger.ts';
import { type Money, moneyOf } from './money.ts';
import type { ConfigFacts, HeldExemption, Policy } from './policy.ts';
import type { Reading } from './reading.ts';
import type { RuntimeCase } from './runtime-case.ts';

/**
 * Everything that the rules look at for one runtime. Neither the mode nor whether owners are mailed is among it (the policy's
 * mode is only asked for `off`): both modes judge alike. `reading` is this tick's; missing where it was not read.
 */
export type Situation = {
  readonly now: Instant;
  readonly runtime: Runtime;
  readonly clock: Clock;
  /** As it was before this tick's reading: what a runtime that is in use again had been idle for. */
  readonly before?: Clock;
  readonly reading?: Reading;
  readonly policy: Policy;
  /** A digest of the rules, see `RuntimeCase.ground`. */
  readonly ground: string;
  readonly addressees: readonly string[];
  readonly exemption?: HeldExemption;
  readonly facts: ConfigFacts;
  readonly breakerOpen: boolean;
  /** A policy that may be the one that counts: it asks for what the inventory does not tell. */
  readonly inDoubt?: Policy;
};

export const evidenceOf = (span: Span, until: Instant): Evidence => ({
  idleSince: span.since,
  until,
  observedMs: span.observed,
  highest: span.highest,
});

/** The runtime as the ledger keeps it. The number of GPUs is the listing's, the detail's or, failing both, missing. */
export const ledgerRuntimeOf = (
  { runtime, facts }: Pick<Situation, 'runtime' | 'facts'>,
  kase: RuntimeCase | undefined,
): LedgerRuntime => {
  const { project, id, name, region, gpuConfigId } = runtime;
  const gpus = runtime.gpuCount ?? kase?.particulars?.gpuCount;
  return {
    project,
    id,
    name,
    region,
    ...(gpuConfigId === undefined ? {} : { gpuConfigId }),
    ...(facts.gpuModel === undefined ? {} : { gpuModel: facts.gpuModel }),
    ...(gpus === undefined ? {} : { gpus }),
    ...(kase?.madeFor === undefined ? {} : { madeFor: kase.madeFor.recipientId }),
  };
};

/** The idle span that there is, or that there was until now. */
const spanOf = ({ clock, before }: Situation): Span | undefined => clock.span ?? before?.span;

/** What a runtime's idle time has cost so far; undefined where its price or its number of GPUs is not known. */
export const moneyIn = (situation: Situation, kase: RuntimeCase | undefined): Money | undefined =>
  moneyOf(
    situation.facts.pricePerGpuHour,
    situation.runtime.gpuCount ?? kase?.particulars?.gpuCount,
    spanOf(situation)?.observed ?? 0,
  );

/** An entry about a runtime, with the evidence and the money as they are now. `what` tells it from others of the episode. */
export const entryFor = (
  situation: Situation,
  kase: RuntimeCase | undefined,
  act: LedgerEntry['act'],
  because: string,
  what: string,
): LedgerEntry => {
  const { now, policy, runtime } = situation;
  const span = spanOf(situation);
  const money = moneyIn(situation, kase);
  return {
    id: `${runtime.project}/${runtime.id}/${what}/${act}`,
    at: now,
    act,
    who: { kind: 'rule', policy: policy.name },
    because,
    runtime: ledgerRuntimeOf(situation, kase),
    ...(span === undefined ? {} : { evidence: evidenceOf(span, now) }),
    ...(money === undefined ? {} : { money }),
  };
};
