import { createRoute } from '@hono/zod-openapi';
import type { Operation } from '../server/app-types.ts';
import { samplesOf, withMetricsCall } from '../state/metrics.ts';
import { type Runtime, withEntry } from '../state/state.ts';
import type { World } from '../state/world.ts';
import { PROJECT_REFUSALS, UNAVAILABLE, unavailable } from '../wire/errors.ts';
import { metricsBody, toMetricsBody } from '../wire/metrics-body.ts';
import { toShapedBody } from '../wire/metrics-shapes.ts';
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
    ...UNAVAILABLE,
  },
});

/** Counts the call where the runtime's profile goes by calls; most do not, and cost no change of state. */
const counted = (world: World, shown: Runtime): Runtime => {
  const runtime = world.view().state.runtimes.get(shown.id);
  const next = runtime && withMetricsCall(runtime);
  if (!next || next === runtime) return shown;
  world.change((state) => ({ ...state, runtimes: withEntry(state.runtimes, next.id, next) }));
  return { ...shown, metricsCalls: next.metricsCalls ?? 0 };
};

export const getRuntimeMetrics: Operation = {
  id: 'getRuntimeMetrics',
  service: 'gpu',
  answers: 'one',
  route,
  join: (app, world) =>
    app.openapi(route, (c) => {
      const { view, caller } = c.var;
      const runtime = counted(world, runtimeAt(world, caller, view, c.req.valid('param')));
      // These answers leave the schema on purpose: a body that a test wrote by hand, or asked for in another shape.
      if (runtime.metrics.kind === 'raw') return Response.json(runtime.metrics.body) as never;
      const samples = samplesOf(view, runtime, world.seed);
      if (samples === undefined) throw unavailable('metrics cannot be had at present');
      const shape = 'shape' in runtime.metrics ? runtime.metrics.shape : undefined;
      if (shape) return Response.json(toShapedBody(runtime.id, samples, shape)) as never;
      return c.json(toMetricsBody(runtime, samples), 200);
    }),
};
