import { oneLine } from '#adapters/look/one-line.ts';
import { gpusWords, rateWords, runtimeName } from '#adapters/look/runtime-words.ts';
import { useWords } from '#adapters/mail/evidence-words.ts';
import { durationWords, exactDurationWords, type TimeWords } from '#adapters/mail/time-words.ts';
import type { Forecast } from '#domain/guardrails/forecast.ts';
import { hour, type Instant, minute, second } from '#domain/time.ts';
import type { Tone } from './layout.ts';
import type { Row, RowState } from './row.ts';

/** `105 min`, as settings and mails count a ladder; from 5 hours on `6 h`, below 5 minutes `2 min 40 s`. */
export const minutesWords = (milliseconds: number): string => {
  if (milliseconds < 5 * minute) return exactDurationWords(milliseconds);
  return milliseconds < 5 * hour ? `${Math.round(milliseconds / minute)} min` : durationWords(milliseconds);
};

/** `in 105 min` */
export const aheadOf = (at: Instant, now: Instant): string =>
  at - now < second ? 'now' : `in ${minutesWords(at - now)}`;

/** What a runtime is, for the page; a name is made harmless. */
export const nameOf = ({ name, id }: Pick<Row, 'name' | 'id'>): string => runtimeName({ name, id });

export const gpusOf = ({ gpus, gpuModel, gpuConfigId }: Row): string =>
  gpusWords({
    ...(gpus === undefined ? {} : { gpus }),
    ...(gpuModel === undefined ? {} : { gpuModel }),
    ...(gpuConfigId === undefined ? {} : { gpuConfigId }),
  }).replace(/NVIDIA (GeForce )?/, '') || '?';

export const rateOf = ({ usdPerHour }: Row): string => (usdPerHour === undefined ? '?' : rateWords(usdPerHour));

export const readingWords = ({ reading }: Row): string => {
  if ('because' in reading) return reading.state === 'unknown' ? 'unknown' : 'not read';
  const { gpuPercent, cpu, memory } = reading;
  return useWords({ gpuPercent, ...(cpu && { cpu }), ...(memory && { memory }) });
};

const stateWords = {
  idle: 'idle',
  young: 'idle, too young',
  staying: 'idle, stays',
  'only reported': 'only reported',
  exempt: 'exempt',
  unknown: 'unknown, left alone',
  'not running': 'not running, left alone',
  'in use': 'in use',
  off: 'not looked at',
} as const satisfies Record<RowState, string>;

/** The verdict in two or three words. */
export const verdictWords = ({ state }: Row): string => stateWords[state];

const tones: Readonly<Record<RowState, Tone>> = {
  idle: 'idle',
  young: 'idle',
  staying: 'idle',
  'only reported': 'idle',
  exempt: 'plain',
  unknown: 'bad',
  'not running': 'quiet',
  'in use': 'good',
  off: 'quiet',
};

export const toneOf = ({ state }: Row): Tone => tones[state];

/** `first warning in 60 min, deleted in 120 min at the earliest` */
export const forecastWords = (forecast: Forecast, now: Instant): string => {
  if (forecast.outcome === 'stays') return `stays: ${oneLine(forecast.because)}`;
  const [first, end] = [aheadOf(forecast.firstWarningAt, now), aheadOf(forecast.deleteAt, now)];
  return forecast.would
    ? `would be warned of ${first}, deleted ${end}`
    : `first warning ${first}, deleted ${end} at the earliest`;
};

/** `until Tue 3 Mar 2026, 14:02 UTC` or `forever` */
export const untilWords = (until: Instant | 'forever', times: TimeWords): string =>
  until === 'forever' ? until : `until ${times.moment(until)}`;

/** Why something could not be read, without what only the provider's support needs. */
export const callFault = (because: string): string =>
  oneLine(because.replace(/^getRuntimeMetrics: /, 'metrics: ').replace(/ \(request [^)]*\)/g, ''), 200);

/** Why a runtime has its verdict, in a sentence. */
export const becauseWords = (row: Row, times: TimeWords, now: Instant): string => {
  const { state, ifItStaysIdle: forecast, exemption, reading, because } = row;
  if ((state === 'idle' || state === 'young') && forecast !== undefined) {
    const young = state === 'young' ? `${because.replace(/^it is /, '')}; ` : '';
    return young + forecastWords(forecast, now);
  }
  if (state === 'exempt' && exemption !== undefined) {
    return oneLine(`${untilWords(exemption.until, times)}: ${because}`);
  }
  return callFault(reading.state === 'unknown' ? reading.because : because);
};
