import { textTable } from '#local/text-table.ts';
import { above, allBilled, invoiceOf, type Position, totalOf } from './bill-invoice.ts';
import type { Load } from './bill-load.ts';
import { daysOfMonth, usageOf } from './bill-month.ts';
import { prices } from './bill-prices.ts';
import type { CountedDay } from './bill-run.ts';
import type { Amounts } from './bill-span.ts';

/** USD a month, with what is always free. */
const mostTotal = 2;
const mostGrowing = 0.7;

/** What a stage has whatever it does; all else is billed by use. */
const standing: ReadonlySet<string> = new Set(['alarms', 'metrics', 'dashboards', 'parameters']);

/** What the targets are for. */
const targetLoad = { runtimes: 100, watches: 1000, pollSeconds: 60, mails: 50 } as const;

export type Bill = {
  readonly load: Load;
  readonly positions: readonly Position[];
  readonly total: ReturnType<typeof totalOf>;
  /** All but what stands there whether it is used or not: alarms, metrics, dashboard. */
  readonly byUse: ReturnType<typeof totalOf>;
  /** What an installation with no runtime, watch or mail costs less. */
  readonly growing: ReturnType<typeof totalOf>;
  /** A month's units by what they went to. */
  readonly writesByItem: Amounts;
  readonly readsByItem: Amounts;
  readonly gbSecondsByFunction: Amounts;
};

const aMonth = (aDay: Amounts): Amounts =>
  Object.fromEntries(Object.entries(aDay).map(([name, amount]) => [name, amount * daysOfMonth]));

/** The bill of an installation, and how much of it is above that of an empty one. */
export const billOf = (counted: CountedDay, empty: CountedDay): Bill => {
  const { load, day } = counted;
  const positions = invoiceOf(usageOf(counted));
  const total = totalOf(positions);
  return {
    load,
    positions,
    total,
    byUse: totalOf(positions.filter(({ billed }) => !standing.has(billed))),
    growing: above(total, totalOf(invoiceOf(usageOf(empty)))),
    writesByItem: aMonth(day.writesByItem),
    readsByItem: aMonth(day.readsByItem),
    gbSecondsByFunction: aMonth(day.gbSecondsByFunction),
  };
};

const dollars = (usd: number) => `$${usd.toFixed(usd !== 0 && Math.abs(usd) < 0.095 ? 4 : 2)}`;

const counted = (units: number): string =>
  units >= 1000 ? Math.round(units).toLocaleString('en') : String(Number(units.toPrecision(3)));

const rowOf = ({ service, what, units, usd, usdWithoutFree }: Position): string[] => [
  `${service}: ${what}`,
  counted(units),
  dollars(usd),
  dollars(usdWithoutFree),
];

const sumRow = (what: string, { usd, usdWithoutFree }: Bill['total']) => [
  what,
  '',
  dollars(usd),
  dollars(usdWithoutFree),
];

const largest = (amounts: Amounts, most: number): string =>
  Object.entries(amounts)
    .sort(([, one], [, other]) => other - one)
    .slice(0, most)
    .map(([name, amount]) => `${name} ${counted(amount)}`)
    .join(', ');

const isTargeted = ({ runtimes, watches, pollSeconds, warnings, deletions, alerts }: Load): boolean =>
  runtimes <= targetLoad.runtimes &&
  watches <= targetLoad.watches &&
  pollSeconds >= targetLoad.pollSeconds &&
  warnings + deletions + alerts <= targetLoad.mails;

/** Whether the targets are reached; nothing where there are none for such a load. */
export const missedTargets = ({ load, total, growing }: Bill): readonly string[] | undefined => {
  if (!isTargeted(load)) return undefined;
  return [
    ...(total.usd >= mostTotal ? [`${dollars(total.usd)} a month, and not under ${dollars(mostTotal)}`] : []),
    ...(growing.usd >= mostGrowing
      ? [`${dollars(growing.usd)} grow with use, and not under ${dollars(mostGrowing)}`]
      : []),
  ];
};

const verdictLines = (bill: Bill): string[] => {
  const missed = missedTargets(bill);
  if (missed === undefined)
    return ['There is no target for more than 100 runtimes, 1,000 watches, a poll a minute and 50 mails a day.'];
  if (missed.length > 0) return missed.map((line) => `NOT REACHED: ${line}`);
  return [`ok: under ${dollars(mostTotal)} a month, and under ${dollars(mostGrowing)} that grow with use`];
};

const unsure = (): string =>
  allBilled
    .filter((billed) => prices[billed].seen.startsWith('un'))
    .map((billed) => `${prices[billed].service} ${prices[billed].what} (${prices[billed].seen})`)
    .join('; ');

export const reportOf = (bill: Bill): string => {
  const { load, positions, total, byUse, growing } = bill;
  const mails = positions.find(({ billed }) => billed === 'mails')?.units ?? 0;
  const head = ['a month of 30.4 days, us-east-1', 'units', 'USD', 'without free tier'];
  return [
    `${load.runtimes} runtimes, ${load.watches} watches, a look every ${load.pollSeconds} s; a day: ${load.warnings} warnings, ` +
      `${load.deletions} deletions, ${load.windows} windows, ${Math.round(mails / daysOfMonth)} mails`,
    '',
    textTable(head, [
      ...positions.map(rowOf),
      sumRow('total', total),
      sumRow('of which by use: all but alarms, metrics, dashboard', byUse),
      sumRow('of which grows: above an empty installation', growing),
    ]),
    '',
    `Write units: ${largest(bill.writesByItem, 5)}`,
    `Read units: ${largest(bill.readsByItem, 5)}`,
    `GB-seconds: ${largest(bill.gbSecondsByFunction, 4)}`,
    `Prices whose source is old or missing: ${unsure()}`,
    '',
    ...verdictLines(bill),
  ].join('\n');
};
