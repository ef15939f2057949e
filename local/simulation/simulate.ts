import { batchesOfSeed, runCrew } from './crew.ts';
import { runHistory } from './history.ts';
import { planOf } from './plans.ts';
import { brokenPromises } from './promises.ts';
import { failingOf, shrink } from './shrink.ts';
import { readSimulateCommand, type SimulateOptions } from './simulate-options.ts';
import { storyOf } from './story.ts';
import { createSummary, summaryPage } from './summary.ts';

const barWidth = 40;

/** A bar on a terminal; nothing where nobody watches. */
const showProgress = (done: number, of: number, failing: number): void => {
  if (!process.stderr.isTTY) return;
  const full = Math.round((barWidth * done) / of);
  const trouble = failing === 0 ? '' : `, ${failing} broken`;
  process.stderr.write(`\r[${'#'.repeat(full)}${'.'.repeat(barWidth - full)}] ${done} of ${of} histories${trouble}`);
  if (done === of) process.stderr.write('\n');
};

/** Enough broken histories to see what is wrong: the rest would only take time. */
const mostFailing = 20;
const mostShrinkingTries = 400;

/** Tells one history as a story. */
const tellOne = async ({ seed, wire }: SimulateOptions, index: number): Promise<boolean> => {
  const history = await runHistory(planOf(seed, index), wire ? 'wire' : 'call');
  const broken = brokenPromises(history);
  console.log(`History ${index} of seed ${seed}:\n${storyOf(history, broken)}`);
  return broken.length === 0;
};

/** Makes the first broken history smaller and tells it. */
const tellSmallest = async ({ seed, wireEvery }: SimulateOptions, index: number): Promise<void> => {
  const seam = index % wireEvery === 0 ? 'wire' : 'call';
  console.log(
    `\nHistory ${index}, made smaller (npm run simulate -- --seed ${seed} --history ${index} tells all of it):`,
  );
  const smallest =
    (await shrink(seed, index, seam, mostShrinkingTries)) ?? (await failingOf(planOf(seed, index), seam));
  if (smallest !== undefined) console.log(storyOf(smallest.history, smallest.broken));
};

const simulate = async (options: SimulateOptions): Promise<boolean> => {
  const { histories, seed, wireEvery, workers, untilBroken, json } = options;
  const summary = createSummary();
  const startedAt = performance.now();
  const batches = batchesOfSeed(seed, histories, wireEvery);
  const onBatch: Parameters<typeof runCrew>[2] = (report) => {
    summary.add(report);
    const { histories: done, failing } = summary.sums();
    showProgress(done, histories, failing.length);
  };
  await runCrew(batches, workers, onBatch, () => summary.sums().failing.length >= (untilBroken ? 1 : mostFailing));
  const seconds = (performance.now() - startedAt) / 1000;
  const sums = summary.sums();
  const [first] = sums.failing;
  if (json) console.log(JSON.stringify({ ...sums, seed, seconds }));
  else {
    console.log(summaryPage(sums, seed, seconds));
    if (first !== undefined && !untilBroken) await tellSmallest(options, first.index);
  }
  return first === undefined;
};

const main = async (): Promise<void> => {
  const command = readSimulateCommand(process.argv.slice(2));
  if (command.kind === 'help') {
    process.stdout.write(command.text);
    return;
  }
  if (command.kind === 'refused') {
    process.stderr.write(`${command.message}\n`);
    process.exitCode = 2;
    return;
  }
  const { options } = command;
  const isClean = options.history === undefined ? await simulate(options) : await tellOne(options, options.history);
  // Time limits of the SDK's clients would keep the process for a while.
  process.exit(isClean ? 0 : 1);
};

await main();
