import type { SettingsInput } from '#adapters/configuration/settings.ts';
import type { EmulatorControl, RuntimeState } from '#local/emulator/emulator.ts';
import { openingModel, openingRegion } from './fillings.ts';

/** What one installation has to do. Numbers of events are those of a day. */
export type Load = {
  readonly runtimes: number;
  readonly watches: number;
  readonly pollSeconds: NonNullable<NonNullable<SettingsInput['availability']>['pollSeconds']>;
  /** Mails of warnings: each runtime that is warned gets two. */
  readonly warnings: number;
  /** Of those that are warned; the owners of the others press Keep. */
  readonly deletions: number;
  /** Windows that open and close. */
  readonly windows: number;
  /** Mails that a watch has fired. */
  readonly alerts: number;
};

/** An installation that looks after nothing: what it costs does not grow with use. */
export const emptyLoad: Load = {
  runtimes: 0,
  watches: 0,
  pollSeconds: 60,
  warnings: 0,
  deletions: 0,
  windows: 0,
  alerts: 0,
};

type Watches = NonNullable<NonNullable<SettingsInput['availability']>['watches']>;

const { configId } = openingModel;

/** GPUs in each window, and what somebody waits for who goes on waiting. */
const gpusOfWindow = 4;
const gpusWaitedFor = 8;

/** Those that fire wait for a window each, exactly or by description; all others wait for more GPUs than any has. */
export const watchesOf = ({ watches, windows, alerts }: Load): Watches =>
  Array.from({ length: watches }, (_, index) => {
    const region = openingRegion(index % Math.max(1, windows));
    const wanted = index % 2 === 0 ? { region, configId } : { region, model: openingModel.model };
    return { to: `waits-${index}@example.com`, ...wanted, gpus: index < alerts ? 1 : gpusWaitedFor };
  });

/** Offers with nothing free, in which the windows will open. */
export const listOffers = (control: EmulatorControl, { windows }: Load): void => {
  for (let window = 0; window < windows; window += 1) {
    control.setOffer({ configId, region: openingRegion(window), available: 0 });
  }
};

export const openWindow = (control: EmulatorControl, window: number): void => {
  control.setOffer({ configId, region: openingRegion(window), available: gpusOfWindow });
};

export const closeWindow = (control: EmulatorControl, window: number): void => {
  control.setOffer({ configId, region: openingRegion(window), available: 0 });
};

const dayAgo = 1500;

/** Runtimes a day old, each with an owner of its own: `owner-3-training` is owner-3's. */
export const addRuntimes = (control: EmulatorControl, { runtimes }: Load): readonly RuntimeState[] =>
  Array.from({ length: runtimes }, (_, index) =>
    control.addRuntime({ name: `owner${index}-training`, createdMinutesAgo: dayAgo }),
  );

/** As people do: somebody makes a new runtime where one was deleted. */
export const addSuccessor = (control: EmulatorControl, index: number): void => {
  control.addRuntime({ name: `owner${index}-again`, createdMinutesAgo: 0 });
};

const cycle = 10;
const idleMinutes = 7;

/** As long as numbers that were measured: the clocks, which are written in every run, are packed, and short ones pack better. */
const digits = (whole: number, index: number): number => whole + (Math.sin(index + 1) + 1) / 4;

/** Use that is idle, of a runtime's own. */
export const idleUse = (index: number) =>
  ({
    kind: 'constant',
    gpuPercent: digits(0, index),
    cpuCores: digits(0, index + 0.3),
    memoryPercent: digits(4, index + 0.7),
  }) as const;

/**
 * Switches the runtimes whose use changes in this minute. Seven of ten minutes idle, in one piece: as in the 46 containers of
 * a public inference cluster (alibaba/clusterdata, cluster-trace-v2026-GenAI), which are idle in 73 % of their minutes and
 * become busy again in 10 % of them.
 */
export const changeUse = (control: EmulatorControl, runtimes: readonly RuntimeState[], minuteOfRun: number): void => {
  for (const [index, { id }] of runtimes.entries()) {
    const phase = (minuteOfRun + index * idleMinutes) % cycle;
    if (phase === 0) control.setRuntime(id, { metrics: idleUse(index) });
    if (phase === idleMinutes) control.setRuntime(id, { metrics: { kind: 'busy' } });
  }
};
