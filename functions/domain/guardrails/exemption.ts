import type { Runtime } from '#domain/runtime.ts';
import type { Instant } from '#domain/time.ts';
import { voidWarnings } from './episode.ts';
import { personEntry, type Said, tooLate, undecided } from './keep.ts';
import { type Exemption, exemptionEnd, exemptionFor, type GuardRules, type HeldExemption } from './policy.ts';
import type { OwnExemption, RuntimeCase } from './runtime-case.ts';

/** The exemption by the API that holds for a runtime now. */
export const ownExemption = (kase: RuntimeCase | undefined, now: Instant): HeldExemption | undefined => {
  if (kase?.exemption === undefined || exemptionEnd(kase.exemption) <= now) return undefined;
  const { project, id, exemption } = kase;
  return { match: { project, id }, until: exemption.until, because: exemption.because, by: 'api' };
};

/** The exemption that holds for a runtime now, by the policy or by the API; of several the one that lasts longest. */
export const exemptionOf = (
  rules: GuardRules,
  runtime: Runtime,
  kase: RuntimeCase | undefined,
  now: Instant,
): HeldExemption | undefined => {
  const ruled = exemptionFor(rules, runtime, now);
  const own = ownExemption(kase, now);
  if (ruled === undefined || (own !== undefined && exemptionEnd(own) > exemptionEnd(ruled))) return own;
  return { ...ruled, by: 'policy' };
};

/** What asking to exempt a runtime came to. `too-late`: its deletion has begun. */
export type ExemptOutcome = { readonly outcome: 'exempt' } | { readonly outcome: 'too-late' };

/**
 * Exempts a runtime by the API, and voids its warnings; what it was exempt until before does not matter any more. The same
 * again changes nothing. `before`: its case, or a new one where there is none.
 */
export const exemptRuntime = (
  before: RuntimeCase,
  { until, because, by, recipientId }: Said & Pick<Exemption, 'until'> & { readonly by: string },
  now: Instant,
): { readonly kase: RuntimeCase; readonly outcome: ExemptOutcome } => {
  if (tooLate(before) !== undefined) return { kase: before, outcome: { outcome: 'too-late' } };
  if (before.exemption?.until === until && before.exemption.because === because) {
    return { kase: before, outcome: { outcome: 'exempt' } };
  }
  const exemption: OwnExemption = { until, because, at: now };
  const lasts = until === 'forever' ? until : `until ${new Date(until).toISOString()}`;
  const said = { because: `exempt ${lasts} by the API: ${because}`, recipientId };
  const outbox = [...before.outbox, personEntry('exempted', before, by, said, now)];
  const kase = voidWarnings({ ...undecided(before), exemption, outbox }, 'it was exempt', now);
  return { kase, outcome: { outcome: 'exempt' } };
};

/** Ends an exemption by the API: the runtime is judged like any other. One that is not there, or is over, stays as it is. */
export const endExemption = (
  kase: RuntimeCase,
  { by, ...said }: Said & { readonly by: string },
  now: Instant,
): RuntimeCase => {
  if (ownExemption(kase, now) === undefined) return kase;
  const { exemption: _ended, ...rest } = kase;
  return { ...rest, outbox: [...kase.outbox, personEntry('exemption-ended', kase, by, said, now)] };
};
