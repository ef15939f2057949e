import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { createAvailabilityStore } from '#adapters/store/availability-store.ts';
import { createTable } from '#adapters/store/table.ts';
import { minute, second } from '#domain/time.ts';
import { lambdaContext } from '#local/lambda-context.ts';
import { createSystem } from '#local/system.ts';
import {
  h100,
  region,
  startEngines,
  startWorld,
  type TestEngines,
  type World,
  worldStart,
} from '../availability/world.ts';

/** What EventBridge Scheduler hands over. Source: "universal event" of its user guide, with its context attributes filled in. */
const scheduled = {
  version: '0',
  id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
  'detail-type': 'Scheduled Event',
  source: 'aws.scheduler',
  account: '000000000000',
  time: '2026-11-02T09:00:00Z',
  region: 'eu-west-1',
  resources: ['arn:aws:scheduler:eu-west-1:000000000000:schedule/default/watch-availability'],
  detail: '{}',
};

let engines: TestEngines;
let world: World;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());
beforeEach(async () => {
  world = await startWorld(engines, { watches: [{ to: 'ada@example.com', region, configId: h100 }] });
});
afterEach(() => world.close());

const invoke = (event: unknown = scheduled, timeoutMs = 60_000) => {
  const context = lambdaContext({ functionName: 'watch-availability', timeoutMs });
  return { context, done: world.system().watchAvailability(event, context) };
};
const tableNow = () => createTable(world.system().dynamodb, world.tableName);
const leaseNow = async () => (await tableNow().get({ pk: 'availability', sk: 'fleet' }))?.lease;
const named = (name: string) => world.events.filter(({ event }) => event === name);

describe('a scheduled run', () => {
  test('looks at the provider, announces who is owed a mail, and answers nothing', async () => {
    world.show(4);
    expect(await invoke().done).toBeUndefined();
    expect(named('polled')).toHaveLength(1);
    expect(named('watch-fired')).toMatchObject([{ region, configId: h100 }]);
    await world.deliver();
    expect(await world.mails()).toMatchObject([{ to: 'ada@example.com' }]);
  });

  test('needs nothing of its event: a schedule may pass any', async () => {
    for (const event of [scheduled, {}, null, 'anything']) await invoke(event).done;
    expect(named('polled')).toHaveLength(4);
  });

  test('holds the lease under an id of its own, and gives it back', async () => {
    const run = invoke();
    await run.done;
    expect(await leaseNow()).toEqual({ holder: expect.stringMatching(/^[\w-]{36}$/), until: worldStart });
  });

  test('of two at the same time one works, and the other does nothing and is no failure', async () => {
    await Promise.all([invoke().done, invoke().done]);
    expect(named('run-skipped')).toHaveLength(1);
    expect(named('polled')).toHaveLength(1);
  });
});

describe('a run that fails', () => {
  test('ends in an error that Lambda counts, gives the lease back, and the next one works', async () => {
    world.control.addFault({ operation: 'listInventory', kind: 'status', status: 403 });
    await expect(invoke().done).rejects.toThrow(/Parts of the run that failed/);
    expect(named('poll-failed')).toHaveLength(1);
    world.control.clearFaults();
    await invoke().done;
    expect(named('run-skipped')).toEqual([]);
    expect(named('polled')).toHaveLength(1);
  });

  test('is not the last one that succeeded, though others of its parts did', async () => {
    const succeededAt = async () => (await createAvailabilityStore(await tableNow()).readBoard()).fleet.succeededAt;
    world.control.addFault({ operation: 'listInventory', kind: 'status', status: 403 });
    await expect(invoke().done).rejects.toThrow();
    expect(await succeededAt()).toBeUndefined();
    world.control.clearFaults();
    await invoke().done;
    expect(await succeededAt()).toBe(worldStart);
    await world.clock.advance(minute);
    world.show(4);
    world.proxies.queue.faults.add({ match: 'SendMessageBatch', kind: 'refuse' });
    await expect(invoke().done).rejects.toThrow();
    expect(await succeededAt()).toBe(worldStart);
  });

  test('without a table does nothing at all', async () => {
    world.proxies.table.faults.add({ match: '*', kind: 'refuse' });
    await expect(invoke().done).rejects.toThrow('The request is refused.');
    expect(Object.values(world.control.calls()).some((calls) => calls > 0)).toBe(false);
    expect(world.events).toEqual([]);
  });

  test('says nowhere who is told, and no token', async () => {
    world.show(4);
    world.proxies.queue.faults.add({ match: '*', kind: 'refuse' });
    await invoke().done.catch(() => {});
    world.proxies.queue.faults.clear();
    world.control.addFault({ operation: '*', kind: 'status', status: 500, body: 'no' });
    await invoke().done.catch(() => {});
    expect(named('part-failed').length).toBeGreaterThan(1);
    const told = JSON.stringify(world.events);
    expect(told).not.toContain('@');
    expect(told).not.toContain(world.emulator.token);
  });
});

describe('the time that Lambda leaves', () => {
  test('a run with less than its reserve does not begin what it could not record', async () => {
    await invoke(scheduled, 4 * second).done;
    expect(world.control.calls().listInventory).toBe(0);
    expect(named('run-skipped')).toHaveLength(1);
    expect(await leaseNow()).toBeUndefined();
  });

  test('a provider that hangs is given up before the time is over, and the run still records and fails', async () => {
    world.control.addFault({ operation: 'listInventory', kind: 'delay', milliseconds: 30_000 });
    const run = invoke(scheduled, 5.3 * second);
    await expect(run.done).rejects.toThrow(/Parts of the run that failed/);
    expect(run.context.getRemainingTimeInMillis()).toBeGreaterThan(0);
    expect(named('poll-failed')).toHaveLength(1);
    expect(await leaseNow()).toMatchObject({ until: worldStart });
  });

  test('a run looks as often as the settings say', async () => {
    world.redeploy({ availability: { pollSeconds: 15 } });
    await invoke(scheduled, 15 * minute).done;
    expect(named('polled')).toHaveLength(4);
    expect(world.clock.now()).toBe(worldStart + 45 * second);
  });

  test('a run that is late ends within 50 seconds, however long Lambda would let it go on', async () => {
    const { clock, emulator, proxies, queue, tableName } = world;
    const late = createSystem({
      settings: readSettings({
        provider: {
          runtimesUrl: emulator.runtimesUrl,
          inventoryUrl: emulator.inventoryUrl,
          organisation: emulator.organisation,
          projects: emulator.projects,
        },
        mail: { sender: 'warden@example.com', operator: 'operator@example.com' },
        availability: { pollSeconds: 15 },
      }),
      engines: {
        tableEndpoint: proxies.table.endpoint,
        tableName,
        queueUrl: proxies.queue.through(queue.queueUrl),
        deadLetterQueueUrls: queue.deadLetterQueueUrls,
        mailEndpoint: proxies.mail.endpoint,
      },
      credential: { kind: 'token', token: async () => emulator.token },
      // Every wait lasts six seconds longer than asked for: the last look would begin at 51 s.
      clock: { now: clock.now, sleep: (milliseconds) => clock.advance(milliseconds + 6 * second) },
      report: (event) => world.events.push(event),
      linksUrl: 'https://links.example.com',
      linkSecret: 'a secret of at least thirty-two characters',
    });
    await late.watchAvailability({}, lambdaContext({ functionName: 'watch-availability', timeoutMs: 15 * minute }));
    late.close();
    expect(named('polled')).toHaveLength(3);
  });
});

describe("the account's own requests at the provider", () => {
  const request = async (): Promise<void> => {
    const answer = await fetch(`${world.emulator.inventoryUrl}/api/v1beta1/inventory/gpu/notify-availability`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.emulator.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ region_id: region, config_id: h100 }),
    });
    expect(answer.status).toBe(201);
  };

  test.each([
    ['the operator, where nobody is named', {}, 'operator@example.com'],
    ['whom `upstreamTo` names', { upstreamTo: 'team@example.com' }, 'team@example.com'],
  ])('are told to %s', async (_whom, availability, to) => {
    world.redeploy({ availability });
    world.show(0);
    await request();
    await world.step();
    world.show(4);
    await world.step();
    expect((await world.mails()).map((mail) => mail.to)).toEqual([to]);
  });
});

test('the watches of the settings are in the table, under ids that do not give the address away', async () => {
  await invoke().done;
  const known = await createAvailabilityStore(tableNow()).readConfigSource();
  expect(known).toEqual([
    { watchId: expect.stringMatching(/^[\w-]{22}$/), recipientId: expect.stringMatching(/^[\w-]{22}$/) },
  ]);
  const again = JSON.stringify(known);
  world.redeploy({ watches: [{ to: 'ADA@Example.com', region, configId: h100 }] });
  await invoke().done;
  expect(JSON.stringify(await createAvailabilityStore(tableNow()).readConfigSource())).toBe(again);
});
