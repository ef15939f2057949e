import { createRoute, z } from '@hono/zod-openapi';
import type { Operation } from '../server/app-types.ts';
import { hardwareOf } from '../state/known-configs.ts';
import { ABSENT, notFound, REFUSALS } from '../wire/errors.ts';
import { gpuConfigRow, toGpuConfigRow } from '../wire/offer-row.ts';

const route = createRoute({
  method: 'get',
  path: '/inventory/api/v1beta1/inventory/gpuconfig',
  operationId: 'getGpuConfig',
  summary: 'The hardware half of an offer, listed or not',
  tags: ['inventory'],
  security: [{ bearer: [] }],
  request: { query: z.object({ config_id: z.string().min(1) }) },
  responses: {
    200: { description: 'The config', content: { 'application/json': { schema: gpuConfigRow } } },
    ...REFUSALS,
    ...ABSENT,
  },
});

export const getGpuConfig: Operation = {
  id: 'getGpuConfig',
  service: 'inventory',
  answers: 'one',
  route,
  join: (app) =>
    app.openapi(route, (c) => {
      const configId = c.req.valid('query').config_id;
      const hardware = hardwareOf(c.var.view.state, configId);
      if (!hardware) throw notFound(`config_id: there is no config "${configId}"`);
      return c.json(toGpuConfigRow(configId, hardware), 200);
    }),
};
