import { type FunctionName, gbSecondsOf, type Invocation } from './bill-functions.ts';
import { logBytesOf } from './bill-log-lines.ts';

/** What some minutes used of what is billed by use. Request units and GB-seconds also by what they went to. */
export type Span = {
  readonly minutes: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly requests: number;
  readonly coldStarts: number;
  readonly gbSeconds: number;
  /** Sent by the functions; received and deleted by Lambda, a batch in one request each. */
  readonly queueRequests: number;
  readonly providerCalls: number;
  readonly mails: number;
  readonly linkRequests: number;
  readonly logBytes: number;
  readonly writesByItem: Amounts;
  readonly readsByItem: Amounts;
  readonly gbSecondsByFunction: Amounts;
  /** In how many invocations each metric appears. */
  readonly metrics: Amounts;
};

export type Amounts = Readonly<Record<string, number>>;

/** `PutItem recipient#ID/recipient` → `PutItem recipient`: what items are called in docs/architecture.md. */
const kindOf = (name: string): string => name.replace(/#.*/, '').replace('/undefined', '');

const sumBy = <T>(items: readonly T[], name: (item: T) => string, amount: (item: T) => number): Amounts =>
  Object.fromEntries(
    [...Map.groupBy(items, name)].map(([key, each]) => [key, each.reduce((sum, item) => sum + amount(item), 0)]),
  );

const sumOf = <T>(items: readonly T[], amount: (item: T) => number): number =>
  items.reduce((sum, item) => sum + amount(item), 0);

const totalOf = (amounts: Amounts): number => sumOf(Object.values(amounts), (amount) => amount);

const unitsByItem = (all: readonly Amounts[]): Amounts =>
  sumBy(
    all.flatMap((units) => Object.entries(units)),
    ([name]) => kindOf(name),
    ([, units]) => units,
  );

/** The offset of readings is by chance: every run of guard-runtimes counts with the mean of all. */
const withMeanWaits = (invocations: readonly Invocation[]): readonly Invocation[] => {
  const isGuard = ({ name }: Invocation) => name === 'guard-runtimes';
  const runs = invocations.filter(isGuard);
  const waitedMs = sumOf(runs, (run) => run.waitedMs) / Math.max(1, runs.length);
  return invocations.map((invocation) => (isGuard(invocation) ? { ...invocation, waitedMs } : invocation));
};

const spanOf = async (minutes: number, invocations: readonly Invocation[]): Promise<Span> => {
  const writesByItem = unitsByItem(invocations.map(({ table }) => table.writes));
  const readsByItem = unitsByItem(invocations.map(({ table }) => table.reads));
  const gbSecondsByFunction = sumBy(invocations, ({ name }) => name, gbSecondsOf);
  const runsOf = (name: FunctionName) => invocations.filter((invocation) => invocation.name === name).length;
  const { bytes, metrics } = await logBytesOf(invocations);
  return {
    minutes,
    writeUnits: totalOf(writesByItem),
    readUnits: totalOf(readsByItem),
    requests: invocations.length,
    coldStarts: invocations.filter(({ isCold }) => isCold).length,
    gbSeconds: totalOf(gbSecondsByFunction),
    queueRequests: sumOf(invocations, ({ queueCalls }) => queueCalls) + 2 * runsOf('send-notice'),
    providerCalls: sumOf(invocations, ({ providerCalls }) => providerCalls),
    mails: sumOf(invocations, ({ mails }) => mails),
    linkRequests: runsOf('links'),
    logBytes: bytes,
    writesByItem,
    readsByItem,
    gbSecondsByFunction,
    metrics,
  };
};

/** Minutes with the events of a day, and minutes in which nothing happened. */
export const spansOf = async (
  events: { readonly minutes: number; readonly invocations: readonly Invocation[] },
  quiet: { readonly minutes: number; readonly invocations: readonly Invocation[] },
): Promise<{ readonly events: Span; readonly quiet: Span }> => {
  const all = withMeanWaits([...events.invocations, ...quiet.invocations]);
  const first = events.invocations.length;
  return {
    events: await spanOf(events.minutes, all.slice(0, first)),
    quiet: await spanOf(quiet.minutes, all.slice(first)),
  };
};

const minutesOfDay = 24 * 60;

const added = (one: Amounts, other: Amounts, times: number): Amounts =>
  Object.fromEntries(
    [...new Set([...Object.keys(one), ...Object.keys(other)])].map((name) => [
      name,
      (one[name] ?? 0) + (other[name] ?? 0) * times,
    ]),
  );

/** A whole day: the minutes with its events, and quiet ones for the rest of it. */
export const dayOfSpans = (events: Span, quiet: Span): Span => {
  const times = (minutesOfDay - events.minutes) / quiet.minutes;
  const plus = (amount: (span: Span) => number) => amount(events) + amount(quiet) * times;
  return {
    minutes: minutesOfDay,
    writeUnits: plus((span) => span.writeUnits),
    readUnits: plus((span) => span.readUnits),
    requests: plus((span) => span.requests),
    coldStarts: plus((span) => span.coldStarts),
    gbSeconds: plus((span) => span.gbSeconds),
    queueRequests: plus((span) => span.queueRequests),
    providerCalls: plus((span) => span.providerCalls),
    mails: plus((span) => span.mails),
    linkRequests: plus((span) => span.linkRequests),
    logBytes: plus((span) => span.logBytes),
    writesByItem: added(events.writesByItem, quiet.writesByItem, times),
    readsByItem: added(events.readsByItem, quiet.readsByItem, times),
    gbSecondsByFunction: added(events.gbSecondsByFunction, quiet.gbSecondsByFunction, times),
    metrics: added(events.metrics, quiet.metrics, times),
  };
};
