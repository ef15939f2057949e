import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { parseWords } from '#local/command-line.ts';

export type SimulateOptions = {
  readonly histories: number;
  readonly seed: number;
  /** One history in so many has everything on the wire. */
  readonly wireEvery: number;
  readonly workers: number;
  /** Only this one, told as a story. */
  readonly history?: number;
  readonly wire: boolean;
  /** Ends with the first broken promise, and does not make its history smaller. */
  readonly untilBroken: boolean;
  readonly json: boolean;
};

/** What to do: simulate, show the help text, or say what is wrong with the command line. */
export type SimulateCommand =
  | { readonly kind: 'simulate'; readonly options: SimulateOptions }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'refused'; readonly message: string };

const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most && text.trim() !== '') return value;
    throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}.`);
  };

const help = `
Each history is the whole system on simulated time, with faults, crashes, deployments and people in an order of its own.
What never happens is checked over all that can be seen from outside. Ends with 1 if a promise was broken.
docs/simulation.md says how to read a story, and how to add a fault or a promise.`;

const createCommand = (): Command =>
  new Command('npm run simulate --')
    .description('Lives through thousands of histories and checks in each what never happens.')
    .option('--histories <count>', 'how many', wholeNumber(1, 10_000_000), 1000)
    .option('--seed <number>', 'which ones: the same seed gives the same histories', wholeNumber(0, 1_000_000), 1)
    .option('--wire-every <count>', 'one in so many with every call to AWS on the wire', wholeNumber(1, 10_000_000), 20)
    .option('--workers <count>', 'threads; as many as there are cores', wholeNumber(1, 256), availableParallelism())
    .option('--history <index>', 'only this history of the seed, told as a story', wholeNumber(0, 10_000_000))
    .option('--wire', 'with --history: with every call to AWS on the wire', false)
    .option('--until-broken', 'end with the first broken promise', false)
    .option('--json', 'one JSON object instead of a page for people', false)
    .allowExcessArguments(false)
    .addHelpText('after', help);

/** Reads a command line. */
export const readSimulateCommand = (words: readonly string[]): SimulateCommand => {
  const command = createCommand();
  const noOrder = parseWords(command, words, 'simulate');
  return noOrder ?? { kind: 'simulate', options: command.opts<SimulateOptions>() };
};
