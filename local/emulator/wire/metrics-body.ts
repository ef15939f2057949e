import { z } from '@hono/zod-openapi';
import { SAMPLE_SECONDS, type Sample } from '../state/sample.ts';
import type { Runtime } from '../state/state.ts';

const gpuSample = z
  .object({
    index: z.int(),
    utilizationPercent: z.number().describe('0 to 100'),
    memoryUsedBytes: z.number().optional(),
    memoryTotalBytes: z.number(),
  })
  .openapi('GpuSample');

const sampleBody = z
  .object({
    timestamp: z.iso.datetime(),
    gpus: z.array(gpuSample),
    cpu: z.object({ usedCores: z.number(), totalCores: z.number() }).optional(),
    memory: z.object({ usedBytes: z.number(), totalBytes: z.number() }).optional(),
  })
  .openapi('MetricsSample');

/** The emulator's own shape, with its units in its names: decision D16 in docs/emulator.md. */
export const metricsBody = z
  .object({
    airuntimeId: z.uuid(),
    intervalSeconds: z.int(),
    samples: z.array(sampleBody).describe('the last five minutes, oldest first'),
  })
  .openapi('Metrics');

export const toSampleBody = ({ at, gpus, cpu, memory }: Sample): z.output<typeof sampleBody> => ({
  timestamp: new Date(at).toISOString(),
  gpus: gpus.map(({ index, percent, memoryUsed, memoryTotal }) => ({
    index,
    utilizationPercent: percent,
    ...(memoryUsed === undefined ? {} : { memoryUsedBytes: memoryUsed }),
    memoryTotalBytes: memoryTotal,
  })),
  ...(cpu ? { cpu: { usedCores: cpu.coresUsed, totalCores: cpu.coresTotal } } : {}),
  ...(memory ? { memory: { usedBytes: memory.used, totalBytes: memory.total } } : {}),
});

export const toMetricsBody = (runtime: Runtime, samples: readonly Sample[]): z.output<typeof metricsBody> => ({
  airuntimeId: runtime.id,
  intervalSeconds: SAMPLE_SECONDS,
  samples: samples.map(toSampleBody),
});
