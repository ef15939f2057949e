import { describe, expect, test } from 'vitest';
import type { RuntimeWish } from '#local/emulator/emulator.ts';
import { startProvider as startClient } from '../provider/client-setup.ts';
import { INVENTORY, RTX5090, startProvider } from './provider.ts';

const startWith = async (wish: RuntimeWish = {}) => {
  const provider = await startProvider();
  const { id } = provider.control.addRuntime(wish);
  const path = `${provider.runtimesPath}/${id}`;
  const remove = async () => (await provider.call('DELETE', path)).status;
  const status = async () => {
    const answer = await provider.get(path);
    return answer.status === 200 ? answer.body.status : answer.status;
  };
  const listed = async () => (await provider.get(provider.runtimesPath)).body.data;
  return { ...provider, id, path, remove, status, listed };
};

describe('a runtime that ignores DELETE', () => {
  test('answers 202 and stays Running, from the first DELETE on for so long; a later one works', async () => {
    const { remove, status, wait } = await startWith({ ignoreDeleteFor: 600 });
    wait(60);
    expect(await remove()).toBe(202);
    expect(await status()).toBe('Running');
    wait(9);
    expect(await remove()).toBe(202);
    expect(await status()).toBe('Running');
    wait(1);
    expect(await status()).toBe('Running');
    expect(await remove()).toBe(202);
    expect(await status()).toBe('Terminating');
    wait(2);
    expect(await status()).toBe(404);
  });

  test('still shows its use, and holds its GPU', async () => {
    const { get, path, remove, control } = await startWith({ ignoreDeleteFor: 600 });
    const free = () => control.offers().find(({ configId }) => configId === RTX5090)?.available;
    const before = free();
    await remove();
    expect((await get(`${path}/metrics`)).body.samples).not.toEqual([]);
    expect(free()).toBe(before);
  });

  test('begins anew when it is set again, and ends when it is taken back', async () => {
    const { control, id, remove, status, wait } = await startWith({ ignoreDeleteFor: 60 });
    await remove();
    wait(5);
    control.setRuntime(id, { ignoreDeleteFor: 60 });
    await remove();
    expect(await status()).toBe('Running');
    control.setRuntime(id, { ignoreDeleteFor: null });
    await remove();
    expect(await status()).toBe('Terminating');
  });
});

describe('a runtime that refuses DELETE', () => {
  test.each([
    [403, 'forbidden'],
    [409, 'conflict'],
  ] as const)('answers %i and stays as it is, until that is taken back', async (refusal, error) => {
    const { call, control, id, path, remove, status } = await startWith({ refuseDelete: refusal });
    const answer = await call('DELETE', path);
    expect([answer.status, answer.body.error]).toEqual([refusal, error]);
    expect(await status()).toBe('Running');
    control.setRuntime(id, { refuseDelete: null });
    expect(await remove()).toBe(202);
  });

  test('is refused to the client', async () => {
    const { client, control, address } = await startClient();
    const { id } = control.addRuntime({ refuseDelete: 409 });
    await expect(client.deleteRuntime(address(id))).rejects.toMatchObject({ name: 'Refused', status: 409 });
  });
});

describe('the end of a runtime', () => {
  test('can take as long as is wished', async () => {
    const { remove, status, wait } = await startWith({ terminatingFor: 3_600 });
    await remove();
    wait(59.99);
    expect(await status()).toBe('Terminating');
    expect(await remove()).toBe(409);
    wait(0.01);
    expect(await status()).toBe(404);
  });

  test('can be undone: gone, then Running again with the same id, once', async () => {
    const { control, get, id, listed, path, remove, status, wait } = await startWith({
      terminatingFor: 60,
      reappearAfter: 300,
    });
    await remove();
    wait(1);
    expect([await status(), await listed()]).toEqual([404, []]);
    expect(control.setRuntime(id, { name: 'gone' })).toBeUndefined();
    wait(4.99);
    expect(await status()).toBe(404);
    wait(0.01);
    expect(await status()).toBe('Running');
    expect(await listed()).toMatchObject([{ id, status: 'Running' }]);
    const { samples } = (await get(`${path}/metrics`)).body;
    expect(samples.map(({ timestamp }: { timestamp: string }) => timestamp)).toEqual(['2026-01-01T12:06:00.000Z']);
    expect((await get(path)).body.updatedAt).toBe('2026-01-01T12:06:00.000Z');

    expect(await remove()).toBe(202);
    expect(await status()).toBe('Terminating');
    wait(60);
    expect(await status()).toBe(404);
  });

  test('frees the GPU while it is gone, and takes it again', async () => {
    const { get, remove, wait } = await startWith({ terminatingFor: 60, reappearAfter: 300 });
    const free = async () => (await get(`${INVENTORY}?gpu_model=5090`)).body.data[0].available_gpu_count;
    const before = await free();
    await remove();
    wait(1);
    expect(await free()).toBe(before + 1);
    wait(5);
    expect(await free()).toBe(before);
  });

  test('a status that was set holds whatever the life says, and ends with a DELETE', async () => {
    const { control, id, remove, status, wait } = await startWith({ terminatingFor: 60 });
    control.setRuntime(id, { status: 'Hibernating' });
    wait(600);
    expect(await status()).toBe('Hibernating');
    expect(await remove()).toBe(202);
    expect(await status()).toBe('Terminating');
  });
});

describe('hidden fields', () => {
  test('are left out of rows, of the detail, or of both', async () => {
    const hide = { list: ['planId', 'gpuCount', 'createdAt'], detail: ['storage', 'createdAt'] } as const;
    const { call, control, get, id, listed, path } = await startWith({
      hide: { list: [...hide.list], detail: [...hide.detail] },
    });
    const [row] = await listed();
    const detail = (await get(path)).body;
    expect(Object.keys(row)).toEqual(['id', 'name', 'region', 'project', 'status', 'gpuConfigID']);
    expect(detail).toMatchObject({ id, planId: 'gpu-rtx5090-on-demand-1h', gpuCount: 1 });
    expect(Object.keys(detail)).not.toContain('storage');
    expect(Object.keys(detail)).not.toContain('createdAt');
    expect((await call('DELETE', path)).body).toEqual({
      ...detail,
      status: 'Terminating',
      updatedAt: expect.anything(),
    });
    control.setRuntime(id, { hide: null });
    expect((await listed())[0]).toMatchObject({ gpuCount: 1, createdAt: '2026-01-01T11:00:00.000Z' });
  });

  test('are missing to the client, not wrong', async () => {
    const { client, control, project, address } = await startClient();
    const { id } = control.addRuntime({
      hide: { list: ['planId', 'gpuCount', 'createdAt'], detail: ['planId', 'storage', 'sshKeys'] },
    });
    const row = (await client.listRuntimes(project)).rows[0]?.value;
    expect(row).toMatchObject({ id, status: 'Running' });
    for (const field of ['planId', 'gpuCount', 'createdAt']) expect(row).not.toHaveProperty(field);
    const detail = await client.getRuntime(address(id));
    expect(detail).toMatchObject({ id, gpuCount: 1 });
    for (const field of ['planId', 'storage', 'sshKeys']) expect(detail).not.toHaveProperty(field);
  });
});

describe('what is asked for is checked', () => {
  test.each<[Record<string, unknown>, string]>([
    [{ ignoreDeleteFor: -1 }, 'ignoreDeleteFor'],
    [{ refuseDelete: 404 }, 'refuseDelete'],
    [{ terminatingFor: 'long' }, 'terminatingFor'],
    [{ reappearAfter: -5 }, 'reappearAfter'],
    [{ hide: { list: ['plan'] } }, 'hide.list.0'],
    [{ hide: { list: ['storage'] } }, 'hide.list.0'],
  ])('%j is refused and names %s', async (change, field) => {
    const { call, id } = await startWith();
    const { status, body } = await call('PATCH', `/_control/runtimes/${id}`, change);
    expect(status).toBe(400);
    expect(body.details.split(': ')[0]).toBe(field);
  });

  test('works over HTTP as in process', async () => {
    const { call, control, id } = await startWith();
    const conduct = { ignoreDeleteFor: 60, terminatingFor: 90, hide: { detail: ['planId'] } };
    expect((await call('PATCH', `/_control/runtimes/${id}`, conduct)).status).toBe(200);
    expect(control.runtimes()[0]?.conduct).toEqual({ ...conduct, hide: { list: [], detail: ['planId'] } });
  });
});
