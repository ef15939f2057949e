import { describe, expect, test } from 'vitest';
import { clientAt, h100, noon, rtx5090, startProvider } from './client-setup.ts';

const nowhere = '00000000-0000-4000-8000-000000000000';

const values = <T>(listing: { readonly rows: readonly { readonly value: T }[] }) =>
  listing.rows.map(({ value }) => value);

describe('every endpoint meets the emulator', () => {
  test('listOffers', async () => {
    const { client, control, time } = await startProvider();
    control.setOffer({ configId: h100, available: 8, total: 16, smallestBlock: 1, largestBlock: 8 });
    time.now += 5_000;
    const listing = await client.listOffers();
    expect(listing).toMatchObject({ complete: true, askedAt: noon + 5_000 });
    expect(listing.rows.every(({ askedAt }) => askedAt === noon + 5_000)).toBe(true);
    expect(values(listing)).toContainEqual({
      region: 'as-south-1',
      configId: h100,
      gpuModel: 'NVIDIA H100',
      gpuVendor: 'NVIDIA',
      vramGib: 80,
      cpuCores: 20,
      memoryGib: 125,
      pricePerGpuHour: 1.99,
      availability: expect.any(String),
      counts: { available: 8, total: 16, smallestBlock: 1, largestBlock: 8 },
    });
  });

  test('listOffers with filters', async () => {
    const { client } = await startProvider();
    const filter = { region: 'as-south-1', gpuModel: 'h100', gpuVendor: 'nvidia', vramMinGib: 80, vramMaxGib: 80 };
    expect(values(await client.listOffers(filter)).map(({ configId }) => configId)).toEqual([h100]);
    expect(values(await client.listOffers({ ...filter, vramMinGib: 0, vramMaxGib: 0 }))).toHaveLength(1);
    expect(values(await client.listOffers({ region: 'nowhere' }))).toEqual([]);
  });

  test('listOffers where the provider counts nothing, or does not know its blocks', async () => {
    const { client, control } = await startProvider();
    control.setOffer({ configId: h100, countsMissing: true, availability: 'Medium' });
    control.setOffer({ configId: rtx5090, available: 4, total: 6, smallestBlock: 1, largestBlock: 0 });
    const offers = new Map(values(await client.listOffers()).map((offer) => [offer.configId, offer]));
    expect(offers.get(h100)).toMatchObject({ availability: 'Medium' });
    expect(offers.get(h100)).not.toHaveProperty('counts');
    expect(offers.get(rtx5090)?.counts).toEqual({ available: 4, total: 6, smallestBlock: 1 });
  });

  test('getGpuConfig', async () => {
    const { client } = await startProvider();
    expect(await client.getGpuConfig(h100)).toEqual({
      configId: h100,
      gpuModel: 'NVIDIA H100',
      gpuVendor: 'NVIDIA',
      vramGib: 80,
      cpuCores: 20,
      memoryGib: 125,
      pricePerGpuHour: 1.99,
    });
    expect(await client.getGpuConfig('gpu-unheard-of')).toBeUndefined();
  });

  test('createNotificationRequest and listNotificationRequests', async () => {
    const { client, control, time } = await startProvider();
    const wish = { region: 'as-south-1', configId: h100 };
    control.setOffer({ configId: h100, available: 0 });
    const made = await client.createNotificationRequest(wish);
    const request = { ...wish, id: expect.any(String), status: 'pending', createdAt: noon };
    expect(made).toEqual({ outcome: 'registered', request });
    expect(await client.createNotificationRequest(wish)).toEqual({ outcome: 'duplicate' });

    const listing = await client.listNotificationRequests();
    expect(listing).toEqual({ complete: true, askedAt: noon, rows: [{ askedAt: noon, value: request }] });

    time.now += 60_000;
    const [id = ''] = values(listing).map((each) => each.id);
    control.setNotifyRequest(id, { status: 'notified' });
    expect(values(await client.listNotificationRequests())).toEqual([
      { ...request, status: 'notified', notifiedAt: noon + 60_000 },
    ]);
    expect(values(await client.listNotificationRequests({ status: 'pending' }))).toEqual([]);
  });

  test('a status that nobody knows is carried as it is', async () => {
    const { client, control, address } = await startProvider();
    const { id } = control.addRuntime({ status: 'Hibernated' });
    control.setOffer({ configId: h100, availability: 'Scarce' });
    await client.createNotificationRequest({ region: 'as-south-1', configId: rtx5090 });
    const [request] = control.notifyRequests();
    control.setNotifyRequest(request?.id ?? '', { status: 'paused' });
    expect((await client.getRuntime(address(id)))?.status).toBe('Hibernated');
    expect(values(await client.listOffers({ gpuModel: 'h100' })).map((offer) => offer.availability)).toEqual([
      'Scarce',
    ]);
    expect(values(await client.listNotificationRequests()).map(({ status }) => status)).toEqual(['paused']);
  });

  test('listRuntimes', async () => {
    const { client, control, project } = await startProvider();
    const { id } = control.addRuntime({ name: 'train-1', gpuCount: 2, createdMinutesAgo: 60 });
    expect(await client.listRuntimes(project)).toEqual({
      complete: true,
      askedAt: noon,
      rows: [
        {
          askedAt: noon,
          value: {
            project,
            id,
            name: 'train-1',
            region: 'as-south-1',
            status: 'Running',
            gpuConfigId: rtx5090,
            gpuCount: 2,
            planId: expect.stringContaining('on-demand'),
            createdAt: noon - 3_600_000,
          },
        },
      ],
    });
  });

  test('createRuntime, getRuntime, deleteRuntime: a whole life', async () => {
    const { client, control, project, address, time } = await startProvider();
    control.setOffer({ configId: rtx5090, available: 4, total: 6, largestBlock: 2 });
    const spec = {
      name: 'train-1',
      region: 'as-south-1',
      templateId: 'tpl-jupyterlab-pytorch',
      gpuConfigId: rtx5090,
      gpuCount: 1,
      planId: 'gpu-rtx5090-on-demand-1h',
      sshKeys: ['ssh-ed25519 AAAA me'],
    };
    const { id, status } = await client.createRuntime(project, spec);
    expect(status).toBe('Pending');

    time.now += 10 * 60_000;
    expect(await client.getRuntime(address(id))).toEqual({
      ...spec,
      project,
      id,
      status: 'Running',
      createdAt: noon,
      updatedAt: expect.any(Number),
      templateSpec: expect.objectContaining({ image: expect.any(String) }),
      storage: { type: 'network', sizeGb: 100, mountPath: '/data' },
    });

    expect(await client.deleteRuntime(address(id))).toEqual({ outcome: 'accepted' });
    time.now += 60 * 60_000;
    expect(await client.getRuntime(address(id))).toBeUndefined();
    expect(await client.deleteRuntime(address(id))).toEqual({ outcome: 'already-gone' });
    expect(await client.deleteRuntime(address(nowhere))).toEqual({ outcome: 'already-gone' });
  });

  test('createRuntime from a spec of its own and with storage', async () => {
    const { client, control, project, address } = await startProvider();
    control.setOffer({ configId: rtx5090, available: 4, total: 6, largestBlock: 2 });
    const spec = {
      name: 'train-2',
      region: 'as-south-1',
      templateSpec: { image: 'pytorch/pytorch:latest' },
      gpuConfigId: rtx5090,
      gpuCount: 1,
      planId: 'gpu-rtx5090-on-demand-1h',
      storage: { type: 'network', sizeGb: 200, mountPath: '/work' },
    };
    const { id } = await client.createRuntime(project, spec);
    const detail = await client.getRuntime(address(id));
    expect(detail).toMatchObject({ templateSpec: spec.templateSpec, storage: spec.storage });
    expect(detail).not.toHaveProperty('templateId');
    expect(detail?.sshKeys).toEqual([]);
  });

  test('getRuntimeMetrics', async () => {
    const { client, control, address } = await startProvider();
    const { id } = control.addRuntime({
      gpuCount: 2,
      metrics: { kind: 'constant', gpuPercent: [0, 42.5], cpuCores: 0.25, memoryPercent: 50 },
    });
    const metrics = await client.getRuntimeMetrics(address(id));
    expect(metrics).toMatchObject({ askedAt: noon, answeredAt: noon });
    expect(metrics.gpu.state).toBe('read');
    const newest = metrics.gpu.samples.slice(-2);
    expect(newest).toEqual([
      { gpu: '0', value: 0, unit: 'percent', sampledAt: noon },
      { gpu: '1', value: 42.5, unit: 'percent', sampledAt: noon },
    ]);
    expect(metrics.cpu.samples.at(-1)).toEqual({ value: 0.25, unit: 'cores', sampledAt: noon });
    expect(metrics.memory.samples.at(-1)).toEqual({ value: expect.any(Number), unit: 'bytes', sampledAt: noon });
  });

  test('getRuntimeMetrics without samples', async () => {
    const { client, control, address } = await startProvider();
    const { id } = control.addRuntime({ metrics: { kind: 'absent' } });
    const { gpu, cpu } = await client.getRuntimeMetrics(address(id));
    expect(gpu).toMatchObject({ state: 'absent', samples: [], because: expect.stringContaining('gpu') });
    expect(cpu).toMatchObject({ state: 'absent', samples: [] });
  });

  test('listTemplates and getTemplate', async () => {
    const { client } = await startProvider();
    const listing = await client.listTemplates();
    expect(listing.complete).toBe(true);
    const id = 'tpl-jupyterlab-pytorch';
    const template = await client.getTemplate(id);
    expect(template).toMatchObject({ id, description: expect.any(String), spec: { image: expect.any(String) } });
    expect(template?.ownerOrganisation).toEqual(expect.any(String));
    expect(values(listing)).toContainEqual(template);
    expect(await client.getTemplate('tpl-unheard-of')).toBeUndefined();
  });

  test('one base for both services', async () => {
    const { emulator, control } = await startProvider();
    const bases = { runtimesUrl: `${emulator.url}/`, inventoryUrl: emulator.url, tenantUrl: emulator.url };
    const settings = { organisation: emulator.organisation };
    const { client } = clientAt(bases, emulator.token, { settings });
    const { id } = control.addRuntime({});
    const [project = ''] = emulator.projects;
    expect((await client.listOffers()).complete).toBe(true);
    expect((await client.getRuntime({ project, id }))?.id).toBe(id);
  });
});
