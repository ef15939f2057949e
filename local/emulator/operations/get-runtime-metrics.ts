import { createRoute } from '@hono/zod-openapi';
import type { Operation } from '../server/app-types.ts';
import { samplesOf } from '../state/metrics.ts';
import { PROJECT_REFUSALS } from '../wire/errors.ts';
import { metricsBody, toMetricsBody } from '../wire/metrics-body.ts';
import { runtimeAt, runtimePath } from '../wire/project-path.ts';

const route = createRoute({
  method: 'get',
  path: '/gpu/api/v1beta1/orgs/{org_id}/projects/{project_id}/airuntimes/{airuntime_id}/metrics',
  operationId: 'getRuntimeMetrics',
  summary: 'Use of GPUs, CPU and memory in the last five minutes',
  tags: ['runtimes'],
  security: [{ bearer: [] }],
  request: { params: runtimePath },
  responses: {
    200: { description: 'Samples, oldest first', content: { 'application/json': { schema: metricsBody } } },
    ...PROJECT_REFUSALS,
  },
});

export const getRuntimeMetrics: Operation = {
  id: 'getRuntimeMetrics',
  service: 'gpu',
  answers: 'one',
  route,
  join: (app, world) =>
    app.openapi(route, (c) => {
      const { view, caller } = c.var;
      const runtime = runtimeAt(world, caller, view, c.req.valid('param'));
      // The one answer that leaves the schema on purpose: a body that a test wrote by hand.
      if (runtime.metrics.kind === 'raw') return Response.json(runtime.metrics.body) as never;
      return c.json(toMetricsBody(runtime, samplesOf(view, runtime, world.seed)), 200);
    }),
};
