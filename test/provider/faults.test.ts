import { describe, expect, test } from 'vitest';
import type { FaultKind } from '#local/emulator/emulator.ts';
import { clientAt, failureOf, h100, rtx5090, startProvider, startServer } from './client-setup.ts';

type Provider = Awaited<ReturnType<typeof startProvider>>;

/** Every endpoint, in a world where it would succeed. */
const calls = (provider: Provider, id: string) => {
  const { client, project, address } = provider;
  const spec = {
    name: 'new-1',
    region: 'as-south-1',
    templateId: 'tpl-jupyterlab-pytorch',
    gpuConfigId: rtx5090,
    gpuCount: 1,
    planId: 'gpu-rtx5090-on-demand-1h',
  };
  return {
    listOffers: () => client.listOffers(),
    getGpuConfig: () => client.getGpuConfig(h100),
    listNotificationRequests: () => client.listNotificationRequests(),
    createNotificationRequest: () => client.createNotificationRequest({ region: 'as-south-1', configId: h100 }),
    listRuntimes: () => client.listRuntimes(project),
    createRuntime: () => client.createRuntime(project, spec),
    getRuntime: () => client.getRuntime(address(id)),
    deleteRuntime: () => client.deleteRuntime(address(id)),
    getRuntimeMetrics: () => client.getRuntimeMetrics(address(id)),
    listTemplates: () => client.listTemplates(),
    getTemplate: () => client.getTemplate('tpl-jupyterlab-pytorch'),
  };
};

const emulatorNames = {
  listOffers: 'listInventory',
  getGpuConfig: 'getGpuConfig',
  listNotificationRequests: 'listNotifyRequests',
  createNotificationRequest: 'createNotifyRequest',
  listRuntimes: 'listRuntimes',
  createRuntime: 'createRuntime',
  getRuntime: 'getRuntime',
  deleteRuntime: 'deleteRuntime',
  getRuntimeMetrics: 'getRuntimeMetrics',
  listTemplates: 'listTemplates',
  getTemplate: 'getTemplate',
} as const;

type Name = keyof typeof emulatorNames;
const reading = [
  'listOffers',
  'getGpuConfig',
  'listNotificationRequests',
  'listRuntimes',
  'getRuntime',
  'getRuntimeMetrics',
  'listTemplates',
  'getTemplate',
] as const satisfies readonly Name[];
const changing = ['createNotificationRequest', 'createRuntime', 'deleteRuntime'] as const satisfies readonly Name[];

const start = async (...change: Parameters<typeof startProvider>) => {
  const provider = await startProvider(...change);
  provider.control.setOffer({ configId: rtx5090, available: 4, total: 6, largestBlock: 2 });
  const { id } = provider.control.addRuntime({});
  return {
    ...provider,
    id,
    call: calls(provider, id),
    count: (name: Name) => provider.control.calls()[emulatorNames[name]],
  };
};

/** A provider whose time limits pass once the request has arrived, however slow the machine is. */
const startImpatient = async (name: Name) => {
  let arrived = () => 0;
  let limits = 0;
  const expireAfter = () => {
    const controller = new AbortController();
    const before = limits++;
    const look = () => (arrived() > before ? controller.abort() : setImmediate(look));
    setImmediate(look);
    return controller.signal;
  };
  const provider = await start({ expireAfter });
  arrived = () => provider.count(name);
  return provider;
};

describe.each(reading)('%s, which may be repeated', (name) => {
  test.each([
    ['429 with seconds to wait', { kind: 'status', status: 429, retryAfter: 7 }, 7_000],
    ['429 with a date to wait for', { kind: 'status', status: 429, retryAfter: { dateInSeconds: 9 } }, 9_000],
    ['503', { kind: 'status', status: 503 }, 187.5],
    ['500 with a body that is no JSON', { kind: 'status', status: 500, body: '<html>Bad gateway</html>' }, 187.5],
    ['a dropped connection', { kind: 'dropConnection' }, 187.5],
    ['a cut body', { kind: 'cutBody' }, 187.5],
  ] as const)('%s, once: tries again', async (_, fault, wait) => {
    const { call, control, world, count } = await start();
    control.addFault({ ...fault, operation: emulatorNames[name], times: 1 });
    await call[name]();
    expect(world.waits).toEqual([wait]);
    expect(count(name)).toBe(2);
  });

  test.each([
    ['429', { kind: 'status', status: 429 }, 'RateLimited'],
    ['502', { kind: 'status', status: 502 }, 'Unavailable'],
    ['dropped connections', { kind: 'dropConnection' }, 'Unavailable'],
    ['cut bodies', { kind: 'cutBody' }, 'Unavailable'],
  ] as const)('%s, for ever: gives up after two retries', async (_, fault, kind) => {
    const { call, control, world, count } = await start();
    control.addFault({ ...fault, operation: emulatorNames[name] });
    const failure = await failureOf(call[name]());
    expect(failure).toMatchObject({ name: kind, operation: name });
    expect(world.waits).toEqual([187.5, 375]);
    expect(count(name)).toBe(3);
  });

  test.each([
    ['400', { kind: 'status', status: 400 }, 'Refused'],
    ['401', { kind: 'status', status: 401 }, 'Unauthorized'],
    ['403', { kind: 'status', status: 403 }, 'Refused'],
    ['409', { kind: 'status', status: 409 }, 'Refused'],
    ['418', { kind: 'status', status: 418, body: 'teapot' }, 'Refused'],
    ['a redirect', { kind: 'status', status: 307, body: '' }, 'Refused'],
    ['malformed JSON', { kind: 'malformedJson' }, 'NotUnderstood'],
    ['an empty body', { kind: 'status', status: 200, body: '' }, 'NotUnderstood'],
  ] as const)('%s: is not tried again', async (_, fault, kind) => {
    const { call, control, count, world } = await start();
    control.addFault({ ...fault, operation: emulatorNames[name] });
    const failure = await failureOf(call[name]());
    expect(failure).toMatchObject({ name: kind, operation: name, requestId: expect.any(String) });
    expect(failure.message).toContain(name);
    expect(count(name)).toBe(1);
    expect(world.waits).toEqual([]);
  });

  test('a delay beyond the time limit', async () => {
    const { call, control, count } = await startImpatient(name);
    control.addFault({ kind: 'delay', milliseconds: 60_000, operation: emulatorNames[name] });
    expect(await failureOf(call[name]())).toMatchObject({ name: 'TimedOut', operation: name });
    expect(count(name)).toBe(3);
  });

  test('a delay within it', async () => {
    const { call, control, count } = await start();
    control.addFault({ kind: 'delay', milliseconds: 20, operation: emulatorNames[name] });
    await call[name]();
    expect(count(name)).toBe(1);
  });
});

test.each(reading.filter((name) => name !== 'getRuntimeMetrics'))('%s: JSON that is nothing of ours', async (name) => {
  const { call, control } = await start();
  control.addFault({ kind: 'status', status: 200, body: 42, operation: emulatorNames[name] });
  expect(await failureOf(call[name]())).toMatchObject({ name: 'NotUnderstood', operation: name, status: 200 });
});

describe.each(changing)('%s, which is sent once', (name) => {
  test.each([
    ['429 with time to wait', { kind: 'status', status: 429, retryAfter: 1 }, 'RateLimited'],
    ['503', { kind: 'status', status: 503 }, 'Unavailable'],
    ['503 after it took effect', { kind: 'status', status: 503, moment: 'after' }, 'Unavailable'],
    ['a dropped connection', { kind: 'dropConnection' }, 'Unavailable'],
    ['an answer lost after it took effect', { kind: 'dropConnection', moment: 'after' }, 'Unavailable'],
    ['401', { kind: 'status', status: 401 }, 'Unauthorized'],
    ['a redirect', { kind: 'status', status: 308, body: '' }, 'Refused'],
    ['400', { kind: 'status', status: 400 }, 'Refused'],
  ] as const)('%s', async (_, fault, kind) => {
    const { call, control, world, count } = await start();
    control.addFault({ ...fault, operation: emulatorNames[name] });
    expect(await failureOf(call[name]())).toMatchObject({ name: kind, operation: name });
    expect(count(name)).toBe(1);
    expect(world.waits).toEqual([]);
  });

  test('a delay beyond the time limit', async () => {
    const { call, control, count } = await startImpatient(name);
    control.addFault({ kind: 'delay', milliseconds: 60_000, operation: emulatorNames[name] });
    expect(await failureOf(call[name]())).toMatchObject({ name: 'TimedOut' });
    expect(count(name)).toBe(1);
  });
});

describe('an effect whose answer is broken', () => {
  test.each(['cutBody', 'malformedJson'] as const)('a deletion is accepted by its status alone: %s', async (kind) => {
    const { call, control, client, address, id } = await start();
    control.addFault({ kind, operation: 'deleteRuntime' });
    expect(await call.deleteRuntime()).toEqual({ outcome: 'accepted' });
    expect((await client.getRuntime(address(id)))?.status).toBe('Terminating');
  });

  test.each([200, 202, 204])('any 2xx accepts a deletion: %i', async (status) => {
    const server = await startServer((_, response) => response.writeHead(status).end());
    const { client } = clientAt(server.bases, 'pat-nc-good');
    expect(await client.deleteRuntime({ project: 'prj-a', id: 'a' })).toEqual({ outcome: 'accepted' });
  });

  test('a request is registered, whatever its answer looks like', async () => {
    const { call, control } = await start();
    control.addFault({ kind: 'malformedJson', operation: 'createNotifyRequest' });
    expect(await call.createNotificationRequest()).toEqual({ outcome: 'registered' });
    expect(control.notifyRequests()).toHaveLength(1);
  });

  test('a runtime that was created without saying its id is told as that', async () => {
    const { call, control } = await start();
    control.addFault({ kind: 'status', status: 201, body: { name: 'new-1' }, operation: 'createRuntime' });
    const failure = await failureOf(call.createRuntime());
    expect(failure).toMatchObject({ name: 'NotUnderstood', status: 201 });
    expect(failure.message).toMatch(/id: .*given nothing/);
  });
});

describe('listings of several pages', () => {
  const startFleet = async (runtimes = 230) => {
    const provider = await startProvider();
    for (let index = 0; index < runtimes; index++) provider.control.addRuntime({ name: `r-${index}` });
    const list = () => provider.client.listRuntimes(provider.project);
    return { ...provider, list, pagesAsked: () => provider.control.calls().listRuntimes };
  };

  test('all pages, and nothing more', async () => {
    const { list, pagesAsked } = await startFleet();
    const listing = await list();
    expect(listing.complete).toBe(true);
    expect(new Set(listing.rows.map(({ value }) => value.id)).size).toBe(230);
    expect(pagesAsked()).toBe(3);
  });

  test.each([
    [0, 1],
    [100, 1],
    [101, 2],
  ])('%i runtimes are %i pages', async (runtimes, pages) => {
    const { list, pagesAsked } = await startFleet(runtimes);
    const listing = await list();
    expect(listing).toMatchObject({ complete: true });
    expect(listing.rows).toHaveLength(runtimes);
    expect(pagesAsked()).toBe(pages);
  });

  test('a page that does not come after its retries', async () => {
    const { list, control, pagesAsked } = await startFleet();
    control.addFault({ kind: 'missingPage', page: 2, operation: 'listRuntimes' });
    const listing = await list();
    expect(listing).toMatchObject({ complete: false, because: [expect.stringMatching(/^page 2 did not come: .*500/)] });
    expect(listing.rows).toHaveLength(130);
    expect(pagesAsked()).toBe(5);
  });

  test('a page that comes at the second try', async () => {
    const { list, control } = await startFleet();
    control.addFault({ kind: 'missingPage', page: 2, times: 1, operation: 'listRuntimes' });
    expect(await list()).toMatchObject({ complete: true });
  });

  test('the first page does not come', async () => {
    const { list, control } = await startFleet(1);
    control.addFault({ kind: 'missingPage', page: 1, operation: 'listRuntimes' });
    expect(await failureOf(list())).toMatchObject({ name: 'Unavailable', operation: 'listRuntimes' });
  });

  test('an empty page', async () => {
    const { list, control } = await startFleet();
    control.addFault({ kind: 'missingPage', page: 2, as: 'empty', operation: 'listRuntimes' });
    const listing = await list();
    expect(listing).toMatchObject({ complete: false, because: ['page 2 has 0 rows where its totals make 100'] });
    expect(listing.rows).toHaveLength(130);
  });

  test.each([
    ['duplicate', /came twice, on page 1 and page 2/],
    ['vanish', /page 3 has 29 rows where its totals make 30/],
    ['total', /page 1 tells of 230 items .* page 2 of 231 items/],
  ] as const)('shifting pages: %s', async (how, because) => {
    const { list, control } = await startFleet();
    control.addFault({ kind: 'shiftingPage', how, operation: 'listRuntimes' });
    const listing = await list();
    expect(listing).toMatchObject({ complete: false });
    expect(listing.complete ? '' : listing.because.join('\n')).toMatch(because);
    expect(new Set(listing.rows.map(({ value }) => value.id)).size).toBe(listing.rows.length);
  });
});

describe('what a client cannot know', () => {
  // The answer is whole and agrees with itself; only who compares it with what was known can doubt it.
  test('an empty list that says that it is whole is complete', async () => {
    const { call, control } = await start();
    control.addFault({ kind: 'emptyList' });
    for (const name of ['listOffers', 'listRuntimes', 'listTemplates', 'listNotificationRequests'] as const) {
      expect(await call[name]()).toMatchObject({ complete: true, rows: [] });
    }
  });

  test('stale data carries the time at which it was asked for', async () => {
    const { call, control, time } = await start();
    time.now += 60 * 60_000;
    control.setOffer({ configId: rtx5090, available: 0 });
    control.addFault({ kind: 'staleData', minutes: 30 });
    const listing = await call.listOffers();
    expect(listing).toMatchObject({ complete: true, askedAt: time.now });
    const offer = listing.rows.find(({ value }) => 'configId' in value && value.configId === rtx5090);
    expect(offer?.value).toMatchObject({ counts: { available: 4 } });
  });
});

test('every kind of fault that the emulator has is tried above', () => {
  const tried: Record<FaultKind, true> = {
    status: true,
    delay: true,
    cutBody: true,
    malformedJson: true,
    dropConnection: true,
    missingPage: true,
    shiftingPage: true,
    emptyList: true,
    staleData: true,
  };
  expect(Object.keys(tried)).toHaveLength(9);
});
