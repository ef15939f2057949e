import type { GuardBoard } from '#domain/guardrails/guard-board.ts';
import { type RuntimeKey, runtimeKey } from '#domain/guardrails/runtime-case.ts';
import type { Runtime } from '#domain/runtime.ts';
import type { Fail } from '#workflows/attempts.ts';
import type { Run } from '#workflows/runs.ts';
import type { GuardSettings, GuardWorld } from './world.ts';

/**
 * The runtimes that the provider shows in the configured projects. `complete` names the projects of which every page came:
 * only there something is concluded about a runtime that is not shown.
 */
export type ListedFleet = { readonly runtimes: readonly Runtime[]; readonly complete: ReadonlySet<string> };

const listProject = async (world: GuardWorld, run: Run, project: string, fail: Fail) => {
  const { signal, deadline } = run;
  try {
    const listing = await world.provider.listRuntimes(project, { signal, deadline });
    if (!listing.complete) {
      world.report({ event: 'runtimes-unlisted', project, because: listing.because.join('; ') });
    }
    return { project, runtimes: listing.rows.map(({ value }) => value), complete: listing.complete };
  } catch (failure) {
    fail(failure);
    world.report({ event: 'runtimes-unlisted', project, because: String(failure) });
    return { project, runtimes: [], complete: false };
  }
};

/** Lists every project; one that cannot be listed is no other's trouble. */
export const listFleet = async (
  world: GuardWorld,
  run: Run,
  { projects }: GuardSettings,
  fail: Fail,
): Promise<ListedFleet> => {
  const listed = await Promise.all(projects.map((project) => listProject(world, run, project, fail)));
  const complete = listed.filter((one) => one.complete).map(({ project }) => project);
  return { runtimes: listed.flatMap(({ runtimes }) => runtimes), complete: new Set(complete) };
};

const projectOf = (key: RuntimeKey) => key.slice(0, key.indexOf('/'));

/**
 * Runtimes that we know and that are not there any more, as far as a listing may say so; those of a project that nobody
 * configures any more are not looked after either.
 */
export const vanishedFrom = (
  { fleet, cases }: Pick<GuardBoard, 'fleet' | 'cases'>,
  { runtimes, complete }: ListedFleet,
  { projects }: GuardSettings,
): readonly RuntimeKey[] => {
  const shown = new Set(runtimes.map(runtimeKey));
  const known = new Set([...fleet.clocks.keys(), ...cases.keys()]);
  return [...known].filter((key) => {
    const project = projectOf(key);
    return !shown.has(key) && (complete.has(project) || !projects.includes(project));
  });
};
