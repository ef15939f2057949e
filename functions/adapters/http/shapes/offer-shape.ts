import * as z from 'zod/mini';
import { baseGpus, type OfferState, type PastWindow, priceOf } from '#domain/offer-state.ts';
import { type Instant, minute } from '#domain/time.ts';
import { iso, isoOrNull, isoTime } from './fields.ts';

/** An offer as it was last seen. `rentable`: whether one GPU of it can be rented; null where nobody knows. `seen_at`: when the inventory last said so. */
export const offerShape = z.object({
  region_id: z.string(),
  config_id: z.string(),
  gpu_model: z.string(),
  gpu_vendor: z.string(),
  vram_gib: z.number(),
  cpu_cores: z.number(),
  memory_gib: z.number(),
  price_per_gpu_per_hour: z.nullable(z.number()),
  listed: z.boolean(),
  availability: z.nullable(z.string()),
  available_gpu_count: z.nullable(z.number()),
  total_gpu_count: z.nullable(z.number()),
  largest_block: z.nullable(z.number()),
  rentable: z.nullable(z.boolean()),
  window_opened_at: z.nullable(isoTime()),
  seen_at: z.nullable(isoTime()),
});

/** `completeAt`: when the whole inventory was last seen; what it did not change is written no later. */
export const offerBody = (state: OfferState, completeAt: Instant | undefined): z.output<typeof offerShape> => {
  const { hardware, counts } = state;
  const track = state.tracks[baseGpus];
  return {
    region_id: state.region,
    config_id: hardware.configId,
    gpu_model: hardware.gpuModel,
    gpu_vendor: hardware.gpuVendor,
    vram_gib: hardware.vramGib,
    cpu_cores: hardware.cpuCores,
    memory_gib: hardware.memoryGib,
    price_per_gpu_per_hour: priceOf(state) ?? hardware.pricePerGpuHour ?? null,
    listed: state.listed,
    availability: state.availability ?? null,
    available_gpu_count: counts?.available ?? null,
    total_gpu_count: counts?.total ?? null,
    largest_block: counts?.largestBlock ?? null,
    rentable: track === undefined ? null : track.state === 'open',
    window_opened_at: track?.state === 'open' ? iso(track.openedAt) : null,
    // Nobody has listed an offer yet that somebody only waits for.
    seen_at: isoOrNull(state.askedAt === 0 ? undefined : Math.max(state.askedAt, completeAt ?? 0)),
  };
};

/** A window that is over. */
export const windowShape = z.object({ opened_at: isoTime(), closed_at: isoTime(), minutes: z.number() });

export const windowBody = ({ openedAt, closedAt }: PastWindow): z.output<typeof windowShape> => ({
  opened_at: iso(openedAt),
  closed_at: iso(closedAt),
  minutes: (closedAt - openedAt) / minute,
});
