import { z } from '@hono/zod-openapi';
import { statusAt, updatedAt } from '../state/runtimes.ts';
import type { Runtime } from '../state/state.ts';

export const templateSpec = z
  .strictObject({
    image: z.string().min(1),
    ports: z.array(z.int().min(1).max(65_535)).optional(),
    env: z.record(z.string(), z.string()).optional(),
    command: z.array(z.string()).optional(),
  })
  .openapi('TemplateSpec');

export const storageBody = z
  .strictObject({
    type: z.enum(['network']).default('network'),
    sizeGb: z.int().min(10).max(10_000).default(100),
    mountPath: z.string().startsWith('/').default('/data'),
  })
  .openapi('Storage');

/** A row of the list. Fields beyond the six that are known: decision D11 in docs/emulator.md. */
export const runtimeRow = z
  .object({
    id: z.uuid(),
    name: z.string(),
    region: z.string(),
    project: z.string(),
    status: z.string().describe('Pending, Provisioning, Running, Failed, Terminating'),
    gpuConfigID: z.string(),
    gpuCount: z.int(),
    planId: z.string(),
    createdAt: z.iso.datetime(),
  })
  .openapi('RuntimeRow');

export const runtimeDetail = runtimeRow
  .extend({
    templateID: z.string().nullable(),
    templateSpec,
    storage: storageBody,
    sshKeys: z.array(z.string()),
    updatedAt: z.iso.datetime(),
    message: z.string(),
  })
  .openapi('Runtime');

export const ROW_FIELDS = runtimeRow.keyof().options;
export const DETAIL_FIELDS = runtimeDetail.keyof().options;

/** The body without some fields. It then leaves its schema, on purpose: it is asked for to see what a client makes of it. */
const without = <Body extends object>(body: Body, hidden: readonly string[] = []): Body =>
  hidden.length === 0
    ? body
    : (Object.fromEntries(Object.entries(body).filter(([field]) => !hidden.includes(field))) as Body);

const iso = (instant: number) => new Date(instant).toISOString();

const wholeRow = (runtime: Runtime, now: number): z.output<typeof runtimeRow> => ({
  id: runtime.id,
  name: runtime.name,
  region: runtime.region,
  project: runtime.project,
  // Only runtimes that are not gone are shown; one that is going this very moment still terminates.
  status: statusAt(runtime, now) ?? 'Terminating',
  gpuConfigID: runtime.configId,
  gpuCount: runtime.gpuCount,
  planId: runtime.planId,
  createdAt: iso(runtime.createdAt),
});

export const toRuntimeRow = (runtime: Runtime, now: number): z.output<typeof runtimeRow> =>
  without(wholeRow(runtime, now), runtime.conduct.hide?.list);

export const toRuntimeDetail = (runtime: Runtime, now: number): z.output<typeof runtimeDetail> => {
  const whole = {
    ...wholeRow(runtime, now),
    templateID: runtime.templateId ?? null,
    templateSpec: runtime.templateSpec,
    storage: runtime.storage,
    sshKeys: [...runtime.sshKeys],
    updatedAt: iso(updatedAt(runtime, now)),
    message: runtime.message,
  };
  return without(whole, runtime.conduct.hide?.detail);
};
