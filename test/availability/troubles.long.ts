import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { digest } from '#adapters/identity.ts';
import { h100, region, startEngines, startWorld, type TestEngines, type World, type WorldOptions } from './world.ts';

let engines: TestEngines;
let world: World;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());
afterEach(() => world.close());

const ada = { to: 'ada@example.com', region, configId: h100 } as const;
const bob = { ...ada, to: 'bob@example.com' } as const;
const start = async (options: WorldOptions) => {
  world = await startWorld(engines, options);
  await world.step();
};
const recipients = async () => (await world.mails()).map(({ to }) => to).sort();

describe("one recipient's trouble", () => {
  it('is no other recipient’s: whoever cannot be read stops nobody', async () => {
    await start({ watches: [ada, bob] });
    const key = { pk: `recipient#${digest(ada.to)}`, sk: 'recipient' };
    await world
      .system()
      .dynamodb.send(
        new PutItemCommand({ TableName: world.tableName, Item: marshall({ ...key, version: 9, recipient: {} }) }),
      );
    world.show(2);
    expect(await world.step()).toBeInstanceOf(AggregateError);
    expect(await recipients()).toEqual([bob.to]);
    expect(world.events).toContainEqual(expect.objectContaining({ event: 'part-failed', part: 'match' }));
  });

  it('a queue that takes nothing does not keep the others from becoming owed', async () => {
    await start({ watches: [ada, bob] });
    world.show(2);
    const outage = world.proxies.queue.faults.add({ match: 'SendMessageBatch', kind: 'drop-connection' });
    await world.step();
    world.show(0);
    await world.step();
    outage.remove();
    await world.step();
    expect(await world.subjects()).toEqual([
      'NVIDIA H100 was available in as-south-1 from 09:02 to 09:03 UTC',
      'NVIDIA H100 was available in as-south-1 from 09:02 to 09:03 UTC',
    ]);
  });
});

describe('a deployment in the middle', () => {
  it('another address for the account’s requests: the new one is told, the former one no more', async () => {
    await start({ availability: { upstreamTo: ada.to } });
    const answer = await fetch(`${world.emulator.inventoryUrl}/api/v1beta1/inventory/gpu/notify-availability`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.emulator.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ region_id: region, config_id: h100 }),
    });
    expect(answer.status).toBe(201);
    await world.step(5);
    world.redeploy({ availability: { upstreamTo: bob.to } });
    await world.step(5);
    world.show(2);
    await world.step();
    expect(await recipients()).toEqual([bob.to]);
  });

  it('another time zone moves the end of a watch, and does not make it new', async () => {
    const watches = [{ ...ada, until: '2026-11-02' }];
    await start({ watches });
    world.show(2);
    await world.step();
    world.redeploy({ watches, mail: { timeZone: 'America/Los_Angeles' } });
    await world.step();
    expect(await recipients()).toEqual([ada.to]);
  });

  it('a watch whose making was cut off, and that is not listed any more, mails nobody', async () => {
    await start({});
    world.redeploy({ watches: [ada, bob] });
    // The run dies before it could write that it has taken in the watches.
    let sources = 0;
    world.proxies.table.faults.add({
      match: ({ operation, body }) => operation === 'PutItem' && body.includes('"source"') && ++sources >= 2,
      kind: 'drop-connection',
      times: 1,
    });
    expect(await world.step()).toBeInstanceOf(Error);
    world.redeploy({ watches: [bob] });
    await world.step();
    world.show(2);
    await world.step();
    expect(await recipients()).toEqual([bob.to]);
  });
});

describe('every', () => {
  it('a window that opens while the mail of the one before is on its way is told in the end', async () => {
    await start({ watches: [{ to: ada.to, model: 'H100', notify: 'every' }] });
    world.show(2);
    const outage = world.proxies.mail.faults.add({ match: 'SendEmail', kind: 'throttle' });
    await world.step();
    world.show(0);
    await world.step();
    outage.remove();
    // The mail is written while the offer is gone, and taken down as accepted after it came back.
    world.show(2);
    await world.step(3);
    for (let minutes = 0; minutes < 430; minutes += 5) await world.step(5);
    expect((await world.subjects()).length).toBeGreaterThanOrEqual(1);
    expect((await world.subjects()).at(-1)).toBe('NVIDIA H100 is available in as-south-1');
  });
});
