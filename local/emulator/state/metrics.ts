import type { Hardware } from './catalogue.ts';
import { noise } from './chance.ts';
import { hardwareFromName } from './hardware-from-name.ts';
import { hardwareOf } from './known-configs.ts';
import { type MetricsLevel, metricsShape, type RuntimeProfile, type WholeShape } from './metrics-profile.ts';
import { replayedSamples } from './replayed-samples.ts';
import { runsSince, statusAt } from './runtimes.ts';
import { GIB, SAMPLE_SECONDS, type Sample, SERIES_SECONDS } from './sample.ts';
import type { Runtime, View } from './state.ts';

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
      index,
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
  const oldest = Math.max(now - SERIES_SECONDS * 1000 + 1, runsSince(runtime, now));
  const times: number[] = [];
  for (let at = Math.ceil(oldest / step) * step; at <= now; at += step) times.push(at);
  return times;
};

type LevelProfile = Extract<RuntimeProfile, { kind: 'idle' | 'busy' | 'constant' | 'series' }>;
type TimedLevel = { readonly at: number; readonly level: MetricsLevel };

/** The levels that the profile itself gives for the last minutes. */
const ownLevels = (profile: LevelProfile, runtime: Runtime, now: number, seed: string): readonly TimedLevel[] => {
  if (profile.kind === 'series') {
    const recent = profile.samples.filter(({ at }) => at <= now && at > now - SERIES_SECONDS * 1000);
    return recent.map(({ at, ...level }) => ({ at, level }));
  }
  const levelAt = (at: number) =>
    profile.kind === 'constant' ? profile : lively(profile.kind, runtime.gpuCount, [seed, runtime.id, at]);
  return sampleTimes(runtime, now).map((at) => ({ at, level: levelAt(at) }));
};

/** Since when samples are busy, whatever the profile says. */
const busySince = ({ busyFrom, busyOnCall }: LevelProfile, { metricsCalls = 0 }: Runtime): number => {
  if (busyOnCall !== undefined && metricsCalls >= busyOnCall) return Number.NEGATIVE_INFINITY;
  return busyFrom ?? Number.POSITIVE_INFINITY;
};

const OWN_SHAPE = metricsShape.parse({});

/** How the runtime's samples are told. */
const shapeOf = ({ metrics }: Runtime): WholeShape => ('shape' in metrics ? metrics.shape : undefined) ?? OWN_SHAPE;

/**
 * The samples of the last five minutes; none unless the runtime is Running, and nothing at all while they cannot be had (a
 * gap). `raw` profiles have no samples.
 */
export const samplesOf = ({ state, now }: View, runtime: Runtime, seed: string): readonly Sample[] | undefined => {
  const { metrics, configId } = runtime;
  const { gaps, stale, missingGpu } = shapeOf(runtime);
  if (gaps.some(({ from, to }) => from <= now && now < to)) return undefined;
  if (statusAt(runtime, now) !== 'Running' || metrics.kind === 'absent' || metrics.kind === 'raw') return [];
  const hardware = hardwareOf(state, configId) ?? hardwareFromName(configId);
  const seenAt = stale === undefined ? now : runtime.metricsSetAt - stale * 1000;
  const withoutMissing = (samples: readonly Sample[]) =>
    missingGpu === undefined
      ? samples
      : samples.map((each) => ({ ...each, gpus: each.gpus.filter(({ index }) => index !== missingGpu) }));
  if (metrics.kind === 'trace') {
    const replayed = state.replayedRuntimes.get(runtime.id);
    const samples = replayed && replayedSamples(replayed, hardware, seenAt);
    return samples && withoutMissing(samples);
  }
  const since = busySince(metrics, runtime);
  const busyAt = (at: number) => lively('busy', runtime.gpuCount, [seed, runtime.id, at]);
  const levels = ownLevels(metrics, runtime, seenAt, seed);
  return withoutMissing(
    levels.map(({ at, level }) => toSample(runtime, hardware, at, at >= since ? busyAt(at) : level)),
  );
};

/** The runtime with one more call for its metrics counted, if its profile goes by them. */
export const withMetricsCall = (runtime: Runtime): Runtime => {
  const { metrics, metricsCalls = 0 } = runtime;
  if (!('busyOnCall' in metrics) || metrics.busyOnCall === undefined) return runtime;
  return { ...runtime, metricsCalls: metricsCalls + 1 };
};
