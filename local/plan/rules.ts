import { price } from '#adapters/look/money-words.ts';
import { useWords } from '#adapters/mail/evidence-words.ts';
import { agoWords, type TimeWords } from '#adapters/mail/time-words.ts';
import { durationInWords } from '#domain/duration.ts';
import { grownUpAt } from '#domain/guardrails/clock.ts';
import { mayActAt, nextActAt } from '#domain/guardrails/hours.ts';
import { isRunning } from '#domain/guardrails/judge-fleet.ts';
import { canRecreate } from '#domain/guardrails/particulars.ts';
import { type Match, matches, type Policy } from '#domain/guardrails/policy.ts';
import { isIdleUse } from '#domain/guardrails/reading.ts';
import type { Situation } from '#domain/guardrails/situation.ts';
import type { Look, LookedAt } from './look.ts';
import { busyBecause, planOf } from './row.ts';
import { callFault, minutesWords, untilWords } from './words.ts';

/** How a rule stands to a deletion: lets it pass, stops it, is not fulfilled yet, or cannot be seen in one look. */
export type Stands = 'passes' | 'stops' | 'not-yet' | 'unseen';

/** One rule, in the order in which they are asked, with what it found. */
export type CheckedRule = { readonly rule: string; readonly stands: Stands; readonly lines: readonly string[] };

type Given = { readonly look: Look; readonly one: LookedAt; readonly situation: Situation; readonly times: TimeWords };

const checked = (rule: string, stands: Stands, ...lines: readonly string[]): CheckedRule => ({ rule, stands, lines });

const misfit = (match: Match, { runtime, facts }: Situation): string => {
  const fails = (part: Match) => !matches(part, runtime, facts);
  const { project, id, name, model, minPricePerGpuHour: least, maxPricePerGpuHour: most } = match;
  if (project !== undefined && fails({ project })) return `it is not in project ${project}`;
  if (id !== undefined && fails({ id })) return 'it has another id';
  if (name !== undefined && fails({ name })) return `its name does not fit ${name}`;
  if (model !== undefined && fails({ model })) {
    return facts.gpuModel === undefined ? 'the model of its GPU is not known' : `its GPU is no ${model}`;
  }
  if (facts.pricePerGpuHour === undefined) return 'its price is not known';
  if (least !== undefined && fails({ minPricePerGpuHour: least })) return `it costs less than ${price(least)}`;
  return `it costs more than ${price(most ?? 0)}`;
};

const policyRule = ({ look, situation }: Given): CheckedRule => {
  const { policies } = look.fleet.rules;
  const { policy, inDoubt } = situation;
  const index = policies.indexOf(policy);
  const before = policies.slice(0, index).map(({ name, match }) => `not ${name}: ${misfit(match, situation)}`);
  const own = `${policy.name}, ${index + 1} of ${policies.length}: the first that matches is the only one that counts`;
  if (inDoubt === undefined) return checked('policy', 'passes', own, ...before);
  const doubt = `policy ${inDoubt.name} may come first: it asks for a price or a model that is not known. Until it is, nobody is warned`;
  return checked('policy', 'stops', own, doubt, ...before);
};

const modeRule = ({ situation: { policy } }: Given): CheckedRule => {
  if (policy.mode === 'enforce') return checked('mode', 'passes', 'enforce: owners are warned, then it is deleted');
  if (policy.mode === 'off') return checked('mode', 'stops', 'off: it is not even looked at');
  return checked('mode', 'stops', 'observe: the operator is told what would be done, nothing is deleted');
};

const exemptionRule = ({ situation: { exemption }, times }: Given): CheckedRule => {
  if (exemption === undefined) return checked('exemption', 'passes', 'none in the settings is about it');
  const why = exemption.because === undefined ? '' : `: ${exemption.because}`;
  return checked('exemption', 'stops', `${untilWords(exemption.until, times)}${why}`);
};

const statusRule = ({ situation: { runtime } }: Given): CheckedRule =>
  isRunning(runtime)
    ? checked('status', 'passes', 'Running')
    : checked('status', 'stops', `${runtime.status}: only what is Running is read and ever deleted`);

const readingRule = ({ situation: { reading } }: Given): CheckedRule => {
  if (reading === undefined) return checked('reading', 'stops', 'it was not read');
  if (reading.state === 'unknown')
    return checked('reading', 'stops', `unknown, which never counts as idle: ${callFault(reading.because)}`);
  const gpus = reading.gpus === 1 ? '1 GPU' : `${reading.gpus} GPUs, the busiest counts`;
  return checked('reading', 'passes', useWords(reading.use), gpus);
};

const idleRule = ({ one, situation: { reading, policy } }: Given): CheckedRule => {
  const { gpuBelowPercent, cpuBelowCores, cpuBelowPercent } = policy.thresholds;
  const rule = `idle is GPU below ${gpuBelowPercent} % and CPU, where reported, below ${cpuBelowCores} ${cpuBelowCores === 1 ? 'core' : 'cores'} (${cpuBelowPercent} % where cores are not known)`;
  if (reading?.state !== 'known') return checked('idle', 'stops', 'not known', rule);
  if (isIdleUse(reading.use, policy.thresholds)) return checked('idle', 'passes', 'yes, at this look', rule);
  return checked('idle', 'stops', `no: ${busyBecause(one) ?? 'it is in use'}`, rule);
};

const ageRule = ({ situation: { now, runtime, clock, policy }, times }: Given): CheckedRule => {
  const at = grownUpAt(runtime.createdAt, clock, policy);
  const known =
    runtime.createdAt === undefined
      ? 'the listing does not say when it was created: it counts from when Warden first sees it'
      : `created ${agoWords(runtime.createdAt, now)}`;
  const rule = `younger than ${durationInWords(policy.minimumAge)} is never idle`;
  return now >= at
    ? checked('age', 'passes', `${known}; ${rule}`)
    : checked('age', 'not-yet', `${known}; ${rule}, so not before ${times.near(at, now)}`);
};

const unitRule = ({ situation: { reading } }: Given): CheckedRule[] => {
  if (reading?.state !== 'known') return [];
  return [
    reading.unitStated
      ? checked('unit', 'passes', 'the unit of GPU use is known')
      : checked(
          'unit',
          'stops',
          'the unit of GPU use is not known: set provider.mappings.metrics.gpuUnit; --raw shows the answer',
        ),
  ];
};

const planRule = ({ one, situation: { policy } }: Given): CheckedRule => {
  const plan = planOf(one);
  if (plan === 'reserved') return checked('plan', 'stops', 'reserved: deleting it saves nothing, it is only reported');
  if (plan === 'on-demand') return checked('plan', 'passes', 'on demand: it bills until it is deleted');
  return policy.assumeOnDemand
    ? checked('plan', 'passes', 'cannot be read, and counts as on demand by assumeOnDemand')
    : checked(
        'plan',
        'stops',
        'cannot be read, and so counts as reserved: it is only reported (assumeOnDemand changes that)',
      );
};

const ladderRules = ({ look, situation: { policy, addressees } }: Given): CheckedRule[] => {
  const { firstWarningAfter, lastWarningAfter, deleteAfter, lead } = policy.ladder;
  const least = '80 % of it really observed, no 30 minutes in a row unseen';
  const [first = '', ...others] = addressees;
  const chain = `told: ${[first, ...others.map((address) => `else ${address}`)].join(', ')}`;
  const steps = `after ${minutesWords(firstWarningAfter)} and after ${minutesWords(lastWarningAfter)}; accepted by the mail service at least ${minutesWords(lead)} before`;
  const observed =
    policy.mode === 'observe' && look.fleet.rules.observeTo === 'operator'
      ? ['in observe mode they get no mail, unless guardrails.observeTo is owner']
      : [];
  return [
    checked('idle time', 'not-yet', `${minutesWords(deleteAfter)} are needed; one look has seen none yet`, least),
    checked(
      'keep',
      'unseen',
      "whoever is warned may keep it with a link; what was kept, or exempted by the API, stands in Warden's table",
    ),
    checked('warnings', 'not-yet', steps, chain, ...observed),
  ];
};

const hoursRule = ({ situation: { now, policy }, times }: Given): CheckedRule => {
  const { hours } = policy;
  if (hours === undefined) return checked('hours', 'passes', `policy ${policy.name} acts at any time`);
  return mayActAt(hours, now)
    ? checked('hours', 'passes', `policy ${policy.name} acts at this hour (${hours.timeZone})`)
    : checked('hours', 'not-yet', `policy ${policy.name} acts again ${times.when(nextActAt(hours, now), now)}`);
};

const limitWords = ({ limits }: Policy, fleet: { perTick: number; perHour: number }): string => {
  const perTick = Math.min(fleet.perTick, limits?.perTick ?? Number.POSITIVE_INFINITY);
  const perHour = Math.min(fleet.perHour, limits?.perHour ?? Number.POSITIVE_INFINITY);
  return `at most ${perTick} deletions in a minute and ${perHour} in an hour`;
};

const lastRules = ({ look, one, situation: { policy } }: Given): CheckedRule[] => {
  const { detailBecause, judged } = one;
  const particulars = judged.kase?.particulars;
  const saved = (): CheckedRule => {
    if (particulars === undefined) {
      return checked('detail', 'stops', `cannot be read, so nobody is warned: ${detailBecause ?? 'it was not asked'}`);
    }
    const { unsaved, volume } = particulars;
    const without = unsaved.length === 0 ? 'everything' : `all but ${unsaved.join(', ')}`;
    const again = canRecreate(unsaved) ? 'it can be made again for 7 days' : 'it could not be made again';
    const survives = {
      network: 'what lies in /data, on its network volume, survives',
      other: 'nothing survives: it has no network volume',
      unknown: 'whether /data survives is not known: its storage cannot be read',
    }[volume];
    return checked(
      'saved first',
      'passes',
      `${without}: ${again}`,
      `lost: the container's disk and what is in memory; ${survives}`,
    );
  };
  return [
    saved(),
    checked('limits', 'unseen', limitWords(policy, look.fleet.rules.limits)),
    checked('breaker', 'unseen', 'stops everything when most of the fleet goes idle at once; a person re-arms it'),
    checked('last look', 'not-yet', 'read again right before; in use, kept or unknown then, and it stays'),
  ];
};

/** Every rule in its order, with how it stands to a deletion of this runtime. */
export const checkedRules = (look: Look, one: LookedAt, times: TimeWords): readonly CheckedRule[] => {
  const given: Given = { look, one, situation: one.judged.situation, times };
  const rules = [policyRule, modeRule, statusRule, readingRule, idleRule, ageRule, exemptionRule] as const;
  return [
    ...rules.map((rule) => rule(given)),
    ...unitRule(given),
    planRule(given),
    ...ladderRules(given),
    hoursRule(given),
    ...lastRules(given),
  ];
};
