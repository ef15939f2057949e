import type { Hardware } from './catalogue.ts';
import { noise } from './chance.ts';
import { hardwareFromName } from './hardware-from-name.ts';
import { hardwareOf } from './known-configs.ts';
import type { MetricsLevel } from './metrics-profile.ts';
import { statusAt } from './runtimes.ts';
import type { Runtime, View } from './state.ts';

export const SAMPLE_SECONDS = 15;
const SERIES_SECONDS = 300;
const GIB = 2 ** 30;

/** One instant of a runtime's use. What is missing is left out of the answer. */
export type Sample = {
  readonly at: number;
  readonly gpus: readonly { readonly percent: number; readonly memoryUsed: number; readonly memoryTotal: number }[];
  readonly cpu?: { readonly coresUsed: number; readonly coresTotal: number };
  readonly memory?: { readonly used: number; readonly total: number };
};

const round = (value: number, digits = 1) => Number(value.toFixed(digits));

/** A believable level for one instant: depends on the seed, the runtime and the time only. */
const lively = (kind: 'idle' | 'busy', gpuCount: number, keys: readonly (string | number)[]): MetricsLevel => {
  const near = (low: number, high: number, what: string) => round(low + (high - low) * noise(...keys, what));
  const each = (low: number, high: number, what: string) =>
    Array.from({ length: gpuCount }, (_, index) => near(low, high, `${what}${index}`));
  if (kind === 'idle') {
    return { gpuPercent: each(0, 1, 'gpu'), gpuMemoryPercent: 3, cpuCores: near(0.02, 0.2, 'cpu'), memoryPercent: 4 };
  }
  const memory = { gpuMemoryPercent: each(70, 85, 'vram'), memoryPercent: near(40, 50, 'memory') };
  return { gpuPercent: each(72, 99, 'gpu'), cpuCores: near(2, 6, 'cpu'), ...memory };
};

const perGpu = (value: number | readonly number[] | undefined, gpuCount: number): readonly number[] =>
  Array.isArray(value) ? value : Array.from({ length: gpuCount }, () => Number(value ?? 0));

const toSample = (runtime: Runtime, hardware: Hardware, at: number, level: MetricsLevel): Sample => {
  const vram = hardware.vramGib * GIB;
  const percents = perGpu(level.gpuPercent, runtime.gpuCount);
  const memoryPercents = perGpu(level.gpuMemoryPercent, percents.length);
  const total = hardware.memoryGib * runtime.gpuCount * GIB;
  const { cpuCores = 0, memoryPercent = 0 } = level;
  const coresTotal = hardware.cpuCores * runtime.gpuCount;
  return {
    at,
    gpus: percents.map((percent, index) => ({
      percent,
      memoryUsed: Math.round((vram * (memoryPercents[index] ?? 0)) / 100),
      memoryTotal: vram,
    })),
    ...(cpuCores === null ? {} : { cpu: { coresUsed: cpuCores, coresTotal } }),
    ...(memoryPercent === null ? {} : { memory: { used: Math.round((total * memoryPercent) / 100), total } }),
  };
};

/** Whole multiples of the interval within the last minutes in which the runtime ran, oldest first. */
const sampleTimes = (runtime: Runtime, now: number): readonly number[] => {
  const step = SAMPLE_SECONDS * 1000;
  const oldest = Math.max(now - SERIES_SECONDS * 1000 + 1, runtime.runningAt);
  const times: number[] = [];
  for (let at = Math.ceil(oldest / step) * step; at <= now; at += step) times.push(at);
  return times;
};

/** The samples of the last five minutes; none unless the runtime is Running. `raw` profiles have no samples. */
export const samplesOf = ({ state, now }: View, runtime: Runtime, seed: string): readonly Sample[] => {
  const { metrics, configId, gpuCount } = runtime;
  if (statusAt(runtime, now) !== 'Running' || metrics.kind === 'absent' || metrics.kind === 'raw') return [];
  const hardware = hardwareOf(state, configId) ?? hardwareFromName(configId);
  if (metrics.kind === 'series') {
    const recent = metrics.samples.filter(({ at }) => at <= now && at > now - SERIES_SECONDS * 1000);
    return recent.map(({ at, ...level }) => toSample(runtime, hardware, at, level));
  }
  const levelAt = (at: number) =>
    metrics.kind === 'constant' ? metrics : lively(metrics.kind, gpuCount, [seed, runtime.id, at]);
  return sampleTimes(runtime, now).map((at) => toSample(runtime, hardware, at, levelAt(at)));
};
