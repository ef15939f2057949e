import { z } from '@hono/zod-openapi';
import { storageBody, templateSpec } from './runtime-body.ts';
import { templateId } from './template-body.ts';

/** From a template or from a direct spec: decision D14 in docs/emulator.md. */
export const newRuntimeBody = z
  .strictObject({
    name: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$/, 'must be 1 to 63 letters, digits, ".", "_" or "-"'),
    region: z.string().min(1),
    templateID: templateId.optional(),
    templateSpec: templateSpec.optional(),
    gpuConfigID: z.string().min(1),
    gpuCount: z.int().min(1),
    planId: z.string().min(1),
    sshKeys: z.array(z.string().min(1)).default([]),
    storage: storageBody.default({ type: 'network', sizeGb: 100, mountPath: '/data' }),
  })
  .refine((body) => (body.templateID === undefined) !== (body.templateSpec === undefined), {
    path: ['templateID'],
    message: 'give either templateID or templateSpec',
  })
  .openapi('NewRuntime');

export type NewRuntimeBody = z.output<typeof newRuntimeBody>;
