import type { WholeShape } from '../state/metrics-profile.ts';
import type { GpuUse, Sample } from '../state/sample.ts';
import { toSampleBody } from './metrics-body.ts';

/** What is said of one quantity: numbers, and perhaps the word for their unit. */
type Told = Readonly<Record<string, number | string>>;

/** A quantity in the emulator's own words, and as a share of the whole. */
type Quantity = { readonly named: Told; readonly percent: number };

const tell = (unit: WholeShape['unit'], { named, percent }: Quantity): Told => {
  switch (unit) {
    case 'name':
      return named;
    case 'field':
      return { utilization: percent, unit: 'percent' };
    case 'fraction':
      return { utilizationFraction: percent / 100 };
    case 'none':
      return { utilization: percent };
  }
};

const gpuTold = ({ percent }: GpuUse): Quantity => ({ named: { utilizationPercent: percent }, percent });

const shareOf = (used: number, total: number) => (used / total) * 100;

/** CPU and memory, where the sample has them. */
const othersOf = ({ cpu, memory }: Sample): Readonly<Record<string, Quantity>> => ({
  ...(cpu && {
    cpu: {
      named: { usedCores: cpu.coresUsed, totalCores: cpu.coresTotal },
      percent: shareOf(cpu.coresUsed, cpu.coresTotal),
    },
  }),
  ...(memory && {
    memory: {
      named: { usedBytes: memory.used, totalBytes: memory.total },
      percent: shareOf(memory.used, memory.total),
    },
  }),
});

/** `utilizationPercent` of `gpu` as `gpuUtilizationPercent`; the unit's word is one for all. */
const prefixed = (prefix: string, told: Told): Told =>
  Object.fromEntries(
    Object.entries(told).map(([name, value]) => [
      name === 'unit' ? name : `${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}`,
      value,
    ]),
  );

const flatSample = (sample: Sample, unit: WholeShape['unit']) => {
  const [gpu] = sample.gpus;
  const quantities = { ...(gpu && { gpu: gpuTold(gpu) }), ...othersOf(sample) };
  const told = Object.entries(quantities).map(([name, quantity]) => prefixed(name, tell(unit, quantity)));
  return Object.assign({}, ...told) as Told;
};

const nestedSample = (sample: Sample, { unit, gpus }: WholeShape) => {
  /** Without a unit nothing needs a name: the number stands alone. */
  const point = (quantity: Quantity, more: object = {}) =>
    unit === 'none' ? quantity.percent : { ...more, ...tell(unit, quantity) };
  const ofGpus = sample.gpus.map((gpu) => point(gpuTold(gpu), { index: gpu.index }));
  const others = Object.entries(othersOf(sample)).map(([name, quantity]) => [name, point(quantity)]);
  return { ...(gpus === 'list' ? { gpus: ofGpus } : { gpu: ofGpus[0] }), ...Object.fromEntries(others) };
};

const shapedSample = (sample: Sample, shape: WholeShape) => {
  const time = shape.untimed ? {} : { timestamp: new Date(sample.at).toISOString() };
  if (shape.gpus === 'flat') return { ...time, ...flatSample(sample, shape.unit) };
  if (shape.gpus === 'list' && shape.unit === 'name') {
    const { timestamp: _, ...own } = toSampleBody(sample);
    return { ...time, ...own };
  }
  return { ...time, ...nestedSample(sample, shape) };
};

/** An answer in another shape than the emulator's own: decision D29 in docs/emulator.md. */
export const toShapedBody = (id: string, samples: readonly Sample[], shape: WholeShape) => {
  if (shape.samples === 'series') {
    return { airuntimeId: id, samples: samples.map((sample) => shapedSample(sample, shape)) };
  }
  const newest = samples.at(-1);
  return { airuntimeId: id, ...(newest && shapedSample(newest, shape)) };
};
