import { createRoute } from '@hono/zod-openapi';
import type { Operation } from '../server/app-types.ts';
import { PROJECT_REFUSALS } from '../wire/errors.ts';
import { runtimeAt, runtimePath } from '../wire/project-path.ts';
import { runtimeDetail, toRuntimeDetail } from '../wire/runtime-body.ts';

const route = createRoute({
  method: 'get',
  path: '/gpu/api/v1beta1/orgs/{org_id}/projects/{project_id}/airuntimes/{airuntime_id}',
  operationId: 'getRuntime',
  summary: 'One runtime; 404 once it is gone',
  tags: ['runtimes'],
  security: [{ bearer: [] }],
  request: { params: runtimePath },
  responses: {
    200: { description: 'The runtime', content: { 'application/json': { schema: runtimeDetail } } },
    ...PROJECT_REFUSALS,
  },
});

export const getRuntime: Operation = {
  id: 'getRuntime',
  service: 'gpu',
  answers: 'one',
  route,
  join: (app, world) =>
    app.openapi(route, (c) => {
      const runtime = runtimeAt(world, c.var.caller, c.var.view, c.req.valid('param'));
      return c.json(toRuntimeDetail(runtime, c.var.view.now), 200);
    }),
};
