import type { EmulatorControl } from './emulator/emulator.ts';
import type { AvailabilityTrace, TraceRow } from './emulator/trace/availability-trace.ts';
import type { WatchSetting } from './watch-option.ts';

const region = 'as-south-1';
const minutesPerDay = 1_440;

/** Days after which the story stands still: a week of it lasts nearly three hours at the usual speed. */
const days = 7;

/** GPUs that are free from a minute of the day on. */
type Turn = readonly [minute: number, free: number];

/**
 * A day of the offers that move; the rest of the catalogue stays as it is. The first half hour is the part that everybody
 * sees, at 60 times the speed half a minute: the H100 opens within seconds, closes, and opens again.
 */
const day: Readonly<Record<string, readonly Turn[]>> = {
  'gpu-h100-80g-20cpu-125g': [
    [0, 0],
    [1.5, 2],
    [6, 4],
    [9.5, 0],
    [14.5, 8],
    [18, 3],
    [22.5, 0],
    // After six hours, so that a watch for every window is told again.
    [375, 8],
    [450, 0],
    [940, 4],
    [975, 0],
  ],
  'gpu-a100-80g-12cpu-125g': [
    [0, 0],
    [5.5, 1],
    [8.5, 0],
    [11.5, 4],
    [27.5, 0],
    [400, 8],
    [520, 2],
    [560, 0],
    [1_100, 4],
    [1_190, 0],
  ],
  'gpu-h200-141g-20cpu-192g': [
    [0, 5],
    [3.5, 0],
    [17.5, 2],
    [33.5, 0],
    [610, 8],
    [840, 5],
  ],
  'gpu-rtx5090-32g-16cpu-96g': [
    [0, 4],
    [7.5, 0],
    [10.5, 2],
    [12.5, 0],
    [16.5, 1],
    [20.5, 6],
    [24.5, 0],
    [90, 2],
    [240, 0],
    [300, 6],
    [700, 4],
  ],
};

const rowsOf = (turns: readonly Turn[]): TraceRow[] =>
  Array.from({ length: days }, (_, number) =>
    turns.map(([minute, free]) => ({ atSeconds: (number * minutesPerDay + minute) * 60, available: free })),
  ).flat();

/** What the emulated provider shows while nobody replays anything else. */
export const scenarioTrace: AvailabilityTrace = {
  lengthSeconds: days * minutesPerDay * 60,
  offers: Object.entries(day).map(([configId, turns]) => ({ region, configId, rows: rowsOf(turns) })),
};

/** Who waits for what, unless `--watch` says otherwise: an exact wish, told once, and a description, told every time. */
export const scenarioWatches: readonly WatchSetting[] = [
  { to: 'ada@example.com', region, model: 'H100', gpus: 1, notify: 'once' },
  { to: 'team@example.com', vramMinGib: 80, vramMaxGib: 80, maxPricePerGpuHour: 2, gpus: 2, notify: 'every' },
];

/** Lets the emulator tell the story, from its own now on. */
export const playScenario = (control: Pick<EmulatorControl, 'replay'>): void =>
  control.replay(scenarioTrace, { others: 'keep' });
