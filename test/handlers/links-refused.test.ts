import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  eventOf,
  type LinksBench,
  linksUrl,
  newSecret,
  oldSecret,
  startLinksBench,
  token,
  tokenFor,
  untouched,
} from './links-bench.ts';
import { now } from './people.ts';

let bench: LinksBench;
beforeAll(async () => {
  bench = await startLinksBench();
});
beforeEach(() => bench.reset());
afterAll(() => bench.close());

describe('a link that does not work', () => {
  const [version = '', payload = '', signature = ''] = token.split('.');
  const bobs = tokenFor({ recipientId: 'bob' }).split('.')[1];
  test.each<[string, number, string | undefined]>([
    ['that is one millisecond too old', 410, tokenFor({ expiresAt: now })],
    ['whose payload was changed', 403, `${version}.${bobs}.${signature}`],
    ['whose signature was changed', 403, `${version}.${payload}.${signature.slice(1)}A`],
    ['whose key was changed', 403, `1.${payload}.${signature}`],
    ['signed with a key that we do not have', 403, tokenFor({}, '2', 'x'.repeat(40))],
    ['signed with a key of a version that is gone', 403, tokenFor({}, '0', newSecret)],
    ['that was cut off', 400, token.slice(0, -1)],
    ['that is empty', 400, ''],
    ['that is missing', 400, undefined],
    ['that came twice', 400, `${token},${token}`],
    ['that is not one of ours', 400, '../../etc/passwd'],
    ['that is markup', 400, '<script>alert(1)</script>'],
  ])('%s: %d, nothing is read, nothing changes', async (_what, status, given) => {
    const before = bench.proxy.calls();
    for (const [method, body] of [['GET'], ['HEAD'], ['POST', 'scope=all'], ['POST', 'List-Unsubscribe=One-Click']]) {
      const event = eventOf(method ?? '', { ...(given === undefined ? {} : { token: given }), ...(body && { body }) });
      const answer = await bench.answer(event);
      expect(answer.statusCode).toBe(status);
      expect(answer.body).not.toContain('<script>');
    }
    expect(bench.proxy.calls()).toEqual(before);
    expect(await bench.ada()).toEqual(untouched);
  });

  test('one signed with an older key that we still have does', async () => {
    expect((await bench.visit('GET', { token: tokenFor({}, '1', oldSecret) })).body).toContain('any H100');
  });

  test('one that ends in a millisecond does', async () => {
    expect((await bench.visit('GET', { token: tokenFor({ expiresAt: now + 1 }) })).statusCode).toBe(200);
  });
});

describe('anything else', () => {
  test.each(['/', '/unsubscribe/', '/unsubscribe/all', '/Unsubscribe', '/admin', '//unsubscribe'])(
    'there is nothing at %s',
    async (path) => {
      const before = bench.proxy.calls();
      for (const method of ['GET', 'POST', 'DELETE']) {
        expect(await bench.visit(method, { path, body: 'scope=all' })).toMatchObject({ statusCode: 404 });
      }
      expect(bench.proxy.calls()).toEqual(before);
    },
  );

  test.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'get', 'post'])('%s is not understood', async (method) => {
    const before = bench.proxy.calls();
    expect(await bench.visit(method, { body: 'scope=all' })).toMatchObject({
      statusCode: 405,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    });
    expect(bench.proxy.calls()).toEqual(before);
  });
});

describe('when the table fails', () => {
  test.each(['GET', 'POST'])('%s answers a page without details that names the request', async (method) => {
    bench.proxy.faults.add({ match: 'GetItem', kind: 'throttle' });
    const { statusCode, body, requestId, headers } = await bench.visit(method);
    expect(statusCode).toBe(500);
    expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
    expect(body).toContain(requestId);
    expect(body).not.toMatch(/Exception|Throughput|warden-\d|127\.0\.0\.1|\bat .*:\d+/);
    expect(bench.events).toEqual([
      { event: 'part-failed', part: 'links', because: expect.stringContaining('ProvisionedThroughputExceeded') },
    ]);
  });

  test('a POST whose write fails changed nothing, says so and works the next time', async () => {
    bench.proxy.faults.add({ match: 'PutItem', kind: 'drop-connection', times: 1 });
    expect(await bench.visit('POST', { body: 'scope=all' })).toMatchObject({ statusCode: 500 });
    expect(await bench.ada()).toEqual(untouched);
    expect(await bench.visit('POST', { body: 'scope=all' })).toMatchObject({ statusCode: 200 });
    expect(await bench.armed()).toEqual([]);
  });

  test('a POST whose answer is lost has its effect, and the next one says so', async () => {
    bench.proxy.faults.add({ match: 'PutItem', kind: 'drop-answer', times: 1 });
    expect(await bench.visit('POST', { body: 'scope=all' })).toMatchObject({ statusCode: 500 });
    expect((await bench.visit('POST', { body: 'scope=all' })).body).toContain('Already stopped');
  });
});

test('no token, link or address is in any event', async () => {
  for (const body of ['scope=these', 'scope=all']) await bench.visit('POST', { body });
  bench.proxy.faults.add({ match: '*', kind: 'refuse' });
  for (const method of ['GET', 'POST']) await bench.visit(method);
  expect(bench.events).toHaveLength(4);
  const told = JSON.stringify(bench.events);
  for (const secret of [...token.split('.').slice(1), 'token=', '@', newSecret, linksUrl]) {
    expect(told).not.toContain(secret);
  }
});
