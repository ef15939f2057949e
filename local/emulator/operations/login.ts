import { createRoute, z } from '@hono/zod-openapi';
import type { Operation } from '../server/app-types.ts';
import { notFound, TENANT_ABSENT, TENANT_REFUSALS, unauthorized } from '../wire/errors.ts';
import { sessionBody, toSessionBody } from '../wire/session-body.ts';

const body = z.strictObject({ email: z.email(), password: z.string().min(1) }).openapi('Login');

const route = createRoute({
  method: 'post',
  path: '/tenant/api/v1/auth/login',
  operationId: 'login',
  summary: 'Trade e-mail and password for an access token',
  tags: ['tenant'],
  request: { body: { required: true, content: { 'application/json': { schema: body } } } },
  responses: {
    200: { description: 'Tokens', content: { 'application/json': { schema: sessionBody } } },
    ...TENANT_REFUSALS,
    ...TENANT_ABSENT,
  },
});

export const login: Operation = {
  id: 'login',
  service: 'tenant',
  answers: 'one',
  route,
  join: (app, world) =>
    app.openapi(route, (c) => {
      const { email, password } = c.req.valid('json');
      const known = world.accounts.login;
      if (email.toLowerCase() !== known.email) throw notFound(`email: there is no user "${email}"`);
      if (password !== known.password) throw unauthorized('the password is wrong');
      return c.json(toSessionBody(world.accounts.signIn()), 200);
    }),
};
