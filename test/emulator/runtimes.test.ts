import { describe, expect, test } from 'vitest';
import { H100, INVENTORY, newRuntime, RTX5090, startProvider } from './provider.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const ANY_ID = '7f0c2b1e-3a4d-4c5e-8f60-718293a4b5c6';

describe('create runtime', () => {
  test('answers with the runtime, Pending, with the free volume by default', async () => {
    const { call, emulator, runtimesPath } = await startProvider();
    const { status, body } = await call('POST', runtimesPath, newRuntime());
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(UUID),
      name: 'train-1',
      region: 'as-south-1',
      project: emulator.projects[0],
      status: 'Pending',
      gpuConfigID: RTX5090,
      gpuCount: 1,
      planId: 'gpu-rtx5090-on-demand-1h',
      createdAt: '2026-01-01T12:00:00.000Z',
      templateID: 'tpl-jupyterlab-pytorch',
      templateSpec: expect.objectContaining({ image: 'jupyterlab-pytorch:cuda12.4' }),
      storage: { type: 'network', sizeGb: 100, mountPath: '/data' },
      sshKeys: [],
      updatedAt: '2026-01-01T12:00:00.000Z',
      message: '',
    });
  });

  test('takes a direct spec, keys and storage of its own', async () => {
    const { call, get, runtimesPath } = await startProvider();
    const spec = { image: 'me/train:1', ports: [22], env: { A: 'b' }, command: ['sleep', 'infinity'] };
    const { templateID: _, ...direct } = newRuntime({
      templateSpec: spec,
      sshKeys: ['ssh-ed25519 AAAA'],
      storage: { sizeGb: 250 },
      planId: 'gpu-rtx5090-reserved-3m',
    });
    const { body } = await call('POST', runtimesPath, direct);
    expect((await get(`${runtimesPath}/${body.id}`)).body).toMatchObject({
      templateID: null,
      templateSpec: spec,
      sshKeys: ['ssh-ed25519 AAAA'],
      storage: { type: 'network', sizeGb: 250, mountPath: '/data' },
      planId: 'gpu-rtx5090-reserved-3m',
    });
  });

  test.each([
    [{ name: undefined }, 'name'],
    [{ name: '' }, 'name'],
    [{ name: 'no spaces' }, 'name'],
    [{ name: 'x'.repeat(64) }, 'name'],
    [{ region: undefined }, 'region'],
    [{ region: 'moon-1' }, 'region'],
    [{ gpuConfigID: undefined }, 'gpuConfigID'],
    [{ gpuConfigID: 'gpu-none' }, 'gpuConfigID'],
    [{ gpuCount: undefined }, 'gpuCount'],
    [{ gpuCount: 0 }, 'gpuCount'],
    [{ gpuCount: 1.5 }, 'gpuCount'],
    [{ gpuCount: '1' }, 'gpuCount'],
    [{ planId: undefined }, 'planId'],
    [{ planId: 'gpu-h100-on-demand-1h' }, 'planId'],
    [{ templateID: undefined }, 'templateID'],
    [{ templateID: 'jupyter' }, 'templateID'],
    [{ templateID: 'tpl-none' }, 'templateID'],
    [{ templateSpec: { image: 'both' } }, 'templateID'],
    [{ templateID: undefined, templateSpec: { ports: [22] } }, 'templateSpec.image'],
    [{ sshKeys: 'one' }, 'sshKeys'],
    [{ sshKeys: [''] }, 'sshKeys.0'],
    [{ storage: { sizeGb: 1 } }, 'storage.sizeGb'],
    [{ storage: { kind: 'local' } }, 'storage.kind'],
    [{ gpuConfigId: 'typo' }, 'gpuConfigId'],
  ])('%j is refused and names %s', async (over, field) => {
    const { call, control, runtimesPath } = await startProvider();
    const { status, body } = await call('POST', runtimesPath, newRuntime(over));
    expect(status).toBe(400);
    expect(body.error).toBe('bad_request');
    expect(body.details.split(': ')[0]).toBe(field);
    expect(control.runtimes()).toEqual([]);
  });

  test('names every field that is wrong', async () => {
    const { call, runtimesPath } = await startProvider();
    const { body } = await call('POST', runtimesPath, newRuntime({ name: '', gpuCount: 0 }));
    expect(body.details).toMatch(/^name: .*; gpuCount: /);
  });

  test('refuses what is not JSON', async () => {
    const { call, runtimesPath } = await startProvider();
    expect((await call('POST', runtimesPath, '{"name":')).status).toBe(400);
    expect((await call('POST', runtimesPath)).status).toBe(400);
    const text = await call('POST', runtimesPath, 'name=x', { 'content-type': 'text/plain' });
    expect([text.status, text.body.error]).toEqual([415, 'unsupported_media_type']);
  });

  test('is a conflict when the name is in use or the GPUs are not there', async () => {
    const { call, control, runtimesPath } = await startProvider();
    expect((await call('POST', runtimesPath, newRuntime())).status).toBe(201);
    const twice = await call('POST', runtimesPath, newRuntime());
    expect([twice.status, twice.body.error, twice.body.details]).toEqual([
      409,
      'conflict',
      expect.stringMatching(/^name: /),
    ]);
    const spread = await call('POST', runtimesPath, newRuntime({ name: 'b', gpuCount: 3 }));
    expect([spread.status, spread.body.details]).toEqual([409, 'gpuCount: 3 wanted, 2 free on one machine']);
    const many = await call('POST', runtimesPath, newRuntime({ name: 'b', gpuCount: 4 }));
    expect([many.status, many.body.details]).toEqual([409, 'gpuCount: 4 wanted, 3 available']);
    const h100 = { name: 'b', gpuConfigID: H100, planId: 'gpu-h100-on-demand-1h' };
    expect((await call('POST', runtimesPath, newRuntime(h100))).status).toBe(409);
    const elsewhere = await call('POST', runtimesPath, newRuntime({ name: 'b', region: 'as-dev-1' }));
    expect(elsewhere.body.details).toMatch(/^gpuConfigID: .* is not offered in "as-dev-1"$/);
    control.setOffer({ configId: H100, countsMissing: true });
    expect((await call('POST', runtimesPath, newRuntime(h100))).status).toBe(201);
  });
});

describe("a runtime's life", () => {
  test('goes from Pending to 404, and its GPUs are taken and given back', async () => {
    const { call, get, runtimesPath, wait } = await startProvider();
    const free = async () => (await get(`${INVENTORY}?gpu_model=5090`)).body.data[0].available_gpu_count;
    const { body } = await call('POST', runtimesPath, newRuntime({ gpuCount: 2 }));
    const path = `${runtimesPath}/${body.id}`;
    const statuses: string[] = [];
    for (let seconds = 0; seconds <= 300; seconds += 1) {
      const { body: now } = await get(path);
      if (statuses.at(-1) !== now.status) statuses.push(now.status);
      if (now.status === 'Running') break;
      wait(1 / 60);
    }
    expect(statuses).toEqual(['Pending', 'Provisioning', 'Running']);
    expect(await free()).toBe(2);

    const deleted = await call('DELETE', path);
    expect([deleted.status, deleted.body.status]).toEqual([202, 'Terminating']);
    expect((await get(path)).body.status).toBe('Terminating');
    expect(await free()).toBe(2);
    const again = await call('DELETE', path);
    expect([again.status, again.body.error]).toEqual([409, 'conflict']);
    wait(1.5);
    expect((await get(path)).status).toBe(404);
    expect((await call('DELETE', path)).status).toBe(404);
    expect((await get(`${path}/metrics`)).status).toBe(404);
    expect((await get(runtimesPath)).body.data).toEqual([]);
    expect(await free()).toBe(4);
  });

  test('is ready after 2 to 5 minutes, whatever the seed', async () => {
    for (const seed of [1, 2, 3, 'four']) {
      const { call, control, runtimesPath, wait } = await startProvider({ seed });
      await call('POST', runtimesPath, newRuntime());
      wait(1.99);
      expect(control.runtimes()[0]?.status).toBe('Provisioning');
      wait(3.01);
      expect(control.runtimes()[0]?.status).toBe('Running');
    }
  });

  test('the same seed gives the same ids, another seed others', async () => {
    const idWith = async (seed: string) => {
      const { call, emulator, runtimesPath } = await startProvider({ seed });
      return [emulator.token, (await call('POST', runtimesPath, newRuntime())).body.id];
    };
    expect(await idWith('a')).toEqual(await idWith('a'));
    expect(await idWith('a')).not.toEqual(await idWith('b'));
  });

  test('a set status, whatever the word, holds until it is taken back', async () => {
    const { control, get, runtimesPath, wait } = await startProvider();
    const { id } = control.addRuntime();
    const status = async () => (await get(`${runtimesPath}/${id}`)).body.status;
    control.setRuntime(id, { status: 'Hibernating', message: 'asleep' });
    wait(60);
    expect(await status()).toBe('Hibernating');
    expect((await get(`${runtimesPath}/${id}`)).body.message).toBe('asleep');
    control.setRuntime(id, { status: null });
    expect(await status()).toBe('Running');
  });

  test('a deletion can be made to hang', async () => {
    const { call, control, get, runtimesPath, wait } = await startProvider();
    const { id } = control.addRuntime({ status: 'Failed' });
    expect((await call('DELETE', `${runtimesPath}/${id}`)).body.status).toBe('Terminating');
    control.setRuntime(id, { status: 'Terminating' });
    wait(600);
    expect((await get(`${runtimesPath}/${id}`)).body.status).toBe('Terminating');
    control.setRuntime(id, { status: null });
    expect((await get(`${runtimesPath}/${id}`)).status).toBe(404);
    expect(control.setRuntime(id, { status: 'Running' })).toBeUndefined();
  });
});

describe('read runtimes', () => {
  test('lists a project in pages, oldest first, and no other project', async () => {
    const { control, emulator, get, runtimesPath } = await startProvider();
    const [, other = ''] = emulator.projects;
    for (const minutes of [3, 1, 2]) control.addRuntime({ name: `r${minutes}`, createdMinutesAgo: minutes * 60 });
    control.addRuntime({ name: 'elsewhere', project: other });
    const { body } = await get(`${runtimesPath}?limit=2`);
    expect(body.data.map((row: { name: string }) => row.name)).toEqual(['r3', 'r2']);
    expect(body.pagination).toEqual({ total_items: 3, total_pages: 2, current_page: 1, items_per_page: 2 });
    expect((await get(runtimesPath.replace(emulator.projects[0] ?? '', other))).body.data).toHaveLength(1);
    expect((await get(`${runtimesPath}?limit=500`)).body.details).toMatch(/^limit: /);
  });

  test('an id that is no UUID is 400, an unknown or foreign one 404', async () => {
    const { control, emulator, get, runtimesPath } = await startProvider();
    expect((await get(`${runtimesPath}/abc`)).body.details).toMatch(/^airuntime_id: /);
    expect((await get(`${runtimesPath}/abc/metrics`)).status).toBe(400);
    expect((await get(`${runtimesPath}/${ANY_ID}`)).status).toBe(404);
    const { id } = control.addRuntime({ project: emulator.projects[1] ?? '' });
    expect((await get(`${runtimesPath}/${id}`)).status).toBe(404);
  });

  test('an added runtime does not move the free count of its offer; its end does', async () => {
    const { control, wait, call, get, runtimesPath } = await startProvider();
    const free = async () => (await get(`${INVENTORY}?gpu_model=5090`)).body.data[0].available_gpu_count;
    const { id } = control.addRuntime({ gpuCount: 2 });
    expect(await free()).toBe(4);
    await call('DELETE', `${runtimesPath}/${id}`);
    wait(2);
    expect(await free()).toBe(6);
  });

  test('a count that is set, or replayed, is what is free beside the runtimes that are there', async () => {
    const { control, get } = await startProvider();
    const free = async () => (await get(`${INVENTORY}?gpu_model=5090`)).body.data[0].available_gpu_count;
    control.addRuntime({ gpuCount: 2 });
    control.setOffer({ configId: RTX5090, available: 5 });
    expect(await free()).toBe(5);
    const rows = [{ atSeconds: 0, available: 3 }];
    control.replay({ lengthSeconds: 0, offers: [{ region: 'as-south-1', configId: RTX5090, rows }] });
    expect(await free()).toBe(3);
  });

  test('a runtime can vanish without a word', async () => {
    const { control, get, runtimesPath } = await startProvider();
    const { id } = control.addRuntime();
    expect(control.removeRuntime(id)).toBe(true);
    expect(control.removeRuntime(id)).toBe(false);
    expect((await get(`${runtimesPath}/${id}`)).status).toBe(404);
  });
});
