import { createRoute } from '@hono/zod-openapi';
import type { Operation } from '../server/app-types.ts';
import { afterDelete, statusAt } from '../state/runtimes.ts';
import { withEntry } from '../state/state.ts';
import { CONFLICTS, conflict, forbidden, PROJECT_REFUSALS } from '../wire/errors.ts';
import { runtimeAt, runtimePath } from '../wire/project-path.ts';
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
      const view = world.view();
      const runtime = runtimeAt(world, c.var.caller, view, c.req.valid('param'));
      if (statusAt(runtime, view.now) === 'Terminating') throw conflict('the runtime is already terminating');
      const { refuseDelete } = runtime.conduct;
      if (refuseDelete === 403) throw forbidden('the runtime may not be deleted');
      if (refuseDelete === 409) throw conflict('the runtime cannot be deleted now');
      const next = afterDelete(runtime, world.chance, view.now);
      world.change((state) => ({ ...state, runtimes: withEntry(state.runtimes, next.id, next) }));
      return c.json(toRuntimeDetail(next, view.now), 202);
    }),
};
