import { oneLine } from '#adapters/look/one-line.ts';
import { rateWords, unsafeShortLadderWords } from '#adapters/look/runtime-words.ts';
import type { TimeWords } from '#adapters/mail/time-words.ts';
import type { Forecast } from '#domain/guardrails/forecast.ts';
import { counted } from '../console-line.ts';
import { type Cell, type Paper, paint, paragraph, tableOf } from './layout.ts';
import type { PlanReport } from './report.ts';
import type { Row } from './row.ts';
import { runtimeLines, wideFrom } from './runtime-lines.ts';
import { aheadOf, nameOf, untilWords } from './words.ts';

const money = ({ totals }: PlanReport, paper: Paper): readonly string[] => {
  const { runtimes, running, inUse, idle, unknown, unpriced } = totals;
  const counts = [
    `${counted(runtimes, 'runtime')}: ${inUse} in use, ${idle} idle`,
    ...(unknown > 0 ? [`${unknown} unknown`] : []),
    ...(inUse + idle + unknown < running ? [`${running - inUse - idle - unknown} not looked at`] : []),
    ...(running < runtimes ? [`${runtimes - running} not running`] : []),
  ].join(', ');
  const without = unpriced > 0 ? ` (without ${counted(unpriced, 'runtime')} whose price is not known)` : '';
  const sums = `${rateWords(totals.usdPerHour)} in all${without}, ${rateWords(totals.idleUsdPerHour)} of it idle now; ${rateWords(totals.deletableUsdPerHour)} would stop if what is idle stayed idle.`;
  return [...paragraph(counts, paper, 'strong'), ...paragraph(sums, paper, 'strong')];
};

const mostForecasts = 12;

/** A runtime that is deleted in the end, or would be. */
type Going = { readonly row: Row; readonly forecast: Extract<Forecast, { outcome: 'deleted' }> };

const narrowForecasts = (
  going: readonly Going[],
  when: (instant: number) => string,
  paper: Paper,
): readonly string[] => [
  paint({ text: 'IF IT STAYS IDLE', tone: 'quiet' }, paper),
  ...going.flatMap(({ row, forecast }) => {
    const { firstWarningAt, lastWarningAt, deleteAt, would, told } = forecast;
    const deleted = would ? `would be deleted ${when(deleteAt)}` : `deleted ${when(deleteAt)}, at the earliest`;
    const steps = `${nameOf(row)}: first warning ${when(firstWarningAt)}; last ${when(lastWarningAt)}; ${deleted}`;
    const reached = `${would ? 'would be told' : 'told'}: ${told.map((address) => oneLine(address)).join(', else ')}`;
    return [...paragraph(steps, paper, 'plain', 2, 2), ...paragraph(reached, paper, 'quiet', 4, 2)];
  }),
];

const wideForecasts = (going: readonly Going[], when: (instant: number) => string, paper: Paper): readonly string[] =>
  tableOf(
    [
      { title: 'IF IT STAYS IDLE', least: 12 },
      { title: 'FIRST WARNING', least: 10 },
      { title: 'LAST WARNING', least: 10 },
      { title: 'DELETED, EARLIEST', least: 10 },
      { title: 'TOLD: THE FIRST WHO CAN BE REACHED', least: 16 },
    ],
    going.map(({ row, forecast }): readonly Cell[] => [
      { text: nameOf(row), tone: 'strong' },
      { text: when(forecast.firstWarningAt) },
      { text: when(forecast.lastWarningAt) },
      { text: forecast.would ? `${when(forecast.deleteAt)} (only told)` : when(forecast.deleteAt), tone: 'idle' },
      { text: forecast.told.map((address) => oneLine(address)).join(', ') },
    ]),
    paper,
  );

const forecasts = (report: PlanReport, times: TimeWords, paper: Paper): readonly string[] => {
  const going = report.runtimes.flatMap((row) =>
    row.ifItStaysIdle?.outcome === 'deleted' ? [{ row, forecast: row.ifItStaysIdle }] : [],
  );
  if (going.length === 0) return [];
  const { at } = report;
  const isWide = paper.columns >= wideFrom;
  const when = (instant: number) =>
    isWide ? `${times.near(instant, at)}, ${aheadOf(instant, at)}` : aheadOf(instant, at);
  const shown = (isWide ? wideForecasts : narrowForecasts)(going.slice(0, mostForecasts), when, paper);
  const more = going.length - mostForecasts;
  return [...shown, ...(more > 0 ? [`… and ${more} more; --json has all.`] : []), ''];
};

const modeWords = ({ runtimes, observeTo }: PlanReport): string => {
  const modes = new Set(runtimes.map(({ mode }) => mode));
  if (!modes.has('enforce')) {
    const owners = observeTo === 'owner' ? 'owners are told what would be done' : 'owners get no mail';
    return `Observe mode: nothing is deleted and ${owners}; the operator is told once a day. guardrails.mode: 'enforce' in warden.config.ts changes that.`;
  }
  return modes.has('observe')
    ? 'Some policies enforce: where they run in AWS, or with npm start -- --enforce, owners are warned and idle runtimes deleted. The others only tell.'
    : 'Enforce mode: where it runs in AWS, or with npm start -- --enforce, owners are warned and idle runtimes deleted.';
};

const exemptions = ({ exemptions: all }: PlanReport, times: TimeWords, paper: Paper): readonly string[] =>
  all.flatMap(({ about, until, because, runtimes }) => {
    const why = because === undefined ? '' : ` (${because})`;
    const words = `Exempt: ${about}, ${untilWords(until, times)}${why}: ${counted(runtimes, 'runtime')}`;
    return paragraph(oneLine(words, 300), paper, 'plain', 0, 2);
  });

const reserved = ({ runtimes }: PlanReport, paper: Paper): readonly string[] => {
  const names = runtimes.filter(({ plan }) => plan === 'reserved').map(nameOf);
  if (names.length === 0) return [];
  const words = `Reserved plans, never deleted since that would save nothing: ${names.join(', ')}`;
  return paragraph(words, paper, 'plain', 0, 2);
};

const caution = ({ unsafeShortLadder }: PlanReport, paper: Paper): readonly string[] =>
  unsafeShortLadder ? [...paragraph(`! ${unsafeShortLadderWords}`, paper, 'bad', 0, 2), ''] : [];

const problems = ({ problems: all }: PlanReport, paper: Paper): readonly string[] =>
  all.flatMap((problem) => paragraph(`! ${oneLine(problem, 500)}`, paper, 'bad', 0, 2));

const placeholders = ({ placeholders: all }: PlanReport, paper: Paper): readonly string[] => {
  if (all.length === 0) return [];
  const words = `Placeholders in the settings, to be filled in before mails go out: ${all.join(', ')}`;
  return paragraph(words, paper, 'quiet', 0, 2);
};

const nextSteps = (report: PlanReport, paper: Paper): readonly string[] => {
  const [some] = report.runtimes;
  const { emulated, runtimesUrl, inventoryUrl } = report.provider;
  const explain = `npm run explain -- ${some === undefined ? 'RUNTIME' : nameOf(some)}${emulated ? ' --emulator' : ''}`;
  const start = emulated ? 'npm start' : `npm start -- --provider-url ${runtimesUrl} --inventory-url ${inventoryUrl}`;
  const steps = [
    ['why, rule by rule', explain],
    [emulated ? 'the whole story' : 'watch, delete nothing', start],
    ...(emulated ? [['your own runtimes', 'NEEVCLOUD_TOKEN=pat-nc-… npm run plan']] : []),
  ];
  return [
    paint({ text: 'Next', tone: 'quiet' }, paper),
    ...steps.map(([what = '', command = '']) => `  ${what.padEnd(22)} ${command}`),
  ];
};

/** The page that `npm run plan` shows. Words from outside are made harmless. */
export const planPage = (report: PlanReport, times: TimeWords, paper: Paper): string => {
  const { at, provider, projects, runtimes } = report;
  const where = provider.emulated ? 'an emulator of the provider, runtimes made up' : provider.runtimesUrl;
  const names = projects.map(({ project }) => project);
  const which = names.length > 3 ? counted(names.length, 'project') : names.join(', ');
  const head = `One look at ${where}: ${provider.organisation}, ${which}, ${times.moment(at)}`;
  const list = runtimeLines(runtimes, projects.length > 1, times, at, paper);
  const honest =
    'One look cannot know for how long a runtime has been idle, nor what it did before: all times count from now, and end with the first use.';
  return [
    ...paragraph(oneLine(head, 300), paper, 'quiet'),
    '',
    ...caution(report, paper),
    ...problems(report, paper),
    ...(report.problems.length > 0 ? [''] : []),
    ...(runtimes.length === 0 ? ['No runtimes.', ''] : list),
    ...money(report, paper),
    '',
    ...forecasts(report, times, paper),
    ...paragraph(honest, paper),
    ...paragraph(modeWords(report), paper),
    ...exemptions(report, times, paper),
    ...reserved(report, paper),
    ...placeholders(report, paper),
    '',
    ...nextSteps(report, paper),
    ...(report.problems.length > 0
      ? ['', ...paragraph('! Not everything was looked at: see the top.', paper, 'bad')]
      : []),
    '',
  ].join('\n');
};
