import * as z from 'zod/mini';
import type { Caller } from '#adapters/http/caller.ts';
import { checkLimits, limitsFor } from '#adapters/http/may-create.ts';
import { notAcceptable, Problem } from '#adapters/http/problem.ts';
import { orderFields, orderOf, placeFields } from '#adapters/http/shapes/creation-shape.ts';
import { id, iso, usdUpTo } from '#adapters/http/shapes/fields.ts';
import { usdPerHourOf } from '#domain/creating/limits.ts';
import { specFor } from '#domain/creating/order.ts';
import type { CreationRequest } from '#domain/creating/request.ts';
import { minute } from '#domain/time.ts';
import type { Offered, RequestOutcome } from '#workflows/create-runtime/create-on-request.ts';
import { operation, type RuntimesApiWorld } from '../world.ts';
import { pricedOffer } from './price.ts';

const newRuntime = z.strictObject({ ...placeFields, ...orderFields, max_usd_per_hour: usdUpTo(100_000) });
type NewRuntime = z.output<typeof newRuntime>;

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
  usd_per_hour: usdPerHourOf({ gpus: spec.gpuCount, pricePerGpuHour }),
});

/** By an older inventory nothing is made: what it shows may be gone, or cost something else. */
const freshEnough = 10 * minute;

const checkFresh = async ({ offers, clock }: RuntimesApiWorld): Promise<void> => {
  const seenAt = await offers.readInventoryAt();
  if (seenAt !== undefined && clock() - seenAt <= freshEnough) return;
  const last = seenAt === undefined ? 'never' : `at ${iso(seenAt)}`;
  throw new Problem('provider-failed', `The inventory was last seen ${last}; nothing is created at a price that old.`);
};

/** What is made now, and for how much. @throws Problem where it may not be, or costs more than whoever asks agreed to */
const offerFor = async (
  project: string,
  body: NewRuntime,
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
  // Prices are sums of cents in binary.
  if (rate > most + 1e-9) {
    throw notAcceptable('/max_usd_per_hour', `max_usd_per_hour is ${most}; it costs ${rate} an hour`);
  }
  const spec = specFor(order, { region: state.region, config: state.hardware, gpus });
  return { spec, pricePerGpuHour, limits };
};

const unclear =
  'The provider was asked and gave no clear answer. Send the same request again in some minutes: the runtime is then looked for by its name, and not made twice.';

const answerOf = (project: string, made: RequestOutcome) => {
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

const locationHeader = { location: 'Where it is read' };

const create = operation({
  id: 'createRuntime',
  method: 'post',
  path: '/v1/projects/{project_id}/runtimes',
  tag: 'Creating runtimes: what one costs, and having one made',
  summary:
    'Have a runtime made from a template or a spec, within the spending limit of the settings; it bills from Running on until it is deleted',
  who: 'person',
  params: z.strictObject({ project_id: id('a project of the settings, such as prj-1') }),
  headers: { 'idempotency-key': 'The same request with the same key makes one runtime, however often it is sent' },
  requiredHeaders: ['idempotency-key'],
  body: newRuntime,
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
  run: async ({ path: { project_id: project }, body, header }, caller, world) => {
    const { subject, address, recipientId } = caller;
    const asking = {
      subject,
      key: header('idempotency-key') ?? '',
      text: JSON.stringify([project, body]),
      project,
      ...(address === undefined || recipientId === undefined ? {} : { by: { address, recipientId } }),
    };
    // What makes runtimes is loaded when somebody wants one: most requests only look.
    const { createOnRequest } = await import('#workflows/create-runtime/create-on-request.ts');
    const made = await createOnRequest(world.creating, asking, () => offerFor(project, body, caller, world));
    return answerOf(project, made);
  },
});

export const creating = [create];
