import * as z from 'zod/mini';
import type { Caller } from '#adapters/http/caller.ts';
import { checkLimits, limitsFor } from '#adapters/http/may-create.ts';
import { Problem } from '#adapters/http/problem.ts';
import { orderFields, orderOf } from '#adapters/http/shapes/creation-shape.ts';
import { id, usdUpTo, wholeNumber } from '#adapters/http/shapes/fields.ts';
import type { Order } from '#domain/creating/limits.ts';
import type { CreationRequest } from '#domain/creating/request.ts';
import { offerKey } from '#domain/offer.ts';
import { type OfferState, priceOf } from '#domain/offer-state.ts';
import { operation, type RuntimesApiWorld } from '../world.ts';

const tag = 'Creating runtimes: what one costs, and having one made';

const place = {
  region_id: id('a region, such as as-south-1'),
  gpu_config_id: id('a GPU config, such as gpu-h100-80g-20cpu-125g'),
  gpu_count: z._default(wholeNumber(1, 1024), 1),
};
type PlaceBody = z.output<z.ZodMiniObject<typeof place>>;

/** An offer with its price. @throws Problem where nobody knows it */
const pricedOffer = async (
  { region_id: region, gpu_config_id: configId }: PlaceBody,
  { offers }: RuntimesApiWorld,
): Promise<{ readonly state: OfferState; readonly pricePerGpuHour: number }> => {
  const state = await offers.readOffer(offerKey({ region, configId }));
  const pricePerGpuHour = state && priceOf(state);
  if (state !== undefined && pricePerGpuHour !== undefined) return { state, pricePerGpuHour };
  throw new Problem('not-found', `No price of ${configId} in ${region} was ever seen. What was seen: GET /v1/offers.`);
};

const price = operation({
  id: 'readPrice',
  method: 'get',
  path: '/v1/price',
  tag,
  summary: 'What a runtime would cost, by the inventory as it was last seen, and whether you may have it created now',
  who: 'person',
  query: z.strictObject(place),
  answers: {
    200: {
      description:
        '`created_usd_per_hour`: what runtimes that GPU Warden created cost together, as far as is recorded. `because`: why it may not be created',
      schema: z.object({
        region_id: z.string(),
        gpu_config_id: z.string(),
        gpu_count: z.int(),
        price_per_gpu_per_hour: z.number(),
        usd_per_hour: z.number(),
        usd_per_day: z.number(),
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
    const room = await roomOf(caller, world, order);
    const rate = query.gpu_count * pricePerGpuHour;
    const body = {
      region_id: state.region,
      gpu_config_id: state.hardware.configId,
      gpu_count: query.gpu_count,
      price_per_gpu_per_hour: pricePerGpuHour,
      usd_per_hour: rate,
      usd_per_day: rate * 24,
      created_usd_per_hour: room.spent,
      max_usd_per_hour: room.most,
      may_be_created: room.because === null,
      because: room.because,
    };
    return { status: 200, body };
  },
});

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

const madeShape = z.object({
  project_id: z.string(),
  id: z.string(),
  name: z.string(),
  region_id: z.string(),
  gpu_config_id: z.string(),
  gpu_count: z.int(),
  plan_id: z.string(),
  price_per_gpu_per_hour: z.number(),
  usd_per_hour: z.number(),
});

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
  usd_per_hour: pricePerGpuHour * spec.gpuCount,
});

const locationHeader = { location: 'Where it is read' };

const create = operation({
  id: 'createRuntime',
  method: 'post',
  path: '/v1/projects/{project_id}/runtimes',
  tag,
  summary:
    'Have a runtime made from a template or a spec, within the spending limit of the settings; it bills from Running on until it is deleted',
  who: 'person',
  params: z.strictObject({ project_id: id('a project of the settings, such as prj-1') }),
  headers: { 'idempotency-key': 'The same request with the same key makes one runtime, however often it is sent' },
  requiredHeaders: ['idempotency-key'],
  body: z.strictObject({ ...place, ...orderFields, max_usd_per_hour: usdUpTo(100_000) }),
  answers: {
    200: { description: 'The runtime that this very request made before', schema: madeShape, headers: locationHeader },
    201: { description: 'The runtime', schema: madeShape, headers: locationHeader },
    202: {
      description:
        'The provider was asked and gave no clear answer. Send the same request again in some minutes: it is then looked for, and not made twice',
      schema: z.object({ project_id: z.string(), name: z.string(), detail: z.string() }),
    },
  },
  problems: [
    'not-found',
    'not-allowed',
    'over-limit',
    'provider-refused',
    'not-acceptable',
    'key-used-otherwise',
    'provider-failed',
  ],
  run: async ({ path, body, header }, caller, world) => {
    const limits = limitsFor(world.mayCreate, caller);
    if (!world.projects.includes(path.project_id)) {
      throw new Problem('not-found', 'There is no such project in the settings.');
    }
    const { region_id: _region, gpu_config_id: _config, gpu_count: gpus, max_usd_per_hour: most, ...rest } = body;
    const order = orderOf(path.project_id, rest);
    const { state, pricePerGpuHour } = await pricedOffer(body, world);
    checkLimits(limits, { gpus, pricePerGpuHour });
    checkAgreed(gpus * pricePerGpuHour, most);
    const { address, recipientId } = caller;
    // What makes runtimes is loaded when somebody wants one: most requests only look.
    const { createOnRequest } = await import('#workflows/create-runtime/create-on-request.ts');
    const made = await createOnRequest(world.creating, limits, {
      subject: caller.subject,
      key: header('idempotency-key') ?? '',
      order,
      place: { region: state.region, config: state.hardware, gpus },
      pricePerGpuHour,
      ...(address === undefined || recipientId === undefined ? {} : { by: { address, recipientId } }),
    });
    switch (made.outcome) {
      case 'created': {
        const location = `/v1/projects/${path.project_id}/runtimes/${made.runtimeId}`;
        return { status: made.again ? 200 : 201, body: madeBody(made.request, made), headers: { location } };
      }
      case 'unclear':
        return { status: 202, body: { project_id: path.project_id, name: made.name, detail: unclear } };
      case 'refused':
        throw made.passing
          ? new Problem('provider-failed', 'The provider takes no requests now. Nothing was created; try again later.')
          : new Problem('provider-refused', `Nothing was created. ${made.because}`);
      case 'held':
        throw new Problem('over-limit', `Nothing was created: ${made.because}.`);
      case 'over':
      case 'key-used-otherwise':
        throw new Problem(
          'key-used-otherwise',
          'This Idempotency-Key came with another runtime before; take a new one.',
        );
    }
  },
});

const unclear =
  'The provider was asked and gave no clear answer. Send the same request again in some minutes: the runtime is then looked for by its name, and not made twice.';

/** @throws Problem where it costs more than whoever asks agreed to */
const checkAgreed = (rate: number, most: number): void => {
  if (rate <= most + 1e-9) return;
  const detail = `max_usd_per_hour is ${most}; it costs ${rate} an hour`;
  throw new Problem('not-acceptable', `${detail}.`, { faults: [{ in: 'body', pointer: '/max_usd_per_hour', detail }] });
};

export const creating = [price, create];
