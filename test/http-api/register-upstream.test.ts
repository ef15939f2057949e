import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAvailabilityStore } from '#adapters/store/availability-store.ts';
import { createTable } from '#adapters/store/table.ts';
import type { Fault } from '#local/emulator/faults/fault.ts';
import { h100, region, startEngines, startWorld, type TestEngines, type World } from '../availability/world.ts';
import { type ServedApi, serveWorld } from './bench.ts';

let engines: TestEngines;
let world: World;
let api: ServedApi;
const registering = { availability: { registerUpstream: true } };
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());
beforeEach(async () => {
  world = await startWorld(engines, registering);
  api = await serveWorld(() => world);
  await world.step();
});
afterEach(async () => {
  await api.close();
  await world.close();
});

const path = '/api/v1beta1/inventory/gpu/notify-availability';
const wish = { region_id: region, config_id: h100 };
const ask = async (as: 'ann' | 'bob', body: Record<string, unknown> = wish) => {
  const { status } = await api.send('POST', path, { as, body });
  expect(status).toBe(201);
};
const store = () => createAvailabilityStore(createTable(world.system().dynamodb, world.tableName));
const asked = () => world.control.calls().createNotifyRequest;
const statuses = () => world.control.notifyRequests().map(({ status }) => status);
const named = (name: string) => world.events.filter(({ event }) => event === name);
const mailed = async () => (await world.mails()).map(({ to }) => to).sort();
const wantedNow = async () => (await store().readBoard()).wanted;
/** The look that reads the account's requests is due every five minutes. */
const nextReading = () => world.step(5);
const failNext = (fault: Fault) => world.control.addFault({ ...fault, operation: 'createNotifyRequest', times: 1 });

describe('a watch of the API for one offer', () => {
  it('is registered at the provider, once for all who wait for it', async () => {
    await ask('ann');
    await ask('bob');
    await world.step();
    expect(asked()).toBe(0);
    expect(await nextReading()).toBeUndefined();
    expect(world.control.notifyRequests()).toMatchObject([{ regionId: region, configId: h100, status: 'pending' }]);
    expect(named('request-registered')).toEqual([{ event: 'request-registered', region, configId: h100 }]);
    expect(await wantedNow()).toEqual([]);
    await nextReading();
    await nextReading();
    expect(asked()).toBe(1);
  });

  it('is told to whoever made it alone: what Warden registered is not read back', async () => {
    await ask('ann');
    await nextReading();
    await nextReading();
    world.show(4);
    await world.step();
    await nextReading();
    expect(statuses()).toEqual(['notified']);
    expect(await mailed()).toEqual(['ann@example.com']);
  });

  it('is registered anew when it is made after the provider told of the former one, and not before', async () => {
    await ask('ann');
    await nextReading();
    world.show(4);
    await nextReading();
    world.show(0);
    await nextReading();
    expect(asked()).toBe(1);
    await ask('bob');
    await nextReading();
    expect(statuses()).toEqual(['notified', 'pending']);
  });

  it('is made by /v1/watches too; one by description is not registered', async () => {
    const make = (body: Record<string, unknown>) => api.send('POST', '/v1/watches', { as: 'ann', body });
    await make({ gpu_model: 'H100' });
    await make({ config_id: h100 });
    await nextReading();
    expect(asked()).toBe(0);
    await make({ ...wish, gpu_count: 8, notify: 'every' });
    await nextReading();
    expect(statuses()).toEqual(['pending']);
  });

  it('needs no other request where the account has one that waits', async () => {
    const answer = await fetch(`${world.emulator.inventoryUrl}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.emulator.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(wish),
    });
    expect(answer.status).toBe(201);
    await ask('ann');
    await nextReading();
    expect(asked()).toBe(1);
    expect(await wantedNow()).toEqual([]);
    world.show(4);
    await world.step();
    expect(await mailed()).toEqual(['ann@example.com', 'operator@example.com']);
  });
});

it.each(['drop-connection', 'drop-answer'] as const)(
  'a watch whose making dies at its marker (%s) is made and registered when its request comes again',
  async (kind) => {
    const make = () => api.send('POST', '/v1/watches', { as: 'ann', body: wish, headers: { 'idempotency-key': 'k1' } });
    const match = ({ operation, body }: { operation: string; body: string }) =>
      operation === 'PutItem' && body.includes('wanted#');
    const fault = world.proxies.table.faults.add({ match, kind, times: 1 });
    expect((await make()).status).toBe(500);
    expect(fault.struck()).toBe(1);
    expect((await make()).status).toBe(201);
    await nextReading();
    expect(statuses()).toEqual(['pending']);
  },
);

describe('an answer that is lost', () => {
  it('is looked for in the next list: registered once, and not read back', async () => {
    await ask('ann');
    failNext({ kind: 'dropConnection', moment: 'after' });
    expect(await nextReading()).toBeInstanceOf(Error);
    expect(named('part-failed')).toMatchObject([{ part: 'register' }]);
    await nextReading();
    await nextReading();
    expect(asked()).toBe(1);
    expect(await wantedNow()).toEqual([]);
    world.show(4);
    await world.step();
    await nextReading();
    expect(await mailed()).toEqual(['ann@example.com']);
  });

  it('of a request that the provider told of at once is found too', async () => {
    world.show(4);
    await ask('ann');
    failNext({ kind: 'dropConnection', moment: 'after' });
    await nextReading();
    await nextReading();
    await nextReading();
    expect([asked(), statuses()]).toEqual([1, ['notified']]);
    expect(await mailed()).toEqual(['ann@example.com']);
  });

  it('of a request that was not made is asked for again', async () => {
    await ask('ann');
    failNext({ kind: 'dropConnection', moment: 'before' });
    await nextReading();
    expect(statuses()).toEqual([]);
    expect(await nextReading()).toBeUndefined();
    expect([asked(), statuses()]).toEqual([2, ['pending']]);
  });

  it('that names no request is looked for too', async () => {
    await ask('ann');
    failNext({ kind: 'status', status: 201, body: {}, moment: 'after' });
    expect(await nextReading()).toBeUndefined();
    expect(named('request-registered')).toHaveLength(1);
    await nextReading();
    world.show(4);
    await world.step();
    await nextReading();
    expect(asked()).toBe(1);
    expect(await mailed()).toEqual(['ann@example.com']);
  });
});

describe('a process that dies', () => {
  // What registering writes: the intent, what came of it, and the marker that goes.
  const sourceWrite = (number: number) => {
    let writes = 0;
    return ({ operation, body }: { operation: string; body: string }) =>
      operation === 'PutItem' && body.includes('"requests"') && body.includes('"source"') && ++writes >= number;
  };
  it.each([
    ['before it wrote the intent', sourceWrite(1), 'drop-connection'],
    ['when it had written the intent', sourceWrite(1), 'drop-answer'],
    ['before it wrote what came of it', sourceWrite(2), 'drop-connection'],
    ['when it had written what came of it', sourceWrite(2), 'drop-answer'],
    [
      'before it took the marker away',
      ({ operation }: { operation: string }) => operation === 'DeleteItem',
      'drop-connection',
    ],
    [
      'when it had taken the marker away',
      ({ operation }: { operation: string }) => operation === 'DeleteItem',
      'drop-answer',
    ],
  ] as const)('%s has one request made, and nobody else mailed', async (_when, match, kind) => {
    await ask('ann');
    // From there on the process reaches no table.
    let dead = false;
    const first = world.proxies.table.faults.add({
      match: (call) => {
        if (dead || !match(call)) return false;
        dead = true;
        return true;
      },
      kind,
    });
    const rest = world.proxies.table.faults.add({ match: () => dead, kind: 'drop-connection' });
    await world.clock.advance(5 * 60_000);
    expect(await world.tick()).toBeInstanceOf(Error);
    expect(first.struck()).toBe(1);
    first.remove();
    rest.remove();
    world.redeploy();
    await world.step();
    await nextReading();
    await nextReading();
    expect([asked(), statuses()]).toEqual([1, ['pending']]);
    expect(await wantedNow()).toEqual([]);
    world.show(4);
    await world.step();
    await nextReading();
    expect(await mailed()).toEqual(['ann@example.com']);
  });
});

describe('a provider that says no', () => {
  it.each([400, 404, 403, 409])('%i is reported, and not asked again until another watch wants it', async (status) => {
    await ask('ann');
    failNext({ kind: 'status', status });
    expect(await nextReading()).toBeUndefined();
    expect(named('request-refused')).toMatchObject([{ region, configId: h100, because: expect.any(String) }]);
    await nextReading();
    expect([asked(), await wantedNow()]).toEqual([1, []]);
    await ask('bob');
    await nextReading();
    expect([asked(), statuses()]).toEqual([2, ['pending']]);
  });

  it.each([401, 429, 500, 503])(
    '%i fails that part alone, and is asked again with the next reading',
    async (status) => {
      await ask('ann');
      failNext({ kind: 'status', status });
      world.show(4);
      expect(await nextReading()).toBeInstanceOf(Error);
      expect(named('part-failed')).toMatchObject([{ part: 'register' }]);
      expect(await mailed()).toEqual(['ann@example.com']);
      await world.step();
      expect(asked()).toBe(1);
      expect(await nextReading()).toBeUndefined();
      expect([asked(), statuses()]).toEqual([2, ['notified']]);
    },
  );

  it('for one offer says nothing about the others', async () => {
    await ask('ann', { region_id: region, config_id: 'gpu-nobody-knows' });
    await ask('ann');
    await nextReading();
    expect(named('request-refused')).toMatchObject([{ configId: 'gpu-nobody-knows' }]);
    expect(statuses()).toEqual(['pending']);
  });
});

describe('a list of requests', () => {
  it('that cannot be read whole has nothing registered, and says so', async () => {
    await ask('ann');
    const id = '1b4e28ba-2fa1-41d2-883f-0016d3cca427';
    world.control.addFault({ operation: 'listNotifyRequests', kind: 'status', status: 200, body: [{ id }], times: 1 });
    await nextReading();
    expect([asked(), named('requests-unread').length]).toEqual([0, 1]);
    await nextReading();
    expect([asked(), statuses()]).toEqual([1, ['pending']]);
  });

  it('is read anew for another address, and what Warden registered is still known', async () => {
    await ask('ann');
    await nextReading();
    world.redeploy({ availability: { registerUpstream: true, upstreamTo: 'other@example.com' } });
    await nextReading();
    await nextReading();
    world.show(4);
    await world.step();
    await nextReading();
    expect(await mailed()).toEqual(['ann@example.com']);
  });
});

describe('without the setting', () => {
  it('nothing is registered, and no marker put', async () => {
    world.redeploy({});
    await ask('ann');
    expect(await wantedNow()).toEqual([]);
    await nextReading();
    await nextReading();
    expect(asked()).toBe(0);
  });

  it('a marker that is there waits, and what is being asked for is still recognised', async () => {
    await ask('ann');
    failNext({ kind: 'dropConnection', moment: 'after' });
    await nextReading();
    await ask('bob', { region_id: region, config_id: 'gpu-a100-80g-12cpu-125g' });
    world.redeploy({});
    await nextReading();
    world.show(4);
    await world.step();
    await nextReading();
    expect(asked()).toBe(1);
    expect(await mailed()).toEqual(['ann@example.com']);
    expect(await wantedNow()).toHaveLength(2);
  });
});

it('costs nothing in a look that finds nothing wanted', async () => {
  const tableCalls: string[] = [];
  const spy = world.proxies.table.faults.add({
    match: ({ operation }) => {
      tableCalls.push(operation);
      return false;
    },
    kind: 'refuse',
  });
  await nextReading();
  await world.step();
  spy.remove();
  expect(tableCalls).toEqual(['UpdateItem', 'Query', 'GetItem', 'PutItem', 'UpdateItem', 'Query', 'PutItem']);
});
