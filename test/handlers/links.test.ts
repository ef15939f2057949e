import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type LinksBench, namedWords, type Request, startLinksBench, tokenFor, untouched } from './links-bench.ts';
import { now, owedFor } from './people.ts';

let bench: LinksBench;
beforeAll(async () => {
  bench = await startLinksBench();
});
beforeEach(() => bench.reset());
afterAll(() => bench.close());

describe.each(['GET', 'HEAD'])('%s', (method) => {
  test('shows what the mail named, offers two buttons and changes nothing, however often', async () => {
    for (let visits = 0; visits < 3; visits += 1) {
      const { statusCode, body, headers } = await bench.visit(method, { body: 'scope=all' });
      expect(statusCode).toBe(200);
      for (const words of namedWords) expect(body).toContain(words);
      expect(body).not.toContain('L40S');
      expect(body).toContain('value="these"');
      expect(body).toContain('value="all"');
      expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
    }
    expect(await bench.ada()).toEqual(untouched);
    expect(bench.events).toEqual([]);
  });
});

const base64 = (text: string) => ({ body: Buffer.from(text).toString('base64'), isBase64Encoded: true });

describe('POST', () => {
  test.each<[string, Request, string[]]>([
    ["a mail program's one-click button", { body: 'List-Unsubscribe=One-Click' }, ['w3']],
    ["a mail program's one-click button, as API Gateway passes forms", base64('List-Unsubscribe=One-Click'), ['w3']],
    ['the first button', { body: 'scope=these' }, ['w3']],
    ['the first button, as API Gateway passes forms', base64('scope=these'), ['w3']],
    ['the second button', { body: 'scope=all' }, []],
    ['the second button, as API Gateway passes forms', base64('scope=all'), []],
    ['a request without a body', {}, ['w3']],
    ['a body that is no form', { body: '{"scope":"all"}' }, ['w3']],
    ['base64 that is said to be text', { body: Buffer.from('scope=all').toString('base64') }, ['w3']],
  ])('%s stops exactly what it names', async (_what, request, left) => {
    const { statusCode, body } = await bench.visit('POST', request);
    expect(statusCode).toBe(200);
    expect(body).toContain('stopped');
    for (const words of namedWords) expect(body).toContain(words);
    expect(body.includes('any L40S')).toBe(left.length === 0);
    expect(await bench.armed()).toEqual(left);
    const stopped = { state: 'ended', at: now, because: 'unsubscribed' };
    expect((await bench.ada())?.recipient.watches.w1?.standing).toEqual(stopped);
    expect(bench.events).toEqual([{ event: 'unsubscribed', recipientId: 'ada', watches: 3 - left.length }]);
  });

  test('what was owed for a stopped watch is owed no more, the rest still is', async () => {
    await bench.visit('POST', { body: 'scope=these' });
    expect((await bench.ada())?.recipient.owed).toEqual(owedFor('w3'));
  });

  test('repeated, it says so and changes nothing', async () => {
    await bench.visit('POST', { body: 'scope=these' });
    const after = await bench.ada();
    for (const method of ['POST', 'GET']) {
      const { statusCode, body } = await bench.visit(method, { body: 'scope=these' });
      expect(statusCode).toBe(200);
      expect(body).toContain('Already stopped');
    }
    expect(await bench.ada()).toEqual(after);
    expect(bench.events).toHaveLength(1);
  });

  test('the rest can be stopped afterwards, with the same link', async () => {
    await bench.visit('POST', { body: 'scope=these' });
    expect((await bench.visit('POST', { body: 'scope=all' })).body).toContain('any L40S');
    expect(await bench.armed()).toEqual([]);
  });

  test('many at once stop everything once', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => bench.visit('POST', { body: 'scope=all' })));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200, 200]);
    expect(await bench.armed()).toEqual([]);
    expect(bench.events).toEqual([{ event: 'unsubscribed', recipientId: 'ada', watches: 3 }]);
  });

  test("a link never stops watches that somebody else's mail named", async () => {
    await bench
      .store()
      .saveMail({ mailId: 'bob', recipientId: 'bob', watches: [{ id: 'w1', words: '' }], writtenAt: now });
    const stranger = tokenFor({ mailId: 'bob' });
    expect((await bench.visit('POST', { token: stranger, body: 'scope=these' })).body).toContain('Already stopped');
    expect(await bench.ada()).toEqual(untouched);
  });

  test.each([{ recipientId: 'nobody' }, { mailId: 'unknown' }])(
    'a link to what is gone stops nothing: %j',
    async (facts) => {
      for (const method of ['GET', 'POST']) {
        const { statusCode, body } = await bench.visit(method, { token: tokenFor(facts) });
        expect(statusCode).toBe(200);
        expect(body).toContain('Already stopped');
      }
      expect(await bench.ada()).toEqual(untouched);
    },
  );
});
