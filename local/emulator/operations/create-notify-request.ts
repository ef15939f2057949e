import { createRoute, z } from '@hono/zod-openapi';
import type { Operation } from '../server/app-types.ts';
import { hardwareOf, isRegion } from '../state/known-configs.ts';
import { type NotifyRequest, type State, withEntry } from '../state/state.ts';
import { badRequest, CONFLICTS, conflict, REFUSALS } from '../wire/errors.ts';
import { notifyBody, toNotifyBody } from '../wire/notify-body.ts';

const body = z.strictObject({ region_id: z.string().min(1), config_id: z.string().min(1) }).openapi('NewNotifyRequest');

const route = createRoute({
  method: 'post',
  path: '/inventory/api/v1beta1/inventory/gpu/notify-availability',
  operationId: 'createNotifyRequest',
  summary: 'Mail the caller when this config becomes available in this region',
  tags: ['inventory'],
  security: [{ bearer: [] }],
  request: { body: { required: true, content: { 'application/json': { schema: body } } } },
  responses: {
    201: { description: 'The request', content: { 'application/json': { schema: notifyBody } } },
    ...REFUSALS,
    ...CONFLICTS,
  },
});

/** A second pending request for the same thing is refused: decision D10 in docs/emulator.md. */
const refuseDuplicate = (state: State, wish: Pick<NotifyRequest, 'user' | 'regionId' | 'configId'>) => {
  for (const each of state.notifyRequests.values()) {
    const same = each.user === wish.user && each.regionId === wish.regionId && each.configId === wish.configId;
    if (same && each.status === 'pending') throw conflict(`request ${each.id} for the same offer is pending`);
  }
};

export const createNotifyRequest: Operation = {
  id: 'createNotifyRequest',
  service: 'inventory',
  answers: 'one',
  route,
  join: (app, world) =>
    app.openapi(route, (c) => {
      const { region_id: regionId, config_id: configId } = c.req.valid('json');
      const { state } = world.view();
      const { user } = c.var.caller;
      if (!isRegion(state, regionId)) throw badRequest(`region_id: there is no region "${regionId}"`);
      if (!hardwareOf(state, configId)) throw badRequest(`config_id: there is no config "${configId}"`);
      refuseDuplicate(state, { user, regionId, configId });
      const id = world.chance.uuid();
      const request = { id, user, regionId, configId, status: 'pending', createdAt: world.now() };
      world.change((now) => ({ ...now, notifyRequests: withEntry(now.notifyRequests, id, request) }));
      return c.json(toNotifyBody(request), 201);
    }),
};
