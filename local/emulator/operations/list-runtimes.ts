import { createRoute } from '@hono/zod-openapi';
import type { Operation } from '../server/app-types.ts';
import { projectRuntimes } from '../state/runtimes.ts';
import type { Runtime } from '../state/state.ts';
import { PROJECT_REFUSALS } from '../wire/errors.ts';
import { answerPage, pageOf, pageQuery, withinPage } from '../wire/paging.ts';
import { checkProject, projectPath } from '../wire/project-path.ts';
import { runtimeRow, toRuntimeRow } from '../wire/runtime-body.ts';

const route = createRoute({
  method: 'get',
  path: '/gpu/api/v1beta1/orgs/{org_id}/projects/{project_id}/airuntimes',
  operationId: 'listRuntimes',
  summary: 'The runtimes of a project that are not gone',
  tags: ['runtimes'],
  security: [{ bearer: [] }],
  request: { params: projectPath, query: pageQuery },
  responses: {
    200: {
      description: 'One page of runtimes, oldest first',
      content: { 'application/json': { schema: pageOf(runtimeRow).openapi('RuntimePage') } },
    },
    ...PROJECT_REFUSALS,
  },
});

export const listRuntimes: Operation = {
  id: 'listRuntimes',
  service: 'gpu',
  answers: 'paged',
  route,
  join: (app, world) =>
    app.openapi(route, (c) => {
      const path = c.req.valid('param');
      checkProject(world, c.var.caller, path);
      const { view } = c.var;
      const runtimes = projectRuntimes(view, path.org_id, path.project_id);
      const toRow = (runtime: Runtime) => toRuntimeRow(runtime, view.now);
      return c.json(answerPage(runtimes, withinPage(c.req.valid('query'), world), c.var.strike, toRow), 200);
    }),
};
