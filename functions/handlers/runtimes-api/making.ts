import type * as z from 'zod/mini';
import type { Caller } from '#adapters/http/caller.ts';
import { checkLimits, limitsFor } from '#adapters/http/may-create.ts';
import { notAcceptable, Problem } from '#adapters/http/problem.ts';
import { orderOf, type placeFields } from '#adapters/http/shapes/creation-shape.ts';
import { iso } from '#adapters/http/shapes/fields.ts';
import { isFresh, isWithin, type Order, usdPerHourOf } from '#domain/creating/limits.ts';
import { specFor } from '#domain/creating/order.ts';
import type { CreationRequest } from '#domain/creating/request.ts';
import { offerKey } from '#domain/offer.ts';
import { type OfferState, priceOf } from '#domain/offer-state.ts';
import type { Offered, RequestOutcome } from '#workflows/create-runtime/create-on-request.ts';
import { roomFor } from '#workflows/create-runtime/expenses.ts';
import type { madeShape, newRuntime } from './operations/create.ts';
import type { RuntimesApiWorld } from './world.ts';

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
export const roomOf = async (
  caller: Caller,
  world: RuntimesApiWorld,
  order: Order,
): Promise<{ readonly spent: number | null; readonly most: number | null; readonly because: string | null }> => {
  try {
    const limits = limitsFor(world.mayCreate, caller);
    const { spent, because = null } = await roomFor(world.creating, limits, order);
    return { spent, most: limits.maxUsdPerHour, because };
  } catch (failure) {
    if (failure instanceof Problem) return { spent: null, most: null, because: failure.message };
    throw failure;
  }
};

const checkFresh = async ({ offers, clock }: RuntimesApiWorld): Promise<void> => {
  const seenAt = await offers.readInventoryAt();
  if (isFresh(seenAt, clock())) return;
  const last = seenAt === undefined ? 'never' : `at ${iso(seenAt)}`;
  throw new Problem('provider-failed', `The inventory was last seen ${last}; nothing is created at a price that old.`);
};

/** What is made now, and for how much. @throws Problem where it may not be, or costs more than whoever asks agreed to */
export const offerFor = async (
  project: string,
  body: z.output<typeof newRuntime>,
  caller: Caller,
  world: RuntimesApiWorld,
): Promise<Offered> => {
  const limits = limitsFor(world.mayCreate, caller);
  if (!world.projects.includes(project)) throw new Problem('not-found', 'There is no such project in the settings.');
  const { region_id: _region, gpu_config_id: _config, gpu_count: gpus, max_usd_per_hour: most, ...rest } = body;
  const order = orderOf(project, rest);
  const { state, pricePerGpuHour } = await pricedOffer(body, world);
  await checkFresh(world);
  checkLimits(limits, { gpus, pricePerGpuHour });
  const rate = usdPerHourOf({ gpus, pricePerGpuHour });
  if (!isWithin(rate, most)) {
    throw notAcceptable('/max_usd_per_hour', `max_usd_per_hour is ${most}; it costs ${rate} an hour`);
  }
  const spec = specFor(order, { region: state.region, config: state.hardware, gpus });
  return { spec, pricePerGpuHour, limits };
};

const madeBody = (
  { project, spec, pricePerGpuHour }: CreationRequest,
  made: { readonly name: string; readonly runtimeId: string },
): z.output<typeof madeShape> => ({
  project_id: project,
  id: made.runtimeId,
  name: made.name,
  region_id: spec.region,
  gpu_config_id: spec.gpuConfigId,
  gpu_count: spec.gpuCount,
  plan_id: spec.planId,
  price_per_gpu_per_hour: pricePerGpuHour,
  usd_per_hour: usdPerHourOf({ gpus: spec.gpuCount, pricePerGpuHour }),
});

const unclear =
  'The provider was asked and gave no clear answer. Send the same request again in some minutes: the runtime is then looked for by its name, and not made twice.';

/** What a request to make a runtime is answered. @throws Problem where nothing was made */
export const answerOf = (project: string, made: RequestOutcome) => {
  switch (made.outcome) {
    case 'created': {
      const location = `/v1/projects/${project}/runtimes/${made.runtimeId}`;
      return { status: made.again ? 200 : 201, body: madeBody(made.request, made), headers: { location } };
    }
    case 'unclear':
      return { status: 202, body: { project_id: project, name: made.name, detail: unclear } };
    case 'refused':
      throw made.retry === 'soon'
        ? new Problem('provider-failed', 'The provider takes no requests now. Nothing was created; try again later.')
        : new Problem('provider-refused', `Nothing was created. ${made.because}`);
    case 'held':
      throw new Problem('over-limit', `Nothing was created: ${made.because}.`);
    case 'not-made':
    case 'later':
      throw new Problem('provider-failed', 'Nothing was created; try again.');
    case 'over':
    case 'key-used-otherwise':
      throw new Problem('key-used-otherwise', 'This Idempotency-Key came with another runtime before; take a new one.');
  }
};
