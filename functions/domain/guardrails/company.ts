import { type Instant, minute } from '#domain/time.ts';
import type { Ladder } from './policy.ts';
import type { RuntimeKey, Warning } from './runtime-case.ts';
import type { Verdict } from './verdict.ts';

/** Warnings to one recipient that fall due within so long of each other are one mail. */
const companyWithin = 15 * minute;

/** A first warning that waits for company is still to leave most of the time until the last one to its reader. */
const firstWaitsFor = ({ firstWarningAfter, lastWarningAfter }: Ladder): number =>
  Math.min(companyWithin, (lastWarningAfter - firstWarningAfter) / 3);

export type DueWarning = { readonly key: RuntimeKey; readonly step: Warning['step']; readonly notBefore: Instant };

type Candidate = {
  readonly key: RuntimeKey;
  readonly verdict: Verdict;
  readonly addressees: readonly string[];
  readonly ladder: Ladder;
};

/** Of those to one recipient: a last warning takes those along that would follow soon, a first one waits for company. */
const dueOfOne = (candidates: readonly Candidate[], now: Instant): DueWarning[] => {
  const sendsNow = candidates.some(({ verdict }) => verdict.verdict === 'warn-last');
  const soon = candidates.flatMap(({ verdict: { next } }) => (next !== undefined && next.at > now ? [next.at] : []));
  return candidates.flatMap(({ key, verdict: { verdict, next }, ladder }): DueWarning[] => {
    if (verdict === 'warn-last') return [{ key, step: 'last', notBefore: now }];
    const follows = verdict === 'wait' && next?.step === 'last' && next.at <= now + companyWithin;
    if (sendsNow && follows) return [{ key, step: 'last', notBefore: now }];
    if (verdict !== 'warn-first') return [];
    const company = soon.filter((at) => at <= now + firstWaitsFor(ladder));
    return [{ key, step: 'first', notBefore: sendsNow ? now : Math.max(now, ...company) }];
  });
};

/** The warnings that become owed now, and when the mail that carries each is due. */
export const warningsDue = (candidates: readonly Candidate[], now: Instant): DueWarning[] => {
  const byRecipient = Map.groupBy(candidates, ({ addressees }) => addressees[0]?.toLowerCase() ?? '');
  return [...byRecipient.values()].flatMap((together) => dueOfOne(together, now));
};
