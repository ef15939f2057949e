import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { LinkPurpose } from '#adapters/links.ts';
import { type Bench, later, linksUrl, newSecret, oldSecret, startBench, tokenFor } from './bench.ts';
import { now, openBreaker, project, recordOf, savedRuntime, warnedCase } from './facts.ts';

type RuntimePurpose = Exclude<LinkPurpose, 'unsubscribe' | 'confirm'>;

/** A good token for each purpose, but for what is changed. */
const makers = {
  keep: (expiresAt, ...key) =>
    tokenFor('keep', { project, runtimeId: 'rt-1', episodeId: 'episode-rt-1', mailId: 'mail-1', expiresAt }, ...key),
  'keep-all': (expiresAt, ...key) =>
    tokenFor('keep-all', { recipientId: 'r-ada', mailId: 'mail-1', expiresAt }, ...key),
  rearm: (expiresAt, ...key) => tokenFor('rearm', { breakerId: 'breaker-7', recipientId: 'r-ada', expiresAt }, ...key),
  recreate: (expiresAt, ...key) =>
    tokenFor('recreate', { savedId: 'saved-1', recipientId: 'r-ada', expiresAt }, ...key),
} as const satisfies Record<RuntimePurpose, (expiresAt: number, ...key: [version?: string, secret?: string]) => string>;

const buttons: Readonly<Record<RuntimePurpose, Readonly<Record<string, string>>>> = {
  keep: { for: '4h' },
  'keep-all': { for: '4h' },
  rearm: { go: 'on' },
  recreate: { create: 'again' },
};
const purposes = ['keep', 'keep-all', 'rearm', 'recreate'] as const;

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
beforeEach(async () => {
  await bench.reset();
  const store = bench.store();
  await store.saveCase(warnedCase(), 0);
  await store.saveWarningRecord(recordOf(warnedCase()));
  await store.saveBreaker(openBreaker, 0);
  await store.saveSaved(savedRuntime(bench.emulator.projects[0] ?? ''));
});
afterAll(() => bench.close());

/** Every method that means something, the button pressed each time. */
const everyVisit = async (purpose: RuntimePurpose, token: string | undefined) => {
  const answers = [];
  for (const method of ['GET', 'HEAD', 'POST']) {
    const visit = { ...(token === undefined ? {} : { token }), form: buttons[purpose] };
    answers.push(await bench.visit(method, `/${purpose}`, visit));
  }
  return answers;
};

describe.each(purposes)('/%s', (purpose) => {
  const make = makers[purpose];
  const good = make(later);
  const [version = '', payload = '', signature = ''] = good.split('.');
  const others = purposes.filter((other) => other !== purpose);

  test.each<[string, number, string | undefined]>([
    ['that is one millisecond too old', 410, make(now)],
    ['whose payload was changed', 403, `${version}.${make(later + 1).split('.')[1]}.${signature}`],
    ['whose signature was changed', 403, `${version}.${payload}.${'A'.repeat(43)}`],
    ['whose key was changed', 403, `1.${payload}.${signature}`],
    ['signed with a key that we do not have', 403, make(later, '2', 'x'.repeat(40))],
    ['signed with a key of a version that is gone', 403, make(later, '0', newSecret)],
    ...others.map((other): [string, number, string] => [`made for ${other}`, 403, makers[other](later)]),
    ['made to unsubscribe', 403, tokenFor('unsubscribe', { recipientId: 'r-ada', mailId: 'mail-1', expiresAt: later })],
    ['that was cut off', 400, good.slice(0, -1)],
    ['that is empty', 400, ''],
    ['that is missing', 400, undefined],
    ['that came twice', 400, `${good},${good}`],
    ['that is markup', 400, '<script>alert(1)</script>'],
  ])('a token %s: %d, nothing is read, asked or changed', async (_what, status, given) => {
    const before = await bench.dump();
    const calls = bench.proxy.calls();
    for (const { statusCode, body, headers } of await everyVisit(purpose, given)) {
      expect(statusCode).toBe(status);
      expect(headers).toMatchObject({ 'cache-control': 'no-store' });
      expect(body).not.toContain('<script>');
      expect(body).not.toContain('<form');
    }
    expect(bench.proxy.calls()).toEqual(calls);
    expect(bench.control.requests()).toEqual([]);
    expect(await bench.dump()).toEqual(before);
    expect(bench.events).toEqual([]);
  });

  test('one that ends in a millisecond, and one signed with an older key that we still have, work', async () => {
    for (const token of [make(now + 1), make(later, '1', oldSecret)]) {
      const { statusCode, body } = await bench.visit('GET', `/${purpose}`, { token });
      expect(statusCode).toBe(200);
      expect(body).toContain('<form');
    }
  });

  test.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'get', 'post'])('%s is not understood', async (method) => {
    const calls = bench.proxy.calls();
    expect(await bench.visit(method, `/${purpose}`, { token: good, form: buttons[purpose] })).toMatchObject({
      statusCode: 405,
      headers: { allow: 'GET, HEAD, POST', 'cache-control': 'no-store' },
    });
    expect(bench.proxy.calls()).toEqual(calls);
  });

  test('the name of a stage may stand in front, anything else may not', async () => {
    expect((await bench.visit('GET', `/prod/${purpose}`, { token: good })).statusCode).toBe(200);
    for (const path of [`/${purpose}/`, `/a/b/${purpose}`, `//${purpose}`, `/${purpose.toUpperCase()}`]) {
      expect((await bench.visit('POST', path, { token: good, form: buttons[purpose] })).statusCode).toBe(404);
    }
  });

  test.each(['GET', 'POST'])('a table that fails: %s answers a page without details', async (method) => {
    const before = await bench.dump();
    bench.proxy.faults.add({ match: 'GetItem', kind: 'throttle' });
    const { statusCode, body, requestId, headers } = await bench.visit(method, `/${purpose}`, {
      token: good,
      form: buttons[purpose],
    });
    expect(statusCode).toBe(500);
    expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
    expect(body).toContain(requestId);
    expect(body).not.toMatch(/Exception|Throughput|links-\d|127\.0\.0\.1|\bat .*:\d+/);
    expect(bench.events).toEqual([
      { event: 'part-failed', part: 'links', because: expect.stringContaining('ProvisionedThroughputExceeded') },
    ]);
    expect(await bench.dump()).toEqual(before);
    bench.proxy.faults.clear();
    expect((await bench.visit(method, `/${purpose}`, { token: good, form: buttons[purpose] })).statusCode).toBe(200);
  });

  test('a write that fails changes nothing, says so, and the button works the next time', async () => {
    const before = await bench.dump();
    const visit = { token: good, form: buttons[purpose] };
    bench.proxy.faults.add({ match: 'PutItem', kind: 'drop-connection', times: 1 });
    expect(await bench.visit('POST', `/${purpose}`, visit)).toMatchObject({ statusCode: 500 });
    expect(await bench.dump()).toEqual(before);
    expect((await bench.visit('POST', `/${purpose}`, visit)).statusCode).toBe(200);
    expect(await bench.dump()).not.toEqual(before);
  });

  test('no token, key, link or address is in any page or event', async () => {
    const visit = { token: good, form: buttons[purpose] };
    const answers = [await bench.visit('GET', `/${purpose}`, visit), await bench.visit('POST', `/${purpose}`, visit)];
    bench.proxy.faults.add({ match: '*', kind: 'refuse' });
    answers.push(await bench.visit('GET', `/${purpose}`, visit), await bench.visit('POST', `/${purpose}`, visit));
    expect(bench.events.map(({ event }) => event).filter((event) => event === 'part-failed')).toHaveLength(2);
    const told = JSON.stringify(bench.events) + answers.map(({ body }) => body).join();
    for (const secret of [payload, signature, 'token=', '@example', newSecret, linksUrl, bench.emulator.token]) {
      expect(told).not.toContain(secret);
    }
  });
});
