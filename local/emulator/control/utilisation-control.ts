import type { z } from '@hono/zod-openapi';
import { onDemandPlan } from '../state/plans.ts';
import { projectRuntimes } from '../state/runtimes.ts';
import { type ReplayedRuntime, type Runtime, type State, withEntry } from '../state/state.ts';
import type { World } from '../state/world.ts';
import type { TraceRuntime, UtilisationTrace } from '../trace/utilisation-trace.ts';
import { type UtilisationReplayWish, utilisationReplayWish } from './inputs.ts';
import { withOldRuntime } from './runtime-control.ts';

const DAY_MS = 86_400_000;
/** How long after its last row a runtime vanishes that ends before the trace does. */
const VANISHES_AFTER_MS = 600_000;
const LONGEST_NAME = 63;

/** The trace's name as the provider takes names, and not one that is taken. */
const validName = (name: string, taken: ReadonlySet<string>): string => {
  const letters = name.replace(/[^a-zA-Z0-9._-]/g, '-').replace(/^(?=[^a-zA-Z0-9])/, 'r');
  const numbered = (count: number) => {
    const ending = count === 1 ? '' : `-${count}`;
    return `${letters.slice(0, LONGEST_NAME - ending.length)}${ending}`;
  };
  let count = 1;
  while (taken.has(numbered(count))) count += 1;
  return numbered(count);
};

/** From when to when it is there. Those of the first row were created a day earlier. */
const lifeOf = ({ rows }: TraceRuntime, { lengthSeconds }: UtilisationTrace, startsAt: number) => {
  const first = rows[0]?.atSeconds ?? 0;
  const last = rows.at(-1)?.atSeconds ?? 0;
  const createdAt = first === 0 ? startsAt - DAY_MS : startsAt + first * 1000;
  const vanishes = last < lengthSeconds ? { goneAt: startsAt + last * 1000 + VANISHES_AFTER_MS } : {};
  return { createdAt, provisioningAt: createdAt, runningAt: createdAt, updatedAt: createdAt, ...vanishes };
};

type Place = { readonly organisation: string; readonly project: string };
type Wish = z.output<typeof utilisationReplayWish>;

/** Those that were there already do not move the free count of their offer; those that come later take from it. */
const withRuntime = (state: State, runtime: Runtime, now: number): State =>
  runtime.createdAt <= now
    ? withOldRuntime(state, runtime)
    : { ...state, runtimes: withEntry(state.runtimes, runtime.id, runtime) };

export const createUtilisationControl = (world: World) => {
  const built = (place: Place, name: string, wish: Wish, life: ReturnType<typeof lifeOf>): Runtime => ({
    ...place,
    ...life,
    id: world.chance.uuid(),
    name,
    region: wish.region,
    configId: wish.configId,
    gpuCount: 1,
    planId: onDemandPlan(wish.configId),
    templateSpec: { image: 'unknown' },
    storage: { type: 'network', sizeGb: 100, mountPath: '/data' },
    sshKeys: [],
    message: '',
    metrics: { kind: 'trace', shape: wish.shape },
    metricsSetAt: world.now(),
    conduct: {},
  });

  return {
    /**
     * Adds a runtime for each of the trace's, whose metrics show its rows as their time comes. Gives their ids by the names
     * of the trace.
     */
    replayUtilisation: (
      trace: UtilisationTrace,
      wish: UtilisationReplayWish = {},
    ): Readonly<Record<string, string>> => {
      const checked = utilisationReplayWish.parse(wish);
      const { startsAt = world.now() } = checked;
      const { organisation, projects } = world.accounts;
      const place = { organisation, project: checked.project ?? projects[0] ?? '' };
      world.accounts.addProject(place.project);
      const taken = new Set(projectRuntimes(world.view(), place.organisation, place.project).map(({ name }) => name));
      const added = trace.runtimes.map((each) => {
        const name = validName(each.name, taken);
        taken.add(name);
        const replayed: ReplayedRuntime = { name: each.name, rows: each.rows, startsAt };
        return { replayed, runtime: built(place, name, checked, lifeOf(each, trace, startsAt)) };
      });
      world.change((state) => {
        const ofTrace = added.map(({ runtime, replayed }): [string, ReplayedRuntime] => [runtime.id, replayed]);
        const grown = added.reduce((before, { runtime }) => withRuntime(before, runtime, world.now()), state);
        return { ...grown, replayedRuntimes: new Map([...state.replayedRuntimes, ...ofTrace]) };
      });
      return Object.fromEntries(added.map(({ runtime, replayed }) => [replayed.name, runtime.id]));
    },

    /** The ids of all replayed runtimes, gone ones too, by their names in the trace. */
    replayedRuntimes: (): Readonly<Record<string, string>> =>
      Object.fromEntries([...world.view().state.replayedRuntimes].map(([id, { name }]) => [name, id])),
  };
};
