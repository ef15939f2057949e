import { afterEach, assert, beforeEach, describe, expect, it } from 'vitest';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { createProviderClient } from '#adapters/provider/client.ts';
import { day } from '#domain/time.ts';
import { leastSettings } from '../configuration/example.ts';
import { type Answered, type Api, type Sent, startApi } from './bench.ts';

let api: Api;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const wish = { gpu_model: 'H100', gpu_count: 8, max_price_per_gpu_per_hour: 2, notify: 'every' };
const make = (sent: Sent = {}): Promise<Answered> =>
  api.send('POST', '/v1/watches', { as: 'ann', body: wish, ...sent });
const idOf = ({ body }: Answered): string => String(Object(body).id);
const all = async () => Object((await api.send('GET', '/v1/watches', { as: 'ann' })).body).data;

it('makes a watch that waits for 90 days, and says where it is', async () => {
  const made = await make();
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({
    email: 'ann@example.com',
    source: 'api',
    status: 'waiting',
    in_words: '8 × any H100 in any region up to $2 per GPU-hour',
    expires_at: new Date(api.time.now + 90 * day).toISOString(),
  });
  const read = await api.send('GET', made.headers.get('location') ?? '', { as: 'ann' });
  expect(read.body).toEqual(made.body);
  expect(read.headers.get('etag')).toBe(made.headers.get('etag'));
});

describe('an Idempotency-Key', () => {
  const key = { 'idempotency-key': 'k1' };

  it('makes one watch of a request that comes again, a day later too', async () => {
    const first = await make({ headers: key });
    api.time.now += day;
    const again = await make({ headers: key });
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect(await all()).toHaveLength(1);
  });

  it('makes one watch of requests that come at once', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => make({ headers: key })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201]);
    expect(await all()).toHaveLength(1);
  });

  it('is refused with another request', async () => {
    await make({ headers: key });
    const other = await make({ headers: key, body: { ...wish, gpu_count: 4 } });
    expect([other.status, Object(other.body).code]).toEqual([422, 'key-used-otherwise']);
  });

  it("is each person's own", async () => {
    await make({ headers: key });
    expect((await make({ headers: key, as: 'bob', body: { gpu_model: 'A100' } })).status).toBe(201);
  });

  it('still finds a watch that was changed since', async () => {
    const id = idOf(await make({ headers: key }));
    await api.send('PATCH', `/v1/watches/${id}`, { as: 'ann', body: { gpu_count: 4 }, headers: { 'if-match': '*' } });
    const again = await make({ headers: key });
    expect([again.status, idOf(again), Object(again.body).gpu_count]).toEqual([200, id, 4]);
  });
});

describe('changing a watch', () => {
  const change = (id: string, body: unknown, ifMatch?: string, as: Sent['as'] = 'ann') =>
    api.send('PATCH', `/v1/watches/${id}`, {
      ...(as === undefined ? {} : { as }),
      body,
      headers: ifMatch === undefined ? {} : { 'if-match': ifMatch },
    });

  it('needs the state that was seen, and refuses an older one', async () => {
    const made = await make();
    const etag = made.headers.get('etag') ?? '';
    expect((await change(idOf(made), { gpu_count: 2 })).status).toBe(428);
    expect((await change(idOf(made), { gpu_count: 2 }, etag)).body).toMatchObject({ gpu_count: 2 });
    expect((await change(idOf(made), { gpu_count: 3 }, etag)).status).toBe(412);
    expect(await all()).toMatchObject([{ gpu_count: 2 }]);
  });

  it('lets one of two through who change the same state at once', async () => {
    const made = await make();
    const etag = made.headers.get('etag') ?? '';
    const both = await Promise.all([2, 3].map((gpu_count) => change(idOf(made), { gpu_count }, etag)));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  it('is over once it is cancelled; cancelling again changes nothing', async () => {
    const id = idOf(await make());
    const cancelled = await api.send('POST', `/v1/watches/${id}/cancel`, { as: 'ann' });
    expect(cancelled.body).toMatchObject({ status: 'cancelled' });
    api.time.now += day;
    expect((await api.send('POST', `/v1/watches/${id}/cancel`, { as: 'ann' })).body).toEqual(cancelled.body);
    expect((await change(id, { gpu_count: 2 }, '*')).status).toBe(409);
  });
});

describe('what is not understood', () => {
  it.each([
    ['a field that is not known', { gpu_mode: 'H100' }, '/gpu_mode'],
    ['a number below its least', { gpu_count: 0 }, '/gpu_count'],
    ['a number as a text', { gpu_count: '8' }, '/gpu_count'],
    ['a time without its offset', { expires_at: '2026-12-31' }, '/expires_at'],
    ['a name of two lines', { gpu_model: 'H\n100' }, '/gpu_model'],
  ])('names %s', async (_, body, pointer) => {
    const { status, body: problem, headers } = await make({ body });
    expect(status).toBe(400);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(problem).toMatchObject({ code: 'malformed-request', errors: [{ in: 'body', pointer }] });
  });

  it.each([
    ['an end that is past', { expires_at: '2020-01-01T00:00:00Z' }, '/expires_at'],
    ['an end that is too far', { expires_at: '2036-01-01T00:00:00Z' }, '/expires_at'],
    ['bounds that exclude each other', { vram_min: 80, vram_max: 40 }, '/vram_min'],
  ])('refuses %s', async (_, body, pointer) => {
    const { status, body: problem } = await make({ body });
    expect([status, problem]).toMatchObject([422, { errors: [{ pointer }] }]);
  });

  it('refuses a body that is no JSON, no JSON by its type, or too large', async () => {
    expect((await make({ body: '{' })).status).toBe(400);
    expect((await make({ headers: { 'content-type': 'text/plain' } })).status).toBe(415);
    expect((await make({ body: { gpu_model: 'H'.repeat(70_000) } })).status).toBe(413);
  });

  it('refuses a parameter that is not known or comes twice', async () => {
    expect((await api.send('GET', '/v1/watches?page=2', { as: 'ann' })).status).toBe(400);
    const twice = await api.send('GET', '/v1/watches?email=a@example.com&email=b@example.com', { as: 'ann' });
    expect(twice.status).toBe(400);
  });

  it.each(['__proto__', 'constructor', 'toString'])('refuses a parameter called %s', async (name) => {
    expect((await api.send('GET', `/v1/ledger?${name}=1`, { as: 'ann' })).status).toBe(400);
  });

  it('says which methods there are', async () => {
    const { status, headers } = await api.send('PUT', '/v1/watches', { as: 'ann', body: {} });
    expect([status, headers.get('allow')]).toEqual([405, 'GET, POST']);
  });
});

it('keeps at most 200 watches of one address; those that are over make room', async () => {
  const first = idOf(await make());
  const [id = ''] = first.split('~');
  const { recipient, version } = (await api.recipients.readRecipient(id)) ?? assert.fail();
  const kept = Object.values(recipient.watches)[0] ?? assert.fail();
  const copies = Array.from({ length: 198 }, (_, count) => [
    `w${count}`,
    { ...kept, watch: { ...kept.watch, id: `w${count}` } },
  ]);
  const watches = { ...recipient.watches, ...Object.fromEntries(copies) };
  expect(await api.recipients.saveRecipient({ ...recipient, watches }, version)).toBe(true);
  expect((await make()).status).toBe(201);
  const { status, body } = await make();
  expect([status, Object(body).detail]).toEqual([409, expect.stringContaining('200')]);
  await api.send('POST', `/v1/watches/${first}/cancel`, { as: 'ann' });
  expect((await make()).status).toBe(201);
  expect((await api.send('GET', `/v1/watches/${first}`, { as: 'ann' })).status).toBe(404);
  expect((await make()).status).toBe(409);
});

it('tells nobody what failed, and writes it down', async () => {
  await api.loseTable();
  const { status, body } = await api.send('GET', '/v1/watches', { as: 'ann' });
  expect([status, Object(body).code]).toEqual([500, 'failed']);
  expect(JSON.stringify(body)).not.toContain('ECONNREFUSED');
  expect(api.reported).toMatchObject([{ event: 'part-failed', part: 'http-api' }]);
});

describe("a client of the provider's own endpoint", () => {
  const clientOf = async (who: 'ann' | 'bob') => {
    const token = await api.tokenOf(who);
    const { provider } = readSettings(leastSettings());
    const settings = { ...provider, inventoryUrl: api.url };
    return createProviderClient({ settings, credential: { kind: 'token', token: async () => token } });
  };
  const offer = { region: 'as-south-1', configId: 'gpu-h100-80g-20cpu-125g' };

  it('registers, is told of a duplicate, and reads its requests back', async () => {
    const ann = await clientOf('ann');
    const registered = await ann.createNotificationRequest(offer);
    expect(registered).toMatchObject({ outcome: 'registered', request: { ...offer, status: 'pending' } });
    expect(await ann.createNotificationRequest(offer)).toEqual({ outcome: 'duplicate' });
    const { rows, complete } = await ann.listNotificationRequests();
    expect(complete).toBe(true);
    expect(rows.map(({ value }) => value)).toEqual([Object(registered).request]);
    expect((await ann.listNotificationRequests({ status: 'notified' })).rows).toEqual([]);
    expect((await (await clientOf('bob')).listNotificationRequests()).rows).toEqual([]);
  });

  it('may register again once the request was cancelled', async () => {
    const ann = await clientOf('ann');
    const first = await ann.createNotificationRequest(offer);
    await api.send('POST', `/v1/watches/${Object(first).request.id}/cancel`, { as: 'ann' });
    expect(await ann.createNotificationRequest(offer)).toMatchObject({ outcome: 'registered' });
    const { rows } = await ann.listNotificationRequests();
    expect(rows.map(({ value }) => value.status).sort()).toEqual(['cancelled', 'pending']);
  });
});
