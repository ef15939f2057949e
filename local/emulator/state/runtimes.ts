import type { Chance } from './chance.ts';
import type { Runtime, View } from './state.ts';

/** Where a runtime is in its life; nothing once it is gone. */
export const statusAt = (runtime: Runtime, now: number): string | undefined => {
  if (runtime.heldStatus !== undefined) return runtime.heldStatus;
  if (runtime.goneAt !== undefined && now >= runtime.goneAt) return undefined;
  if (runtime.deletedAt !== undefined && now >= runtime.deletedAt) return 'Terminating';
  if (now < runtime.provisioningAt) return 'Pending';
  return now < runtime.runningAt ? 'Provisioning' : 'Running';
};

export const holdsGpus = (runtime: Runtime, now: number): boolean =>
  runtime.createdAt <= now && statusAt(runtime, now) !== undefined;

/** When the life last moved on by itself or was moved. */
export const updatedAt = (runtime: Runtime, now: number): number => {
  const steps = [
    runtime.createdAt,
    runtime.provisioningAt,
    runtime.runningAt,
    runtime.deletedAt ?? 0,
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

/** Terminating for 20 to 90 s. Decision D13 in docs/emulator.md. */
export const terminating = (runtime: Runtime, chance: Chance, now: number): Runtime => {
  const { heldStatus: _, ...rest } = runtime;
  return { ...rest, deletedAt: now, goneAt: now + chance.between(20_000, 90_000) };
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
