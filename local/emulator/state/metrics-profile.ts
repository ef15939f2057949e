import { z } from '@hono/zod-openapi';

const percent = z.number();
const perGpu = z.union([percent, z.array(percent)]);
const instant = z.number().describe('epoch milliseconds');

const level = z.strictObject({
  /** 0..100, one for all GPUs or one for each; a shorter list reports fewer GPUs than the runtime has. */
  gpuPercent: perGpu.optional(),
  gpuMemoryPercent: perGpu.optional(),
  /** Cores in use; null leaves the CPU out of the answer. */
  cpuCores: z.number().nullable().optional(),
  /** null leaves the memory out of the answer. */
  memoryPercent: z.number().nullable().optional(),
});

/** How the samples are told, each part apart from the others. What is left out is as in the emulator's own shape. */
export const metricsShape = z.strictObject({
  /**
   * Where the unit of a number stands. `name`: in its name (`utilizationPercent`, `usedCores`, `usedBytes`). All others tell
   * a share of the whole: `field` per cent with `unit: "percent"` beside it, `fraction` 0..1 as `utilizationFraction`,
   * `none` per cent in a bare number.
   */
  unit: z.enum(['name', 'field', 'fraction', 'none']).default('name'),
  /** `list`: all GPUs. `object`: the first under `gpu`. `flat`: the first as `gpuUtilization…` beside the time; CPU and memory too. */
  gpus: z.enum(['list', 'object', 'flat']).default('list'),
  /** `single`: the answer is itself the newest sample. */
  samples: z.enum(['series', 'single']).default('series'),
  /** Leaves the time of the samples out. */
  untimed: z.boolean().default(false),
  /** The samples stand still as they were so many seconds before the profile was set. */
  stale: z.number().min(0).optional(),
  /** Index of the GPU that is left out. */
  missingGpu: z.int().min(0).optional(),
  /** Metrics answer 503 in these. */
  gaps: z.array(z.strictObject({ from: instant, to: instant })).default([]),
});

const told = {
  shape: metricsShape.optional(),
  /** Samples from then on are busy, whatever the profile says. */
  busyFrom: instant.optional(),
  /** From the n-th call for its metrics since the profile was set, all samples are busy. */
  busyOnCall: z.int().min(1).optional(),
};

/**
 * What the metrics of a runtime show. `idle` and `busy` vary a little, by the seed; `constant` does not; `series` shows its
 * own samples as their time comes; `absent` answers with no sample; `raw` answers with its body as it is, for trying
 * other shapes. Numbers are not checked against what is possible, so that impossible ones can be served.
 */
export const metricsProfile = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('idle'), ...told }),
  z.strictObject({ kind: z.literal('busy'), ...told }),
  z.strictObject({ kind: z.literal('constant'), ...level.shape, ...told }),
  z.strictObject({
    kind: z.literal('series'),
    samples: z.array(z.strictObject({ at: instant, ...level.shape })),
    ...told,
  }),
  z.strictObject({ kind: z.literal('absent') }),
  z.strictObject({ kind: z.literal('raw'), body: z.unknown() }),
]);

/** A profile as it is asked for: defaults may be left out. */
export type MetricsProfile = z.input<typeof metricsProfile>;
export type MetricsLevel = z.infer<typeof level>;
export type MetricsShape = z.input<typeof metricsShape>;
/** A shape with its defaults. */
export type WholeShape = z.output<typeof metricsShape>;

/** Replayed use: the rows of a trace, found by the runtime's id. Set by `replayUtilisation` only. */
export type TraceProfile = { readonly kind: 'trace'; readonly shape: WholeShape };

/** A profile with its defaults, as a runtime keeps it. */
export type RuntimeProfile = z.output<typeof metricsProfile> | TraceProfile;
