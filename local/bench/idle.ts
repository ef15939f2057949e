import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Instant, minute } from '#domain/time.ts';
import { loadUtilisationTrace, type UtilisationTrace } from '#local/emulator/emulator.ts';
import { textTable } from '#local/text-table.ts';
import { type Comparison, compareModes } from './idle-compare.ts';
import { type IdleReplay, type IdleReplayOptions, replayIdle } from './idle-replay.ts';
import { startsAt } from './idle-world.ts';

/** Measured series that lie beside the repository, and not in it. */
const measured = join(import.meta.dirname, '../../../shared/traces/utilisation.csv.gz');

const { values } = parseArgs({
  options: {
    utilisation: { type: 'string' },
    hours: { type: 'string' },
    every: { type: 'string' },
    failing: { type: 'string' },
    rearm: { type: 'string' },
    observe: { type: 'boolean', default: false },
    compare: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const positive = (name: 'hours' | 'every' | 'failing' | 'rearm', unit: string): number | undefined => {
  const text = values[name];
  if (text === undefined) return undefined;
  const value = Number(text);
  const isWhole = name === 'hours' || name === 'rearm' || Number.isInteger(value);
  if (!(value > 0 && isWhole)) throw new RangeError(`--${name} is ${unit} above 0, not ${text}`);
  return value;
};

const showProgress = (ticks: number, ofTicks: number): void => {
  if (ticks % 20 === 0 || ticks === ofTicks) process.stderr.write(`\r${ticks} of ${ofTicks} ticks`);
  if (ticks === ofTicks) process.stderr.write('\n');
};

const optionsGiven = (): IdleReplayOptions => {
  const hours = positive('hours', 'a number');
  const everySeconds = positive('every', 'a whole number of seconds');
  const failing = positive('failing', 'a whole number');
  const rearmAfterMinutes = positive('rearm', 'a number of minutes');
  return {
    mode: values.observe ? 'observe' : 'enforce',
    isMeasured: values.utilisation === undefined,
    ...(hours === undefined ? {} : { hours }),
    ...(everySeconds === undefined ? {} : { everySeconds }),
    ...(failing === undefined ? {} : { failing }),
    ...(rearmAfterMinutes === undefined ? {} : { rearmAfterMinutes }),
    ...(process.stderr.isTTY ? { onProgress: showProgress } : {}),
  };
};

/** Time since the trace began, as `7 h 05`. */
const since = (at: Instant): string => {
  const minutes = Math.floor((at - startsAt) / minute);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')}`;
};

const listed = (counter: Readonly<Record<string, number>>): string => {
  const all = Object.entries(counter).sort(([, a], [, b]) => b - a);
  return all.length === 0 ? 'none' : all.map(([what, count]) => `${what} ${count}`).join(', ');
};

const verdictLines = (broken: readonly string[], ok: string): string[] =>
  broken.length === 0 ? [`ok: ${ok}`] : broken.map((line) => `BROKEN: ${line}`);

const replayReport = ({ mode, hours, ticks, runtimes, score, counts, broken }: IdleReplay): string => {
  const verb = mode === 'enforce' ? 'deleted' : 'would be deleted';
  const { fired, falseOnes, hoursFreed, deletions } = score;
  const facts = [
    [`mode`, mode],
    ['trace', `${runtimes} runtimes, ${hours.toFixed(1)} h, ${ticks} ticks`],
    [`fired (${verb})`, String(fired)],
    ['false', String(falseOnes)],
    ['hours freed', hoursFreed.toFixed(1)],
    ['warnings in mails', String(counts.warnings)],
    ['mails', listed(counts.mails)],
    ['readings', `${counts.readings}, of which unknown ${counts.unknown} (${listed(counts.unknownBecause)})`],
    ['warnings voided', `${counts.voided} (${listed(counts.voidedBecause)})`],
    ['breaker opened', String(counts.breakerOpened)],
    ['kept, spared, deleted again', `${counts.kept}, ${counts.spared}, ${counts.again}`],
  ];
  const rows = deletions.map(({ name, at, hoursFreed: freed, busyRowsAfter, isFalse }) => [
    name,
    since(at),
    freed.toFixed(2),
    String(busyRowsAfter),
    isFalse ? 'FALSE' : '',
  ]);
  const width = Math.max(...facts.map(([title = '']) => title.length));
  return [
    ...facts.map(([title = '', value = '']) => `${title.padEnd(width)}  ${value}`),
    '',
    textTable(['runtime', `${verb} after`, 'hours freed', 'later rows >= 20 %', ''], rows),
    '',
    ...verdictLines(broken, 'no false deletion'),
  ].join('\n');
};

const compareReport = ({ ticks, compared, verdicts, deletions, differences, broken }: Comparison): string =>
  [
    `${compared} plans in ${ticks} ticks were compared between enforce and observe: ${listed(verdicts)}`,
    `first deletions: ${deletions.enforce.length} in enforce mode, ${deletions.observe.length} in observe mode`,
    ...differences.map(
      ({ at, name, enforce, observe }) =>
        `  ${since(at)} ${name}\n    enforce ${JSON.stringify(enforce)}\n    observe ${JSON.stringify(observe)}`,
    ),
    ...verdictLines(broken, 'both modes planned the same at every tick, and deleted the same at the same time'),
  ].join('\n');

const run = async (trace: UtilisationTrace): Promise<{ result: IdleReplay | Comparison; report: string }> => {
  if (values.compare) {
    const result = await compareModes(trace, optionsGiven());
    return { result, report: compareReport(result) };
  }
  const result = await replayIdle(trace, optionsGiven());
  return { result, report: replayReport(result) };
};

const main = async (): Promise<void> => {
  const path = values.utilisation ?? measured;
  if (values.utilisation === undefined && !existsSync(path)) {
    console.log(`Nothing replayed: there is no trace at ${path}. Give one with --utilisation FILE.`);
    return;
  }
  const startedAt = performance.now();
  const { result, report } = await run(await loadUtilisationTrace(path));
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(values.json ? JSON.stringify({ ...result, seconds }) : `${report}\n\nIn ${seconds.toFixed(0)} s`);
  if (result.broken.length > 0) process.exitCode = 1;
};

await main();
