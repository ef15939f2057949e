import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OfferState } from '#domain/offer-state.ts';
import { minute } from '#domain/time.ts';
import { type Api, startApi } from './bench.ts';

const h100 = 'gpu-h100-80g-20cpu-125g';
const region = 'as-south-1';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const seen = (configId: string, usd: number): OfferState => ({
  region,
  hardware: { configId, gpuModel: 'H100', gpuVendor: 'NVIDIA', vramGib: 80, cpuCores: 20, memoryGib: 125 },
  listed: true,
  askedAt: api.time.now,
  prices: usd === 0 ? [] : [{ usd, since: 0, observed: 0 }],
  tracks: {},
  matchPending: false,
});

let key = 0;
const body = (change: object = {}) => ({
  name: 'ann-train',
  region_id: region,
  gpu_config_id: h100,
  template_id: 'tpl-jupyterlab-pytorch',
  max_usd_per_hour: 5,
  ...change,
});
const ask = (
  given: object = body(),
  { as = 'ann', named = `key ${key}` }: { as?: 'ann' | 'bob'; named?: string } = {},
) => api.send('POST', '/v1/projects/prj-a/runtimes', { as, body: given, headers: { 'idempotency-key': named } });
const made = () => api.emulator.runtimes().filter(({ name }) => name.startsWith('ann-train'));
const posts = () => api.emulator.calls().createRuntime;
const said = ({ status, body: answer }: Awaited<ReturnType<typeof ask>>) => [
  status,
  Object(answer).code,
  Object(answer).detail,
];

beforeEach(async () => {
  key += 1;
  api.emulator.reset();
  api.emulator.setOffer({ configId: h100, available: 8 });
  api.time.now += 30 * minute;
  await api.availability.saveOffer(seen(h100, 1.99));
  await api.seeInventory();
});

describe('what a runtime would cost', () => {
  const price = (query: string) => api.send('GET', `/v1/price?${query}`, { as: 'ann' });

  it('is shown before anything is made, with the limits', async () => {
    const { status, body: answer } = await price(`region_id=${region}&gpu_config_id=${h100}&gpu_count=2`);
    expect([status, answer]).toMatchObject([
      200,
      {
        price_per_gpu_per_hour: 1.99,
        usd_per_hour: 3.98,
        max_usd_per_hour: 20,
        may_be_created: true,
        because: null,
        seen_at: new Date(api.time.now).toISOString(),
      },
    ]);
    expect(Object(answer).usd_per_day).toBeCloseTo(95.52);
    expect(posts()).toBe(0);
  });

  it('says why it may not be made', async () => {
    const { body: answer } = await price(`region_id=${region}&gpu_config_id=${h100}&gpu_count=9`);
    expect(answer).toMatchObject({ may_be_created: false, because: expect.stringContaining('creating.maxGpus') });
  });

  it('is not made up', async () => {
    expect((await price(`region_id=${region}&gpu_config_id=gpu-none`)).status).toBe(404);
    await api.availability.saveOffer(seen('gpu-unpriced', 0));
    expect((await price(`region_id=${region}&gpu_config_id=gpu-unpriced`)).status).toBe(404);
    expect((await ask(body({ gpu_config_id: 'gpu-unpriced' }))).status).toBe(404);
  });
});

it('makes a runtime from a template, and says what it costs and where it is read', async () => {
  const { status, body: answer, headers } = await ask(body({ gpu_count: 2, ssh_keys: ['ssh-ed25519 AAAA ann'] }));
  const [runtime, ...more] = made();
  expect(more).toEqual([]);
  expect([status, answer]).toEqual([
    201,
    {
      project_id: 'prj-a',
      id: runtime?.id,
      name: runtime?.name,
      region_id: region,
      gpu_config_id: h100,
      gpu_count: 2,
      plan_id: 'gpu-h100-on-demand-1h',
      price_per_gpu_per_hour: 1.99,
      usd_per_hour: 3.98,
    },
  ]);
  expect(runtime).toMatchObject({
    name: expect.stringMatching(/^ann-train-[a-z0-9]{6}$/),
    gpuCount: 2,
    templateId: 'tpl-jupyterlab-pytorch',
    sshKeys: ['ssh-ed25519 AAAA ann'],
  });
  expect(await api.send('GET', headers.get('location') ?? '', { as: 'ann' })).toMatchObject({
    status: 200,
    body: { id: runtime?.id, owner: 'ann@example.com' },
  });
});

it("makes one from a spec of its own, in the provider's shape", async () => {
  const template_spec = { image: 'pytorch/pytorch', env: { A: '1' } };
  const { status } = await ask(body({ template_id: undefined, template_spec }));
  expect([status, made()[0]?.templateSpec]).toEqual([201, expect.objectContaining({ image: 'pytorch/pytorch' })]);
});

describe('the same request again', () => {
  it('makes no second runtime, however often it comes, also at the same time', async () => {
    const answers = await Promise.all([ask(), ask(), ask()]);
    expect(posts()).toBe(1);
    for (const { status } of answers) expect([200, 201, 202]).toContain(status);
    const again = await ask();
    expect([again.status, Object(again.body).id]).toEqual([200, made()[0]?.id]);
    expect(made()).toHaveLength(1);
  });

  it('is no reason not to make it, where there is room for one', async () => {
    const dear = body({ gpu_count: 8, max_usd_per_hour: 16 });
    const answers = await Promise.all([ask(dear), ask(dear), ask(dear)]);
    for (const { status } of answers) expect([200, 201, 202]).toContain(status);
    expect(made()).toHaveLength(1);
  });

  it('with another key makes another; with this key and another runtime it is refused', async () => {
    await ask();
    expect((await ask(body(), { named: 'another key' })).status).toBe(201);
    expect(made()).toHaveLength(2);
    expect(said(await ask(body({ gpu_count: 2 })))).toEqual([422, 'key-used-otherwise', expect.any(String)]);
    expect((await ask(body(), { as: 'bob' })).status).toBe(201);
  });

  it('looks for the runtime after an unclear answer, and does not ask blindly', async () => {
    api.emulator.addFault({ operation: 'createRuntime', kind: 'dropConnection', moment: 'after', times: 1 });
    const first = await ask();
    expect([first.status, Object(first.body).name]).toEqual([202, made()[0]?.name]);
    const again = await ask();
    expect([again.status, Object(again.body).id]).toEqual([201, made()[0]?.id]);
    expect(posts()).toBe(1);
  });

  it('asks again once a complete listing says that it was not made', async () => {
    api.emulator.addFault({ operation: 'createRuntime', kind: 'status', status: 500, times: 1 });
    expect((await ask()).status).toBe(202);
    api.time.now += 9 * minute;
    expect((await ask()).status).toBe(202);
    expect(posts()).toBe(1);
    api.time.now += minute;
    expect((await ask()).status).toBe(201);
    expect([posts(), made().length]).toEqual([2, 1]);
  });
});

describe('what was answered before is answered again', () => {
  it.each([
    ['the price has risen', () => api.availability.saveOffer({ ...seen(h100, 4.5), askedAt: api.time.now + 1 })],
    [
      'the inventory was not seen for long',
      async () => {
        api.time.now += 60 * minute;
      },
    ],
  ])('although %s', async (_, change) => {
    const { body: first } = await ask(body({ max_usd_per_hour: 2 }));
    await change();
    const again = await ask(body({ max_usd_per_hour: 2 }));
    expect([again.status, again.body]).toEqual([200, first]);
  });

  it('and after an unclear answer it is found, whatever it costs now', async () => {
    api.emulator.addFault({ operation: 'createRuntime', kind: 'dropConnection', moment: 'after', times: 1 });
    expect((await ask(body({ max_usd_per_hour: 2 }))).status).toBe(202);
    await api.availability.saveOffer({ ...seen(h100, 4.5), askedAt: api.time.now + 1 });
    expect((await ask(body({ max_usd_per_hour: 2 }))).status).toBe(201);
    expect(posts()).toBe(1);
  });

  it('a request that was not made begins anew, at what it costs now', async () => {
    api.emulator.addFault({ operation: 'createRuntime', kind: 'status', status: 500, times: 1 });
    expect((await ask()).status).toBe(202);
    api.time.now += 11 * minute;
    await api.seeInventory();
    await api.availability.saveOffer({ ...seen(h100, 4.5), askedAt: api.time.now + 1 });
    const { status, body: answer } = await ask();
    expect([status, Object(answer).usd_per_hour]).toEqual([201, 4.5]);
    expect((await ask()).body).toEqual(answer);
  });
});

describe('is refused', () => {
  it('at a price that nobody has looked at for long', async () => {
    api.time.now += 11 * minute;
    expect(said(await ask())).toEqual([502, 'provider-failed', expect.stringContaining('was last seen at')]);
  });

  it('where it is nested deeper than anything is', async () => {
    const text = `${JSON.stringify({ ...body(), template_id: undefined }).slice(0, -1)},"template_spec":${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}}`;
    const answer = await api.send('POST', '/v1/projects/prj-a/runtimes', {
      as: 'ann',
      body: text,
      headers: { 'idempotency-key': 'deep' },
    });
    expect(answer.status).toBe(400);
  });

  it('where the provider refuses: with its words, and nothing is spent', async () => {
    api.emulator.setOffer({ configId: h100, available: 0 });
    expect(said(await ask())).toEqual([409, 'provider-refused', expect.stringContaining('0 available')]);
    api.emulator.setOffer({ configId: h100, available: 8 });
    expect((await ask()).status).toBe(201);
    api.emulator.addFault({ operation: 'createRuntime', kind: 'status', status: 429, times: 1 });
    expect(said(await ask(body(), { named: 'later' }))).toEqual([502, 'provider-failed', expect.any(String)]);
  });

  it('above what whoever asks agreed to', async () => {
    expect(said(await ask(body({ gpu_count: 4 })))).toEqual([
      422,
      'not-acceptable',
      expect.stringContaining('max_usd_per_hour is 5; it costs 7.96 an hour'),
    ]);
    expect(posts()).toBe(0);
  });

  it('beside what was made before, as long as that is there', async () => {
    for (const named of ['1', '2', '3', '4', '5']) {
      expect((await ask(body({ gpu_count: 1 }), { named: `${key} ${named}` })).status).toBe(201);
    }
    expect(said(await ask())).toEqual([403, 'over-limit', expect.stringContaining('creating.maxRuntimes')]);
    api.time.now += 20 * minute;
    await api.seeInventory();
    for (const { id } of made().slice(0, 2)) api.emulator.removeRuntime(id);
    expect((await ask()).status).toBe(201);
  });

  it.each([
    ['another project', '/v1/projects/prj-none/runtimes', {}, 404],
    ['a reserved plan', undefined, { plan_id: 'gpu-h100-reserved-1m' }, 422],
    ['no template', undefined, { template_id: undefined }, 422],
    ['no price agreed to', undefined, { max_usd_per_hour: undefined }, 400],
    ['a name that the provider would not take', undefined, { name: '../x' }, 400],
  ])('%s', async (_, path, change, status) => {
    const answer = await api.send('POST', path ?? '/v1/projects/prj-a/runtimes', {
      as: 'ann',
      body: body(change),
      headers: { 'idempotency-key': 'k' },
    });
    expect(answer.status).toBe(status);
    expect(posts()).toBe(0);
  });

  it('without an Idempotency-Key', async () => {
    const answer = await api.send('POST', '/v1/projects/prj-a/runtimes', { as: 'ann', body: body() });
    expect(said(answer)).toEqual([400, 'malformed-request', expect.stringContaining('idempotency-key')]);
  });
});
