import { z } from '@hono/zod-openapi';
import type { Hardware } from '../state/catalogue.ts';
import type { ShownOffer } from '../state/offers.ts';

export const gpuConfigRow = z
  .object({
    config_id: z.string(),
    gpu_model: z.string(),
    gpu_vendor: z.string(),
    vram_gib: z.number(),
    default_cpu_cores: z.number(),
    default_memory_gib: z.number(),
    price_per_gpu_per_hour: z.number().describe('USD per GPU-hour, on demand'),
    instance_type: z.string(),
    type: z.string(),
  })
  .openapi('GpuConfig');

export const offerRow = gpuConfigRow
  .extend({
    region: z.string(),
    availability: z.string(),
    min_gpu_count: z.int().optional(),
    max_gpu_count: z.int().optional().describe('largest block free on one machine; 0 is unknown'),
    available_gpu_count: z.int().optional(),
    total_gpu_count: z.int().optional(),
  })
  .openapi('Offer');

export const toGpuConfigRow = (configId: string, hardware: Hardware): z.output<typeof gpuConfigRow> => ({
  config_id: configId,
  gpu_model: hardware.gpuModel,
  gpu_vendor: hardware.gpuVendor,
  vram_gib: hardware.vramGib,
  default_cpu_cores: hardware.cpuCores,
  default_memory_gib: hardware.memoryGib,
  price_per_gpu_per_hour: hardware.pricePerGpuHour,
  instance_type: 'airuntime',
  type: 'GPU',
});

export const toOfferRow = ({
  offer,
  available,
  largestBlock,
  availability,
}: ShownOffer): z.output<typeof offerRow> => ({
  ...toGpuConfigRow(offer.configId, offer),
  region: offer.region,
  availability,
  ...(offer.countsMissing
    ? {}
    : {
        min_gpu_count: offer.smallestBlock,
        max_gpu_count: largestBlock,
        available_gpu_count: available,
        total_gpu_count: Math.max(offer.total, available),
      }),
});
