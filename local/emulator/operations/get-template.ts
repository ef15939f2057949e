import { createRoute, z } from '@hono/zod-openapi';
import type { Operation } from '../server/app-types.ts';
import { ABSENT, notFound, REFUSALS } from '../wire/errors.ts';
import { templateBody, templateId, templatesFor } from '../wire/template-body.ts';

const route = createRoute({
  method: 'get',
  path: '/gpu/api/v1beta1/airuntime-templates/{template_id}',
  operationId: 'getTemplate',
  summary: 'One template',
  tags: ['templates'],
  security: [{ bearer: [] }],
  request: { params: z.object({ template_id: templateId }) },
  responses: {
    200: { description: 'The template', content: { 'application/json': { schema: templateBody } } },
    ...REFUSALS,
    ...ABSENT,
  },
});

export const getTemplate: Operation = {
  id: 'getTemplate',
  service: 'gpu',
  answers: 'one',
  route,
  join: (app) =>
    app.openapi(route, (c) => {
      const id = c.req.valid('param').template_id;
      const template = templatesFor(c.var.view.state, c.var.caller.organisation).find((each) => each.id === id);
      if (!template) throw notFound(`template_id: there is no template "${id}"`);
      return c.json(template, 200);
    }),
};
