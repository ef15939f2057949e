import { createRoute } from '@hono/zod-openapi';
import type { Operation } from '../server/app-types.ts';
import { REFUSALS } from '../wire/errors.ts';
import { answerPage, pageOf, pageQuery } from '../wire/paging.ts';
import { templateBody, templatesFor } from '../wire/template-body.ts';

const route = createRoute({
  method: 'get',
  path: '/gpu/api/v1beta1/airuntime-templates',
  operationId: 'listTemplates',
  summary: "The vendor's templates and the organisation's own",
  tags: ['templates'],
  security: [{ bearer: [] }],
  request: { query: pageQuery },
  responses: {
    200: {
      description: 'One page of templates',
      content: { 'application/json': { schema: pageOf(templateBody).openapi('TemplatePage') } },
    },
    ...REFUSALS,
  },
});

export const listTemplates: Operation = {
  id: 'listTemplates',
  service: 'gpu',
  answers: 'paged',
  route,
  join: (app) =>
    app.openapi(route, (c) => {
      const templates = templatesFor(c.var.view.state, c.var.caller.organisation);
      return c.json(
        answerPage(templates, c.req.valid('query'), c.var.strike, (template) => template),
        200,
      );
    }),
};
