import { checkedDuration } from '#domain/duration.ts';
import type { Hours, Weekday } from '#domain/guardrails/hours.ts';
import type { Exemption, GuardRules, Ladder, OwnerRule, Policy } from '#domain/guardrails/policy.ts';
import { defaultPolicy } from './guard-order.ts';
import { builtInPolicy } from './guard-policy.ts';
import type { Settings } from './settings.ts';
import { minuteOfDay } from './time-of-day.ts';
import { endOf } from './until.ts';

type Guardrails = Settings['guardrails'];
type PolicySettings = Guardrails['policies'][number];
type GivenHours = NonNullable<PolicySettings['hours']>;

const ladderOf = (ladder: PolicySettings['ladder']): Ladder => ({
  firstWarningAfter: checkedDuration(ladder.firstWarningAfter),
  lastWarningAfter: checkedDuration(ladder.lastWarningAfter),
  deleteAfter: checkedDuration(ladder.deleteAfter),
  lead: checkedDuration(ladder.lead),
  freshLead: checkedDuration(ladder.freshLead),
});

const weekdayOf: Readonly<Record<GivenHours['days'][number], Weekday>> = {
  sun: 0,
  mon: 1,
  tue: 2,
  wed: 3,
  thu: 4,
  fri: 5,
  sat: 6,
};

const hoursOf = ({ days, from, to, timeZone }: GivenHours, zone: string): Hours => ({
  days: days.map((day) => weekdayOf[day]),
  fromMinute: minuteOfDay(from),
  toMinute: minuteOfDay(to),
  timeZone: timeZone ?? zone,
});

const limitsOf = ({ deletionsPerTick, deletionsPerHour }: NonNullable<PolicySettings['limits']>) => ({
  ...(deletionsPerTick === undefined ? {} : { perTick: deletionsPerTick }),
  ...(deletionsPerHour === undefined ? {} : { perHour: deletionsPerHour }),
});

const policyOf = (settings: PolicySettings, guardrails: Guardrails, timeZone: string): Policy => {
  const { name, match, mode, idle, ladder, hours, limits } = settings;
  const { keepAtMost, assumeOnDemand, fallback } = { ...guardrails, ...settings };
  return {
    name,
    match,
    mode: mode ?? guardrails.mode,
    thresholds: idle,
    ladder: ladderOf(ladder),
    ...(hours === undefined ? {} : { hours: hoursOf(hours, timeZone) }),
    ...(limits === undefined ? {} : { limits: limitsOf(limits) }),
    minimumAge: checkedDuration(guardrails.minimumAge),
    keepAtMost: checkedDuration(keepAtMost),
    assumeOnDemand,
    ...(fallback === undefined ? {} : { fallback }),
  };
};

const exemptionOf = ({ until, because, ...match }: Guardrails['exemptions'][number], timeZone: string): Exemption => ({
  match,
  until: until === 'forever' ? until : endOf(until, timeZone),
  ...(because === undefined ? {} : { because }),
});

const ownerOf = ({ to, ...match }: Guardrails['owners'][number]): OwnerRule => ({ match, to });

/** What Keep links offer, the shortest first. */
export const keepChoicesOf = ({ guardrails }: Pick<Settings, 'guardrails'>): GuardRules['keepChoices'] =>
  guardrails.keepChoices.toSorted((a, b) => checkedDuration(a) - checkedDuration(b));

/** The rules of job 2 in the words of the domain. The built-in policy comes last, unless the user has one called so. */
export const guardRulesOf = ({ guardrails, mail }: Pick<Settings, 'guardrails' | 'mail'>): GuardRules => {
  const hasDefault = guardrails.policies.some(({ name }) => name.toLowerCase() === defaultPolicy);
  const policies = hasDefault ? guardrails.policies : [...guardrails.policies, builtInPolicy()];
  return {
    policies: policies.map((policy) => policyOf(policy, guardrails, mail.timeZone)),
    exemptions: guardrails.exemptions.map((exemption) => exemptionOf(exemption, mail.timeZone)),
    owners: guardrails.owners.map(ownerOf),
    operator: mail.operator,
    timeZone: mail.timeZone,
    observeTo: guardrails.observeTo,
    limits: { perTick: guardrails.limits.deletionsPerTick, perHour: guardrails.limits.deletionsPerHour },
    keepChoices: keepChoicesOf({ guardrails }),
  };
};
