import fc from 'fast-check';
import type { Seam } from './clients.ts';
import { type History, runHistory } from './history.ts';
import type { HistoryPlan } from './plan.ts';
import { historyPlan, seedOf } from './plans.ts';
import { type BrokenPromise, brokenPromises } from './promises.ts';

/** A history that breaks a promise. */
export type Failing = {
  readonly plan: HistoryPlan;
  readonly history: History;
  readonly broken: readonly BrokenPromise[];
};

/** Lives through a plan; answers the history if it breaks a promise, of several that one. */
export const failingOf = async (plan: HistoryPlan, seam: Seam, promise?: string): Promise<Failing | undefined> => {
  const history = await runHistory(plan, seam);
  const broken = brokenPromises(history);
  const isFailing = broken.some((each) => promise === undefined || each.promise === promise);
  return isFailing ? { plan, history, broken } : undefined;
};

/**
 * Finds a smaller history that breaks the same promise, within so many tries.
 *
 * @param index of the failing history, of that seed
 */
export const shrink = async (
  seed: number,
  index: number,
  seam: Seam,
  mostTries: number,
): Promise<Failing | undefined> => {
  let promise: string | undefined;
  let smallest: Failing | undefined;
  let tries = 0;
  const isKept = async (plan: HistoryPlan): Promise<boolean> => {
    tries += 1;
    if (tries > mostTries) return true;
    const failing = await failingOf(plan, seam, promise);
    if (failing === undefined) return true;
    promise ??= failing.broken[0]?.promise;
    smallest = failing;
    return false;
  };
  await fc.check(fc.asyncProperty(historyPlan, isKept), { seed: seedOf(seed, index), numRuns: 1 });
  return smallest;
};
