import { z } from '@hono/zod-openapi';

const percent = z.number();
const perGpu = z.union([percent, z.array(percent)]);

const level = z.strictObject({
  /** 0..100, one for all GPUs or one for each; a shorter list reports fewer GPUs than the runtime has. */
  gpuPercent: perGpu.optional(),
  gpuMemoryPercent: perGpu.optional(),
  /** Cores in use; null leaves the CPU out of the answer. */
  cpuCores: z.number().nullable().optional(),
  /** null leaves the memory out of the answer. */
  memoryPercent: z.number().nullable().optional(),
});

/**
 * What the metrics of a runtime show. `idle` and `busy` vary a little, by the seed; `constant` does not; `series` shows its
 * own samples as their time comes; `absent` answers with no sample; `raw` answers with its body as it is, for trying
 * other shapes. Numbers are not checked against what is possible, so that impossible ones can be served.
 */
export const metricsProfile = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('idle') }),
  z.strictObject({ kind: z.literal('busy') }),
  z.strictObject({ kind: z.literal('constant'), ...level.shape }),
  z.strictObject({
    kind: z.literal('series'),
    samples: z.array(z.strictObject({ at: z.number().describe('epoch milliseconds'), ...level.shape })),
  }),
  z.strictObject({ kind: z.literal('absent') }),
  z.strictObject({ kind: z.literal('raw'), body: z.unknown() }),
]);

export type MetricsProfile = z.infer<typeof metricsProfile>;
export type MetricsLevel = z.infer<typeof level>;
