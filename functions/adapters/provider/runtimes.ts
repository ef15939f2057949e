import * as z from 'zod/mini';
import type { Listing } from '#domain/listing.ts';
import type { Runtime, RuntimeAddress, RuntimeDetail, RuntimeSpec } from '#domain/runtime.ts';
import type { CallOptions } from './abort.ts';
import { type Api, addressOf } from './api.ts';
import { unlessNotFound } from './errors.ts';
import { found, foundEach } from './expression.ts';
import { idText, instant, text } from './fields.ts';
import { answerJson, orThrow, type Understood, understandFields } from './understand.ts';
import { walkPages } from './walk.ts';

/** What is sure of a runtime just created; `getRuntime` tells the rest. */
export type CreatedRuntime = { readonly id: string; readonly status?: string };

/** `accepted`: it will be deleted, and bills until it answers 404. `already-gone`: there is no such runtime. */
export type Deletion = { readonly outcome: 'accepted' | 'already-gone' };

const row = {
  id: idText(),
  name: text(),
  region: text(),
  status: text(),
  gpuConfigId: z.exactOptional(text()),
  gpuCount: z.exactOptional(z.int().check(z.gte(1))),
  templateId: z.exactOptional(text()),
  planId: z.exactOptional(text()),
  createdAt: z.exactOptional(instant()),
};
const runtimeRow = z.object(row);
const runtimeDetail = z.object({
  ...row,
  templateSpec: z.exactOptional(z.unknown()),
  storage: z.exactOptional(z.unknown()),
  sshKeys: z.exactOptional(z.array(z.string())),
  updatedAt: z.exactOptional(instant()),
  message: z.exactOptional(z.string()),
});
const createdRuntime = z.object({ id: idText(), status: z.exactOptional(text()) });

const needed = ['id', 'name', 'region', 'status'];

/** The project is the one that was asked for: what a row calls its project may be a name. */
const readAs =
  <T>(api: Api, project: string, schema: z.ZodMiniType<T>, mostNeeded: readonly string[] = needed) =>
  (given: unknown): Understood<T & { readonly project: string }> => {
    const { item, ...fields } = api.mappings.runtime;
    const read = understandFields(schema, foundEach(fields, given), mostNeeded, fields);
    return read.understood ? { understood: true, value: { ...read.value, project } } : read;
  };

const itemIn = (api: Api, body: unknown): unknown => found(api.mappings.runtime.item, body);

const addressOfRuntimes = (api: Api, project: string, rest: readonly string[] = []): URL =>
  addressOf(`${api.runtimesUrl}/api/v1beta1`, ['orgs', api.organisation, 'projects', project, 'airuntimes', ...rest]);

const wireSpec = (spec: RuntimeSpec) => ({
  name: spec.name,
  region: spec.region,
  templateID: spec.templateId,
  templateSpec: spec.templateSpec,
  gpuConfigID: spec.gpuConfigId,
  gpuCount: spec.gpuCount,
  planId: spec.planId,
  sshKeys: spec.sshKeys ?? [],
  storage: spec.storage,
});

export const createRuntimeCalls = (api: Api) => ({
  /** All runtimes of a project. */
  listRuntimes: async (project: string, options: CallOptions = {}): Promise<Listing<Runtime>> => {
    const reading = { read: readAs(api, project, runtimeRow), keyOf: ({ id }: Runtime) => id };
    return walkPages(api, 'listRuntimes', addressOfRuntimes(api, project), reading, options);
  },

  /** Creates a runtime, which takes GPUs and bills once it runs. Sent once: never repeated after it may have begun. */
  createRuntime: async (project: string, spec: RuntimeSpec, options: CallOptions = {}): Promise<CreatedRuntime> => {
    const operation = 'createRuntime';
    const url = addressOfRuntimes(api, project).href;
    const body = wireSpec(spec);
    const answer = await api.send({ operation, method: 'POST', url, body, repeat: 'unless-begun' }, options);
    const read = readAs(api, project, createdRuntime, ['id'])(itemIn(api, answerJson(operation, answer)));
    const { id, status } = orThrow(operation, answer, read, api.redact);
    return { id, ...(status === undefined ? {} : { status }) };
  },

  /** One runtime with all that is known of it; undefined if there is none (any more). */
  getRuntime: async (
    { project, id }: RuntimeAddress,
    options: CallOptions = {},
  ): Promise<RuntimeDetail | undefined> => {
    const operation = 'getRuntime';
    const url = addressOfRuntimes(api, project, [id]).href;
    const answer = await unlessNotFound(api.send({ operation, method: 'GET', url, repeat: 'freely' }, options));
    if (answer === undefined) return undefined;
    const read = readAs(api, project, runtimeDetail)(itemIn(api, answerJson(operation, answer)));
    return orThrow(operation, answer, read, api.redact);
  },

  /** Deletes a runtime for good. Sent once and never again by itself, whatever comes of it. */
  deleteRuntime: async ({ project, id }: RuntimeAddress, options: CallOptions = {}): Promise<Deletion> => {
    const url = addressOfRuntimes(api, project, [id]).href;
    const request = { operation: 'deleteRuntime', method: 'DELETE', url, repeat: 'once', ignoresBody: true } as const;
    const answer = await unlessNotFound(api.send(request, options));
    return { outcome: answer === undefined ? 'already-gone' : 'accepted' };
  },
});
