import { createRoute, z } from '@hono/zod-openapi';
import { struckBy } from '../faults/fault-list.ts';
import type { Operation } from '../server/app-types.ts';
import { REFUSALS } from '../wire/errors.ts';
import { notifyBody, toNotifyBody } from '../wire/notify-body.ts';

const route = createRoute({
  method: 'get',
  path: '/inventory/api/v1beta1/inventory/gpu/notify-availability',
  operationId: 'listNotifyRequests',
  summary: "The caller's own requests to be told when something becomes available",
  tags: ['inventory'],
  security: [{ bearer: [] }],
  request: { query: z.object({ status: z.enum(['pending', 'notified', 'cancelled']).optional() }) },
  responses: {
    200: {
      description: 'A bare array, oldest first',
      content: { 'application/json': { schema: z.array(notifyBody) } },
    },
    ...REFUSALS,
  },
});

export const listNotifyRequests: Operation = {
  id: 'listNotifyRequests',
  service: 'inventory',
  answers: 'list',
  route,
  join: (app) =>
    app.openapi(route, (c) => {
      const { status } = c.req.valid('query');
      if (struckBy(c.var.strike, 'emptyList')) return c.json([], 200);
      const own = [...c.var.view.state.notifyRequests.values()].filter((each) => each.user === c.var.caller.user);
      const wanted = own.filter((each) => status === undefined || each.status === status);
      return c.json(wanted.map(toNotifyBody), 200);
    }),
};
