import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createProviderClient } from '#adapters/provider/client.ts';
import type { Credential } from '#adapters/provider/credential.ts';
import { createRedaction, redactedCause } from '#adapters/provider/redaction.ts';
import { answer, clientAt, failureOf, providerSettings, startServer } from './client-setup.ts';

const email = 'somebody.private@example.com';
const password = 'correct horse "battery"/staple';
const personal = 'pat-nc-0123456789abcdef';
const access = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl';
const refresh = 'opaque-refresh-7f3a';
/** What a client of each kind holds; the refresh token only once it has been given one. */
const held = {
  token: [personal],
  password: [email, password, JSON.stringify(password).slice(1, -1), encodeURIComponent(password)],
  kept: [email, password, JSON.stringify(password).slice(1, -1), JSON.stringify({ email, password })],
};

/** All that any logger, console or stringifier could show of an error. */
const everything = (error: Error): string => {
  const chain: string[] = [];
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    const own = Object.getOwnPropertyNames(each).map((name) => [name, Reflect.get(each as Error, name)]);
    chain.push(String(each), each.stack ?? '', JSON.stringify(each), JSON.stringify(own));
  }
  return `${chain.join('\n')}\n${inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true })}`;
};

const expectNoSecret = (error: Error, credential: Credential, loggedIn: boolean) => {
  const text = everything(error);
  // Whatever looks like a credential is taken out, whether it is ours or not.
  for (const secret of [personal, access, ...held[credential.kind], ...(loggedIn ? [refresh] : [])]) {
    expect(text).not.toContain(secret);
  }
  expect(text).not.toMatch(/bearer (?!\[redacted\])/i);
};

const byToken: Credential = { kind: 'token', token: async () => personal };
const byPassword: Credential = { kind: 'password', email, password };
const byKept: Credential = {
  kind: 'kept',
  read: async () => JSON.stringify({ email, password }),
  edition: () => 0,
};
const leak = `you sent ${personal} and ${access} and ${refresh}, ${email} with ${password}`;

/** A provider that repeats in its errors whatever it was sent. */
const startLeaking = async (credential: Credential, status: number, body: unknown) => {
  const server = await startServer(({ url }, response) => {
    if (url.endsWith('/auth/login') && status !== 0) {
      return answer(response, { access_token: access, refresh_token: refresh });
    }
    if (status === 0) return response.socket?.destroy();
    answer(response, body, status, { 'x-request-id': `id-${access}` });
  });
  return clientAt(server.bases, '', { credential }).client;
};

describe.each([
  ['a token', byToken],
  ['e-mail and password', byPassword],
  ['either of them, kept somewhere', byKept],
])('no secret in an error, with %s', (_, credential) => {
  test.each([
    ['code and message', 400, { code: 'bad', message: leak }],
    ['a code that is one', 400, { code: access, message: 'no' }],
    [
      'error and details',
      409,
      { error: 'conflict', details: { headers: { authorization: `Bearer ${personal}` }, leak } },
    ],
    ['401', 401, { code: 'unauthorized', message: leak }],
    ['404', 404, { message: leak }],
    ['429', 429, { message: leak }],
    ['503', 503, leak],
    ['a body that is not understood', 200, { data: leak }],
    ['a dropped connection', 0, ''],
  ])('%s', async (_name, status, body) => {
    const client = await startLeaking(credential, status, body);
    const loggedIn = credential.kind !== 'token' && status !== 0;
    expectNoSecret(await failureOf(client.listOffers()), credential, loggedIn);
  });

  test('an unreachable address', async () => {
    const url = 'http://127.0.0.1:9';
    const { client } = clientAt({ runtimesUrl: url, inventoryUrl: url, tenantUrl: url }, '', { credential });
    const failure = await failureOf(client.listOffers());
    expect(failure).toMatchObject({ name: 'Unavailable' });
    expect(failure.cause).toBeInstanceOf(Error);
    expectNoSecret(failure, credential, false);
  });

  test('a fetch that tells all it knows', async () => {
    const fetch = () => {
      const cause = Object.assign(new Error(`connect with ${leak}`), {
        code: 'ECONNRESET',
        headers: { authorization: personal },
      });
      return Promise.reject(new TypeError(`Headers.append: "Bearer ${personal}" is invalid, ${leak}`, { cause }));
    };
    const url = 'http://127.0.0.1:9';
    const { client } = clientAt({ runtimesUrl: url, inventoryUrl: url, tenantUrl: url }, '', { credential, fetch });
    const failure = await failureOf(client.listOffers());
    expect(everything(failure)).toContain('ECONNRESET');
    expectNoSecret(failure, credential, false);
  });
});

test.each([
  ['token', { kind: 'token', token: async () => ' opaque-0f9e8d\n' }],
  ['kept', { kind: 'kept', read: async () => ' opaque-0f9e8d\n', edition: () => 0 }],
] as const)('no token in an error that does not look like one, but is: %s', async (_, credential) => {
  const server = await startServer(({ headers }, response) =>
    answer(response, { message: `you sent ${headers.authorization?.replace('Bearer ', '')}` }, 400),
  );
  const { client } = clientAt(server.bases, '', { credential });
  const text = everything(await failureOf(client.listOffers()));
  expect(text).toContain('you sent [redacted]');
  expect(text).not.toContain('opaque-0f9e8d');
});

test('no secret in what makes a listing incomplete', async () => {
  const pagination = { total_items: 2, total_pages: 2, current_page: 1, items_per_page: 1 };
  const server = await startServer(({ url }, response) => {
    if (url.includes('page=2')) answer(response, { message: leak }, 400);
    else answer(response, { data: [{ config_id: personal, region: personal, gpu_model: 7 }], pagination });
  });
  const { client } = clientAt(server.bases, personal);
  const text = JSON.stringify(await client.listOffers());
  expect(text).not.toContain(personal);
  expect(text).toContain('page 2 did not come');
});

test('no secret in the error of a login that is refused', async () => {
  const server = await startServer((_, response) => answer(response, { code: 'bad', message: leak }, 400));
  const { client } = clientAt(server.bases, '', { credential: byPassword });
  const failure = await failureOf(client.listOffers());
  expect(failure).toMatchObject({ name: 'Unauthorized', operation: 'login' });
  expectNoSecret(failure, byPassword, false);
});

test.each(['http://me:s3cret@localhost/gpu', 'http://localhost/gpu?token=s3cret', 'ftp://localhost/s3cret', 's3cret'])(
  'an address that carries more than an address is refused without repeating it: %s',
  (runtimesUrl) => {
    const make = () =>
      createProviderClient({ settings: providerSettings(), stageBases: { runtimesUrl }, credential: byToken });
    expect(make).toThrow(/runtimesUrl must be/);
    expect(make).not.toThrow(/s3cret/);
  },
);

test('the token goes nowhere but to the address that was asked', async () => {
  const elsewhere = await startServer((_, response) => answer(response, {}));
  const server = await startServer((_, response) => answer(response, '', 307, { location: elsewhere.url }));
  const { client } = clientAt(server.bases, personal);
  expect(await failureOf(client.listOffers())).toMatchObject({ name: 'Refused', status: 307 });
  expect(elsewhere.requests).toHaveLength(0);
});

describe('redaction', () => {
  test.each([
    ['what it was told', 'the word is hunter22!', 'the word is [redacted]!'],
    ['it in a query', `?q=${encodeURIComponent('two words')}`, '?q=[redacted]'],
    ['a secret within another', 'hunter22-long', '[redacted]'],
    ['a personal token', 'given pat-nc-abc_DEF.1', 'given [redacted]'],
    ['an inference key', 'given sk-nc-abc', 'given [redacted]'],
    ['a JWT', `token ${access}.`, 'token [redacted].'],
    ['a header', 'authorization: Bearer abc.def', 'authorization: [redacted]'],
    ['a query parameter', 'GET /x?page=1&access_token=abc&limit=2', 'GET /x?page=1&access_token=[redacted]&limit=2'],
    ['a password in an address', 'http://me:pw@host/path', 'http://[redacted]host/path'],
    ['nothing', 'page 2 of 3', 'page 2 of 3'],
  ])('takes out %s', (_, text, expected) => {
    const { learn, redact } = createRedaction();
    for (const secret of ['hunter22', 'hunter22-long', 'two words']) learn(secret);
    expect(redact(text)).toBe(expected);
  });

  test('a secret of three letters is in every second word: it is left', () => {
    const { learn, redact } = createRedaction();
    learn('the');
    expect(redact('the offer')).toBe('the offer');
  });

  test('long texts are cut', () => {
    expect(createRedaction().redact('x'.repeat(10_000))).toHaveLength(501);
  });

  test('causes that go round end', () => {
    const error: Error & { cause?: unknown } = new Error('round');
    error.cause = error;
    let depth = 0;
    for (let each: unknown = redactedCause(error, (text) => text); each instanceof Error; each = each.cause) depth += 1;
    expect(depth).toBe(4);
  });

  test('something thrown that is no error', () => {
    expect(redactedCause('just words', (text) => text.toUpperCase()).message).toBe('JUST WORDS');
  });
});
