import type { z } from '@hono/zod-openapi';
import { onDemandPlan } from '../state/plans.ts';
import { holdsGpus, startTimes, statusAt } from '../state/runtimes.ts';
import { type Conduct, offerKey, type Runtime, type State, withEntry, withoutEntry } from '../state/state.ts';
import type { World } from '../state/world.ts';
import { type RuntimeChange, type RuntimeWish, runtimeChange, runtimeWish } from './inputs.ts';

/** A runtime with its present status. */
export type RuntimeState = Omit<Runtime, 'heldStatus'> & { readonly status: string };

const toRuntimeState = ({ heldStatus: _, ...runtime }: Runtime, status: string): RuntimeState => ({
  ...runtime,
  status,
});

/** What was wished, or, where nothing was, what is; null wishes for the usual. */
const wished = <T>(wish: T | null | undefined, before: T | undefined): T | undefined =>
  wish === undefined ? before : (wish ?? undefined);

const conductOf = (wish: z.output<typeof runtimeChange>, before: Conduct = {}): Conduct => ({
  ignoreDeleteFor: wished(wish.ignoreDeleteFor, before.ignoreDeleteFor),
  refuseDelete: wished(wish.refuseDelete, before.refuseDelete),
  terminatingFor: wished(wish.terminatingFor, before.terminatingFor),
  reappearAfter: wished(wish.reappearAfter, before.reappearAfter),
  hide: wished(wish.hide, before.hide),
});

const builtRuntime = (world: World, wish: z.output<typeof runtimeWish>): Runtime => {
  const { state, now } = world.view();
  const id = world.chance.uuid();
  const template = state.templates.find((each) => each.id === wish.templateId);
  const createdAt = now - wish.createdMinutesAgo * 60_000;
  return {
    ...startTimes(world.chance, createdAt),
    id,
    organisation: world.accounts.organisation,
    project: wish.project ?? world.accounts.projects[0] ?? '',
    name: wish.name ?? `runtime-${id.slice(0, 8)}`,
    region: wish.region,
    configId: wish.configId,
    gpuCount: wish.gpuCount,
    planId: wish.planId ?? onDemandPlan(wish.configId),
    templateId: wish.templateId,
    templateSpec: template?.templateSpec ?? { image: 'unknown' },
    storage: { type: 'network', sizeGb: 100, mountPath: '/data' },
    sshKeys: [],
    ...(wish.status === undefined ? {} : { heldStatus: wish.status }),
    updatedAt: createdAt,
    message: '',
    metrics: wish.metrics,
    metricsSetAt: now,
    conduct: conductOf(wish),
  };
};

/** A runtime that "was there already" must not move the free count of its offer; only its end does. */
export const withOldRuntime = (state: State, runtime: Runtime): State => {
  const key = offerKey(runtime.region, runtime.configId);
  const offer = state.offers.get(key);
  const held = offer && { ...offer, heldWhenSet: offer.heldWhenSet + runtime.gpuCount };
  return {
    ...state,
    runtimes: withEntry(state.runtimes, runtime.id, runtime),
    offers: held ? withEntry(state.offers, key, held) : state.offers,
  };
};

/** New metrics count their calls, and a wish to ignore DELETE its time, from the beginning. */
const withoutCounts = (
  { metricsCalls, ignoresDeleteUntil, ...rest }: Runtime,
  wish: z.output<typeof runtimeChange>,
) => ({
  ...rest,
  ...(metricsCalls === undefined || wish.metrics ? {} : { metricsCalls }),
  ...(ignoresDeleteUntil === undefined || wish.ignoreDeleteFor !== undefined ? {} : { ignoresDeleteUntil }),
});

const changed = (runtime: Runtime, change: z.output<typeof runtimeChange>, now: number): Runtime => {
  const { heldStatus, ...rest } = withoutCounts(runtime, change);
  const status = change.status === undefined ? heldStatus : change.status;
  return {
    ...rest,
    ...(status === undefined || status === null ? {} : { heldStatus: status }),
    metrics: change.metrics ?? rest.metrics,
    metricsSetAt: change.metrics ? now : rest.metricsSetAt,
    name: change.name ?? rest.name,
    planId: change.planId ?? rest.planId,
    message: change.message ?? rest.message,
    conduct: conductOf(change, rest.conduct),
    updatedAt: now,
  };
};

export const createRuntimeControl = (world: World) => {
  const put = (runtime: Runtime) =>
    world.change((state) => ({ ...state, runtimes: withEntry(state.runtimes, runtime.id, runtime) }));
  const shown = (runtime: Runtime) => toRuntimeState(runtime, statusAt(runtime, world.now()) ?? 'gone');

  return {
    /** All runtimes that are not gone, of every project. */
    runtimes: (): readonly RuntimeState[] => {
      const { state, now } = world.view();
      return [...state.runtimes.values()].filter((each) => holdsGpus(each, now)).map(shown);
    },

    addRuntime: (wish: RuntimeWish = {}): RuntimeState => {
      const runtime = builtRuntime(world, runtimeWish.parse(wish));
      world.accounts.addProject(runtime.project);
      world.change((state) => withOldRuntime(state, runtime));
      return shown(runtime);
    },

    /** The runtime as it then is; nothing where there is none with that id, or no longer. */
    setRuntime: (id: string, change: RuntimeChange): RuntimeState | undefined => {
      const checked = runtimeChange.parse(change);
      const runtime = world.view().state.runtimes.get(id);
      if (!runtime || !holdsGpus(runtime, world.now())) return undefined;
      const next = changed(runtime, checked, world.now());
      put(next);
      return shown(next);
    },

    /** Gone at once, without terminating; whether it was there. */
    removeRuntime: (id: string): boolean => {
      const there = world.view().state.runtimes.has(id);
      world.change((state) => ({ ...state, runtimes: withoutEntry(state.runtimes, id) }));
      return there;
    },
  };
};
