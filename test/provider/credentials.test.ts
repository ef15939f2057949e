import { describe, expect, test } from 'vitest';
import { answer, clientAt, failureOf, startProvider, startServer } from './client-setup.ts';

/** A client that logs in, and what it asked of the tenant service. */
const startLogin = async (change: { readonly email?: string; readonly password?: string } = {}) => {
  const provider = await startProvider();
  const { emulator, control, time } = provider;
  const credential = { kind: 'password', ...emulator.login, ...change } as const;
  const settings = { organisation: emulator.organisation };
  const { client } = clientAt(emulator, '', { credential, settings, clock: () => time.now });
  const asked = () => ({ login: control.calls().login, refresh: control.calls().refreshLogin });
  const hour = () => {
    time.now += 61 * 60_000;
  };
  return { ...provider, client, asked, hour };
};

describe('an access token', () => {
  const startRotating = async () => {
    const provider = await startProvider();
    const { emulator, control } = provider;
    const kept = { token: `${control.issueToken()}\n`, reads: 0 };
    const read = async () => {
      kept.reads += 1;
      return kept.token;
    };
    const settings = { organisation: emulator.organisation };
    const credential = { kind: 'token', token: read } as const;
    const { client, world } = clientAt(emulator, '', { credential, settings });
    return { ...provider, client, world, kept };
  };

  test('is read once, whatever blanks are around it', async () => {
    const { client, kept } = await startRotating();
    await Promise.all([client.listOffers(), client.listTemplates()]);
    await client.listOffers();
    expect(kept.reads).toBe(1);
  });

  test('is read again after a 401, once for all who wait', async () => {
    const { client, control, kept } = await startRotating();
    await client.listOffers();
    control.revokeToken(kept.token.trim());
    kept.token = control.issueToken();
    const templates = Array.from({ length: 8 }, () => client.listTemplates());
    expect((await Promise.all(templates)).every(({ complete }) => complete)).toBe(true);
    expect(kept.reads).toBe(2);
  });

  test('that is still the refused one is final, and is not read again by every call', async () => {
    const { client, control, kept, world } = await startRotating();
    control.revokeToken(kept.token.trim());
    for (let call = 0; call < 5; call++) {
      expect(await failureOf(client.listOffers())).toMatchObject({ name: 'Unauthorized', status: 401 });
    }
    expect(control.calls().listInventory).toBe(5);
    expect(kept.reads).toBe(2);
    world.now += 61_000;
    kept.token = control.issueToken();
    expect((await client.listOffers()).complete).toBe(true);
  });

  test('is renewed once for a call: a second 401 is final', async () => {
    const { emulator, control } = await startProvider();
    let reads = 0;
    const token = async () => `pat-nc-unknown-${++reads}`;
    const { client } = clientAt(emulator, '', { credential: { kind: 'token', token } });
    expect(await failureOf(client.listOffers())).toMatchObject({ name: 'Unauthorized', status: 401 });
    expect(control.calls().listInventory).toBe(2);
    expect(reads).toBe(2);
  });

  test('a deletion that is refused is not sent again, but the next goes with a new token', async () => {
    const { client, control, kept, address } = await startRotating();
    const { id } = control.addRuntime({});
    await client.listOffers();
    control.revokeToken(kept.token.trim());
    kept.token = control.issueToken();
    expect(await failureOf(client.deleteRuntime(address(id)))).toMatchObject({ name: 'Unauthorized' });
    expect(control.calls().deleteRuntime).toBe(1);
    expect(await client.deleteRuntime(address(id))).toEqual({ outcome: 'accepted' });
  });

  test('a creation that is refused has not begun: it goes again with a new token', async () => {
    const { client, control, kept } = await startRotating();
    await client.listOffers();
    control.revokeToken(kept.token.trim());
    kept.token = control.issueToken();
    const wish = { region: 'as-south-1', configId: 'gpu-h100-80g-20cpu-125g' };
    expect(await client.createNotificationRequest(wish)).toMatchObject({ outcome: 'registered' });
    expect(control.notifyRequests()).toHaveLength(1);
  });

  test.each([
    ['an inference key', 'sk-nc-secret', /inference key .*personal access token/],
    ['nothing', '', /empty/],
    ['a token with a line break in it', 'pat-nc-one\npat-nc-two', /characters that no token has/],
  ])('%s is refused before anything is sent', async (_, token, text) => {
    const { emulator, control } = await startProvider();
    const { client } = clientAt(emulator, token);
    const failure = await failureOf(client.listOffers());
    expect(failure).toMatchObject({ name: 'Unauthorized', operation: 'readToken' });
    expect(failure.message).toMatch(text);
    expect(control.calls().listInventory).toBe(0);
  });

  test('that cannot be read from where it is kept', async () => {
    const { emulator } = await startProvider();
    const token = () => Promise.reject(new Error('AccessDeniedException: secretsmanager:GetSecretValue'));
    const { client } = clientAt(emulator, '', { credential: { kind: 'token', token } });
    const failure = await failureOf(client.listOffers());
    expect(failure).toMatchObject({ name: 'Unavailable', operation: 'readToken' });
    expect(failure.cause).toMatchObject({ message: expect.stringContaining('AccessDenied') });
  });
});

describe('e-mail and password', () => {
  test('one login, however many calls wait for it', async () => {
    const { client, asked } = await startLogin();
    await Promise.all(Array.from({ length: 12 }, () => client.listTemplates()));
    expect(asked()).toEqual({ login: 1, refresh: 0 });
  });

  test('one refresh after the token has expired, however many calls it fails', async () => {
    const { client, asked, hour } = await startLogin();
    await client.listTemplates();
    hour();
    await Promise.all(Array.from({ length: 12 }, () => client.listTemplates()));
    expect(asked()).toEqual({ login: 1, refresh: 1 });
    hour();
    await client.listTemplates();
    expect(asked()).toEqual({ login: 1, refresh: 2 });
  });

  test('a login again when the refresh token is refused', async () => {
    const { client, asked, control, hour } = await startLogin();
    await client.listTemplates();
    hour();
    control.addFault({ kind: 'status', status: 401, operation: 'refreshLogin' });
    await client.listTemplates();
    expect(asked()).toEqual({ login: 2, refresh: 1 });
  });

  test('no login where the refresh fails by no fault of its token', async () => {
    const { client, asked, control, hour } = await startLogin();
    await client.listTemplates();
    hour();
    control.addFault({ kind: 'status', status: 503, operation: 'refreshLogin' });
    expect(await failureOf(client.listTemplates())).toMatchObject({ name: 'Unavailable', operation: 'refreshLogin' });
    expect(asked()).toEqual({ login: 1, refresh: 3 });
    control.clearFaults();
    await client.listTemplates();
    expect(asked()).toEqual({ login: 1, refresh: 4 });
  });

  test('a login that fails passingly is tried again', async () => {
    const { client, asked, control } = await startLogin();
    control.addFault({ kind: 'status', status: 503, times: 2, operation: 'login' });
    await client.listTemplates();
    expect(asked()).toEqual({ login: 3, refresh: 0 });
  });

  test.each([
    ['a wrong password', { password: 'wrong-password' }, 401],
    ['an unknown e-mail', { email: 'nobody@example.com' }, 404],
  ])('%s is tried once in a minute, not by every call', async (_, change, status) => {
    const { client, asked, time } = await startLogin(change);
    for (let call = 0; call < 5; call++) {
      expect(await failureOf(client.listTemplates())).toMatchObject({
        name: 'Unauthorized',
        operation: 'login',
        status,
      });
    }
    expect(asked().login).toBe(1);
    time.now += 61_000;
    await failureOf(client.listTemplates());
    expect(asked().login).toBe(2);
  });

  test('a new token that is refused as well is final, and is not renewed by every call', async () => {
    const { client, asked, control } = await startLogin();
    control.addFault({ kind: 'status', status: 401, operation: 'listTemplates' });
    for (let call = 0; call < 5; call++) {
      expect(await failureOf(client.listTemplates())).toMatchObject({
        name: 'Unauthorized',
        operation: 'listTemplates',
      });
    }
    expect(asked()).toEqual({ login: 1, refresh: 1 });
    expect(control.calls().listTemplates).toBe(6);
    expect((await client.listOffers()).complete).toBe(true);
  });

  test('a login whose answer has no token', async () => {
    const server = await startServer((_, response) => response.end('{"access_token": 7, "token": "pat-nc-hidden"}'));
    const credential = { kind: 'password', email: 'me@example.com', password: 'hunter22' } as const;
    const { client } = clientAt(server.bases, '', { credential });
    const failure = await failureOf(client.listTemplates());
    expect(failure).toMatchObject({ name: 'NotUnderstood', operation: 'login' });
    expect(failure.message).not.toContain('hidden');
  });

  test('a refresh token that was refused is not tried again', async () => {
    let logins = 0;
    const server = await startServer(({ url }, response) => {
      if (url.endsWith('/auth/refresh')) return answer(response, { code: 'unauthorized' }, 401);
      if (!url.endsWith('/auth/login')) return answer(response, {}, 401);
      logins += 1;
      answer(response, { access_token: `access-${logins}`, ...(logins === 1 ? { refresh_token: 'refresh-1' } : {}) });
    });
    const credential = { kind: 'password', email: 'me@example.com', password: 'hunter22' } as const;
    const { client, world } = clientAt(server.bases, '', { credential });
    await failureOf(client.listTemplates());
    world.now += 61_000;
    await failureOf(client.listTemplates());
    const asked = server.requests.map(({ url }) => url.split('/').at(-1)?.split('?')[0]);
    const listing = 'airuntime-templates';
    expect(asked).toEqual(['login', listing, 'refresh', 'login', listing, listing, 'login', listing]);
  });

  test("a caller's abort does not take the login from the others", async () => {
    const { client, control, asked } = await startLogin();
    const controller = new AbortController();
    control.addFault({ kind: 'delay', milliseconds: 30, operation: 'login' });
    const aborted = client.listTemplates({ signal: controller.signal });
    const other = client.listTemplates();
    controller.abort(new Error('no longer wanted'));
    await expect(aborted).rejects.toThrow('no longer wanted');
    expect((await other).complete).toBe(true);
    expect(asked().login).toBe(1);
  });
});
