import { describe, expect, test } from 'vitest';
import { INVENTORY, LOGIN, NOTIFY, type Provider, REFRESH, startProvider, TEMPLATES } from './provider.ts';

const ANY_ID = '7f0c2b1e-3a4d-4c5e-8f60-718293a4b5c6';

const guarded = ({ runtimesPath }: Provider): readonly (readonly [method: string, path: string])[] => [
  ['GET', INVENTORY],
  ['GET', `${INVENTORY}/gpuconfig?config_id=x`],
  ['GET', NOTIFY],
  ['POST', NOTIFY],
  ['GET', runtimesPath],
  ['POST', runtimesPath],
  ['GET', `${runtimesPath}/${ANY_ID}`],
  ['DELETE', `${runtimesPath}/${ANY_ID}`],
  ['GET', `${runtimesPath}/${ANY_ID}/metrics`],
  ['GET', TEMPLATES],
  ['GET', `${TEMPLATES}/tpl-jupyterlab-pytorch`],
];

describe('tokens', () => {
  test('all eleven operations refuse a request without a good token, before they look at anything else', async () => {
    const provider = await startProvider();
    const answers = await Promise.all(
      guarded(provider).map(([method, path]) => provider.call(method, path, undefined, { authorization: '' })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 11 }, () => 401));
    expect(answers[0]?.body).toEqual({ error: 'unauthorized', details: 'the Authorization header is missing' });
  });

  test.each([
    ['Basic abc', 'must be "Bearer <token>"'],
    ['Bearer', 'must be "Bearer <token>"'],
    ['Bearer pat-nc-never-issued', 'not valid'],
    ['Bearer sk-nc-anything', 'inference keys'],
  ])('the header "%s" is refused: %s', async (authorization, reason) => {
    const { get } = await startProvider();
    const { status, body } = await get(INVENTORY, { authorization });
    expect(status).toBe(401);
    expect(body.details).toContain(reason);
  });

  test('expired, revoked, inference and refresh tokens are refused; good ones of both kinds are not', async () => {
    const { control, get, wait } = await startProvider();
    const statusWith = async (token: string) => (await get(INVENTORY, { authorization: `Bearer ${token}` })).status;
    const short = control.issueToken({ lifetimeSeconds: 90 });
    expect(await statusWith(short)).toBe(200);
    wait(2);
    expect(await statusWith(short)).toBe(401);
    expect(await statusWith(control.issueToken({ expired: true }))).toBe(401);
    expect(await statusWith(control.issueToken({ kind: 'inference' }))).toBe(401);
    expect(await statusWith(control.issueToken({ kind: 'refresh' }))).toBe(401);
    expect(await statusWith(control.issueToken({ kind: 'access' }))).toBe(200);
    const revoked = control.issueToken();
    expect(control.revokeToken(revoked)).toBe(true);
    expect(await statusWith(revoked)).toBe(401);
  });

  test('a token belongs to one organisation: another is 403, an unknown project 404', async () => {
    const { control, emulator, get, runtimesPath } = await startProvider();
    const foreign = control.issueToken({ organisation: 'org-other' });
    const answer = await get(runtimesPath, { authorization: `Bearer ${foreign}` });
    expect([answer.status, answer.body.error]).toEqual([403, 'forbidden']);
    const unknown = await get(`/gpu/api/v1beta1/orgs/${emulator.organisation}/projects/prj-none/airuntimes`);
    expect([unknown.status, unknown.body.details]).toEqual([404, 'project_id: there is no project "prj-none"']);
    control.addProject({ project: 'prj-none' });
    expect((await get(`/gpu/api/v1beta1/orgs/${emulator.organisation}/projects/prj-none/airuntimes`)).status).toBe(200);
  });
});

describe('login', () => {
  test('gives an access token that works for an hour, and a refresh token that works once', async () => {
    const { call, emulator, get, wait } = await startProvider();
    const first = await call('POST', LOGIN, emulator.login, { authorization: '' });
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
    const authorization = `Bearer ${first.body.access_token}`;
    expect((await get(INVENTORY, { authorization })).status).toBe(200);
    wait(61);
    expect((await get(INVENTORY, { authorization })).status).toBe(401);
    const body = { refresh_token: first.body.refresh_token };
    const second = await call('POST', REFRESH, body, { authorization: '' });
    expect((await get(INVENTORY, { authorization: `Bearer ${second.body.access_token}` })).status).toBe(200);
    const again = await call('POST', REFRESH, body, { authorization: '' });
    expect([again.status, again.body.code]).toEqual([401, 'unauthorized']);
    wait(7 * 24 * 60 + 1);
    const late = await call('POST', REFRESH, { refresh_token: second.body.refresh_token });
    expect(late.status).toBe(401);
  });

  test.each([
    [{ email: 'owner@example.com', password: 'wrong' }, 401, 'unauthorized', /password/],
    [{ email: 'nobody@example.com', password: 'x' }, 404, 'not_found', /^email: /],
    [{ email: 'not-an-address', password: 'x' }, 400, 'bad_request', /^email: /],
    [{ email: 'owner@example.com' }, 400, 'bad_request', /^password: /],
    [{ email: 'owner@example.com', password: 'x', remember: true }, 400, 'bad_request', /^remember: /],
    ['{', 400, 'bad_request', /JSON/],
  ])('%j is answered %i in the shape of the tenant service', async (body, status, code, message) => {
    const { call } = await startProvider();
    const answer = await call('POST', LOGIN, body);
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({ code, message: expect.stringMatching(message) });
  });

  test('refresh names its field, and refuses an access token', async () => {
    const { call, control } = await startProvider();
    expect((await call('POST', REFRESH, {})).body.message).toMatch(/^refresh_token: /);
    const access = control.issueToken({ kind: 'access' });
    expect((await call('POST', REFRESH, { refresh_token: access })).status).toBe(401);
  });
});

describe('every answer', () => {
  test("carries a request id of its own and the time by the emulator's clock", async () => {
    const { call, get, wait } = await startProvider();
    wait(1);
    const answers = [
      await get(INVENTORY),
      await get('/nowhere'),
      await call('POST', LOGIN, {}),
      await get('/_control'),
    ];
    expect(answers.map(({ headers }) => headers.get('date'))).toEqual(
      Array.from({ length: 4 }, () => 'Thu, 01 Jan 2026 12:01:00 GMT'),
    );
    expect(new Set(answers.map(({ headers }) => headers.get('x-request-id'))).size).toBe(4);
  });

  test('an unknown path is 404 in the shape of its service', async () => {
    const { call, get } = await startProvider();
    expect((await get('/gpu/api/v1beta1/nothing')).body).toEqual({
      error: 'not_found',
      details: 'there is no GET /gpu/api/v1beta1/nothing',
    });
    expect((await call('PUT', LOGIN)).body).toMatchObject({ code: 'not_found' });
  });

  test('both bases may be equal: the bare origin serves every operation', async () => {
    const { call, emulator, get, runtimesPath } = await startProvider();
    expect((await get('/api/v1beta1/inventory?limit=1')).body.data).toHaveLength(1);
    expect((await get(runtimesPath.replace('/gpu', ''))).status).toBe(200);
    expect((await call('POST', '/api/v1/auth/login', emulator.login)).status).toBe(200);
  });
});
