import type { RuntimeMetrics, Usage, UsageSample } from '#domain/runtime.ts';
import { type Instant, minute } from '#domain/time.ts';

/** CPU use: cores in use, or, where nobody says how many that is, per cent of what the runtime has. */
export type CpuUse = { readonly value: number; readonly unit: 'cores' | 'percent' };

/** Memory use (evidence only, never judged): per cent, or GiB (2^30 bytes). */
export type MemoryUse = { readonly value: number; readonly unit: 'percent' | 'gib' };

/** The most that was used since the reading before: of the busiest GPU in per cent, of the CPU where it is reported. */
export type Use = { readonly gpuPercent: number; readonly cpu?: CpuUse; readonly memory?: MemoryUse };

/**
 * One look at a runtime's use. `at` is when it was asked for. `sampledAt` is the newest time, by the provider's clock, up to
 * which every GPU and the CPU have been looked at; missing where samples carry no time. `unitStated` is false where neither the answer
 * nor a setting says what unit the GPU's numbers have.
 */
export type Reading =
  | {
      readonly state: 'known';
      readonly at: Instant;
      readonly sampledAt?: Instant;
      readonly gpus: number;
      readonly unitStated: boolean;
      readonly use: Use;
    }
  | { readonly state: 'unknown'; readonly at: Instant; readonly because: string };

/** What is idle: the busiest GPU below so many per cent, and the CPU below so many cores (or per cent, where cores are not known). */
export type Thresholds = {
  readonly gpuBelowPercent: number;
  readonly cpuBelowCores: number;
  readonly cpuBelowPercent: number;
};

/** Whether a use is idle by the thresholds. A CPU that is not reported does not count. */
export const isIdleUse = ({ gpuPercent, cpu }: Use, thresholds: Thresholds): boolean => {
  if (gpuPercent >= thresholds.gpuBelowPercent) return false;
  if (cpu === undefined) return true;
  return cpu.value < (cpu.unit === 'cores' ? thresholds.cpuBelowCores : thresholds.cpuBelowPercent);
};

/** A sample older than this, against the answer's own clock, says nothing about now; nor does one further ahead. */
const oldestSample = 3 * minute;

/** What a reading follows: the provider's time up to which we looked before, and what is known of the runtime. */
export type Before = {
  readonly sampledAt?: Instant;
  /** Missing where the provider does not say how many GPUs the runtime has. */
  readonly gpuCount?: number;
  /** Whether the CPU was reported in this idle span: one that goes missing is no idle one. */
  readonly cpuReported: boolean;
};

/** Why a reading is unknown; thrown and caught in this file alone. */
class UnknownReading extends Error {}

const unknown = (because: string): never => {
  throw new UnknownReading(because);
};

/** The samples after the last reading, of one source (a GPU, the CPU). They must be new and not old. */
const freshOf = (
  what: string,
  samples: readonly UsageSample[],
  now: Instant,
  since: Instant | undefined,
): readonly UsageSample[] => {
  const timed = samples.flatMap(({ sampledAt }) => (sampledAt === undefined ? [] : [sampledAt]));
  if (timed.length === 0) return samples;
  const newest = Math.max(...timed);
  if (now - newest > oldestSample) unknown(`${what}: the newest sample is older than 3 minutes`);
  if (newest - now > oldestSample) unknown(`${what}: the newest sample lies in the future`);
  if (since !== undefined && newest <= since) unknown(`${what}: the time of the samples does not advance`);
  return samples.filter(({ sampledAt }) => sampledAt === undefined || since === undefined || sampledAt > since);
};

const newestOf = (samples: readonly UsageSample[]): Instant | undefined => {
  const times = samples.flatMap(({ sampledAt }) => (sampledAt === undefined ? [] : [sampledAt]));
  return times.length === 0 ? undefined : Math.max(...times);
};

/** Per cent of one GPU. A number without a unit is per cent only where it cannot be a fraction. */
const gpuPercentOf = ({ value, unit }: UsageSample): number => {
  const percent = unit === 'fraction' ? value * 100 : value;
  if (unit === 'cores' || unit === 'bytes' || unit === 'gib') unknown(`GPU use cannot be in ${unit}`);
  if (!(percent >= 0 && percent <= 100)) unknown(`GPU use of ${value} is not possible`);
  if (unit === 'unstated' && value > 0 && value <= 1) unknown('GPU use has no unit: it may be a fraction or per cent');
  return percent;
};

/** A CPU without a unit is idle only if it is in every unit; what may be busy is busy. */
const cpuUseOf = ({ value, unit }: UsageSample): CpuUse => {
  if (!(value >= 0)) unknown(`CPU use of ${value} is not possible`);
  if (unit === 'bytes' || unit === 'gib') unknown(`CPU use cannot be in ${unit}`);
  if (unit === 'cores') return { value, unit };
  if (unit === 'unstated' && value > 0 && value <= 1)
    unknown('CPU use has no unit: it may be cores, a fraction or per cent');
  if (unit === 'unstated') return { value, unit: 'cores' };
  return { value: unit === 'fraction' ? value * 100 : value, unit: 'percent' };
};

const gib = 2 ** 30;

const memoryUseOf = ({ value, unit }: UsageSample): MemoryUse | undefined => {
  if (!(value >= 0) || unit === 'cores' || unit === 'unstated') return undefined;
  if (unit === 'bytes' || unit === 'gib') return { value: unit === 'bytes' ? value / gib : value, unit: 'gib' };
  return { value: unit === 'fraction' ? value * 100 : value, unit: 'percent' };
};

/** The larger of two uses; of different units the one that is read later, since they cannot be compared. */
export const larger = <T extends { readonly value: number; readonly unit: string }>(
  a: T | undefined,
  b: T | undefined,
): T | undefined => {
  if (a === undefined || b === undefined) return a ?? b;
  return a.unit === b.unit && a.value > b.value ? a : b;
};

type GpuLook = {
  readonly percent: number;
  readonly gpus: number;
  readonly unitStated: boolean;
  readonly newest: readonly Instant[];
};

const lookAtGpus = (usage: Usage, now: Instant, { sampledAt, gpuCount }: Before): GpuLook => {
  if (usage.state !== 'read') return unknown(usage.because);
  const byGpu = new Map<string, UsageSample[]>();
  for (const sample of usage.samples) byGpu.set(sample.gpu ?? '', [...(byGpu.get(sample.gpu ?? '') ?? []), sample]);
  if (gpuCount !== undefined && byGpu.size < gpuCount) {
    unknown(`${byGpu.size} of ${gpuCount} GPUs are reported`);
  }
  if (byGpu.size === 0) unknown('no GPU is reported');
  const fresh = [...byGpu].map(([gpu, samples]) => freshOf(`GPU ${gpu}`, samples, now, sampledAt));
  return {
    percent: Math.max(...fresh.flat().map(gpuPercentOf)),
    gpus: byGpu.size,
    unitStated: usage.samples.every(({ unit }) => unit !== 'unstated'),
    newest: fresh.flatMap((samples) => newestOf(samples) ?? []),
  };
};

type CpuLook = { readonly cpu?: CpuUse; readonly newest: readonly Instant[] };

const lookAtCpu = (usage: Usage, now: Instant, { sampledAt, cpuReported }: Before): CpuLook => {
  if (usage.state === 'unreadable') return unknown(usage.because);
  if (usage.state === 'absent') {
    return cpuReported ? unknown('CPU use was reported before and is missing') : { newest: [] };
  }
  const fresh = freshOf('CPU', usage.samples, now, sampledAt);
  const uses = fresh.map(cpuUseOf);
  if (new Set(uses.map(({ unit }) => unit)).size > 1) unknown('CPU use comes in several units');
  const cpu = uses.reduce<CpuUse | undefined>(larger, undefined);
  const newest = newestOf(fresh);
  return { ...(cpu === undefined ? {} : { cpu }), newest: newest === undefined ? [] : [newest] };
};

const lookAtMemory = (usage: Usage): MemoryUse | undefined =>
  usage.samples.map(memoryUseOf).reduce<MemoryUse | undefined>(larger, undefined);

/**
 * Reads an answer: all samples since the last reading, of all GPUs, judged by the highest. What cannot be trusted in any of
 * them (a GPU that is missing, a number that is impossible, a time that is old or stands still) makes the whole reading
 * unknown.
 */
export const readUse = (metrics: RuntimeMetrics, before: Before): Reading => {
  const { askedAt: at, answeredAt: now = at } = metrics;
  try {
    const { percent: gpuPercent, gpus, unitStated, newest } = lookAtGpus(metrics.gpu, now, before);
    const { cpu, newest: newestCpu } = lookAtCpu(metrics.cpu, now, before);
    const memory = lookAtMemory(metrics.memory);
    const use = { gpuPercent, ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) };
    // The source that lags most, and never ahead of now: nothing that comes later may be taken for judged.
    const times = [...newest, ...newestCpu];
    const sampledAt = times.length === 0 ? {} : { sampledAt: Math.min(now, ...times) };
    return { state: 'known', at, gpus, unitStated, use, ...sampledAt };
  } catch (reason) {
    if (reason instanceof UnknownReading) return { state: 'unknown', at, because: reason.message };
    throw reason;
  }
};
