import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRecipientStore } from '#adapters/store/recipient-store.ts';
import { createTable } from '#adapters/store/table.ts';
import { type ServedApi, serveWorld } from '../http-api/bench.ts';
import { h100, region, startEngines, startWorld, type TestEngines, type World, type WorldOptions } from './world.ts';

let engines: TestEngines;
let world: World;
let api: ServedApi;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());

const on: WorldOptions = { creating: { allowed: 'everybody', whenAvailable: true, maxUsdPerHour: 20 } };
const begin = async (options: WorldOptions) => {
  world = await startWorld(engines, options);
  api = await serveWorld(() => world);
  await world.step();
};
beforeEach(() => begin(on));
afterEach(async () => {
  await api.close();
  await world.close();
});

const project = () => world.emulator.projects[0] ?? '';
const create = () => ({ project_id: project(), name: 'ann-train', template_id: 'tpl-jupyterlab-pytorch' });
const wish = () => ({ region_id: region, config_id: h100, max_price_per_gpu_per_hour: 2, create: create() });
const ask = (body: object = wish(), as: 'ann' | 'bob' = 'ann') => api.send('POST', '/v1/watches', { as, body });
const make = async (body: object = wish()): Promise<string> => {
  const { status, body: answer } = await ask(body);
  expect(status).toBe(201);
  return Object(answer).id;
};
const read = async (id: string) => Object((await api.send('GET', `/v1/watches/${id}`, { as: 'ann' })).body);
const runtimes = () => world.control.runtimes().filter(({ name }) => name.startsWith('ann-train'));
const recipients = () => createRecipientStore(createTable(world.system().dynamodb, world.tableName));
const posts = () => world.control.calls().createRuntime;

it('is made in the minute in which it can be rented, once, and its owner is mailed', async () => {
  const id = await make();
  expect(await read(id)).toMatchObject({ status: 'waiting', creation: { status: 'waiting', runtime_id: null } });
  world.show(4);
  await world.step();
  const [runtime, ...more] = runtimes();
  expect(more).toEqual([]);
  expect(runtime).toMatchObject({
    name: expect.stringMatching(/^ann-train-[a-z0-9]{6}$/),
    project: project(),
    configId: h100,
    gpuCount: 1,
    planId: 'gpu-h100-on-demand-1h',
    templateId: 'tpl-jupyterlab-pytorch',
  });
  const { id: runtimeId = '', name = '' } = runtime ?? {};
  const mails = await world.mails();
  expect(mails.at(-1)).toMatchObject({
    to: 'ann@example.com',
    subject: `${name} was created: NVIDIA H100 in ${region}`,
  });
  for (const words of [name, runtimeId, '$1.99 per hour', 'bills from Running on']) {
    expect(mails.at(-1)?.text).toContain(words);
  }
  expect(await read(id)).toMatchObject({
    status: 'told',
    creation: { status: 'created', name, runtime_id: runtimeId },
  });
  await world.step(5);
  world.show(0);
  await world.step();
  world.show(4);
  await world.step();
  expect(runtimes()).toHaveLength(1);
  const ledger = Object((await api.send('GET', '/v1/ledger', { as: 'ann' })).body).data;
  expect(ledger).toMatchObject([
    { act: 'created', runtime: { id: runtimeId, name }, money: { usd_per_hour: 1.99 }, by: { kind: 'person' } },
  ]);
  expect(Object((await api.send('GET', '/v1/ledger', { as: 'bob' })).body).data).toEqual([]);
});

it('belongs to whoever it was made for, whatever it is called: they see it, and would be warned of it', async () => {
  await make({ ...wish(), create: { ...create(), name: 'ann-train.bob' } });
  world.show(4);
  await world.step();
  const path = `/v1/projects/${project()}/runtimes/${runtimes()[0]?.id}`;
  expect(await api.send('GET', path, { as: 'ann' })).toMatchObject({ status: 200, body: { owner: 'ann@example.com' } });
  expect((await api.send('GET', path, { as: 'bob' })).status).toBe(404);
});

it('alerts first, and says that it creates, where the provider takes its time', async () => {
  const id = await make();
  world.show(4);
  world.control.addFault({ operation: 'createRuntime', kind: 'status', status: 429, times: 1 });
  await world.step();
  expect(await world.mails()).toMatchObject([{ subject: `NVIDIA H100 is available in ${region}` }]);
  expect((await world.mails())[0]?.text).toContain('GPU Warden creates your runtime now');
  expect(await read(id)).toMatchObject({ status: 'waiting', creation: { status: 'due' } });
  await world.step();
  expect(runtimes()).toHaveLength(1);
  expect((await world.subjects()).at(-1)).toContain('was created');
  expect(await world.subjects()).toHaveLength(2);
});

it('says so where it was gone again before it could be created, and creates it in the next window', async () => {
  await make();
  world.show(4);
  world.control.addFault({ operation: 'createRuntime', kind: 'status', status: 429, times: 2 });
  await world.step();
  await world.step();
  world.show(0);
  await world.step();
  expect((await world.subjects()).at(-1)).toBe(`Not created: NVIDIA H100 in ${region} was gone again`);
  world.show(4);
  await world.step();
  expect(runtimes()).toHaveLength(1);
});

describe('an unclear answer', () => {
  it('of a runtime that was made: it is found by its name, and not asked for again', async () => {
    const id = await make();
    world.show(4);
    world.control.addFault({ operation: 'createRuntime', kind: 'dropConnection', moment: 'after', times: 1 });
    await world.step();
    expect(await read(id)).toMatchObject({ creation: { status: 'asked' } });
    await world.step();
    expect(posts()).toBe(1);
    expect(runtimes()).toHaveLength(1);
    expect(await read(id)).toMatchObject({ creation: { status: 'created', runtime_id: runtimes()[0]?.id } });
    expect((await world.subjects()).at(-1)).toContain('was created');
  });

  it('of a runtime that was not made: only a complete listing, ten minutes later, allows another try', async () => {
    await make();
    world.show(4);
    world.control.addFault({ operation: 'createRuntime', kind: 'status', status: 503, times: 1 });
    for (let minutes = 0; minutes < 10; minutes += 1) {
      await world.step();
      expect([minutes, posts()]).toEqual([minutes, 1]);
    }
    const { id } = world.control.addFault({ operation: 'listRuntimes', kind: 'status', status: 500 });
    await world.step();
    expect(posts()).toBe(1);
    world.control.clearFaults(id);
    // One look finds that it was not made, the next one decides anew.
    await world.step();
    expect(posts()).toBe(1);
    await world.step();
    expect(posts()).toBe(2);
    expect(runtimes()).toHaveLength(1);
    expect((await world.subjects()).at(-1)).toContain('was created');
  });

  it('is told where nobody can say for ten minutes', async () => {
    await make();
    world.show(4);
    world.control.addFault({ operation: 'createRuntime', kind: 'dropConnection', moment: 'after', times: 1 });
    const broken = world.control.addFault({ operation: 'listRuntimes', kind: 'status', status: 500 });
    for (let minutes = 0; minutes < 12; minutes += 1) await world.step();
    expect(posts()).toBe(1);
    const [{ name = '' } = {}] = runtimes();
    expect((await world.subjects()).at(-1)).toBe(`No clear answer yet: was ${name} created?`);
    world.control.clearFaults(broken.id);
    await world.step();
    expect((await world.subjects()).at(-1)).toContain('was created');
    expect(runtimes()).toHaveLength(1);
  });
});

describe('after an unclear answer', () => {
  const unclear = async (moment: 'before' | 'after') => {
    const id = await make();
    world.show(4);
    world.control.addFault({ operation: 'createRuntime', kind: 'dropConnection', moment, times: 1 });
    await world.step();
    return id;
  };

  it.each([
    ['the price is above the limit by then', () => world.show(4, { pricePerGpuHour: 15 })],
    ['the window is closed by then', () => world.show(0)],
  ])('nothing is asked for again where %s', async (_, change) => {
    await unclear('before');
    change();
    for (let minutes = 0; minutes < 14; minutes += 1) await world.step();
    expect([posts(), runtimes()]).toEqual([1, []]);
  });

  it('it is looked for although the inventory cannot be read, and belongs to whoever wanted it', async () => {
    const id = await unclear('after');
    const { id: broken } = world.control.addFault({ operation: 'listRuntimes', kind: 'status', status: 400 });
    world.control.addFault({ operation: 'listInventory', kind: 'status', status: 400 });
    for (let minutes = 0; minutes < 12; minutes += 1) await world.step();
    world.control.clearFaults(broken);
    await world.step();
    expect(await read(id)).toMatchObject({ creation: { status: 'created', runtime_id: runtimes()[0]?.id } });
    expect(posts()).toBe(1);
  });
});

describe('a provider that refuses', () => {
  it('because somebody was faster, is asked again in every window', async () => {
    await make();
    for (let round = 0; round < 4; round += 1) {
      world.show(4);
      world.control.addFault({ operation: 'createRuntime', kind: 'status', status: 409, times: 1 });
      await world.step();
      world.show(0);
      await world.step();
    }
    world.show(4);
    await world.step();
    expect([posts(), runtimes().length]).toEqual([5, 1]);
  });

  it('and repeats what stood in the spec: that is in no mail, no log and no answer', async () => {
    const template_spec = { image: 'x', env: { HF_TOKEN: 'hf_supersecretvalue' } };
    const id = await make({ ...wish(), create: { ...create(), template_id: undefined, template_spec } });
    const body = { code: 'bad_request', message: 'env HF_TOKEN=hf_supersecretvalue is not valid' };
    world.control.addFault({ operation: 'createRuntime', kind: 'status', status: 400, times: 1, body });
    world.show(4);
    await world.step();
    const told = JSON.stringify([world.events, await read(id), await world.mails()]);
    expect(told).toContain('HF_TOKEN=…');
    expect(told).not.toContain('supersecret');
  });

  it('is told, and asked again in another window; the third refusal is the last', async () => {
    const id = await make({ ...wish(), create: { ...create(), template_id: 'tpl-none' } });
    for (let round = 1; round <= 4; round += 1) {
      world.show(4);
      await world.step();
      await world.step();
      world.show(0);
      await world.step();
    }
    expect(posts()).toBe(3);
    const refusals = (await world.mails()).filter(({ text }) => text.includes('Not created: the provider refused'));
    expect(refusals).toHaveLength(3);
    expect(refusals[0]?.text).toContain('tpl-none');
    expect(refusals[2]?.text).toContain('nothing is created for this watch any more');
    expect(await read(id)).toMatchObject({ creation: { status: 'given-up', refusals: 3 } });
  });
});

describe('limits', () => {
  it('of the settings: a second one that would be too much is not created, and said so; it is as soon as there is room', async () => {
    await api.close();
    await world.close();
    await begin({ creating: { allowed: 'everybody', whenAvailable: true, maxUsdPerHour: 3 } });
    await make();
    await make({ ...wish(), notify: 'every' });
    world.show(4);
    await world.step();
    await world.step(11);
    expect(runtimes()).toHaveLength(1);
    const held = (await world.mails()).filter(({ text }) => text.includes('Not created, held back'));
    expect(held).toHaveLength(1);
    expect(held[0]?.text).toContain('creating.maxUsdPerHour');
    for (const { id } of runtimes()) world.control.removeRuntime(id);
    await world.step();
    expect(runtimes()).toHaveLength(1);
    expect(posts()).toBe(2);
  });

  it('of the watch: nothing is created above its price', async () => {
    await make({ ...wish(), max_price_per_gpu_per_hour: 1.5 });
    world.show(4);
    await world.step();
    expect(posts()).toBe(0);
    world.show(4, { pricePerGpuHour: 1.4 });
    await world.step();
    expect(runtimes()).toHaveLength(1);
  });

  it('whoever switches it off in the settings stops what is due', async () => {
    await make();
    world.redeploy({});
    world.show(4);
    await world.step();
    expect(posts()).toBe(0);
    expect((await world.mails()).at(-1)?.text).toContain('creating.whenAvailable');
  });

  it('whoever allows it to operators alone stops what others wait for', async () => {
    await make();
    await api.send('POST', '/v1/watches', { as: 'operator', body: wish() });
    world.redeploy({ creating: { ...on.creating, allowed: 'operators' } });
    world.show(4);
    await world.step();
    expect(runtimes()).toHaveLength(1);
    const held = (await world.mails()).filter(({ text }) => text.includes('creating.allowed'));
    expect(held.map(({ to }) => to)).toEqual(['ann@example.com']);
  });

  it('what holds it, or that it was gone again, is told once a day, not with every window', async () => {
    await make({ ...wish(), notify: 'every' });
    world.redeploy({});
    for (let hours = 0; hours < 48; hours += 4) {
      world.show(4);
      await world.step();
      world.show(0);
      await world.step(4 * 60);
    }
    const held = (await world.mails()).filter(({ text }) => text.includes('Not created'));
    expect(held.length).toBeGreaterThanOrEqual(2);
    expect(held.length).toBeLessThanOrEqual(3);
  });

  it('nothing is created for an address that takes no mail', async () => {
    const id = await make();
    const [recipientId = ''] = id.split('~');
    const found = await recipients().readRecipient(recipientId);
    if (found === undefined) throw new Error('there is no such recipient');
    const undeliverable = { because: 'it bounced', since: world.clock.now() };
    await recipients().saveRecipient({ ...found.recipient, undeliverable }, found.version);
    world.show(4);
    await world.step();
    expect(posts()).toBe(0);
    const after = await recipients().readRecipient(recipientId);
    expect(Object.values(after?.recipient.owed ?? {}).filter(({ kind }) => kind === 'creation')).toEqual([]);
  });
});

describe('a watch that may not', () => {
  it.each([
    ['without a highest price', { max_price_per_gpu_per_hour: undefined }, 422, 'max_price_per_gpu_per_hour'],
    ['in another project', { create: { project_id: 'prj-none', name: 'a', template_id: 'tpl-a' } }, 422, 'prj-none'],
    ['above the limit', { gpu_count: 8, max_price_per_gpu_per_hour: 2.6 }, 403, 'creating.maxUsdPerHour'],
    ['with more GPUs than are allowed', { gpu_count: 9 }, 403, 'creating.maxGpus'],
  ])('%s', async (_, change, status, words) => {
    const answer = await ask({ ...wish(), ...change });
    expect([answer.status, Object(answer.body).detail]).toEqual([status, expect.stringContaining(words)]);
  });

  it.each([
    ['a reserved plan', { plan_id: 'gpu-h100-reserved-1m' }, 'on-demand'],
    ['neither template nor spec', { template_id: undefined }, 'template_id'],
    ['both', { template_spec: {} }, 'template_id'],
    ['a spec that is too large', { template_id: undefined, template_spec: { a: 'x'.repeat(6_000) } }, '6000 bytes'],
  ])('%s', async (_, change, words) => {
    const answer = await ask({ ...wish(), create: { ...create(), ...change } });
    expect([answer.status, Object(answer.body).detail]).toEqual([422, expect.stringContaining(words)]);
  });

  it('be made where it is off, or for operators alone', async () => {
    world.redeploy({});
    expect((await ask()).status).toBe(403);
    world.redeploy({ creating: { ...on.creating, allowed: 'operators' } });
    expect((await ask()).status).toBe(403);
    const body = wish();
    expect((await api.send('POST', '/v1/watches', { as: 'operator', body })).status).toBe(201);
  });
});

it('a watch that creates may be changed within the limits, and not while the provider is asked', async () => {
  const id = await make();
  const change = async (body: object) =>
    (await api.send('PATCH', `/v1/watches/${id}`, { as: 'ann', body, headers: { 'if-match': '*' } })).status;
  expect(await change({ gpu_count: 9 })).toBe(403);
  expect(await change({ max_price_per_gpu_per_hour: 21 })).toBe(403);
  expect(await change({ gpu_count: 2 })).toBe(200);
  world.show(4);
  world.control.addFault({ operation: 'createRuntime', kind: 'dropConnection', moment: 'before', times: 1 });
  await world.step();
  expect(await change({ gpu_count: 3 })).toBe(409);
  await world.step(11);
  await world.step();
  expect(runtimes().map(({ gpuCount }) => gpuCount)).toEqual([2]);
});

it('a runtime of which nobody asks again whether it was made is found all the same, and belongs to whoever asked', async () => {
  world.show(4);
  await world.step();
  const body = {
    name: 'ann-train',
    region_id: region,
    gpu_config_id: h100,
    template_id: 'tpl-jupyterlab-pytorch',
    max_usd_per_hour: 5,
  };
  const path = `/v1/projects/${project()}/runtimes`;
  world.control.addFault({ operation: 'createRuntime', kind: 'dropConnection', moment: 'after', times: 1 });
  const asked = await api.send('POST', path, { as: 'bob', body, headers: { 'idempotency-key': 'k' } });
  expect(asked.status).toBe(202);
  await world.step(2);
  const runtime = `${path}/${runtimes()[0]?.id}`;
  expect(await api.send('GET', runtime, { as: 'bob' })).toMatchObject({
    status: 200,
    body: { owner: 'bob@example.com' },
  });
  const ledger = Object((await api.send('GET', '/v1/ledger', { as: 'bob' })).body).data;
  expect(ledger).toMatchObject([{ act: 'created', because: 'asked for by the API' }]);
  expect((await api.send('POST', path, { as: 'bob', body, headers: { 'idempotency-key': 'k' } })).status).toBe(200);
  await world.step(2);
  expect([posts(), runtimes().length]).toEqual([1, 1]);
});

describe('what happens meanwhile', () => {
  it('one that cannot be looked for keeps none of the same person from being created', async () => {
    const [first = ''] = world.emulator.projects;
    await make();
    world.show(4);
    world.control.addFault({ operation: 'createRuntime', kind: 'dropConnection', moment: 'before', times: 1 });
    await world.step();
    world.control.addFault({ operation: 'listRuntimes', kind: 'status', status: 403 });
    await make({ ...wish(), gpu_count: 2, create: { ...create(), project_id: first, name: 'ann-train-too' } });
    await world.step();
    expect(runtimes().map(({ gpuCount }) => gpuCount)).toEqual([2]);
  });

  it('a project that is not in the settings any more gets no runtime', async () => {
    await make();
    world.redeploy({ ...on, projects: ['prj-other'] });
    world.show(4);
    await world.step();
    expect(posts()).toBe(0);
    expect((await world.mails()).at(-1)?.text).toContain('not in the settings any more');
  });

  const refuseFor = (status: number) =>
    world.control.addFault({ operation: 'createRuntime', kind: 'status', status }).id;

  it('a list that is not complete says nothing of what was asked for, however late', async () => {
    await make();
    world.show(4);
    world.control.addFault({ operation: 'createRuntime', kind: 'dropConnection', moment: 'after', times: 1 });
    world.control.addFault({ operation: 'listRuntimes', kind: 'missingPage', page: 1, as: 'empty' });
    for (let minutes = 0; minutes < 20; minutes += 1) await world.step();
    expect([posts(), runtimes().length]).toEqual([1, 1]);
    world.control.clearFaults();
    await world.step();
    expect((await world.subjects()).at(-1)).toContain('was created');
    expect(posts()).toBe(1);
  });

  it('a watch that is cancelled while its costs are written down asks for nothing', async () => {
    const id = await make();
    world.show(4);
    await world.clock.advance(60_000);
    const isExpenses = ({ operation, body }: { operation: string; body: string }) =>
      operation === 'PutItem' && body.includes('"expenses"');
    world.proxies.table.faults.add({ match: isExpenses, kind: 'delay', delayMs: 700, times: 1 });
    const run = world.tick();
    await expect.poll(() => world.events.some(({ event }) => event === 'watch-fired')).toBe(true);
    expect((await api.send('POST', `/v1/watches/${id}/cancel`, { as: 'ann' })).status).toBe(200);
    await run;
    expect([posts(), runtimes()]).toEqual([0, []]);
  });

  it('is created although mails to its owner wait for their hour', async () => {
    await api.close();
    await world.close();
    await begin({ ...on, availability: { mailsPerHour: 1 } });
    await make();
    const other = 'gpu-a100-80g-12cpu-125g';
    await ask({ region_id: region, config_id: other });
    world.show(4);
    const fault = refuseFor(429);
    await world.step();
    world.control.setOffer({ configId: other, available: 4 });
    await world.step();
    const { id: unread } = world.control.addFault({ operation: 'listInventory', kind: 'status', status: 400 });
    for (let minutes = 0; minutes < 12; minutes += 1) await world.step();
    world.control.clearFaults(fault);
    world.control.clearFaults(unread);
    await world.step();
    expect(runtimes()).toHaveLength(1);
  });

  it('one for every window is created in the next one, however soon after its alert', async () => {
    await make({ ...wish(), notify: 'every' });
    const fault = refuseFor(429);
    for (let windows = 0; windows < 2; windows += 1) {
      world.show(4);
      await world.step();
      world.show(0);
      for (let minutes = 0; minutes < 6; minutes += 1) await world.step();
    }
    world.control.clearFaults(fault);
    world.show(4);
    await world.step();
    expect(runtimes()).toHaveLength(1);
  });

  it('by an old inventory nothing is begun', async () => {
    await make();
    world.show(4);
    const fault = refuseFor(429);
    await world.step();
    const { id: unread } = world.control.addFault({ operation: 'listInventory', kind: 'status', status: 400 });
    for (let minutes = 0; minutes < 11; minutes += 1) await world.step();
    world.control.clearFaults(fault);
    await world.step();
    expect(runtimes()).toEqual([]);
    world.control.clearFaults(unread);
    await world.step();
    expect(runtimes()).toHaveLength(1);
  });
});
