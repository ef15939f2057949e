import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { h100, region, startEngines, startWorld, type TestEngines, type World, type WorldOptions } from './world.ts';

let engines: TestEngines;
let world: World;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());
afterEach(() => world.close());

/** Somebody asks at the provider itself, in its console or through its API. */
const askAtProvider = async (configId = h100) => {
  const answer = await fetch(`${world.emulator.inventoryUrl}/api/v1beta1/inventory/gpu/notify-availability`, {
    method: 'POST',
    headers: { authorization: `Bearer ${world.emulator.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ region_id: region, config_id: configId }),
  });
  expect(answer.status).toBe(201);
  const { id } = (await answer.json()) as { id: string };
  return id;
};

const start = async (options: WorldOptions = {}) => {
  world = await startWorld(engines, options);
};

const recipients = async () => (await world.mails()).map(({ to }) => to);

describe("the account's own requests at the provider", () => {
  it('are told to the operator, or to whom upstreamTo names', async () => {
    await start();
    await askAtProvider();
    await world.step();
    world.show(2);
    await world.step();
    expect(await recipients()).toEqual(['operator@example.com']);
    await world.close();

    await start({ availability: { upstreamTo: 'gpus@example.com' } });
    await askAtProvider();
    await world.step();
    world.show(2);
    await world.step();
    expect(await recipients()).toEqual(['gpus@example.com']);
  });

  it('that turn notified before our own poll sees the window still fire for it', async () => {
    await start();
    const id = await askAtProvider();
    await world.step();
    // The provider's own mail goes out first, and its list is read before the inventory is.
    world.control.setNotifyRequest(id, { status: 'notified' });
    await world.step(5);
    expect(await recipients()).toEqual([]);
    world.show(2);
    await world.step(2);
    expect(await recipients()).toEqual(['operator@example.com']);
  });

  it('that vanish still fire for the current window, and for no later one', async () => {
    await start();
    const id = await askAtProvider();
    await world.step();
    world.control.removeNotifyRequest(id);
    await world.step(5);
    for (let minutes = 0; minutes < 30; minutes += 5) await world.step(5);
    world.show(2);
    await world.step();
    expect(await recipients()).toEqual([]);
  });

  it('that are cancelled end', async () => {
    await start();
    const id = await askAtProvider();
    await world.step();
    world.control.setNotifyRequest(id, { status: 'cancelled' });
    await world.step(5);
    world.show(2);
    await world.step();
    expect(await recipients()).toEqual([]);
  });

  it('with a status never seen before still wait', async () => {
    await start();
    const id = await askAtProvider();
    world.control.setNotifyRequest(id, { status: 'queued' });
    await world.step();
    world.show(2);
    await world.step();
    expect(await recipients()).toEqual(['operator@example.com']);
  });

  it('that cannot be read leave every watch as it was', async () => {
    await start();
    await askAtProvider();
    await world.step();
    world.control.addFault({ kind: 'status', status: 500, operation: 'listNotifyRequests' });
    await world.step(6);
    expect(world.events).toContainEqual(expect.objectContaining({ event: 'requests-unread' }));
    world.show(2);
    await world.step();
    expect(await recipients()).toEqual(['operator@example.com']);
  });

  it('that say the same as a watch in the settings are told once', async () => {
    await start({ watches: [{ to: 'operator@example.com', region, configId: h100 }] });
    await askAtProvider();
    await world.step();
    world.show(2);
    await world.step();
    world.show(0);
    await world.step();
    world.show(2);
    for (let minutes = 0; minutes < 20; minutes += 5) await world.step(5);
    expect(await recipients()).toEqual(['operator@example.com']);
  });
});

describe('unsubscribing', () => {
  const linkIn = (text: string) => new URL(/https:\/\/links\.example\.com\S+/.exec(text)?.[0] ?? '');
  const visit = (link: URL, method: 'GET' | 'POST', body = '') =>
    world.system().links(
      {
        version: '2.0',
        routeKey: '$default',
        rawPath: link.pathname,
        rawQueryString: link.search.slice(1),
        headers: {},
        queryStringParameters: Object.fromEntries(link.searchParams),
        requestContext: {
          accountId: '',
          apiId: '',
          domainName: '',
          domainPrefix: '',
          http: { method, path: link.pathname, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: '' },
          requestId: '',
          routeKey: '$default',
          stage: '$default',
          time: '',
          timeEpoch: 0,
        },
        body,
        isBase64Encoded: false,
      },
      // biome-ignore lint/suspicious/noExplicitAny: the handler looks at the request id alone.
      { awsRequestId: 'request' } as any,
    );

  it('a scanner that opens the link changes nothing; the button ends the watches of that mail and no others', async () => {
    await start({
      watches: [
        { to: 'team@example.com', model: 'H100', notify: 'every' },
        { to: 'team@example.com', model: 'A100', notify: 'every' },
      ],
    });
    await world.step();
    world.show(2);
    await world.step();
    const link = linkIn((await world.mails())[0]?.text ?? '');
    expect(await visit(link, 'GET')).toMatchObject({ statusCode: 200, body: expect.stringContaining('H100') });
    expect(await visit(link, 'POST', 'List-Unsubscribe=One-Click')).toMatchObject({ statusCode: 200 });
    expect(await visit(link, 'POST', 'scope=these')).toMatchObject({
      body: expect.stringContaining('Already stopped'),
    });
    world.show(0);
    for (let minutes = 0; minutes < 365; minutes += 5) await world.step(5);
    world.show(2);
    world.control.setOffer({ configId: 'gpu-a100-80g-12cpu-125g', available: 2 });
    await world.step();
    const subjects = await world.subjects();
    expect(subjects).toHaveLength(2);
    expect(subjects[1]).toContain('A100');
  });
});
