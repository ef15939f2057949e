import { styleText } from 'node:util';
import type { Instant } from '#domain/time.ts';
import { type ConsoleLine, consoleLine, counted, type Tone } from './console-line.ts';
import type { ConsoleEvent, LocalEvent } from './local-event.ts';
import { nothingYet, type Summary, withEvent } from './summary.ts';

/** What `npm start` shows: a line per thing that happens, or a JSON object per line for a machine. */
export type Console = {
  readonly report: (event: Exclude<ConsoleEvent, Summary>) => void;
  /** Shows the summary, as the last that is shown: whatever is reported later is not. */
  readonly end: () => Summary;
};

export type ConsoleOptions = {
  readonly write: (text: string) => void;
  readonly json: boolean;
  /** Only where a person sees it: on a terminal that knows colours. */
  readonly colour: boolean;
  /** The simulated time, for events that carry none. */
  readonly now: () => Instant;
  readonly timeZone: string;
};

const colours: Readonly<Record<Tone, Parameters<typeof styleText>[0]>> = {
  good: 'green',
  over: 'yellow',
  mail: ['bold', 'cyan'],
  trouble: 'red',
  quiet: 'gray',
};

const widestWhat = 'undeliverable'.length;

const isInstantName = (name: string): boolean => name === 'at' || name === 'until' || name.endsWith('At');

/** Instants are milliseconds in our own code and ISO texts for everybody else. Whatever has no time of its own gets `now`. */
const toJson = ({ event, ...facts }: ConsoleEvent, now: Instant): string =>
  JSON.stringify({ event, at: now, ...facts }, (name, value: unknown) =>
    isInstantName(name) && typeof value === 'number' ? new Date(value).toISOString() : value,
  );

type TimeOfDay = { readonly day: (at: Instant) => string; readonly time: (at: Instant) => string };

const createTimeOfDay = (timeZone: string): TimeOfDay => {
  // Sweden writes dates as ISO does.
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  const time = new Intl.DateTimeFormat('sv-SE', { timeZone, timeStyle: 'medium' });
  return { day: (at) => day.format(at), time: (at) => time.format(at) };
};

const lapsed = (speed: number): string[] => {
  if (speed === 1) return [];
  const perSecond = speed % 60 === 0 ? `${speed / 60} min` : `${speed} s`;
  return [`Time is lapsed: ${perSecond.replace(/^1 min$/, 'a minute')} of the story in one second (${speed}×).`];
};

const headOf = (started: Extract<LocalEvent, { event: 'started' }>): string =>
  [
    'GPU Warden on this machine',
    '',
    `  inbox     ${started.inboxUrl}`,
    `  provider  ${started.providerUrl}  (${started.provider})`,
    `  table     ${started.tableUrl}`,
    '',
    ...[...lapsed(started.speed), ...started.notes, 'Ctrl-C ends it.'].map((note) => `  ${note}`),
    '',
  ].join('\n');

const runtimeWords = ({ warned, kept, deleted, unknown, reportedOnly, wouldBeDeleted }: Summary): string[] => [
  counted(warned, 'warning'),
  `${kept} kept`,
  `${deleted} deleted`,
  ...(wouldBeDeleted > 0 ? [`${wouldBeDeleted} would be deleted`] : []),
  ...(unknown > 0 ? [`${unknown} not readable`] : []),
  ...(reportedOnly > 0 ? [`${reportedOnly} only reported`] : []),
];

const summaryWords = (summary: Summary): string => {
  const always = [
    counted(summary.windowsOpened, 'window opened', 'windows opened'),
    `${summary.windowsClosed} closed`,
    counted(summary.mailsSent, 'mail sent', 'mails sent'),
    ...(summary.guarded === 0 ? [] : runtimeWords(summary)),
  ];
  const troubles = [
    [summary.mailsFailed, 'time not sent', 'times not sent'],
    [summary.mailsUndeliverable, 'undeliverable', 'undeliverable'],
    [summary.failures, 'failure', 'failures'],
  ] as const;
  const met = troubles.flatMap(([count, one, several]) => (count > 0 ? [counted(count, one, several)] : []));
  return `\n  ${[...always, ...met].join(', ')}`;
};

/** What a round found, as far as it may be the same in the next. */
const roundOf = (event: ConsoleEvent): string | undefined => {
  if (event.event === 'polled') return `${event.offers} ${event.rentable}`;
  if (event.event === 'guarded') return `${event.busy} ${event.idle} ${event.unknown}`;
  return undefined;
};

/** Rounds that say the same as the one before are not told again; packed readings are for machines. */
const createNewsFilter = (): ((event: ConsoleEvent) => boolean) => {
  const last = new Map<string, string>();
  return (event) => {
    const round = roundOf(event);
    if (round === undefined) return event.event !== 'readings';
    const isNews = round !== last.get(event.event);
    last.set(event.event, round);
    return isNews;
  };
};

const createPersonsView = (options: ConsoleOptions): ((event: ConsoleEvent) => void) => {
  const { day, time } = createTimeOfDay(options.timeZone);
  const isNews = createNewsFilter();
  const paint = (tone: Tone, text: string): string =>
    options.colour ? styleText(colours[tone], text, { validateStream: false }) : text;
  let lastDay = '';
  const write = (at: Instant, { tone, symbol, what, rest }: ConsoleLine): void => {
    if (day(at) !== lastDay) options.write(`${paint('quiet', `── ${day(at)} ${options.timeZone}`)}\n`);
    lastDay = day(at);
    const head = paint(tone, `${symbol} ${what.padEnd(widestWhat)}`);
    options.write(`${paint('quiet', time(at))}  ${head}  ${tone === 'quiet' ? paint('quiet', rest) : rest}\n`);
  };
  return (event) => {
    if (event.event === 'started') options.write(`${headOf(event)}\n`);
    else if (event.event === 'summary') options.write(`${summaryWords(event)}\n`);
    else if (isNews(event)) write('at' in event ? event.at : options.now(), consoleLine(event, time));
  };
};

/** Makes the view that `options` ask for. */
export const createConsole = (options: ConsoleOptions): Console => {
  const show = options.json
    ? (event: ConsoleEvent) => options.write(`${toJson(event, options.now())}\n`)
    : createPersonsView(options);
  let summary = nothingYet;
  let ended = false;
  return {
    report: (event) => {
      if (ended) return;
      summary = withEvent(summary, event);
      show(event);
    },
    end: () => {
      if (!ended) show(summary);
      ended = true;
      return summary;
    },
  };
};
