import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { h100, region, startEngines, startWorld, type TestEngines, type World } from '../availability/world.ts';
import { type ServedApi, serveWorld } from './bench.ts';

let engines: TestEngines;
let world: World;
let api: ServedApi;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());
beforeEach(async () => {
  world = await startWorld(engines, {});
  api = await serveWorld(() => world);
  await world.step();
});
afterEach(async () => {
  await api.close();
  await world.close();
});

const wish = { region_id: region, config_id: h100 };
const make = (key = 'k1') =>
  api.send('POST', '/v1/watches', { as: 'ann', body: wish, headers: { 'idempotency-key': key } });
const statusOf = async (id: string) => Object((await api.send('GET', `/v1/watches/${id}`, { as: 'ann' })).body).status;

it('is mailed when its offer opens, and then says that it was told', async () => {
  const { id } = Object((await make()).body);
  await world.step();
  expect(await world.subjects()).toEqual([]);
  world.show(4);
  await world.step();
  expect(await world.mails()).toMatchObject([
    { to: 'ann@example.com', subject: 'NVIDIA H100 is available in as-south-1' },
  ]);
  expect(await statusOf(id)).toBe('told');
});

it('is mailed at once if its offer is there already, also after a change that makes it fit', async () => {
  world.show(4);
  await world.step();
  const body = { ...wish, max_price_per_gpu_per_hour: 1 };
  const { id } = Object((await api.send('POST', '/v1/watches', { as: 'ann', body })).body);
  await world.step();
  expect(await world.subjects()).toEqual([]);
  const change = { max_price_per_gpu_per_hour: 5 };
  await api.send('PATCH', `/v1/watches/${id}`, { as: 'ann', body: change, headers: { 'if-match': '*' } });
  await world.step();
  expect(await world.subjects()).toHaveLength(1);
});

it('says nothing any more once it is cancelled, and once that it has run out', async () => {
  const { id } = Object((await make()).body);
  await api.send('POST', `/v1/watches/${id}/cancel`, { as: 'ann' });
  const expires_at = new Date(world.clock.now() + 3_600_000).toISOString();
  const short = { gpu_model: 'A100', expires_at };
  const { id: shortId } = Object((await api.send('POST', '/v1/watches', { as: 'ann', body: short })).body);
  world.show(4);
  await world.step();
  expect(await world.subjects()).toEqual([]);
  await world.step(61);
  await world.step(10);
  expect(await world.subjects()).toHaveLength(1);
  expect(await statusOf(shortId)).toBe('expired');
});

describe('a request that dies on its way', () => {
  // What making a watch writes, one after the other: its shape, its entry, its expiry, its marker, the recipient.
  it.each([
    ['UpdateItem', 1],
    ['PutItem', 1],
    ['PutItem', 2],
    ['PutItem', 3],
    ['PutItem', 4],
  ] as const)('at %s number %i makes one watch when it comes again, and that one is told', async (match, number) => {
    for (const kind of ['drop-connection', 'drop-answer'] as const) {
      const key = `${kind} ${match} ${number}`;
      const fault = world.proxies.table.faults.add({ match, kind, skip: number - 1, times: 1 });
      const first = await make(key);
      fault.remove();
      expect(first.status).toBe(500);
      const again = await make(key);
      expect([200, 201]).toContain(again.status);
    }
    world.show(4);
    await world.step();
    expect(await world.subjects()).toHaveLength(1);
    const { data } = Object((await api.send('GET', '/v1/watches', { as: 'ann' })).body);
    expect(data.map(({ status }: { status: string }) => status)).toEqual(['told', 'told']);
  });
});

it('says of an offer that did not change that it was seen with the inventory', async () => {
  await world.step(3);
  const { data, complete_at } = Object((await api.send('GET', '/v1/offers', { as: 'ann' })).body);
  expect(Date.parse(complete_at)).toBeGreaterThan(world.clock.now() - 60_000);
  for (const { seen_at } of data) expect(seen_at).toBe(complete_at);
});
