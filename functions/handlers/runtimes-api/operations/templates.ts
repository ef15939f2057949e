import * as z from 'zod/mini';
import { Problem } from '#adapters/http/problem.ts';
import { templateId } from '#adapters/http/shapes/creation-shape.ts';
import type { RuntimeTemplate } from '#domain/runtime.ts';
import { answerWithin } from '#workflows/api-runtimes/runtimes.ts';
import { operation } from '../world.ts';

const tag = 'Templates: what a runtime can be made from';

const templateShape = z.object({
  id: z.string(),
  description: z.string(),
  owner_org_id: z.nullable(z.string()),
  spec: z.unknown(),
});

const templateBody = ({ id, description, ownerOrganisation, spec }: RuntimeTemplate) => ({
  id,
  description,
  owner_org_id: ownerOrganisation ?? null,
  spec: spec ?? null,
});

const list = operation({
  id: 'listTemplates',
  method: 'get',
  path: '/v1/templates',
  tag,
  summary: 'All templates that the account may use',
  who: 'person',
  answers: {
    200: {
      description: '`complete`: whether every page of the provider came',
      schema: z.object({ data: z.array(templateShape), complete: z.boolean() }),
    },
  },
  problems: ['provider-failed'],
  run: async (_request, _caller, { templates: provider, clock }) => {
    const { rows, complete } = await provider.listTemplates({ deadline: clock() + answerWithin });
    return { status: 200, body: { data: rows.map(({ value }) => templateBody(value)), complete } };
  },
});

const read = operation({
  id: 'readTemplate',
  method: 'get',
  path: '/v1/templates/{template_id}',
  tag,
  summary: 'One template',
  who: 'person',
  params: z.strictObject({ template_id: templateId() }),
  answers: { 200: { description: 'The template', schema: templateShape } },
  problems: ['not-found', 'provider-failed'],
  run: async ({ path }, _caller, { templates: provider, clock }) => {
    const found = await provider.getTemplate(path.template_id, { deadline: clock() + answerWithin });
    if (found === undefined) throw new Problem('not-found', 'There is no such template.');
    return { status: 200, body: templateBody(found) };
  },
});

export const templates = [list, read];
