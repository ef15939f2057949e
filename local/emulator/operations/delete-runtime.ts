import { createRoute } from '@hono/zod-openapi';
import type { Operation } from '../server/app-types.ts';
import { runtimeIn, statusAt, terminating } from '../state/runtimes.ts';
import { withEntry } from '../state/state.ts';
import { CONFLICTS, conflict, notFound, PROJECT_REFUSALS } from '../wire/errors.ts';
import { checkProject, runtimePath } from '../wire/project-path.ts';
import { runtimeDetail, toRuntimeDetail } from '../wire/runtime-body.ts';

const route = createRoute({
  method: 'delete',
  path: '/gpu/api/v1beta1/orgs/{org_id}/projects/{project_id}/airuntimes/{airuntime_id}',
  operationId: 'deleteRuntime',
  summary: 'Delete a runtime for good; it terminates, then answers 404',
  tags: ['runtimes'],
  security: [{ bearer: [] }],
  request: { params: runtimePath },
  responses: {
    202: { description: 'It terminates', content: { 'application/json': { schema: runtimeDetail } } },
    ...PROJECT_REFUSALS,
    ...CONFLICTS,
  },
});

export const deleteRuntime: Operation = {
  id: 'deleteRuntime',
  service: 'gpu',
  answers: 'one',
  route,
  join: (app, world) =>
    app.openapi(route, (c) => {
      const path = c.req.valid('param');
      checkProject(world, c.var.caller, path);
      const view = world.view();
      const runtime = runtimeIn(view, path.org_id, path.project_id, path.airuntime_id);
      if (!runtime) throw notFound(`airuntime_id: there is no runtime "${path.airuntime_id}"`);
      if (statusAt(runtime, view.now) === 'Terminating') throw conflict('the runtime is already terminating');
      const going = terminating(runtime, world.chance, view.now);
      world.change((state) => ({ ...state, runtimes: withEntry(state.runtimes, going.id, going) }));
      return c.json(toRuntimeDetail(going, view.now), 202);
    }),
};
