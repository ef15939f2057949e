import { createRoute, z } from '@hono/zod-openapi';
import type { Operation } from '../server/app-types.ts';
import { TENANT_REFUSALS, unauthorized } from '../wire/errors.ts';
import { sessionBody, toSessionBody } from '../wire/session-body.ts';

const body = z.strictObject({ refresh_token: z.string().min(1) }).openapi('Refresh');

const route = createRoute({
  method: 'post',
  path: '/tenant/api/v1/auth/refresh',
  operationId: 'refreshLogin',
  summary: 'Trade a refresh token, which works once, for new tokens',
  tags: ['tenant'],
  request: { body: { required: true, content: { 'application/json': { schema: body } } } },
  responses: {
    200: { description: 'Tokens', content: { 'application/json': { schema: sessionBody } } },
    ...TENANT_REFUSALS,
  },
});

export const refreshLogin: Operation = {
  id: 'refreshLogin',
  service: 'tenant',
  answers: 'one',
  route,
  join: (app, world) =>
    app.openapi(route, (c) => {
      const session = world.accounts.refresh(c.req.valid('json').refresh_token);
      if (!session) throw unauthorized('the refresh token is not valid or was used already');
      return c.json(toSessionBody(session), 200);
    }),
};
