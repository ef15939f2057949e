import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { textTable } from '#local/text-table.ts';
import { type Bundle, bundleBareClient, bundleHandlers, bundleUsedClient } from './bundles.ts';
import { importTimes } from './import-time.ts';

const mostBytes = 450_000;
const mostRatio = 1.4;
const partsShown = 8;

const { values } = parseArgs({ options: { runs: { type: 'string', default: '21' } } });

const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(0)} KB`;

const sizeVerdict = ({ bytes }: Bundle) => (bytes <= mostBytes ? 'ok' : `NOT REACHED (${kilobytes(mostBytes)})`);

const timeVerdict = (ratio: number) => (ratio <= mostRatio ? 'ok' : `NOT REACHED (${mostRatio}×)`);

const rowOf = (bundle: Bundle, time: number, base: number, limited: boolean): string[] => {
  const ratio = time / base;
  return [
    bundle.name,
    kilobytes(bundle.bytes),
    limited ? sizeVerdict(bundle) : '',
    time.toFixed(1),
    `${ratio.toFixed(2)}×`,
    limited ? timeVerdict(ratio) : '',
  ];
};

const partsOf = ({ name, bytes, parts }: Bundle): string => {
  const rows = parts
    .slice(0, partsShown)
    .map((part) => [`  ${part.part}`, kilobytes(part.bytes), `${((100 * part.bytes) / bytes).toFixed(0)} %`]);
  return textTable([name, 'bytes', 'part'], rows);
};

const measure = async (folder: string, runs: number): Promise<void> => {
  const [bare, used, handlers] = await Promise.all([
    bundleBareClient(folder),
    bundleUsedClient(folder),
    bundleHandlers(folder),
  ]);
  const all = [bare, used, ...handlers];
  const times = await importTimes(
    all.map(({ file }) => file),
    runs,
  );
  const base = times.get(bare.file) ?? Number.NaN;
  const rows = all.map((bundle) =>
    rowOf(bundle, times.get(bundle.file) ?? Number.NaN, base, handlers.includes(bundle)),
  );
  console.log(`Import times are medians of ${runs} new processes each, taken in turns.`);
  console.log(
    textTable(
      ['bundle', 'size', `at most ${kilobytes(mostBytes)}`, 'import ms', 'ratio', `at most ${mostRatio}×`],
      rows,
    ),
  );
  for (const bundle of handlers) console.log(`\n${partsOf(bundle)}`);
  if (handlers.some(({ bytes }) => bytes > mostBytes)) process.exitCode = 1;
};

const main = async (): Promise<void> => {
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) throw new RangeError(`--runs is a whole number, not ${values.runs}`);
  const folder = await mkdtemp(join(tmpdir(), 'gpu-warden-bundles-'));
  try {
    await measure(folder, runs);
  } finally {
    await rm(folder, { recursive: true });
  }
};

await main();
