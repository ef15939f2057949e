import type { Runtime } from '#domain/runtime.ts';
import type { Instant } from '#domain/time.ts';
import { modelNames, squashed } from '#domain/watch.ts';
import type { Hours } from './hours.ts';
import type { Thresholds } from './reading.ts';
import type { KeepChoice } from './runtime-notice.ts';

/**
 * Observed idle time, in milliseconds, at which something follows. `lead`: from an accepted last warning to the deletion, at
 * least; `freshLead`: the same, and from when that warning was written, where the warnings before it were voided.
 */
export type Ladder = {
  readonly firstWarningAfter: number;
  readonly lastWarningAfter: number;
  readonly deleteAfter: number;
  readonly lead: number;
  readonly freshLead: number;
};

/** What a policy does at the end of its ladder: deletes, only says that it would, or nothing at all, not even looking. */
export type Mode = 'enforce' | 'observe' | 'off';

/** Deletions at most: in one tick, and within any hour. */
export type Limits = { readonly perTick: number; readonly perHour: number };

/** A text with `*` (any characters) and `?` (one character); case does not matter. */
export type Pattern = string;

/** Which runtimes a rule is about; what is missing does not matter. Prices are USD for one GPU for one hour, both included. */
export type Match = {
  readonly project?: string;
  readonly id?: string;
  readonly name?: Pattern;
  readonly model?: string;
  readonly minPricePerGpuHour?: number;
  readonly maxPricePerGpuHour?: number;
};

/** The owner's rules for some of the runtimes. The first policy that matches a runtime is the only one that counts. */
export type Policy = {
  readonly name: string;
  readonly match: Match;
  readonly mode: Mode;
  readonly thresholds: Thresholds;
  readonly ladder: Ladder;
  /** Missing: it may delete at any time. */
  readonly hours?: Hours;
  /** Below those of the fleet, for the runtimes of this policy. */
  readonly limits?: Partial<Limits>;
  /** A runtime that is younger, in milliseconds, is never idle. */
  readonly minimumAge: number;
  /** Longest time, in milliseconds, that a link may keep a runtime for. */
  readonly keepAtMost: number;
  /** A plan that cannot be read counts as on demand, instead of reserved. */
  readonly assumeOnDemand: boolean;
  /** Who is told when nobody owns the runtime, or the owner cannot be reached; the operator comes after. */
  readonly fallback?: string;
};

/** Runtimes that are never warned about or deleted until then. `until` is an instant, or never ends. */
export type Exemption = {
  readonly match: Pick<Match, 'project' | 'id' | 'name'>;
  readonly until: Instant | 'forever';
  readonly because?: string;
};

/** An exemption that holds for a runtime, and who made it: the owner's policy, or an operator by the API. */
export type HeldExemption = Exemption & { readonly by: 'policy' | 'api' };

/** Who owns which runtimes. `{owner}` in the name's pattern stands for whatever stands there, and may be used in `to`. */
export type OwnerRule = { readonly match: Pick<Match, 'project' | 'id' | 'name'>; readonly to: string };

/** All rules of job 2. The last policy matches everything. */
export type GuardRules = {
  readonly policies: readonly Policy[];
  readonly exemptions: readonly Exemption[];
  readonly owners: readonly OwnerRule[];
  readonly operator: string;
  readonly timeZone: string;
  /** In observe mode owners are told nothing, unless `owner`. */
  readonly observeTo: 'operator' | 'owner';
  readonly limits: Limits;
  /** What Keep links offer, as far as a policy's `keepAtMost` allows it; the shortest first. */
  readonly keepChoices: readonly KeepChoice[];
};

/** What the provider's inventory says of a runtime's config; missing where it says nothing. */
export type ConfigFacts = { readonly gpuModel?: string; readonly pricePerGpuHour?: number };

const escaped = (text: string) => text.replace(/[.+^${}()|[\]\\]/g, '\\$&');

/** `*`, `?` and `{owner}` as a regular expression over the whole text. */
const regexOf = (pattern: Pattern): RegExp =>
  new RegExp(
    `^${escaped(pattern)
      .replaceAll('*', '.*')
      .replaceAll('?', '.')
      .replaceAll('\\{owner\\}', '(?<owner>[a-z0-9][a-z0-9._+]*?)')}$`,
    'is',
  );

/** Whether a text fits a pattern. */
export const fits = (pattern: Pattern, text: string): boolean => regexOf(pattern).test(text);

const isAddressed = ({ project, id, name }: Match, runtime: Runtime): boolean =>
  (project === undefined || project === runtime.project) &&
  (id === undefined || id.toLowerCase() === runtime.id.toLowerCase()) &&
  (name === undefined || fits(name, runtime.name));

/** Whether a rule is about a runtime. A model or a price that is not known fits no rule that asks for one. */
export const matches = (match: Match, runtime: Runtime, { gpuModel, pricePerGpuHour }: ConfigFacts): boolean => {
  const { model, minPricePerGpuHour = 0, maxPricePerGpuHour = Number.POSITIVE_INFINITY } = match;
  const asksPrice = match.minPricePerGpuHour !== undefined || match.maxPricePerGpuHour !== undefined;
  const price = pricePerGpuHour ?? Number.NaN;
  return (
    isAddressed(match, runtime) &&
    (model === undefined || (gpuModel !== undefined && modelNames(gpuModel).includes(squashed(model)))) &&
    (!asksPrice || (price >= minPricePerGpuHour && price <= maxPricePerGpuHour))
  );
};

/** The policy of a runtime: the first that matches. */
export const policyFor = (rules: GuardRules, runtime: Runtime, facts: ConfigFacts): Policy => {
  const policy = rules.policies.find(({ match }) => matches(match, runtime, facts));
  if (policy === undefined) throw new TypeError('The last policy must match every runtime.');
  return policy;
};

/** The first policy that would come before the runtime's own if its model or its price, which are not known, fitted. */
export const policyInDoubt = (rules: GuardRules, runtime: Runtime, facts: ConfigFacts): Policy | undefined => {
  const own = policyFor(rules, runtime, facts);
  const before = rules.policies.slice(0, rules.policies.indexOf(own));
  return before.find(({ match }) => {
    const { model, minPricePerGpuHour, maxPricePerGpuHour, ...address } = match;
    // With what is not known left out, the rest must fit.
    const ofModel = facts.gpuModel === undefined || model === undefined ? {} : { model };
    const ofPrice = {
      ...(minPricePerGpuHour === undefined ? {} : { minPricePerGpuHour }),
      ...(maxPricePerGpuHour === undefined ? {} : { maxPricePerGpuHour }),
    };
    const known = { ...address, ...ofModel, ...(facts.pricePerGpuHour === undefined ? {} : ofPrice) };
    return matches(known, runtime, facts);
  });
};

/** When an exemption ends, as an instant; infinity for one that does not. */
export const exemptionEnd = ({ until }: Pick<Exemption, 'until'>): number =>
  until === 'forever' ? Number.POSITIVE_INFINITY : until;

/** The policy's exemption that holds for a runtime now; of several the one that lasts longest. */
export const exemptionFor = ({ exemptions }: GuardRules, runtime: Runtime, now: Instant): Exemption | undefined => {
  return exemptions
    .filter((exemption) => isAddressed(exemption.match, runtime) && exemptionEnd(exemption) > now)
    .sort((a, b) => exemptionEnd(b) - exemptionEnd(a))[0];
};

const mailAddress = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

const ownerBy = ({ match, to }: OwnerRule, runtime: Runtime): string[] => {
  if (!isAddressed({ ...match, name: match.name?.replaceAll('{owner}', '*') ?? '*' }, runtime)) return [];
  const owner = regexOf(match.name ?? '*')
    .exec(runtime.name)
    ?.groups?.owner?.toLowerCase();
  if (to.includes('{owner}') && owner === undefined) return [];
  const address = to.replaceAll('{owner}', owner ?? '');
  return mailAddress.test(address) ? [address] : [];
};

/**
 * Whom a runtime's notices go to: the first that can be reached of owner, fallback and operator. Each address once. Whoever had
 * Warden make it owns it, whatever it is called; of the others the rules say who does.
 */
export const addresseesFor = (
  rules: GuardRules,
  policy: Policy,
  runtime: Runtime,
  madeFor?: string,
): readonly string[] => {
  const owner = madeFor ?? rules.owners.flatMap((rule) => ownerBy(rule, runtime))[0];
  const chain = [owner, policy.fallback, rules.operator].filter((address) => address !== undefined);
  return [...new Map(chain.map((address) => [address.toLowerCase(), address])).values()];
};
