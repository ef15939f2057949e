import { availableParallelism } from 'node:os';
import { batchesOfPlans, runCrew } from './crew.ts';
import { quietPlan, runHistory } from './history.ts';
import { type CrashPlan, type FunctionName, functionNames, type HistoryPlan } from './plan.ts';
import { brokenPromises } from './promises.ts';
import { storyOf } from './story.ts';
import { createSummary } from './summary.ts';

/** Stories in which nothing else goes wrong. Each ends healthy, so that everything due must have happened. */
const stories: Readonly<Record<string, HistoryPlan>> = {
  'a runtime from its first warning to its end': {
    ...quietPlan,
    jobs: ['guard-runtimes'],
    troubledMinutes: 44,
    healthyMinutes: 60,
    watches: [],
    offers: [],
  },
  'two runtimes of one owner, one of which is kept': {
    ...quietPlan,
    jobs: ['guard-runtimes'],
    troubledMinutes: 36,
    healthyMinutes: 60,
    runtimes: [...quietPlan.runtimes, ...quietPlan.runtimes],
    watches: [],
    offers: [],
    acts: [{ minute: 19, act: 'keep', of: 0 }],
  },
  'alerts of two offers, for once and for every window': {
    ...quietPlan,
    jobs: ['watch-availability'],
    troubledMinutes: 20,
    healthyMinutes: 44,
    runtimes: [],
    offers: [
      { free: [{ minute: 6, gpus: 8 }] },
      {
        free: [
          { minute: 2, gpus: 2 },
          { minute: 9, gpus: 0 },
          { minute: 15, gpus: 4 },
        ],
      },
    ],
    watches: [
      { offer: 0, notify: 'once', by: 'config' },
      { offer: 0, notify: 'every', by: 'model' },
      { offer: 1, notify: 'once', by: 'model' },
      { offer: 1, notify: 'every', by: 'config' },
    ],
  },
};

/** Every effect of every function in the troubled part of a story. */
const effectsOf = async (plan: HistoryPlan): Promise<readonly { function: FunctionName; effect: number }[]> => {
  const { effects } = await runHistory({ ...plan, healthyMinutes: 0 });
  return functionNames.flatMap((name) =>
    Array.from({ length: effects.get(name) ?? 0 }, (_, index) => ({ function: name, effect: index + 1 })),
  );
};

/**
 * The histories of a story with a process that dies at each effect, before and after it, and at each two of them. Before an
 * effect is after the one before it: pairs need only the one moment, and the last.
 */
const crashesOf = async (plan: HistoryPlan, hasPairs: boolean): Promise<readonly CrashPlan[][]> => {
  const points = await effectsOf(plan);
  const before = points.map((point): CrashPlan => ({ ...point, moment: 'before' }));
  const after = points.map((point): CrashPlan => ({ ...point, moment: 'after' }));
  const pairs = before.flatMap((first, index) => after.slice(index).map((second) => [first, second]));
  return [...before.map((one) => [one]), ...after.map((one) => [one]), ...(hasPairs ? pairs : [])];
};

const main = async (): Promise<void> => {
  const hasPairs = !process.argv.includes('--singly');
  for (const [name, plan] of Object.entries(stories)) {
    const startedAt = performance.now();
    const plans = (await crashesOf(plan, hasPairs)).map((crashes) => ({ ...plan, crashes }));
    const summary = createSummary();
    await runCrew(batchesOfPlans(plans), availableParallelism(), summary.add);
    const { histories, failing } = summary.sums();
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
    const verdict = failing.length === 0 ? 'ok' : `BROKEN in ${failing.length}`;
    const points = (await effectsOf(plan)).length;
    console.log(`${name}: ${points} effects, ${histories} histories in ${seconds} s: ${verdict}`);
    const first = plans[failing[0]?.index ?? -1];
    if (first === undefined) continue;
    const history = await runHistory(first);
    console.log(storyOf(history, brokenPromises(history)));
    process.exitCode = 1;
  }
  process.exit();
};

await main();
