import { amount, price } from '#adapters/look/money-words.ts';
import { nameWords } from '#adapters/look/one-line.ts';
import { counted } from '#adapters/look/runtime-words.ts';
import { durationInWords } from '#domain/duration.ts';
import type { Evidence } from '#domain/guardrails/ledger.ts';
import type { Money } from '#domain/guardrails/money.ts';
import type { CpuUse, MemoryUse, Use } from '#domain/guardrails/reading.ts';
import type { ToldRule } from '#domain/guardrails/runtime-notice.ts';
import { hour, type Instant, minute } from '#domain/time.ts';
import type { Fact } from './fact.ts';
import { agoWords, type TimeWords } from './time-words.ts';

// Cut off, not rounded: 4.999 % is below a limit of 5 % and must not be told as 5 %.
const figures = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2, roundingMode: 'trunc' });
const figure = (value: number): string => figures.format(value);

const cpuWords = ({ value, unit }: CpuUse): string =>
  unit === 'percent' ? `CPU ${figure(value)} %` : `CPU ${figure(value)} ${value === 1 ? 'core' : 'cores'}`;

const memoryWords = ({ value, unit }: MemoryUse): string =>
  `memory ${figure(value)} ${unit === 'percent' ? '%' : 'GiB'}`;

/** `GPU 1.2 %, CPU 0.31 cores, memory 12 GiB`, or that one of them is not reported. */
export const useWords = ({ gpuPercent, cpu, memory }: Use): string =>
  [
    `GPU ${figure(gpuPercent)} %`,
    cpu === undefined ? 'CPU not reported' : cpuWords(cpu),
    memory === undefined ? 'memory not reported' : memoryWords(memory),
  ].join(', ');

/** `117 of 120 minutes seen, 98 %` */
export const seenWords = (
  { idleSince, until, observedMs }: Evidence,
  { lasting }: Pick<TimeWords, 'lasting'>,
): string => {
  const minutes = Math.floor((until - idleSince) / minute);
  if (minutes < 1) return lasting(observedMs);
  const share = Math.round(Math.min(1, observedMs / (until - idleSince)) * 100);
  return `${Math.floor(observedMs / minute)} of ${counted(minutes, 'minute')} seen, ${share} %`;
};

/** The rule in the unit in which the CPU is reported. */
export const ruleWords = ({ policy, thresholds, deleteAfter }: ToldRule, { cpu }: Use): string => {
  const { gpuBelowPercent, cpuBelowCores, cpuBelowPercent } = thresholds;
  const cpuBelow =
    cpu?.unit === 'percent' ? `${cpuBelowPercent} %` : `${cpuBelowCores} ${cpuBelowCores === 1 ? 'core' : 'cores'}`;
  const unread = cpu === undefined ? ' where it is reported' : '';
  const idle = `GPU below ${gpuBelowPercent} %, CPU below ${cpuBelow}${unread}`;
  const span = deleteAfter % minute === 0 ? counted(deleteAfter / minute, 'minute') : durationInWords(deleteAfter);
  return `policy ${nameWords(policy)}: ${idle}, for ${span}`;
};

/** What a verdict stood on. @param now when the mail is written */
export const evidenceFacts = (evidence: Evidence, times: TimeWords, now: Instant): readonly Fact[] => [
  { label: 'Idle since', lines: [`${times.moment(evidence.idleSince)} (${agoWords(evidence.idleSince, now)})`] },
  { label: 'Highest use', lines: [useWords(evidence.highest)] },
  { label: 'Observed', lines: [seenWords(evidence, times)] },
];

/** `$2.39 per hour (1 × $2.39 per GPU-hour)` */
export const priceFact = (money: Money | undefined, label = 'Price'): Fact => {
  if (money === undefined) return { label, lines: ['not known'] };
  const { ratePerHour, gpus, pricePerGpuHour } = money;
  return { label, lines: [`${price(ratePerHour)} per hour (${gpus} × ${price(pricePerGpuHour)} per GPU-hour)`] };
};

/** What the idle time has cost, and from what that is computed. */
export const wastedFact = (money: Money | undefined, label = 'Wasted so far'): Fact => {
  if (money === undefined) return { label, lines: ['not known, because the price is not'] };
  const { wasted, gpus, pricePerGpuHour, idleMs } = money;
  const hours = `${figures.format(idleMs / hour)} idle hours that were seen`;
  return {
    label,
    lines: [`${amount(wasted)}: ${price(pricePerGpuHour)} per GPU-hour × ${counted(gpus, 'GPU')} × ${hours}`],
  };
};
