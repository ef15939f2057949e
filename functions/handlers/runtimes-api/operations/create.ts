import * as z from 'zod/mini';
import { orderFields, placeFields } from '#adapters/http/shapes/creation-shape.ts';
import { id, usdUpTo } from '#adapters/http/shapes/fields.ts';
import { operation } from '../world.ts';

export const newRuntime = z.strictObject({ ...placeFields, ...orderFields, max_usd_per_hour: usdUpTo(100_000) });

export const madeShape = z.object({
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
    const { answerOf, offerFor } = await import('../making.ts');
    const made = await createOnRequest(world.creating, asking, () => offerFor(project, body, caller, world));
    return answerOf(project, made);
  },
});

export const creating = [create];
