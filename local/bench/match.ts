import { parseArgs } from 'node:util';
import { median, quantile } from '#local/quantiles.ts';
import { textTable } from '#local/text-table.ts';
import { type Filling, fillings } from './fillings.ts';
import { climb, type Rung } from './match-run.ts';
import { measureQuietTicks, type QuietTick } from './quiet-ticks.ts';

const usualMost = 100_000;
const rungs = [1_000, 10_000, 100_000, 1_000_000];

const differsIn: Record<Filling, string> = {
  elsewhere: 'region, model, config',
  gpus: 'number of GPUs alone',
  price: 'highest price alone',
  vram: 'GPU memory alone',
};

const { values } = parseArgs({ options: { watches: { type: 'string' }, filling: { type: 'string' } } });

const readMost = (): number => {
  const most = Number(values.watches ?? usualMost);
  if (!Number.isInteger(most) || most < 1) throw new RangeError(`--watches is a whole number, not ${values.watches}`);
  return most;
};

const chosenFillings = (): Filling[] => {
  const all = Object.keys(fillings).filter((name): name is Filling => name in fillings);
  const chosen = all.filter((name) => values.filling === undefined || name === values.filling);
  if (chosen.length === 0) throw new RangeError(`--filling is one of ${all.join(', ')}, not ${values.filling}`);
  return chosen;
};

const milliseconds = (number: number | undefined) => (number === undefined ? '-' : number.toFixed(1));

const ratio = (now: number | undefined, base: number | undefined) =>
  now === undefined || base === undefined || base === 0 ? '-' : `${(now / base).toFixed(2)}×`;

/** `base` is the smallest number of watches of the first filling: what the others are compared with. */
const rowOf = (filling: Filling, rung: Rung, base: Rung): string[] => {
  const callsOf = ({ openings }: Rung) => median(openings.map(({ calls }) => calls));
  const times = (of: Rung) => of.openings.map(({ toQueueMs }) => toQueueMs);
  return [
    differsIn[filling],
    rung.watches.toLocaleString('en'),
    String(rung.openings.length),
    String(callsOf(rung) ?? '-'),
    String(median(rung.openings.map(({ itemsRead }) => itemsRead)) ?? '-'),
    milliseconds(median(times(rung))),
    milliseconds(quantile(times(rung), 0.99)),
    ratio(callsOf(rung), callsOf(base)),
    ratio(median(times(rung)), median(times(base))),
    `${rung.fillSeconds.toFixed(0)} s, ${rung.memoryMb.toFixed(0)} MB`,
  ];
};

const head = [
  'watches that do not fire differ in',
  'watches',
  'openings',
  'table calls',
  'items read',
  'to queue p50 ms',
  'p99 ms',
  'calls ratio',
  'time ratio',
  'filled in, memory',
];

const quietLines = ({ ticks, table, queue, provider }: QuietTick): string => {
  const rows = Object.entries({ table, queue, provider }).flatMap(([engine, calls]) =>
    Object.entries(calls).map(([operation, count]) => [`${engine} ${operation}`, count.toFixed(2)]),
  );
  return [
    `A tick in which nothing changed (average of ${ticks}, a minute apart):`,
    textTable(['call', 'a tick'], rows),
  ].join('\n');
};

const main = async (): Promise<void> => {
  const most = readMost();
  const counts = [...new Set([...rungs.filter((count) => count < most), most])];
  const rows: string[][] = [];
  const notes: string[] = [];
  let base: Rung | undefined;
  for (const filling of chosenFillings()) {
    const { ended } = await climb(filling, counts, (rung) => {
      base ??= rung;
      rows.push(rowOf(filling, rung, base));
      if (process.stderr.isTTY) process.stderr.write(`${differsIn[filling]}: ${rung.watches} watches measured\n`);
    });
    if (ended) notes.push(`GROWS with watches that differ in ${differsIn[filling]}: not measured with more.`);
  }
  console.log('One run in which an offer opens for which 10 watches fire, among watches that do not fire.');
  console.log(
    'Times are from the answer of the poll to the message on the queue; items read hold every offer of the board.',
  );
  console.log(textTable(head, rows));
  for (const note of notes) console.log(note);
  console.log(`\n${quietLines(await measureQuietTicks())}`);
};

await main();
