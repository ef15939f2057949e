import type { Chance } from './chance.ts';
import type { Runtime, View } from './state.ts';

/** Where a runtime is in its life; nothing once it is gone. */
export const statusAt = (runtime: Runtime, now: number): string | undefined => {
  if (runtime.heldStatus !== undefined) return runtime.heldStatus;
  if (runtime.backAt !== undefined && now >= runtime.backAt) return 'Running';
  if (runtime.goneAt !== undefined && now >= runtime.goneAt) return undefined;
  if (runtime.deletedAt !== undefined && now >= runtime.deletedAt) return 'Terminating';
  if (now < runtime.provisioningAt) return 'Pending';
  return now < runtime.runningAt ? 'Provisioning' : 'Running';
};

/** Since when a runtime that is Running has been so. */
export const runsSince = ({ runningAt, backAt }: Runtime, now: number): number =>
  backAt !== undefined && now >= backAt ? backAt : runningAt;

export const holdsGpus = (runtime: Runtime, now: number): boolean =>
  runtime.createdAt <= now && statusAt(runtime, now) !== undefined;

/** When the life last moved on by itself or was moved. */
export const updatedAt = (runtime: Runtime, now: number): number => {
  const steps = [
    runtime.createdAt,
    runtime.provisioningAt,
    runtime.runningAt,
    runtime.deletedAt ?? 0,
    runtime.backAt ?? 0,
    runtime.updatedAt,
  ];
  return Math.max(...steps.filter((step) => step <= now));
};

/** Pending for 5 to 20 s, ready 2 to 5 minutes after creation. */
export const startTimes = (chance: Chance, createdAt: number) => ({
  createdAt,
  provisioningAt: createdAt + chance.between(5_000, 20_000),
  runningAt: createdAt + chance.between(120_000, 300_000),
});

/** Terminating for 20 to 90 s (decision D13 in docs/emulator.md), or for as long as it was told to. It comes back once. */
const terminating = (runtime: Runtime, chance: Chance, now: number): Runtime => {
  const { heldStatus: _, backAt: __, ignoresDeleteUntil: ___, ...rest } = runtime;
  const { reappearAfter, terminatingFor, ...conduct } = runtime.conduct;
  const usualMs = chance.between(20_000, 90_000);
  const goneAt = now + (terminatingFor === undefined ? usualMs : terminatingFor * 1000);
  return {
    ...rest,
    deletedAt: now,
    goneAt,
    ...(reappearAfter === undefined ? {} : { backAt: goneAt + reappearAfter * 1000 }),
    conduct: { ...conduct, terminatingFor },
  };
};

/** The runtime after a DELETE that was accepted: it terminates, or takes no notice. */
export const afterDelete = (runtime: Runtime, chance: Chance, now: number): Runtime => {
  const { ignoreDeleteFor = 0 } = runtime.conduct;
  const ignoresDeleteUntil = runtime.ignoresDeleteUntil ?? now + ignoreDeleteFor * 1000;
  return now < ignoresDeleteUntil ? { ...runtime, ignoresDeleteUntil } : terminating(runtime, chance, now);
};

/** The runtimes of a project that are not gone, oldest first. */
export const projectRuntimes = ({ state, now }: View, organisation: string, project: string): readonly Runtime[] =>
  [...state.runtimes.values()]
    .filter((each) => each.organisation === organisation && each.project === project && holdsGpus(each, now))
    .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));

/** A runtime by its id, if it is in that project and not gone. */
export const runtimeIn = (view: View, organisation: string, project: string, id: string): Runtime | undefined => {
  const runtime = view.state.runtimes.get(id.toLowerCase());
  if (!runtime || runtime.organisation !== organisation || runtime.project !== project) return undefined;
  return holdsGpus(runtime, view.now) ? runtime : undefined;
};
