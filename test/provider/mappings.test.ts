import { describe, expect, test } from 'vitest';
import { instantOf } from '#adapters/provider/fields.ts';
import { mappingSettings } from '#adapters/provider/mappings.ts';
import { failureOf, noon, startAnswering } from './client-setup.ts';

describe('mapping settings', () => {
  test('nothing given is valid', () => {
    expect(mappingSettings.safeParse({}).success).toBe(true);
  });

  const faultOf = (gpu: unknown) => mappingSettings.safeParse({ metrics: { gpu } }).error?.issues[0];

  test.each([
    ['', /a JMESPath expression: .*end of expression/],
    ['gpus[', /a JMESPath expression: .*end of expression/],
    ['gpus utilization', /a JMESPath expression: .*column 5/],
    ['gpus-utilization', /a JMESPath expression: .*unknown token/i],
    ['nothing_such(@)', /a JMESPath expression: .*nothing_such/],
    ['length(gpus, cpus)', /a JMESPath expression: .*argument/],
    ['not_null(a, b)', /take a 0 for null/],
    ['gpus | map(&utilization, @)', /take a 0 for null/],
    [7, /a JMESPath expression$/],
  ])('%j is refused with what is wrong', (expression, text) => {
    expect(faultOf(expression)).toMatchObject({ path: ['metrics', 'gpu'], message: expect.stringMatching(text) });
  });

  test.each(['gpus', '"odd-name"[].value', 'max(gpus[].u)', 'sort_by(gpus, &index)[].u', 'a || b', 'map_of_gpus'])(
    '%s is taken',
    (gpu) => {
      expect(faultOf(gpu)).toBeUndefined();
    },
  );

  test('an unknown field is refused', () => {
    expect(mappingSettings.safeParse({ runtime: { ownr: 'owner' } }).success).toBe(false);
  });
});

describe('times', () => {
  test.each<[unknown, number | undefined]>([
    ['2026-01-01T12:00:00Z', noon],
    ['2026-01-01T12:00:00.000000000Z', noon],
    ['2026-01-01T17:30:00+05:30', noon],
    ['2026-01-01T12:00:00', noon],
    ['2026-01-01 12:00:00', noon],
    ['2026-01-01 12:00:00.000 +0000 UTC', noon],
    ['2026-01-01', noon - 12 * 3_600_000],
    [noon, noon],
    [noon / 1_000, noon],
    [0, undefined],
    [1e11, undefined],
    ['', undefined],
    ['1767268800', noon],
    ['1767268800000', noon],
    ['17', undefined],
    ['tomorrow', undefined],
    ['2026-13-45T99:00:00Z', undefined],
    [null, undefined],
    [{}, undefined],
  ])('%j', (given, expected) => {
    expect(instantOf(given)).toBe(expected);
  });
});

const address = { project: 'prj-a', id: 'a-1' };
const row = { id: 'a-1', name: 'train', region: 'as-south-1', status: 'Running' };

describe('runtimes in other shapes', () => {
  test.each<[string, object, object]>([
    ['nothing but what is needed', row, {}],
    [
      'other spellings',
      { ...row, templateId: 'tpl-a', gpuConfigId: 'gpu-a', created_at: '2026-01-01T12:00:00Z' },
      { templateId: 'tpl-a', gpuConfigId: 'gpu-a', createdAt: noon },
    ],
    [
      'a config as an object',
      { ...row, gpuConfig: { configId: 'gpu-a', gpuCount: 2 } },
      { gpuConfigId: 'gpu-a', gpuCount: 2 },
    ],
    ['within data', { data: { ...row, planId: 'plan-a' } }, { planId: 'plan-a' }],
    ['a status as an object', { ...row, status: { phase: 'Running', message: 'ready' } }, { message: 'ready' }],
    ['an id that is a number', { ...row, id: 7 }, { id: '7' }],
    ['no SSH keys', { ...row, sshKeys: [] }, { sshKeys: [] }],
    [
      'hints that cannot be read are left out',
      { ...row, gpuCount: 'two', createdAt: 'then', planId: 7, sshKeys: [1], gpuConfig: { b: 1 } },
      {},
    ],
    ['a project by its name is not the one that was asked for', { ...row, project: 'My Project' }, {}],
  ])('%s', async (_, body, expected) => {
    const { client } = await startAnswering(body);
    expect(await client.getRuntime(address)).toEqual({ ...row, project: 'prj-a', ...expected });
  });

  test.each([
    ['id', undefined, 'id: expected string or number, given nothing (read by the mapping "id ||'],
    ['status', '', 'status: expected string, given nothing'],
    ['name', 7, 'name: expected string, given 7'],
  ])('without a usable %s it is not understood', async (field, value, text) => {
    const { client } = await startAnswering({ ...row, [field]: value });
    const failure = await failureOf(client.getRuntime(address));
    expect(failure.name).toBe('NotUnderstood');
    expect(failure.message).toContain(text);
  });

  test('a setting', async () => {
    const settings = { mappings: { runtime: { item: 'result', gpuCount: 'hardware.gpus' } } };
    const { client } = await startAnswering({ result: { ...row, hardware: { gpus: 4 } } }, { settings });
    expect(await client.getRuntime(address)).toMatchObject({ gpuCount: 4 });
  });
});

describe('requests in other shapes', () => {
  const request = { id: 'r-1', region: 'as-south-1', configId: 'gpu-a', status: 'pending' };
  const wire = { id: 'r-1', region_id: 'as-south-1', config_id: 'gpu-a', status: 'pending' };
  test.each<[string, unknown, readonly object[]]>([
    ['a bare list', [wire], [request]],
    ['an empty list', [], []],
    ['a list within data', { data: [wire] }, [request]],
    ['an empty list within data', { data: [] }, []],
    [
      'other spellings',
      [{ requestId: 'r-1', regionId: 'as-south-1', configId: 'gpu-a', state: 'pending', createdAt: noon }],
      [{ ...request, createdAt: noon }],
    ],
    ['null for a time', [{ ...wire, notified_at: null }], [request]],
  ])('%s', async (_, body, expected) => {
    const { client } = await startAnswering(body);
    const listing = await client.listNotificationRequests();
    expect(listing).toMatchObject({ complete: true });
    expect(listing.rows.map(({ value }) => value)).toEqual(expected);
  });

  test('a row that cannot be read, or that came twice, makes the list incomplete', async () => {
    const { client } = await startAnswering([wire, wire, { ...wire, id: undefined }]);
    const listing = await client.listNotificationRequests();
    expect(listing.rows.map(({ value }) => value)).toEqual([request]);
    expect(listing).toMatchObject({
      complete: false,
      because: [
        expect.stringContaining('r-1 came twice'),
        expect.stringMatching(/row 3 could not be read: id: expected/),
      ],
    });
  });

  test('something that is no list', async () => {
    const { client } = await startAnswering({ requests: 'none' });
    expect(await failureOf(client.listNotificationRequests())).toMatchObject({ name: 'NotUnderstood' });
  });
});

describe('configs and templates', () => {
  const config = {
    config_id: 'gpu-a',
    gpu_model: 'A',
    gpu_vendor: 'V',
    vram_gib: 1,
    default_cpu_cores: 2,
    default_memory_gib: 3,
  };
  test('a config without a price, within data', async () => {
    const { client } = await startAnswering({ data: config });
    const expected = { configId: 'gpu-a', gpuModel: 'A', gpuVendor: 'V', vramGib: 1, cpuCores: 2, memoryGib: 3 };
    expect(await client.getGpuConfig('gpu-a')).toEqual(expected);
  });

  test('a config that lacks what is needed', async () => {
    const { client } = await startAnswering({ ...config, vram_gib: '1' });
    const failure = await failureOf(client.getGpuConfig('gpu-a'));
    expect(failure.message).toContain(
      'vramGib: expected number, given "1" (read by the mapping "vram_gib || vramGib")',
    );
  });

  test('a template with little in it', async () => {
    const { client } = await startAnswering({ id: 'tpl-a', description: null, ownerOrgId: null });
    expect(await client.getTemplate('tpl-a')).toEqual({ id: 'tpl-a', description: '' });
  });
});

describe('addresses', () => {
  test.each(['', '.', '..', 'a/b', 'a?b', 'a#b', 'a%2fb', 'a b'])('%j is no id, and nothing is sent', async (id) => {
    const { client, requests } = await startAnswering({});
    await expect(client.deleteRuntime({ project: 'prj-a', id })).rejects.toThrow(TypeError);
    await expect(client.getRuntimeMetrics({ project: id, id: 'a' })).rejects.toThrow(TypeError);
    await expect(client.getTemplate(id)).rejects.toThrow(TypeError);
    expect(requests).toEqual([]);
  });

  test('what stands in a query is written as it must be', async () => {
    const { client, requests } = await startAnswering({ config_id: 'a' });
    await failureOf(client.getGpuConfig('a&b=c/d'));
    expect(requests[0]?.url).toBe('/api/v1beta1/inventory/gpuconfig?config_id=a%26b%3Dc%2Fd');
    expect(requests[0]?.headers).toMatchObject({
      authorization: 'Bearer pat-nc-good',
      accept: 'application/json',
      'cache-control': 'no-cache',
    });
  });
});
