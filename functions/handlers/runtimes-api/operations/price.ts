import * as z from 'zod/mini';
import type { Caller } from '#adapters/http/caller.ts';
import { limitsFor } from '#adapters/http/may-create.ts';
import { Problem } from '#adapters/http/problem.ts';
import { placeFields } from '#adapters/http/shapes/creation-shape.ts';
import { isoOrNull, isoTime } from '#adapters/http/shapes/fields.ts';
import { type Order, usdPerHourOf } from '#domain/creating/limits.ts';
import { offerKey } from '#domain/offer.ts';
import { type OfferState, priceOf } from '#domain/offer-state.ts';
import { operation, type RuntimesApiWorld } from '../world.ts';

type PlaceBody = z.output<z.ZodMiniObject<typeof placeFields>>;

/** An offer with its price in USD. @throws Problem where nobody knows it */
export const pricedOffer = async (
  { region_id: region, gpu_config_id: configId }: PlaceBody,
  { offers }: RuntimesApiWorld,
): Promise<{ readonly state: OfferState; readonly pricePerGpuHour: number }> => {
  const state = await offers.readOffer(offerKey({ region, configId }));
  const pricePerGpuHour = state && priceOf(state);
  if (state !== undefined && pricePerGpuHour !== undefined) return { state, pricePerGpuHour };
  throw new Problem('not-found', `No price of ${configId} in ${region} was ever seen. What was seen: GET /v1/offers.`);
};

/** What is left to spend, or why somebody may have nothing made. */
const roomOf = async (
  caller: Caller,
  world: RuntimesApiWorld,
  order: Order,
): Promise<{ readonly spent: number | null; readonly most: number | null; readonly because: string | null }> => {
  try {
    const limits = limitsFor(world.mayCreate, caller);
    const { roomFor } = await import('#workflows/create-runtime/expenses.ts');
    const { spent, because = null } = await roomFor(world.creating, limits, order);
    return { spent, most: limits.maxUsdPerHour, because };
  } catch (failure) {
    if (failure instanceof Problem) return { spent: null, most: null, because: failure.message };
    throw failure;
  }
};

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
