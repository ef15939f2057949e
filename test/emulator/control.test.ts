import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { H100, INVENTORY, NOON, NOTIFY, newRuntime, startProvider } from './provider.ts';

/** The control surface over HTTP, without any token. */
const startWithControl = async () => {
  const provider = await startProvider();
  const control = (method: string, path: string, body?: unknown) =>
    provider.call(method, `/_control${path}`, body, { authorization: '' });
  return { ...provider, remote: control };
};

describe('the control surface over HTTP', () => {
  test('tells whoever finds it how to begin', async () => {
    const { emulator, remote } = await startWithControl();
    expect((await remote('GET', '')).body).toEqual({
      organisation: emulator.organisation,
      projects: emulator.projects,
      token: emulator.token,
      login: emulator.login,
      now: NOON,
    });
  });

  test('sets, lists and removes offers', async () => {
    const { get, remote } = await startWithControl();
    const set = await remote('PUT', '/offers', { configId: H100, available: 4 });
    expect([set.status, set.body]).toEqual([
      200,
      expect.objectContaining({ configId: H100, region: 'as-south-1', available: 4, availability: 'Low' }),
    ]);
    expect((await get(`${INVENTORY}?gpu_model=h100`)).body.data[0].available_gpu_count).toBe(4);
    expect((await remote('GET', '/offers')).body).toHaveLength(12);
    expect((await remote('DELETE', `/offers/as-south-1/${H100}`)).status).toBe(200);
    expect((await remote('DELETE', `/offers/as-south-1/${H100}`)).status).toBe(404);
    await remote('DELETE', '/offers');
    expect((await remote('GET', '/offers')).body).toEqual([]);
  });

  test('adds, changes, lists and removes runtimes', async () => {
    const { get, remote, runtimesPath } = await startWithControl();
    const { body } = await remote('POST', '/runtimes', { name: 'old', metrics: { kind: 'idle' } });
    expect(body).toMatchObject({ name: 'old', status: 'Running' });
    const change = { status: 'Failed', metrics: { kind: 'absent' } };
    expect((await remote('PATCH', `/runtimes/${body.id}`, change)).body).toMatchObject({ status: 'Failed' });
    expect((await get(`${runtimesPath}/${body.id}`)).body.status).toBe('Failed');
    expect((await remote('GET', '/runtimes')).body).toHaveLength(1);
    expect((await remote('DELETE', `/runtimes/${body.id}`)).status).toBe(200);
    expect((await remote('DELETE', `/runtimes/${body.id}`)).status).toBe(404);
    expect((await remote('PATCH', `/runtimes/${body.id}`, {})).status).toBe(404);
  });

  test('changes the status of notification requests, and removes them', async () => {
    const { call, get, remote } = await startWithControl();
    const { body } = await call('POST', NOTIFY, { region_id: 'as-south-1', config_id: H100 });
    expect((await remote('GET', '/notify-requests')).body).toHaveLength(1);
    expect((await remote('PATCH', `/notify-requests/${body.id}`, { status: 'cancelled' })).status).toBe(200);
    expect((await get(NOTIFY)).body[0].status).toBe('cancelled');
    expect((await remote('DELETE', `/notify-requests/${body.id}`)).status).toBe(200);
    expect((await remote('PATCH', `/notify-requests/${body.id}`, { status: 'x' })).status).toBe(404);
  });

  test('issues and revokes tokens, and adds projects', async () => {
    const { emulator, get, remote } = await startWithControl();
    const { token } = (await remote('POST', '/tokens', { lifetimeSeconds: 60 })).body;
    const authorization = { authorization: `Bearer ${token}` };
    expect((await get(INVENTORY, authorization)).status).toBe(200);
    expect((await remote('DELETE', '/tokens', { token })).status).toBe(200);
    expect((await get(INVENTORY, authorization)).status).toBe(401);
    expect((await remote('DELETE', '/tokens', { token })).status).toBe(404);
    expect((await remote('POST', '/projects', { project: 'prj-new' })).status).toBe(200);
    const path = `/gpu/api/v1beta1/orgs/${emulator.organisation}/projects/prj-new/airuntimes`;
    expect((await get(path)).status).toBe(200);
  });

  test('arms, lists and clears faults', async () => {
    const { get, remote } = await startWithControl();
    const armed = await remote('POST', '/faults', { kind: 'status', status: 503, operation: 'listInventory' });
    expect(armed.body).toEqual({
      id: 'fault-1',
      kind: 'status',
      status: 503,
      operation: 'listInventory',
      moment: 'before',
      struck: 0,
    });
    expect((await get(INVENTORY)).status).toBe(503);
    expect((await remote('GET', '/faults')).body[0].struck).toBe(1);
    expect((await remote('DELETE', '/faults/fault-1')).status).toBe(200);
    expect((await remote('DELETE', '/faults/fault-1')).status).toBe(404);
    await remote('POST', '/faults', { kind: 'cutBody' });
    expect((await remote('DELETE', '/faults')).body).toEqual({ cleared: 1 });
    expect((await get(INVENTORY)).status).toBe(200);
  });

  test('counts calls and keeps the requests', async () => {
    const { get, remote } = await startWithControl();
    await get(INVENTORY);
    await get(`${INVENTORY}?page=0`);
    await get(INVENTORY, { authorization: '' });
    const { body } = await remote('GET', '/calls');
    expect(body.calls).toMatchObject({ listInventory: 3, listRuntimes: 0 });
    expect(body.mostAtOnce).toBe(1);
    expect((await remote('GET', '/requests')).body.map((each: { status: number }) => each.status)).toEqual([
      200, 400, 401,
    ]);
  });

  test('moves the clock', async () => {
    const { get, remote } = await startWithControl();
    expect((await remote('POST', '/clock', { advanceSeconds: 3600 })).body).toEqual({ now: NOON + 3_600_000 });
    expect((await get(INVENTORY)).headers.get('date')).toBe('Thu, 01 Jan 2026 13:00:00 GMT');
  });

  test('replays a file, and stops', async () => {
    const { get, remote } = await startWithControl();
    const folder = await mkdtemp(join(tmpdir(), 'trace-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    writeFileSync(
      join(folder, 'a.csv'),
      `at,region,config,available_gpu_count\n0,as-south-1,${H100},7\n60,as-south-1,${H100},0\n`,
    );
    const started = await remote('POST', '/replay', { path: folder, others: 'keep' });
    expect(started.body).toEqual({ offers: 1, lengthSeconds: 60 });
    expect((await get(`${INVENTORY}?gpu_model=h100`)).body.data[0].available_gpu_count).toBe(7);
    expect((await remote('DELETE', '/replay')).status).toBe(200);
    expect((await get(`${INVENTORY}?gpu_model=h100`)).body.data[0].available_gpu_count).toBe(0);
    const missing = await remote('POST', '/replay', { path: join(folder, 'none.csv') });
    expect([missing.status, missing.body.details]).toEqual([400, expect.stringContaining('cannot be read')]);
  });

  test.each([
    ['PUT', '/offers', { configId: H100, availble: 1 }, /^availble: /],
    ['PUT', '/offers', { available: 1 }, /^configId: /],
    ['POST', '/faults', { kind: 'status', status: 503, times: 0 }, /^times: /],
    ['POST', '/faults', { kind: 'status', status: 503, probability: 2 }, /^probability: /],
    ['POST', '/faults', { kind: 'fire' }, /^kind: /],
    ['POST', '/faults', { kind: 'cutBody', operation: 'none' }, /^operation: /],
    ['POST', '/runtimes', { metrics: { kind: 'warm' } }, /^metrics.kind: /],
    ['POST', '/tokens', { kind: 'other' }, /^kind: /],
    ['POST', '/clock', {}, /^advanceSeconds: /],
    ['POST', '/clock', '{', /^body: /],
  ])('%s %s with %j is refused and names the field', async (method, path, body, details) => {
    const { remote } = await startWithControl();
    const answer = await remote(method, path, body);
    expect([answer.status, answer.body.error]).toEqual([400, 'bad_request']);
    expect(answer.body.details).toMatch(details);
  });
});

describe('reset', () => {
  test('makes everything as it was at the start, ids and the token included', async () => {
    const { call, control, emulator, get, runtimesPath } = await startProvider();
    const fresh = (await get(INVENTORY)).body;
    const { id } = (await call('POST', runtimesPath, newRuntime())).body;
    control.setOffer({ configId: H100, available: 3 });
    control.advanceClock(60);
    const other = control.issueToken();
    control.addFault({ kind: 'status', status: 500, operation: 'getTemplate' });
    control.reset();
    expect((await get(INVENTORY)).body).toEqual(fresh);
    expect((await get(INVENTORY, { authorization: `Bearer ${other}` })).status).toBe(401);
    expect([control.faults(), control.runtimes(), control.now()]).toEqual([[], [], NOON]);
    expect(control.calls().listInventory).toBe(2);
    expect(control.access().token).toBe(emulator.token);
    expect((await call('POST', runtimesPath, newRuntime())).body.id).toBe(id);
  });
});

describe('two emulators', () => {
  test('share nothing', async () => {
    const one = await startProvider({ seed: 1 });
    const two = await startProvider({ seed: 2 });
    one.control.clearOffers();
    one.control.addFault({ kind: 'status', status: 500, operation: 'listTemplates' });
    one.wait(60);
    expect((await two.get(INVENTORY)).body.data).toHaveLength(12);
    expect((await one.get(INVENTORY, { authorization: `Bearer ${two.emulator.token}` })).status).toBe(401);
    expect(two.control.faults()).toEqual([]);
    expect(two.control.now()).toBe(NOON);
    expect(one.control.calls().listInventory).toBe(1);
    expect(two.control.calls().listInventory).toBe(1);
  });

  test('organisation and projects can be given', async () => {
    const { emulator, get, runtimesPath } = await startProvider({ organisation: 'org-mine', projects: ['prj-mine'] });
    expect([emulator.organisation, emulator.projects]).toEqual(['org-mine', ['prj-mine']]);
    expect((await get(runtimesPath)).status).toBe(200);
  });
});

test('the most requests that were under way at once are counted', async () => {
  const { control, get } = await startProvider();
  control.addFault({ kind: 'delay', milliseconds: 150 });
  await Promise.all(Array.from({ length: 5 }, () => get(INVENTORY)));
  expect(control.mostAtOnce()).toBe(5);
});
