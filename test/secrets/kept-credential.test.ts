import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { openCredential } from '#adapters/secrets/open-secrets.ts';
import { minute } from '#domain/time.ts';
import { type Emulator, startEmulator } from '#local/emulator/emulator.ts';
import { answer, clientAt, failureOf, startServer } from '../provider/client-setup.ts';
import { credentialName as name, startSecrets } from './given.ts';

/** A provider's client whose credential stands in the store. Both go by the same clock. */
const startKept = async (value?: string) => {
  const given = await startSecrets();
  const { store, clock, secrets } = given;
  if (value !== undefined) store.set(name, value);
  const { credential, missing } = openCredential(secrets, name);
  const at = (bases: Pick<Emulator, 'runtimesUrl' | 'inventoryUrl' | 'tenantUrl'>, organisation?: string) => {
    const settings = organisation === undefined ? {} : { organisation };
    return clientAt(bases, '', { credential, clock, settings }).client;
  };
  return { ...given, at, missing, reads: () => store.counted('GetParameter') };
};

/** A provider that takes one password at a time; whoever has a token of it may go on until `end`. */
const startWithPassword = async (password: string) => {
  const state = { password, tokens: new Set<string>(), logins: 0, refreshes: 0 };
  const give = (response: ServerResponse) => {
    const token = `access-${state.logins}-${state.refreshes}`;
    state.tokens.add(token);
    answer(response, { access_token: token, refresh_token: `refresh-${token}` });
  };
  const server = await startServer(({ url, headers }, response) => {
    if (url.endsWith('/auth/refresh')) {
      state.refreshes += 1;
      return state.tokens.size > 0 ? give(response) : answer(response, { code: 'unauthorized' }, 401);
    }
    if (url.endsWith('/auth/login')) {
      state.logins += 1;
      const [body] = server.bodies.slice(-1);
      return body?.includes(JSON.stringify(state.password)) ? give(response) : answer(response, {}, 401);
    }
    const token = headers.authorization?.replace('Bearer ', '') ?? '';
    const page = { data: [], pagination: { total_items: 0, total_pages: 1, current_page: 1, items_per_page: 100 } };
    return state.tokens.has(token) ? answer(response, page) : answer(response, {}, 401);
  });
  return { ...server, state, end: () => state.tokens.clear() };
};

const login = (password: string) => JSON.stringify({ email: 'me@example.com', password });

describe('a token', () => {
  const startWithToken = async () => {
    const emulator = await startEmulator();
    const kept = await startKept(`${emulator.token}\n`);
    return { ...kept, emulator, client: kept.at(emulator, emulator.organisation) };
  };

  test('is read once for many calls, whatever blanks are around it', async () => {
    const { client, reads, emulator } = await startWithToken();
    await Promise.all([client.listOffers(), client.listOffers(), client.listTemplates()]);
    await client.listOffers();
    expect(reads()).toBe(1);
    await emulator.close();
  });

  test('that was changed counts after the first 401, in the same call', async () => {
    const { client, reads, emulator, store, pass } = await startWithToken();
    await client.listOffers();
    pass(minute);
    emulator.control.revokeToken(emulator.token);
    store.set(name, emulator.control.issueToken());
    expect((await client.listOffers()).complete).toBe(true);
    expect(reads()).toBe(2);
    await emulator.close();
  });

  test('that stays refused is read once in a minute, not for every call that it fails', async () => {
    const { client, reads, emulator, pass } = await startWithToken();
    emulator.control.revokeToken(emulator.token);
    for (let call = 0; call < 30; call += 1) {
      expect(await failureOf(client.listOffers())).toMatchObject({ name: 'Unauthorized', status: 401 });
      pass(1_000);
    }
    expect(reads()).toBe(1);
    pass(minute);
    for (let call = 0; call < 30; call += 1) await failureOf(client.listOffers());
    expect(reads()).toBe(2);
    await emulator.close();
  });

  test('of another account counts within the hour, though the old one is still good', async () => {
    const { client, emulator, store, pass, missing } = await startWithToken();
    expect(await missing()).toBeUndefined();
    await client.listOffers();
    store.set(name, 'pat-nc-nobody-knows-this-one');
    pass(59 * minute);
    expect(await missing()).toBeUndefined();
    expect((await client.listOffers()).complete).toBe(true);
    pass(minute);
    expect(await missing()).toBeUndefined();
    expect(await failureOf(client.listOffers())).toMatchObject({ name: 'Unauthorized' });
    await emulator.close();
  });
});

describe('e-mail and password', () => {
  test('log in, and go on by the refresh token', async () => {
    const { url, bases, state, end } = await startWithPassword('hunter22');
    expect(url).toContain('127.0.0.1');
    const { at } = await startKept(login('hunter22'));
    const client = at(bases);
    await client.listOffers();
    await client.listOffers();
    expect(state).toMatchObject({ logins: 1, refreshes: 0 });
    state.tokens = new Set(['another']);
    await client.listOffers();
    expect(state).toMatchObject({ logins: 1, refreshes: 1 });
    end();
  });

  test('that were changed count after the first 401, in the same call', async () => {
    const { bases, state, end } = await startWithPassword('hunter22');
    const { at, store, pass, reads } = await startKept(login('hunter22'));
    const client = at(bases);
    await client.listOffers();
    pass(minute);
    end();
    state.password = 'another';
    store.set(name, login('another'));
    expect((await client.listOffers()).complete).toBe(true);
    expect(state.logins).toBe(2);
    expect(reads()).toBe(2);
  });

  test('that are wrong are tried once in a minute, and count as soon as they are mended', async () => {
    const { bases, state } = await startWithPassword('hunter22');
    const { at, store, pass, reads } = await startKept(login('wrong'));
    const client = at(bases);
    for (let call = 0; call < 5; call += 1) {
      expect(await failureOf(client.listOffers())).toMatchObject({ name: 'Unauthorized', operation: 'login' });
    }
    expect(state.logins).toBe(1);
    expect(reads()).toBe(1);
    store.set(name, login('hunter22'));
    pass(minute);
    expect((await client.listOffers()).complete).toBe(true);
  });

  test('take the place of a token', async () => {
    const { bases, state } = await startWithPassword('hunter22');
    state.tokens.add('pat-nc-1');
    const { at, store, pass } = await startKept('pat-nc-1');
    const client = at(bases);
    await client.listOffers();
    expect(state.logins).toBe(0);
    state.tokens.clear();
    store.set(name, login('hunter22'));
    pass(minute);
    await client.listOffers();
    expect(state.logins).toBe(1);
  });
});

test.each([
  ['an inference key', 'sk-nc-secret', /inference key .*personal access token/],
  ['blanks', '  ', /empty/],
  ['a token with a line break in it', 'pat-nc-one\npat-nc-two', /characters that no token has/],
  [
    'JSON without a password',
    '{"email":"me@example.com"}',
    /begins like JSON, but is not {"email": "…", "password": "…"}/,
  ],
  ['JSON with an empty password', '{"email":"me@example.com","password":""}', /begins like JSON/],
  ['JSON that is cut off', '{"email":"me@example.com","pass', /begins like JSON/],
])('%s is refused before anything is sent, and not shown', async (_, value, words) => {
  const server = await startServer((_request, response) => answer(response, {}));
  const { at } = await startKept(value);
  const failure = await failureOf(at(server.bases).listOffers());
  expect(failure).toMatchObject({ name: 'Unauthorized', operation: 'readToken' });
  expect(failure.message).toMatch(words);
  for (const secret of ['nc-secret', 'nc-one', 'me@example']) expect(failure.stack).not.toContain(secret);
  expect(server.requests).toEqual([]);
});

describe('a credential that is not set', () => {
  test.each([
    ['as it was deployed', 'not-set', `(${name} says not-set)`],
    ['with a line break behind it', 'not-set\n', `(${name} says not-set)`],
    ['whose parameter is not there', undefined, `(the parameter ${name} does not exist)`],
  ])('%s is told with what to do, and looked for in every run', async (_, value, words) => {
    const { missing, store, reads, pass } = await startKept(value);
    expect(await missing()).toContain(words);
    expect(await missing()).toContain(`aws ssm put-parameter --name ${name} --type SecureString --overwrite`);
    expect(reads()).toBe(2);
    store.set(name, 'pat-nc-1');
    pass(minute);
    expect(await missing()).toBeUndefined();
    pass(minute);
    expect(await missing()).toBeUndefined();
    expect(reads()).toBe(3);
  });

  test('is a refusal for whoever asks the provider all the same', async () => {
    const server = await startServer((_request, response) => answer(response, {}));
    const { at } = await startKept('not-set');
    const failure = await failureOf(at(server.bases).listOffers());
    expect(failure).toMatchObject({ name: 'Unauthorized', operation: 'readToken' });
    expect(failure.message).toContain('is not set');
    expect(server.requests).toEqual([]);
  });

  test('cannot be told where the store does not answer', async () => {
    const { missing, store } = await startKept('not-set');
    await missing();
    store.fail('GetParameter', { status: 400, body: { __type: 'AccessDeniedException' } });
    await expect(missing()).rejects.toThrow(`The parameter ${name} cannot be read (AccessDeniedException)`);
  });
});

test('where the store does not answer, the error of a call says so', async () => {
  const server = await startServer((_request, response) => answer(response, {}));
  const { at, store } = await startKept();
  store.fail('GetParameter', { status: 400, body: { __type: 'AccessDeniedException' } });
  const failure = await failureOf(at(server.bases).listOffers());
  expect(failure).toMatchObject({ name: 'Unavailable', operation: 'readToken' });
  expect(failure.cause).toMatchObject({ message: expect.stringContaining(`The parameter ${name} cannot be read`) });
});
