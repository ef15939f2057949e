import * as z from 'zod/mini';
import type { Usage, UsageSample, UsageUnit } from '#domain/runtime.ts';
import type { Instant } from '#domain/time.ts';
import { instantOf } from './fields.ts';

/** What a point has from what it lies in, until it says otherwise itself. */
type Around = { readonly unit?: string; readonly at?: unknown; readonly gpu?: string };

/** A list of numbers: what one sample says of one quantity. Faults name what could not be read. */
type Reading = { readonly samples: readonly UsageSample[]; readonly faults: readonly string[] };

const nothing: Reading = { samples: [], faults: [] };

/** Names of units as answers write them, and what a number in them is worth in ours. */
const units: Readonly<Record<string, { readonly unit: UsageUnit; readonly factor: number }>> = {
  percent: { unit: 'percent', factor: 1 },
  percentage: { unit: 'percent', factor: 1 },
  pct: { unit: 'percent', factor: 1 },
  '%': { unit: 'percent', factor: 1 },
  fraction: { unit: 'fraction', factor: 1 },
  ratio: { unit: 'fraction', factor: 1 },
  core: { unit: 'cores', factor: 1 },
  cores: { unit: 'cores', factor: 1 },
  vcpu: { unit: 'cores', factor: 1 },
  vcpus: { unit: 'cores', factor: 1 },
  millicores: { unit: 'cores', factor: 1e-3 },
  m: { unit: 'cores', factor: 1e-3 },
  bytes: { unit: 'bytes', factor: 1 },
  byte: { unit: 'bytes', factor: 1 },
  b: { unit: 'bytes', factor: 1 },
  kib: { unit: 'bytes', factor: 2 ** 10 },
  mib: { unit: 'bytes', factor: 2 ** 20 },
  gib: { unit: 'gib', factor: 1 },
  kb: { unit: 'bytes', factor: 1e3 },
  mb: { unit: 'bytes', factor: 1e6 },
  gb: { unit: 'bytes', factor: 1e9 },
};

const unitOf = (name: string | undefined) =>
  name === undefined ? { unit: 'unstated' as const, factor: 1 } : units[name.trim().toLowerCase()];

/** A number as it stands, or a text that is nothing but one. */
const numberOf = (value: unknown): number | undefined => {
  const isText = typeof value === 'string' && /^\s*[+-]?\d+(\.\d+)?(e[+-]?\d+)?\s*$/i.test(value);
  const number = isText ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
};

const point = z.object({
  value: z.optional(z.unknown()),
  unit: z.nullish(z.string()),
  at: z.optional(z.unknown()),
  timestamp: z.optional(z.unknown()),
  time: z.optional(z.unknown()),
  gpu: z.nullish(z.union([z.string(), z.int()])),
});

const timeOf = (at: unknown): { readonly readable: boolean; readonly sampledAt?: Instant } => {
  if (at === undefined || at === null) return { readable: true };
  const sampledAt = instantOf(at);
  return sampledAt === undefined ? { readable: false } : { readable: true, sampledAt };
};

const readNumber = (value: number, around: Around): Reading => {
  const unit = unitOf(around.unit);
  if (unit === undefined) return { samples: [], faults: [`the unit ${JSON.stringify(around.unit)} is not known`] };
  const { readable, ...time } = timeOf(around.at);
  if (!readable) return { samples: [], faults: ['its time could not be read'] };
  const gpu = around.gpu === undefined ? {} : { gpu: around.gpu };
  return { samples: [{ value: value * unit.factor, unit: unit.unit, ...time, ...gpu }], faults: [] };
};

const joined = (readings: readonly Reading[]): Reading => ({
  samples: readings.flatMap(({ samples }) => samples),
  faults: readings.flatMap(({ faults }) => faults),
});

const readObject = (given: object, around: Around): Reading => {
  const read = point.safeParse(given);
  if (!read.success) return { samples: [], faults: ['a unit or a GPU is written in a way that could not be read'] };
  const { value, unit, gpu } = read.data;
  const at = read.data.at ?? read.data.timestamp ?? read.data.time;
  return readPoints(value, {
    ...around,
    ...(unit === undefined || unit === null ? {} : { unit }),
    ...(at === undefined || at === null ? {} : { at }),
    ...(gpu === undefined || gpu === null ? {} : { gpu: String(gpu) }),
  });
};

/** Reads points, however deep they lie. A place with no number in it is a fault: it stands for a number that we do not know. */
const readPoints = (given: unknown, around: Around): Reading => {
  const number = numberOf(given);
  if (number !== undefined) return readNumber(number, around);
  if (Array.isArray(given)) return joined(given.map((inner) => readPoints(inner, around)));
  if (typeof given === 'object' && given !== null) return readObject(given, around);
  return {
    samples: [],
    faults: [given === undefined || given === null ? 'a number is missing' : 'something is no number'],
  };
};

const hasOwnGpu = (samples: readonly UsageSample[]): boolean => samples.some(({ gpu }) => gpu !== undefined);

/** Numbers at different times, without a word on GPUs, are one GPU's series. */
const isOneSeries = (readings: readonly Reading[]): boolean => {
  const times = readings.flatMap(({ samples }) => samples.map(({ sampledAt }) => sampledAt));
  return times.length > 1 && times.every((at) => at !== undefined) && new Set(times).size === times.length;
};

/** Reads the GPUs of one sample: those that the answer does not name are named by their position. */
export const readGpus = (given: unknown, around: Around): Reading => {
  if (given === undefined || given === null) return nothing;
  const list = Array.isArray(given) ? given : [given];
  const readings = list.map((inner) => readPoints(inner, around));
  const oneSeries = isOneSeries(readings);
  return joined(
    readings.map(({ samples, faults }, index) => ({
      samples: hasOwnGpu(samples)
        ? samples
        : samples.map((sample) => ({ ...sample, gpu: oneSeries ? '0' : `${index}` })),
      faults: faults.map((fault) => `GPU ${index}: ${fault}`),
    })),
  );
};

/** Reads what one sample says of the CPU or of memory. */
export const readOne = (given: unknown, around: Around): Reading =>
  given === undefined || given === null ? nothing : readPoints(given, around);

const mostFaultsTold = 3;

/** What all samples say of one quantity. */
export const usageOf = (quantity: string, readings: readonly Reading[]): Usage => {
  const { samples, faults } = joined(readings);
  if (faults.length > 0) {
    const told = [...new Set(faults)].slice(0, mostFaultsTold).join('; ');
    return { state: 'unreadable', samples: [], because: `${quantity}: ${told}` };
  }
  if (samples.length === 0) {
    return { state: 'absent', samples: [], because: `${quantity}: the answer says nothing where it is looked for` };
  }
  return { state: 'read', samples };
};
