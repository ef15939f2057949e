import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import type { Instant } from '#domain/time.ts';
import { parseWords, refusal } from '#local/command-line.ts';
import { PlanError } from '../plan/plan-error.ts';
import { usualStart } from './past.ts';
import { readSweep, type Sweep } from './sweep.ts';
import { builtInName } from './trial.ts';

export type BacktestOptions = {
  readonly utilisation?: string;
  readonly availability?: string;
  /** Names of policies; at least one. */
  readonly policies: readonly string[];
  /** Missing: warden.config.ts. */
  readonly config?: string;
  readonly sweep?: Sweep;
  /** USD for one GPU for one hour. */
  readonly price: number;
  readonly startsAt: Instant;
  /** File for the page with the charts. */
  readonly chart?: string;
  readonly workers: number;
  readonly json: boolean;
};

/** What to do: replay, show the help text, or say what is wrong with the command line. */
export type BacktestCommand =
  | { readonly kind: 'backtest'; readonly options: BacktestOptions }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'refused'; readonly message: string };

type Typed = Omit<BacktestOptions, 'policies' | 'chart'> & {
  readonly policy?: readonly string[];
  readonly chart?: string | true;
};

const usualChart = 'backtest.html';

const positive = (text: string): number => {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It is a number above 0.');
};

const wholeAbove0 = (text: string): number => {
  const value = positive(text);
  if (Number.isInteger(value)) return value;
  throw new InvalidArgumentError('It is a whole number above 0.');
};

const instantOf = (text: string): Instant => {
  const at = Date.parse(text);
  if (/^\d{4}-\d\d-\d\dT/.test(text) && /(Z|[+-]\d\d:\d\d)$/.test(text) && Number.isFinite(at)) return at;
  throw new InvalidArgumentError('It is a date and time with its offset, such as 2026-11-02T09:00:00Z.');
};

const sweepOf = (text: string): Sweep => {
  try {
    return readSweep(text);
  } catch (error) {
    if (error instanceof PlanError) throw new InvalidArgumentError(error.message);
    throw error;
  }
};

const help = `
Examples:
  npm run backtest -- --utilisation use.csv.gz
      what the built-in policy would have warned of and deleted, and what of it was used again
  npm run backtest -- --utilisation readings.log --policy default --policy training --chart
      two policies side by side over what a deployed GPU Warden has logged, with a page of charts
  npm run backtest -- --utilisation use.csv --sweep deleteAfter=60m..240m --chart sweep.html
      how many hours a longer wait costs, and how many mistakes it saves
  npm run backtest -- --availability inventory.csv
      what watches would have been told, and how soon

Exit code:
  0  done
  1  a file or the settings cannot be used; the message says why
  2  the command line cannot

docs/backtest.md tells the columns of the files, what --json has, and what the past cannot tell.`;

const createCommand = (): Command =>
  new Command('npm run backtest --')
    .description('Runs the rules of GPU Warden over the past and says what would have come of it. It calls nobody.')
    .option('--utilisation <file>', 'use of runtimes: a CSV, or the log of a deployed GPU Warden; also .gz')
    .option('--availability <file>', 'free GPUs of offers: a CSV, also .gz, or a folder of such files')
    .option('--policy <name...>', `${builtInName}: the built-in one; or one of the settings; several side by side`)
    .option('--config <file>', 'settings with the other policies, instead of warden.config.ts')
    .option('--sweep <range>', 'the first policy with one setting at many values: deleteAfter=60m..240m/15m', sweepOf)
    .option('--price <usd>', 'USD for one GPU for one hour', positive, 2.39)
    .option('--starts-at <time>', "when a CSV's first row was, for policies with hours", instantOf, usualStart)
    .option('--chart [file]', `write a page with charts that needs no network (${usualChart})`)
    .option('--workers <count>', 'threads; as many as there are cores', wholeAbove0, availableParallelism())
    .option('--json', 'one JSON object instead of a page for people', false)
    .allowExcessArguments(false)
    .addHelpText('after', help);

const refused = (message: string) => refusal('backtest', message);

const optionsOf = ({ policy, chart, ...typed }: Typed): BacktestCommand => {
  const { utilisation, availability, sweep } = typed;
  if (utilisation === undefined && availability === undefined) {
    return refused('error: nothing to replay: give --utilisation FILE, --availability FILE, or both');
  }
  if (utilisation === undefined && (policy !== undefined || sweep !== undefined || chart !== undefined)) {
    return refused('error: --policy, --sweep and --chart are about the use of runtimes: give --utilisation FILE');
  }
  const policies = [...new Set(policy ?? [builtInName])];
  if (sweep !== undefined && policies.length > 1) return refused('error: --sweep tries one policy: give one --policy');
  const file = chart === true ? usualChart : chart;
  return { kind: 'backtest', options: { ...typed, policies, ...(file === undefined ? {} : { chart: file }) } };
};

/** Reads a command line. */
export const readBacktestCommand = (words: readonly string[]): BacktestCommand => {
  const command = createCommand();
  const noOrder = parseWords(command, words, 'backtest');
  return noOrder ?? optionsOf(command.opts<Typed>());
};
