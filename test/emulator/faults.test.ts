import { describe, expect, test } from 'vitest';
import type { Fault } from '#local/emulator/emulator.ts';
import { H100, INVENTORY, LOGIN, NOTIFY, newRuntime, type Provider, startProvider, TEMPLATES } from './provider.ts';

type Row = { config_id: string };

const idsOnPages = async ({ get }: Provider) => {
  const pages = await Promise.all([1, 2, 3].map((page) => get(`${INVENTORY}?limit=5&page=${page}`)));
  return pages.flatMap(({ body }) => body.data.map((row: Row) => row.config_id));
};

/** What a caller meets: a status, or how the answer broke. */
const outcome = async ({ call }: Provider, path = INVENTORY): Promise<number | 'not JSON' | 'broken'> => {
  try {
    const { status, body } = await call('GET', path);
    return body === undefined ? 'not JSON' : status;
  } catch {
    return 'broken';
  }
};

const KINDS: readonly (readonly [Fault, Awaited<ReturnType<typeof outcome>>])[] = [
  [{ kind: 'status', status: 503 }, 503],
  [{ kind: 'status', status: 503, moment: 'after' }, 503],
  [{ kind: 'cutBody' }, 'broken'],
  [{ kind: 'malformedJson' }, 'not JSON'],
  [{ kind: 'dropConnection' }, 'broken'],
  [{ kind: 'dropConnection', moment: 'after' }, 'broken'],
  [{ kind: 'missingPage', page: 1 }, 500],
];

describe('how often', () => {
  test.each(KINDS)('%j strikes once, twice, always, until it is cleared', async (fault, struck) => {
    const provider = await startProvider();
    const { control } = provider;
    control.addFault({ ...fault, times: 1 });
    expect([await outcome(provider), await outcome(provider)]).toEqual([struck, 200]);
    control.addFault({ ...fault, times: 2 });
    expect([await outcome(provider), await outcome(provider), await outcome(provider)]).toEqual([struck, struck, 200]);
    control.addFault(fault);
    for (let count = 0; count < 3; count += 1) expect(await outcome(provider)).toBe(struck);
    expect(control.clearFaults()).toBe(1);
    expect(await outcome(provider)).toBe(200);
  });

  test.each(KINDS)('%j strikes with a probability, the same requests for the same seed', async (fault, struck) => {
    const run = async (seed: number) => {
      const provider = await startProvider({ seed });
      provider.control.addFault({ ...fault, probability: 0.4 });
      const outcomes: unknown[] = [];
      for (let count = 0; count < 20; count += 1) outcomes.push(await outcome(provider));
      return outcomes;
    };
    const first = await run(1);
    expect(await run(1)).toEqual(first);
    expect(new Set(first)).toEqual(new Set([struck, 200]));
  });

  test('a probability is met over many requests', async () => {
    const provider = await startProvider();
    provider.control.addFault({ kind: 'status', status: 500, probability: 0.25 });
    const statuses = await Promise.all(
      Array.from({ length: 400 }, () => outcome(provider, '/gpu/api/v1beta1/airuntime-templates')),
    );
    const struck = statuses.filter((status) => status === 500).length;
    expect(struck).toBeGreaterThan(70);
    expect(struck).toBeLessThan(130);
  });
});

describe('which and how many', () => {
  test('a fault strikes its own operation only, or all', async () => {
    const provider = await startProvider();
    const { control, call, emulator } = provider;
    control.addFault({ kind: 'status', status: 500, operation: 'listTemplates' });
    expect([await outcome(provider), await outcome(provider, TEMPLATES)]).toEqual([200, 500]);
    control.clearFaults();
    control.addFault({ kind: 'status', status: 502 });
    expect([await outcome(provider), await outcome(provider, TEMPLATES)]).toEqual([502, 502]);
    const answer = await call('POST', LOGIN, emulator.login);
    expect([answer.status, answer.body.code]).toEqual([502, 'bad_gateway']);
  });

  test('are listed with how often they struck, and cleared one by one', async () => {
    const provider = await startProvider();
    const { control } = provider;
    const first = control.addFault({ kind: 'delay', milliseconds: 0 });
    const second = control.addFault({ kind: 'staleData', minutes: 5, times: 3 });
    await outcome(provider);
    expect(control.faults()).toEqual([
      { ...first, struck: 1 },
      { ...second, struck: 1 },
    ]);
    expect(control.clearFaults(first.id)).toBe(1);
    expect(control.clearFaults(first.id)).toBe(0);
    expect(control.faults()).toHaveLength(1);
  });

  test('several strike one request together', async () => {
    const { control, get } = await startProvider();
    control.addFault({ kind: 'emptyList' });
    control.addFault({ kind: 'malformedJson' });
    const { status, text } = await get(INVENTORY);
    expect(status).toBe(200);
    expect(text).toMatch(/^\{"data":\[\],.*[^}]\}?$/);
    expect(() => JSON.parse(text)).toThrow();
    expect(control.requests().at(-1)).toMatchObject({ faults: ['emptyList', 'malformedJson'], status: 200 });
  });
});

describe('status', () => {
  test.each([
    [7, '7'],
    [{ dateInSeconds: 30 }, 'Thu, 01 Jan 2026 12:00:30 GMT'],
    ['soon', 'soon'],
  ])('with Retry-After %j', async (retryAfter, header) => {
    const { control, get } = await startProvider();
    control.addFault({ kind: 'status', status: 429, retryAfter });
    const { status, headers, body } = await get(INVENTORY);
    expect([status, headers.get('retry-after')]).toEqual([429, header]);
    expect(body.error).toBe('too_many_requests');
  });

  test('without a body where none may be', async () => {
    const { control, get } = await startProvider();
    control.addFault({ kind: 'status', status: 204 });
    const { status, text } = await get(INVENTORY);
    expect([status, text]).toEqual([204, '']);
  });

  test('with a body of its own', async () => {
    const { control, get } = await startProvider();
    control.addFault({ kind: 'status', status: 502, body: '<html>Bad Gateway</html>', times: 1 });
    control.addFault({ kind: 'status', status: 500, body: { message: 'x' } });
    expect((await get(INVENTORY)).text).toBe('<html>Bad Gateway</html>');
    expect((await get(INVENTORY)).body).toEqual({ message: 'x' });
  });
});

describe('moment', () => {
  test.each([
    ['before', 0],
    ['after', 1],
  ] as const)('%s: the operation took effect %i times', async (moment, effects) => {
    const { call, control, runtimesPath } = await startProvider();
    control.addFault({ kind: 'dropConnection', moment, times: 1, operation: 'createRuntime' });
    await expect(call('POST', runtimesPath, newRuntime())).rejects.toThrow();
    expect(control.runtimes()).toHaveLength(effects);
    control.addFault({ kind: 'status', status: 500, moment, times: 1, operation: 'createRuntime' });
    expect((await call('POST', runtimesPath, newRuntime({ name: 'second' }))).status).toBe(500);
    expect(control.runtimes()).toHaveLength(effects * 2);
    expect(control.requests().map(({ status }) => status)).toEqual([0, 500]);
  });
});

describe('delay', () => {
  test('holds the answer back for real time, and closing does not wait for it', async () => {
    const { control, emulator, get } = await startProvider();
    control.addFault({ kind: 'delay', milliseconds: 80, times: 1 });
    const begun = performance.now();
    expect((await get(INVENTORY)).status).toBe(200);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(75);
    control.addFault({ kind: 'delay', milliseconds: 60_000 });
    const hanging = get(INVENTORY).catch(() => 'ended');
    await expect.poll(() => control.calls().listInventory).toBe(2);
    await emulator.close();
    expect(await hanging).toBe('ended');
  });
});

describe('listings', () => {
  test('a missing page is an error or empty, and the other pages are whole', async () => {
    const provider = await startProvider();
    const { control, get } = provider;
    control.addFault({ kind: 'missingPage', page: 2, times: 1 });
    expect((await get(`${INVENTORY}?limit=5&page=1`)).status).toBe(200);
    expect((await get(`${INVENTORY}?limit=5&page=2`)).status).toBe(500);
    control.addFault({ kind: 'missingPage', page: 2, as: 'empty' });
    const { status, body } = await get(`${INVENTORY}?limit=5&page=2`);
    expect([status, body.data, body.pagination.total_items]).toEqual([200, [], 12]);
    expect(await idsOnPages(provider)).toHaveLength(7);
  });

  test('a shifting page shows an item again', async () => {
    const provider = await startProvider();
    provider.control.addFault({ kind: 'shiftingPage', how: 'duplicate' });
    const ids = await idsOnPages(provider);
    expect([ids.length, new Set(ids).size]).toEqual([13, 12]);
  });

  test('a shifting page lets an item vanish', async () => {
    const provider = await startProvider();
    provider.control.addFault({ kind: 'shiftingPage', how: 'vanish' });
    const ids = await idsOnPages(provider);
    expect([ids.length, new Set(ids).size]).toEqual([11, 11]);
  });

  test('a total changes between pages', async () => {
    const { control, get } = await startProvider();
    control.addFault({ kind: 'shiftingPage', how: 'total' });
    const totals = await Promise.all([1, 2].map((page) => get(`${INVENTORY}?limit=5&page=${page}`)));
    expect(totals.map(({ body }) => body.pagination.total_items)).toEqual([12, 13]);
  });

  test('an empty list is a 200 with zero rows, the bare array too, and strikes lists only', async () => {
    const { call, control, get } = await startProvider();
    await call('POST', NOTIFY, { region_id: 'as-south-1', config_id: H100 });
    control.addFault({ kind: 'emptyList', times: 2 });
    expect((await get(`${INVENTORY}/gpuconfig?config_id=${H100}`)).body.config_id).toBe(H100);
    const { status, body } = await get(INVENTORY);
    expect([status, body.data, body.pagination.total_items, body.pagination.total_pages]).toEqual([200, [], 0, 0]);
    expect((await get(NOTIFY)).body).toEqual([]);
    expect(control.faults()).toEqual([]);
  });
});

describe('stale data', () => {
  test('answers with the state as it was, under the present Date', async () => {
    const { call, control, get, runtimesPath, wait } = await startProvider();
    const free = async () => (await get(`${INVENTORY}?gpu_model=h100`)).body.data[0].available_gpu_count;
    wait(10);
    control.setOffer({ configId: H100, available: 8 });
    await call('POST', runtimesPath, newRuntime());
    wait(10);
    control.addFault({ kind: 'staleData', minutes: 15, times: 3 });
    expect(await free()).toBe(0);
    expect((await get(runtimesPath)).body.data).toEqual([]);
    const { headers } = await get(runtimesPath);
    expect(headers.get('date')).toBe('Thu, 01 Jan 2026 12:20:00 GMT');
    expect(await free()).toBe(8);
    control.addFault({ kind: 'staleData', minutes: 10, times: 1 });
    expect(await free()).toBe(8);
    control.addFault({ kind: 'staleData', minutes: 9.5, times: 2 });
    expect(await free()).toBe(8);
    expect((await get(runtimesPath)).body.data[0].status).toBe('Provisioning');
    expect((await get(runtimesPath)).body.data[0].status).toBe('Running');
  });

  test('makes samples of metrics old', async () => {
    const { control, get, runtimesPath } = await startProvider();
    const { id } = control.addRuntime();
    control.addFault({ kind: 'staleData', minutes: 30 });
    const { body } = await get(`${runtimesPath}/${id}/metrics`);
    expect(body.samples.at(-1).timestamp).toBe('2026-01-01T11:30:00.000Z');
  });

  test('older than all that is known is the oldest that is known', async () => {
    const { control, get, wait } = await startProvider();
    wait(1);
    for (let available = 1; available <= 600; available += 1) {
      wait(1);
      control.setOffer({ configId: H100, available });
    }
    control.addFault({ kind: 'staleData', minutes: 100_000 });
    const { body } = await get(`${INVENTORY}?gpu_model=h100`);
    expect(body.data[0].available_gpu_count).toBe(101);
  });
});
