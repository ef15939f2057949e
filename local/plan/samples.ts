import type { RuntimeMetrics, Usage, UsageUnit } from '#domain/runtime.ts';
import type { Instant } from '#domain/time.ts';

/** One number of a metrics answer, as it was read. */
export type ReadSample = {
  readonly of: 'gpu' | 'cpu' | 'memory';
  readonly gpu?: string;
  readonly value: number;
  readonly unit: UsageUnit;
  readonly sampledAt?: Instant;
};

const samplesIn = (of: ReadSample['of'], usage: Usage): readonly ReadSample[] =>
  usage.samples.map((sample) => ({ of, ...sample }));

/** Every number that was read, in the order of the answer. */
export const samplesOf = ({ gpu, cpu, memory }: RuntimeMetrics): readonly ReadSample[] => [
  ...samplesIn('gpu', gpu),
  ...samplesIn('cpu', cpu),
  ...samplesIn('memory', memory),
];

/** What of an answer could not be read, or is not there. */
export const unreadOf = ({ gpu, cpu, memory }: RuntimeMetrics): readonly string[] =>
  [gpu, cpu, memory].flatMap((usage) => (usage.state === 'read' ? [] : [usage.because]));
