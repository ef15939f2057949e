import * as z from 'zod/mini';
import type { Listing } from '#domain/listing.ts';
import type { RuntimeTemplate } from '#domain/runtime.ts';
import type { CallOptions } from './abort.ts';
import { type Api, addressOf } from './api.ts';
import { unlessNotFound } from './errors.ts';
import { found } from './expression.ts';
import { text } from './fields.ts';
import type { RowReading } from './page-agreement.ts';
import { answerJson, orThrow, type Understood, understand } from './understand.ts';
import { walkPages } from './walk.ts';

const templateRow = z.object({
  id: text(),
  description: z.nullish(z.string()),
  templateSpec: z.optional(z.unknown()),
  ownerOrgId: z.nullish(z.string()),
});

const readTemplate = (row: unknown): Understood<RuntimeTemplate> => {
  const read = understand(templateRow, row);
  if (!read.understood) return read;
  const { id, description, templateSpec: spec, ownerOrgId: ownerOrganisation } = read.value;
  const value = {
    id,
    description: description ?? '',
    ...(spec === undefined ? {} : { spec }),
    ...(ownerOrganisation ? { ownerOrganisation } : {}),
  };
  return { understood: true, value };
};

const reading: RowReading<RuntimeTemplate> = { read: readTemplate, keyOf: ({ id }) => id };

const addressOfTemplates = (api: Api, rest: readonly string[] = []): URL =>
  addressOf(api.runtimesUrl, ['api', 'v1beta1', 'airuntime-templates', ...rest]);

export const createTemplateCalls = (api: Api) => ({
  /** All templates that the account may use. */
  listTemplates: async (options: CallOptions = {}): Promise<Listing<RuntimeTemplate>> =>
    walkPages(api, 'listTemplates', addressOfTemplates(api), reading, options),

  /** One template (`tpl-…`); undefined if there is no such template. */
  getTemplate: async (id: string, options: CallOptions = {}): Promise<RuntimeTemplate | undefined> => {
    const operation = 'getTemplate';
    const url = addressOfTemplates(api, [id]).href;
    const answer = await unlessNotFound(api.send({ operation, method: 'GET', url, repeat: 'freely' }, options));
    if (answer === undefined) return undefined;
    const template = found('data || @', answerJson(operation, answer));
    return orThrow(operation, answer, readTemplate(template), api.redact);
  },
});
