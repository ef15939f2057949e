import { oneLine } from '#adapters/look/one-line.ts';
import { agoWords, type TimeWords } from '#adapters/mail/time-words.ts';
import type { Instant } from '#domain/time.ts';
import { counted } from '../console-line.ts';
import type { Explanation } from './explanation.ts';
import { type Paper, paint, paragraph, type Tone } from './layout.ts';
import type { CheckedRule, Stands } from './rules.ts';
import type { ReadSample } from './samples.ts';
import { aheadOf, gpusOf, nameOf, rateOf } from './words.ts';

const marks: Readonly<Record<Stands, { readonly mark: string; readonly tone: Tone; readonly words: string }>> = {
  passes: { mark: '✓', tone: 'good', words: 'lets it be deleted' },
  stops: { mark: '✗', tone: 'bad', words: 'stops it' },
  'not-yet': { mark: '…', tone: 'idle', words: 'not yet' },
  unseen: { mark: '?', tone: 'quiet', words: 'not to be seen from here' },
};

const widestRule = 'saved first'.length;

const ruleLines = ({ rule, stands, lines }: CheckedRule, paper: Paper): readonly string[] => {
  const { mark, tone } = marks[stands];
  const indent = widestRule + 4;
  const body = lines.flatMap((line, index) =>
    paragraph(oneLine(line, 400), paper, index === 0 ? 'plain' : 'quiet', indent, 2),
  );
  const [first = '', ...rest] = body;
  const head = `${paint({ text: mark, tone }, paper)} ${rule.padEnd(widestRule)}  `;
  return [head + first.trimStart(), ...rest];
};

const verdictLines = ({ at, runtime, forecast }: Explanation, times: TimeWords): readonly string[] => {
  const { state, because } = runtime;
  const when = (instant: number) => `${times.near(instant, at)} (${aheadOf(instant, at)})`;
  const ladder = () => {
    if (forecast.outcome === 'stays') return `Even then it would stay: ${forecast.because}.`;
    const { firstWarningAt, lastWarningAt, deleteAt } = forecast;
    return `first warning ${when(firstWarningAt)}, last ${when(lastWarningAt)}, deleted ${when(deleteAt)} at the earliest.`;
  };
  if (runtime.mode === 'off') return [`It is not going to be deleted: policy ${runtime.policy} leaves it alone.`];
  const isIdle = runtime.reading.state === 'idle';
  if (!isIdle) {
    const then = forecast.outcome === 'stays' ? ladder() : `Were it idle from now on: ${ladder()}`;
    return [`It is not going to be deleted as it is now: ${because}.`, then];
  }
  if (forecast.outcome === 'stays') return [`It is not going to be deleted: ${forecast.because}.`];
  const young = state === 'young' ? ' It is too young to be idle yet.' : '';
  return forecast.would
    ? [`Nothing is deleted in observe mode. In enforce mode, if it stays idle and nobody keeps it: ${ladder()}${young}`]
    : [`It is going to be deleted, if it stays idle and nobody keeps it: ${ladder()}${young}`];
};

const gib = 2 ** 30;

const sampleWords = ({ value, unit }: ReadSample): string =>
  unit === 'bytes' ? (value / gib).toFixed(2) : String(Math.round(value * 1_000) / 1_000);

const unitWords = ({ unit }: ReadSample): string =>
  ({ bytes: 'GiB', gib: 'GiB', unstated: 'unit not stated', percent: 'per cent' })[String(unit)] ?? unit;

/** All samples of one source, the oldest first as they were told. */
const sourceLines = (samples: readonly ReadSample[], at: Instant, paper: Paper): readonly string[] => {
  const [some] = samples;
  if (some === undefined) return [];
  const name = some.of === 'gpu' ? `GPU ${oneLine(some.gpu ?? '')}`.trim() : some.of;
  const times = samples.flatMap(({ sampledAt }) => (sampledAt === undefined ? [] : [sampledAt]));
  const newest = times.length === 0 ? 'without a time' : `the newest ${agoWords(Math.max(...times), at)}`;
  const head = `${name}, ${unitWords(some)}: ${counted(samples.length, 'sample')}, ${newest}`;
  const values = samples.map(sampleWords).join(' ');
  return [...paragraph(head, paper), ...paragraph(values, paper, 'quiet', 2)];
};

const sampleLines = ({ at, samples, unread }: Explanation, paper: Paper): readonly string[] => {
  if (samples.length === 0 && unread.length === 0) return [];
  const sources = Map.groupBy(samples, ({ of, gpu = '' }) => `${of} ${gpu}`);
  return [
    '',
    paint({ text: 'What was read', tone: 'strong' }, paper),
    ...[...sources.values()].flatMap((source) => sourceLines(source, at, paper)),
    ...unread.flatMap((because) => paragraph(oneLine(because, 400), paper, 'bad')),
  ];
};

/** The answer as it came; what a terminal would obey is left out. */
const rawLines = ({ raw }: Explanation, paper: Paper): readonly string[] => {
  if (raw === undefined) return [];
  const text = typeof raw === 'string' ? raw : JSON.stringify(raw, undefined, 2);
  const harmless = text.replace(/[\p{Cf}\p{Cc}]/gu, (letter) => (letter === '\n' ? letter : ' '));
  return ['', paint({ text: 'The metrics answer as it came', tone: 'strong' }, paper), harmless];
};

/** The page that `npm run explain` shows. Words from outside are made harmless. */
export const explainPage = (explanation: Explanation, times: TimeWords, paper: Paper): string => {
  const { runtime, rules, problems, at } = explanation;
  const facts = [gpusOf(runtime), runtime.region, runtime.status, rateOf(runtime), `project ${runtime.project}`];
  const legend = Object.values(marks).map(({ mark, words }) => `${mark} ${words}`);
  return [
    ...problems.flatMap((problem) => paragraph(`! ${oneLine(problem, 500)}`, paper, 'bad', 0, 2)),
    paint({ text: nameOf(runtime), tone: 'strong' }, paper),
    ...paragraph(oneLine(facts.join(' · '), 300), paper),
    ...paragraph(oneLine(`${runtime.id}, looked at ${times.moment(at)}`, 300), paper, 'quiet'),
    '',
    ...verdictLines(explanation, times).flatMap((line) => paragraph(oneLine(line, 500), paper, 'strong')),
    '',
    ...rules.flatMap((rule) => ruleLines(rule, paper)),
    '',
    ...paragraph(legend.join('   '), paper, 'quiet'),
    ...sampleLines(explanation, paper),
    ...rawLines(explanation, paper),
    '',
  ].join('\n');
};
