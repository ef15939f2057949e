import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations as ownOperations } from '#handlers/http-api/operations/index.ts';
import { operations as runtimesOperations } from '#handlers/runtimes-api/operations/index.ts';
import { type Api, people, startApi } from './bench.ts';

let api: Api;
let annsWatch: string;
let annsRuntime: string;
let annsAddress: string;
const operations = [...ownOperations, ...runtimesOperations].map(({ id, method }) => ({ id, method }));

beforeAll(async () => {
  api = await startApi();
  const { body } = await api.send('POST', '/v1/watches', { as: 'ann', body: { gpu_model: 'H100' } });
  annsWatch = String(Object(body).id);
  const asked = await api.send('POST', '/v1/addresses', { as: 'ann', body: { email: 'list@example.com' } });
  annsAddress = String(Object(asked.body).id);
  const { id } = api.emulator.addRuntime({ name: 'ann-notebook', project: 'prj-a', createdMinutesAgo: 600 });
  annsRuntime = `/v1/projects/prj-a/runtimes/${id}`;
});
afterAll(() => api.close());

const requests = '/api/v1beta1/inventory/gpu/notify-availability';
const inAnHour = '2026-11-24T13:00:00Z';
const newRequest = { region_id: 'as-south-1', config_id: 'gpu-t4-16g-12cpu-128g' };

/** Every operation, and what each of those who ask is answered: its owner, another one, an operator, one whose address is not verified. */
const table: Record<
  string,
  { path: () => string; body?: unknown; headers?: Record<string, string>; answers: [number, number, number, number] }
> = {
  listNotificationRequests: { path: () => requests, answers: [200, 200, 200, 403] },
  createNotificationRequest: { path: () => requests, body: newRequest, answers: [201, 201, 201, 403] },
  listWatches: { path: () => `/v1/watches?email=${people.ann.email}`, answers: [200, 403, 200, 403] },
  createWatch: { path: () => '/v1/watches', body: { gpu_model: 'A100' }, answers: [201, 201, 201, 403] },
  readWatch: { path: () => `/v1/watches/${annsWatch}`, answers: [200, 404, 200, 404] },
  changeWatch: {
    path: () => `/v1/watches/${annsWatch}`,
    body: { gpu_count: 2 },
    headers: { 'if-match': '*' },
    answers: [200, 404, 200, 404],
  },
  listAddresses: { path: () => '/v1/addresses', answers: [200, 200, 200, 200] },
  askForAddress: { path: () => '/v1/addresses', body: { email: 'team@example.com' }, answers: [202, 202, 202, 202] },
  // Ann is the same person without a verified address, and comes second here.
  withdrawAddress: { path: () => `/v1/addresses/${annsAddress}`, answers: [404, 404, 404, 204] },
  listOffers: { path: () => '/v1/offers', answers: [200, 200, 200, 200] },
  listWindows: { path: () => '/v1/offers/as-south-1/gpu-none/windows', answers: [404, 404, 404, 404] },
  listLedger: { path: () => '/v1/ledger', answers: [200, 200, 200, 200] },
  readMoney: { path: () => '/v1/money', answers: [200, 200, 200, 200] },
  readHealth: { path: () => '/v1/health', answers: [200, 200, 200, 200] },
  listRuntimes: { path: () => '/v1/runtimes', answers: [200, 200, 200, 200] },
  readRuntime: { path: () => annsRuntime, answers: [200, 404, 200, 404] },
  keepRuntime: { path: () => `${annsRuntime}/keep`, body: { until: inAnHour }, answers: [200, 404, 200, 404] },
  releaseRuntime: { path: () => `${annsRuntime}/keep`, answers: [200, 404, 200, 404] },
  exemptRuntime: {
    path: () => `${annsRuntime}/exemption`,
    body: { until: 'forever', because: 'the demo' },
    answers: [403, 403, 200, 403],
  },
  endExemption: { path: () => `${annsRuntime}/exemption`, answers: [403, 403, 200, 403] },
  readPlan: { path: () => '/v1/plan', answers: [200, 200, 200, 200] },
  listTemplates: { path: () => '/v1/templates', answers: [200, 200, 200, 200] },
  readTemplate: { path: () => '/v1/templates/tpl-none', answers: [404, 404, 404, 404] },
  readPrice: { path: () => '/v1/price?region_id=as-south-1&gpu_config_id=gpu-none', answers: [404, 404, 404, 404] },
  // Everybody may, by these settings; what is asked for was never seen.
  createRuntime: {
    path: () => '/v1/projects/prj-a/runtimes',
    body: { name: 'a', region_id: 'r', gpu_config_id: 'gpu-none', template_id: 'tpl-a', max_usd_per_hour: 1 },
    headers: { 'idempotency-key': 'k1' },
    answers: [404, 404, 404, 404],
  },
  cancelWatch: { path: () => `/v1/watches/${annsWatch}/cancel`, answers: [200, 404, 200, 404] },
};

it('has a row for every operation', () => {
  expect(Object.keys(table).sort()).toEqual(operations.map(({ id }) => id).sort());
});

it('describes every operation, whichever function answers it, to anybody', async () => {
  const { status, body } = await api.send('GET', '/openapi.json');
  const paths: Record<string, Record<string, { operationId: string }>> = Object(body).paths;
  const described = Object.values(paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
  expect([status, described.sort()]).toEqual([200, operations.map(({ id }) => id).sort()]);
});

describe.each(operations.map(({ id, method }) => ({ id, method: method.toUpperCase() })))('$id', ({ id, method }) => {
  const row = table[id];
  const sent = {
    ...(row?.body === undefined ? {} : { body: row.body }),
    ...(row?.headers === undefined ? {} : { headers: row.headers }),
  };

  it('answers each as much as is theirs', async () => {
    const statuses: number[] = [];
    // Its owner last: a watch that is over cannot be changed.
    for (const as of ['unverified', 'bob', 'operator', 'ann'] as const) {
      statuses.push((await api.send(method, row?.path() ?? '', { as, ...sent })).status);
    }
    const [unverified, bob, operator, ann] = statuses;
    expect([ann, bob, operator, unverified]).toEqual(row?.answers);
  });

  it('lets no stranger in', async () => {
    const now = Math.floor(Date.now() / 1_000);
    const good = await api.tokenOf('ann');
    const [head = '', payload = '', signature = ''] = good.split('.');
    const unsigned = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
    const asOperator = Buffer.from(
      JSON.stringify({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), 'cognito:groups': ['operators'] }),
    ).toString('base64url');
    const strangers = {
      nobody: undefined,
      nonsense: 'abc',
      tampered: `${head}.${asOperator}.${signature}`,
      'alg none': `${unsigned}.${asOperator}.`,
      'alg none with a signature': `${unsigned}.${asOperator}.${signature}`,
      expired: await api.tokenOf('ann', { exp: now - 3_600 }),
      'not yet valid': await api.tokenOf('ann', { nbf: now + 3_600 }),
      'for another audience': await api.tokenOf('ann', { aud: 'somebody-else' }),
      'of another issuer': await api.tokenOf('ann', { iss: 'https://evil.example.com' }),
    };
    for (const [who, token] of Object.entries(strangers)) {
      const { status, body } = await api.send(method, row?.path() ?? '', { ...(token ? { token } : {}), ...sent });
      expect([who, status, body]).toEqual([who, 401, { message: 'Unauthorized' }]);
    }
  });
});

it('takes nobody for an operator whose group only sounds like it', async () => {
  const token = await api.tokenOf('bob', { 'cognito:groups': ['not operators', 'operators]', '[operators'] });
  expect((await api.send('GET', `/v1/watches?email=${people.ann.email}`, { token })).status).toBe(403);
});

it('asks for the ID token where a token names no address', async () => {
  const { status, body } = await api.send('GET', '/v1/watches', { as: 'machine' });
  expect([status, Object(body).code]).toEqual([403, 'no-verified-address']);
  expect(Object(body).detail).toContain('ID token');
  expect(Object(body).detail).toContain('/v1/addresses');
});
