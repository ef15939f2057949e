import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  H100,
  INVENTORY,
  LOGIN,
  NOTIFY,
  newRuntime,
  type Provider,
  REFRESH,
  startProvider,
  TEMPLATES,
} from './provider.ts';

const OPERATIONS = {
  listInventory: 'get /inventory/api/v1beta1/inventory',
  getGpuConfig: 'get /inventory/api/v1beta1/inventory/gpuconfig',
  listNotifyRequests: 'get /inventory/api/v1beta1/inventory/gpu/notify-availability',
  createNotifyRequest: 'post /inventory/api/v1beta1/inventory/gpu/notify-availability',
  listRuntimes: 'get /gpu/api/v1beta1/orgs/{org_id}/projects/{project_id}/airuntimes',
  createRuntime: 'post /gpu/api/v1beta1/orgs/{org_id}/projects/{project_id}/airuntimes',
  getRuntime: 'get /gpu/api/v1beta1/orgs/{org_id}/projects/{project_id}/airuntimes/{airuntime_id}',
  deleteRuntime: 'delete /gpu/api/v1beta1/orgs/{org_id}/projects/{project_id}/airuntimes/{airuntime_id}',
  getRuntimeMetrics: 'get /gpu/api/v1beta1/orgs/{org_id}/projects/{project_id}/airuntimes/{airuntime_id}/metrics',
  listTemplates: 'get /gpu/api/v1beta1/airuntime-templates',
  getTemplate: 'get /gpu/api/v1beta1/airuntime-templates/{template_id}',
  login: 'post /tenant/api/v1/auth/login',
  refreshLogin: 'post /tenant/api/v1/auth/refresh',
};

type Json = Record<string, unknown>;
type Documented = {
  operationId: string;
  responses: Record<string, { content?: { 'application/json': { schema: Json } } }>;
};
type Document = {
  openapi: string;
  paths: Record<string, Record<string, Documented>>;
  components: { schemas: Record<string, Json> };
};

const documentOf = async ({ get }: Provider): Promise<Document> =>
  (await get('/openapi.json', { authorization: '' })).body;

const operationsOf = (document: Document) =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ key: `${method} ${path}`, operation })),
  );

/** The checker of one documented answer. */
const answerSchema = (document: Document, operationId: string, status: number) => {
  const found = operationsOf(document).find(({ operation }) => operation.operationId === operationId);
  const schema = found?.operation.responses[status]?.content?.['application/json'].schema;
  if (!schema) throw new Error(`${operationId} ${status} is not documented`);
  const moved = JSON.stringify({ ...schema, $defs: document.components.schemas });
  return z.fromJSONSchema(JSON.parse(moved.replaceAll('#/components/schemas/', '#/$defs/')));
};

describe('/openapi.json', () => {
  test('is a valid OpenAPI 3.1 document', async () => {
    const document = await documentOf(await startProvider());
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(document));
    expect(errors).toBeUndefined();
    expect([valid, validator.version, document.openapi]).toEqual([true, '3.1', '3.1.0']);
  });

  test('lists all operations', async () => {
    const document = await documentOf(await startProvider());
    const listed = operationsOf(document).map(({ key, operation }) => [operation.operationId, key]);
    expect(Object.fromEntries(listed)).toEqual(OPERATIONS);
  });

  test('says what requests are checked with', async () => {
    const { paths, components } = JSON.parse(JSON.stringify(await documentOf(await startProvider())));
    const parameters = paths['/inventory/api/v1beta1/inventory'].get.parameters;
    expect(parameters.find((each: { name: string }) => each.name === 'limit')).toEqual({
      name: 'limit',
      in: 'query',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    });
    expect(components.schemas.NewRuntime.required).toEqual(['name', 'region', 'gpuConfigID', 'gpuCount', 'planId']);
    expect(components.schemas.NewRuntime.additionalProperties).toBe(false);
    expect(components.securitySchemes.bearer).toEqual({ type: 'http', scheme: 'bearer' });
  });
});

describe('answers', () => {
  test('of every operation, good and bad, are as documented', async () => {
    const provider = await startProvider();
    const { call, control, emulator, get, runtimesPath } = provider;
    const document = await documentOf(provider);
    const { id } = control.addRuntime();
    const session = await call('POST', LOGIN, emulator.login);
    const answers: readonly (readonly [
      operationId: string,
      answer: Awaited<ReturnType<typeof get>>,
      status: number,
    ])[] = [
      ['listInventory', await get(INVENTORY), 200],
      ['listInventory', await get(`${INVENTORY}?page=0`), 400],
      ['listInventory', await get(INVENTORY, { authorization: '' }), 401],
      ['getGpuConfig', await get(`${INVENTORY}/gpuconfig?config_id=${H100}`), 200],
      ['createNotifyRequest', await call('POST', NOTIFY, { region_id: 'as-south-1', config_id: H100 }), 201],
      ['createNotifyRequest', await call('POST', NOTIFY, { region_id: 'as-south-1', config_id: H100 }), 409],
      ['listNotifyRequests', await get(NOTIFY), 200],
      ['createRuntime', await call('POST', runtimesPath, newRuntime()), 201],
      ['listRuntimes', await get(runtimesPath), 200],
      ['listRuntimes', await get(runtimesPath.replace('orgs/', 'orgs/x')), 403],
      ['getRuntime', await get(`${runtimesPath}/${id}`), 200],
      ['getRuntimeMetrics', await get(`${runtimesPath}/${id}/metrics`), 200],
      ['deleteRuntime', await call('DELETE', `${runtimesPath}/${id}`), 202],
      ['listTemplates', await get(TEMPLATES), 200],
      ['getTemplate', await get(`${TEMPLATES}/tpl-jupyterlab-pytorch`), 200],
      ['getTemplate', await get(`${TEMPLATES}/tpl-none`), 404],
      ['login', session, 200],
      ['login', await call('POST', LOGIN, {}), 400],
      ['refreshLogin', await call('POST', REFRESH, { refresh_token: session.body.refresh_token }), 200],
    ];
    for (const [operationId, answer, status] of answers) {
      expect([operationId, answer.status]).toEqual([operationId, status]);
      const { error } = answerSchema(document, operationId, status).safeParse(answer.body);
      expect(error, operationId).toBeUndefined();
    }
    expect(new Set(answers.map(([operationId]) => operationId)).size).toBe(13);
  });
});
