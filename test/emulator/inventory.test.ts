import { describe, expect, test } from 'vitest';
import { H100, INVENTORY, RTX5090, startProvider } from './provider.ts';

type Row = { config_id: string };
const idsOf = (rows: readonly Row[]) => rows.map((row) => row.config_id);

describe('list inventory', () => {
  test('shows the captured rows exactly as they were captured', async () => {
    const { get } = await startProvider();
    const { body } = await get(INVENTORY);
    expect(body.data.find((row: Row) => row.config_id === H100)).toEqual({
      config_id: H100,
      gpu_model: 'NVIDIA H100',
      gpu_vendor: 'NVIDIA',
      region: 'as-south-1',
      availability: 'None',
      instance_type: 'airuntime',
      type: 'GPU',
      vram_gib: 80,
      default_cpu_cores: 20,
      default_memory_gib: 125,
      price_per_gpu_per_hour: 1.99,
      min_gpu_count: 1,
      max_gpu_count: 0,
      available_gpu_count: 0,
      total_gpu_count: 0,
    });
    expect(body.data.find((row: Row) => row.config_id === RTX5090)).toMatchObject({
      gpu_model: 'NVIDIA GeForce RTX 5090',
      availability: 'Low',
      max_gpu_count: 2,
      available_gpu_count: 4,
      total_gpu_count: 6,
    });
  });

  test("has the vendor's twelve configs at the vendor's prices", async () => {
    const { get } = await startProvider();
    const { body } = await get(INVENTORY);
    const rows: { config_id: string; price_per_gpu_per_hour: number }[] = body.data;
    expect(Object.fromEntries(rows.map((row) => [row.config_id, row.price_per_gpu_per_hour]))).toEqual({
      'gpu-t4-16g-12cpu-128g': 0.29,
      'gpu-rtx3090-24g-24cpu-112g': 0.54,
      'gpu-a30-24g-24cpu-192g': 0.8,
      'gpu-a6000-48g-48cpu-128g': 0.84,
      'gpu-rtx5090-32g-16cpu-96g': 0.98,
      'gpu-rtx3090-24g-48cpu-128g': 1.08,
      'gpu-rtxpro6000-96g-14cpu-56g': 1.2,
      'gpu-a100-80g-12cpu-125g': 1.32,
      'gpu-rtxpro6000-96g-24cpu-112g': 1.54,
      'gpu-rtxpro6000-96g-64cpu-112g': 1.54,
      'gpu-h100-80g-20cpu-125g': 1.99,
      'gpu-h200-141g-20cpu-192g': 2.39,
    });
  });

  test('pages hold together and a page beyond the last is empty', async () => {
    const { get } = await startProvider();
    const pages = await Promise.all([1, 2, 3, 4].map((page) => get(`${INVENTORY}?page=${page}&limit=5`)));
    expect(pages.map(({ body }) => body.data.length)).toEqual([5, 5, 2, 0]);
    expect(pages[1]?.body.pagination).toEqual({ total_items: 12, total_pages: 3, current_page: 2, items_per_page: 5 });
    expect(new Set(pages.flatMap(({ body }) => idsOf(body.data))).size).toBe(12);
    expect((await get(INVENTORY)).body.pagination).toMatchObject({ current_page: 1, items_per_page: 20 });
  });

  test.each([
    ['region=as-dev-1', 0],
    ['region=as-south-1', 12],
    ['type=GPU', 12],
    ['gpu_model=h200', 1],
    ['gpu_model=nvidia%20rtx%20pro%206000', 3],
    ['gpu_vendor=nvidia', 12],
    ['gpu_vendor=amd', 0],
    ['vram_min=96', 4],
    ['vram_max=24', 4],
    ['vram_min=80&vram_max=80', 2],
    ['vram_min=0&vram_max=0', 12],
    ['gpu_model=rtx&vram_min=90', 3],
  ])('filter %s leaves %i rows', async (filter, rows) => {
    const { get } = await startProvider();
    const { body } = await get(`${INVENTORY}?${filter}`);
    expect(body.data).toHaveLength(rows);
    expect(body.pagination.total_items).toBe(rows);
  });

  test.each([
    ['page=0', 'page'],
    ['page=-1', 'page'],
    ['page=one', 'page'],
    ['page=1.5', 'page'],
    ['page=1&page=2', 'page'],
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['type=CPU', 'type'],
    ['vram_min=much', 'vram_min'],
    ['vram_max=-1', 'vram_max'],
    ['vram_min=80&vram_max=24', 'vram_min'],
  ])('%s is refused and names %s', async (query, field) => {
    const { get } = await startProvider();
    const { status, body } = await get(`${INVENTORY}?${query}`);
    expect(status).toBe(400);
    expect(body.error).toBe('bad_request');
    expect(body.details).toMatch(new RegExp(`^${field}: `));
  });

  test.each([
    [0, 'None'],
    [1, 'Low'],
    [7, 'Low'],
    [8, 'Medium'],
    [23, 'Medium'],
    [24, 'High'],
  ])('%i free GPUs are called %s', async (available, word) => {
    const { control, get } = await startProvider();
    control.setOffer({ configId: H100, available });
    const { body } = await get(`${INVENTORY}?gpu_model=h100`);
    expect(body.data[0]).toMatchObject({ availability: word, available_gpu_count: available });
  });

  test('the control surface sets counts, block, price and word, and takes them back', async () => {
    const { control, get } = await startProvider();
    const row = async () => (await get(`${INVENTORY}?gpu_model=h100`)).body.data[0];
    control.setOffer({ configId: H100, available: 12, total: 16, pricePerGpuHour: 2.5 });
    expect(await row()).toMatchObject({ max_gpu_count: 8, total_gpu_count: 16, price_per_gpu_per_hour: 2.5 });
    control.setOffer({ configId: H100, largestBlock: 0, availability: 'Plenty' });
    expect(await row()).toMatchObject({ max_gpu_count: 0, availability: 'Plenty', available_gpu_count: 12 });
    control.setOffer({ configId: H100, largestBlock: null, availability: null });
    expect(await row()).toMatchObject({ max_gpu_count: 8, availability: 'Medium' });
    control.setOffer({ configId: H100, countsMissing: true, availability: 'High' });
    expect(Object.keys(await row()).filter((key) => key.endsWith('_gpu_count'))).toEqual([]);
    expect(await row()).toMatchObject({ availability: 'High' });
  });

  test('no block is larger than what is free', async () => {
    const { control, get } = await startProvider();
    control.setOffer({ configId: H100, available: 3, largestBlock: 8 });
    expect((await get(`${INVENTORY}?gpu_model=h100`)).body.data[0].max_gpu_count).toBe(3);
  });

  test('offers come and go, and a new one gets believable hardware from its name', async () => {
    const { control, get } = await startProvider();
    control.clearOffers();
    control.setOffer({ configId: 'v100x4-1-node', region: 'us-west-2a', available: 2 });
    const { body } = await get(INVENTORY);
    expect(body.data).toHaveLength(1);
    expect(body.data[0]).toMatchObject({
      gpu_model: 'NVIDIA V100',
      vram_gib: 16,
      region: 'us-west-2a',
      max_gpu_count: 2,
    });
    expect(control.removeOffer({ configId: 'v100x4-1-node', region: 'us-west-2a' })).toBe(true);
    expect(control.removeOffer({ configId: 'v100x4-1-node', region: 'us-west-2a' })).toBe(false);
    expect((await get(INVENTORY)).body.data).toEqual([]);
  });
});

describe('get gpuconfig', () => {
  test('gives the hardware half, also of a config that is not listed', async () => {
    const { control, get } = await startProvider();
    control.removeOffer({ configId: H100 });
    const { status, body } = await get(`${INVENTORY}/gpuconfig?config_id=${H100}`);
    expect(status).toBe(200);
    expect(body).toEqual({
      config_id: H100,
      gpu_model: 'NVIDIA H100',
      gpu_vendor: 'NVIDIA',
      vram_gib: 80,
      default_cpu_cores: 20,
      default_memory_gib: 125,
      price_per_gpu_per_hour: 1.99,
      instance_type: 'airuntime',
      type: 'GPU',
    });
  });

  test('names config_id when it is missing or unknown', async () => {
    const { get } = await startProvider();
    const missing = await get(`${INVENTORY}/gpuconfig`);
    expect([missing.status, missing.body.details]).toEqual([400, expect.stringMatching(/^config_id: /)]);
    const unknown = await get(`${INVENTORY}/gpuconfig?config_id=gpu-none`);
    expect([unknown.status, unknown.body]).toEqual([
      404,
      { error: 'not_found', details: 'config_id: there is no config "gpu-none"' },
    ]);
  });
});
