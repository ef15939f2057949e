import * as z from 'zod/mini';
import { placeFields } from '#adapters/http/shapes/creation-shape.ts';
import { isoOrNull, isoTime } from '#adapters/http/shapes/fields.ts';
import { usdPerHourOf } from '#domain/creating/limits.ts';
import { operation } from '../world.ts';

const read = operation({
  id: 'readPrice',
  method: 'get',
  path: '/v1/price',
  tag: 'Creating runtimes: what one costs, and having one made',
  summary: 'What a runtime would cost, by the inventory as it was last seen, and whether you may have it created now',
  who: 'person',
  query: z.strictObject(placeFields),
  answers: {
    200: {
      description:
        '`seen_at`: when the inventory was last seen. `created_usd_per_hour`: what runtimes that GPU Warden created, and that are still there, cost together. `because`: why it may not be created',
      schema: z.object({
        region_id: z.string(),
        gpu_config_id: z.string(),
        gpu_count: z.int(),
        price_per_gpu_per_hour: z.number(),
        usd_per_hour: z.number(),
        usd_per_day: z.number(),
        seen_at: z.nullable(isoTime()),
        created_usd_per_hour: z.nullable(z.number()),
        max_usd_per_hour: z.nullable(z.number()),
        may_be_created: z.boolean(),
        because: z.nullable(z.string()),
      }),
    },
  },
  problems: ['not-found'],
  run: async ({ query }, caller, world) => {
    const { pricedOffer, roomOf } = await import('../making.ts');
    const { state, pricePerGpuHour } = await pricedOffer(query, world);
    const order = { gpus: query.gpu_count, pricePerGpuHour };
    const [room, seenAt] = await Promise.all([roomOf(caller, world, order), world.offers.readInventoryAt()]);
    const rate = usdPerHourOf(order);
    const body = {
      region_id: state.region,
      gpu_config_id: state.hardware.configId,
      gpu_count: query.gpu_count,
      price_per_gpu_per_hour: pricePerGpuHour,
      usd_per_hour: rate,
      usd_per_day: rate * 24,
      seen_at: isoOrNull(seenAt),
      created_usd_per_hour: room.spent,
      max_usd_per_hour: room.most,
      may_be_created: room.because === null,
      because: room.because,
    };
    return { status: 200, body };
  },
});

export const prices = [read];
