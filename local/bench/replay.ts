import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Replay } from '#local/backtest/replay-availability.ts';
import { loadAvailabilityTrace } from '#local/emulator/emulator.ts';
import { spanInWords, textTable } from '#local/text-table.ts';
import { replayTrace } from './replay-trace.ts';

/** Measured series that lie beside the repository, and not in it. */
const measured = join(import.meta.dirname, '../../../shared/traces/availability.csv.gz');

const { values } = parseArgs({
  options: { availability: { type: 'string' }, days: { type: 'string' }, json: { type: 'boolean', default: false } },
});

const readDays = (): number | undefined => {
  if (values.days === undefined) return undefined;
  const days = Number(values.days);
  if (!(days > 0)) throw new RangeError(`--days is a number above 0, not ${values.days}`);
  return days;
};

const showProgress = (polls: number, ofPolls: number): void => {
  if (polls % 50 === 0 || polls === ofPolls) process.stderr.write(`\r${polls} of ${ofPolls} polls`);
  if (polls === ofPolls) process.stderr.write('\n');
};

const report = ({ days, polls, scores, broken }: Replay, seconds: number): string => {
  const rows = scores.map((score) => [
    score.policy,
    String(score.mails),
    String(score.windows),
    String(score.untold),
    String(score.longUntold),
    spanInWords(score.medianDelayMs),
    spanInWords(score.worstDelayMs),
  ]);
  const head = ['policy', 'mails', 'windows', 'untold', 'untold, 6 h or more', 'median delay', 'worst delay'];
  const verdict =
    broken.length === 0
      ? [
          'ok: every once watch was told at the first row of its first window',
          'ok: no window of 6 h or more stayed untold to an every watch',
        ]
      : broken.map((line) => `BROKEN: ${line}`);
  const took = `${days.toFixed(1)} days, ${polls} polls, in ${seconds.toFixed(0)} s`;
  return [took, '', textTable(head, rows), '', ...verdict].join('\n');
};

const main = async (): Promise<void> => {
  const path = values.availability ?? measured;
  if (values.availability === undefined && !existsSync(path)) {
    console.log(`Nothing replayed: there is no trace at ${path}. Give one with --availability FILE.`);
    return;
  }
  const days = readDays();
  const startedAt = performance.now();
  const replay = await replayTrace(await loadAvailabilityTrace(path), {
    ...(days === undefined ? {} : { days }),
    ...(process.stderr.isTTY ? { onProgress: showProgress } : {}),
  });
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(values.json ? JSON.stringify({ ...replay, seconds }) : report(replay, seconds));
  if (replay.broken.length > 0) process.exitCode = 1;
};

await main();
