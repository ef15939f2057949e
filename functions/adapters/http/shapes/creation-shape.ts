import * as z from 'zod/mini';
import { notAcceptable } from '#adapters/http/problem.ts';
import { isMakeable, type RuntimeOrder } from '#domain/creating/order.ts';
import { id, wholeNumber } from './fields.ts';

const inTheProvidersShape = (what: string) => z.record(z.string(), z.unknown(), { error: what });

const sshKey = () => z.string().check(z.regex(/^[ -~]{1,2000}$/, { error: 'a public SSH key on one line' }));

export const templateId = () =>
  z.string().check(z.regex(/^tpl-[a-zA-Z0-9-]{1,100}$/, { error: 'a template, as GET /v1/templates gives it' }));

/** What a runtime is made of, beside its place and its GPUs: a template or a spec of its own. */
export const orderFields = {
  name: z.string().check(
    z.regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,55}$/, {
      error: 'a name of 1 to 56 letters, digits, ".", "_" or "-"; it gets an ending that no other has',
    }),
  ),
  template_id: z.exactOptional(templateId()),
  template_spec: z.exactOptional(inTheProvidersShape("a spec in the provider's shape, instead of template_id")),
  plan_id: z.exactOptional(id('an on-demand plan, such as gpu-h200-on-demand-1h')),
  ssh_keys: z.exactOptional(z.array(sshKey()).check(z.maxLength(10))),
  storage: z.exactOptional(inTheProvidersShape("a volume in the provider's shape; missing: its free one")),
};

/** Where it runs, and on how many GPUs. */
export const placeFields = {
  region_id: id('a region, such as as-south-1'),
  gpu_config_id: id('a GPU config, such as gpu-h100-80g-20cpu-125g'),
  gpu_count: z._default(wholeNumber(1, 1024), 1),
};

type OrderBody = z.output<z.ZodMiniObject<typeof orderFields>>;

/** What is ordered. @param at where it stands in the body, as a JSON pointer. @throws Problem where it cannot be made so */
export const orderOf = (project: string, body: OrderBody, at = ''): RuntimeOrder => {
  const { template_id: templateId, template_spec: templateSpec, plan_id: planId } = body;
  if ((templateId === undefined) === (templateSpec === undefined)) {
    throw notAcceptable(`${at}/template_id`, 'send either template_id or template_spec');
  }
  if (!isMakeable(planId)) {
    const means = 'is not an on-demand plan: a reserved one bills for its whole term, whatever is deleted';
    throw notAcceptable(`${at}/plan_id`, `plan_id ${planId} ${means}`);
  }
  return {
    project,
    name: body.name,
    ...(templateId === undefined ? {} : { templateId }),
    ...(templateSpec === undefined ? {} : { templateSpec }),
    ...(planId === undefined ? {} : { planId }),
    ...(body.ssh_keys === undefined ? {} : { sshKeys: body.ssh_keys }),
    ...(body.storage === undefined ? {} : { storage: body.storage }),
  };
};
