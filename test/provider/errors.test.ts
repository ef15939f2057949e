import { describe, expect, test } from 'vitest';
import { readErrorBody } from '#adapters/provider/error-body.ts';
import { failureOf, startAnswering, startProvider } from './client-setup.ts';

describe('error bodies', () => {
  test.each<[string, string, object]>([
    ["the tenant service's", '{"code":"unauthorized","message":"log in"}', { code: 'unauthorized', message: 'log in' }],
    ["a sibling's", '{"error":"not_found","details":"no such thing"}', { code: 'not_found', message: 'no such thing' }],
    ['without details', '{"error":"not_found"}', { code: 'not_found' }],
    [
      'details of any shape',
      '{"error":"bad","details":{"field":"page"}}',
      { code: 'bad', message: '{"field":"page"}' },
    ],
    ['null details', '{"error":"bad","details":null}', { code: 'bad' }],
    ['a number for a code', '{"code":7,"message":"seven"}', { message: 'seven' }],
    ['both', '{"code":"a","error":"b","message":"c","details":"d"}', { code: 'a', message: 'c' }],
    ['a list', '[1]', {}],
    ['a text', '"no"', {}],
    ['null', 'null', {}],
    ['no JSON', '<html>', {}],
    ['nothing', '', {}],
  ])('%s', (_, text, expected) => {
    expect(readErrorBody(text)).toEqual(expected);
  });
});

describe('what an error says', () => {
  test('what was done, what was answered, and the request to ask about', async () => {
    const { client, control, project, emulator } = await startProvider({
      settings: { organisation: 'org-of-somebody-else' },
    });
    const failure = await failureOf(client.listRuntimes(project));
    const requestId = control.requests().at(-1)?.requestId;
    expect(failure).toMatchObject({
      name: 'Refused',
      operation: 'listRuntimes',
      status: 403,
      code: 'forbidden',
      requestId,
    });
    expect(failure.message).toMatch(/^listRuntimes: the provider answered 403, forbidden: the token does not belong/);
    expect(failure.message).toContain(`(request ${requestId})`);
    expect(failure.message).not.toContain(emulator.token);
  });

  test('a field that the provider refuses is named', async () => {
    const { client, control } = await startProvider();
    const wish = { region: 'nowhere', configId: 'gpu-h100-80g-20cpu-125g' };
    const failure = await failureOf(client.createNotificationRequest(wish));
    expect(failure).toMatchObject({ name: 'Refused', status: 400, code: 'bad_request' });
    expect(failure.message).toContain('region_id: there is no region');
    expect(control.calls().createNotifyRequest).toBe(1);
  });

  test('a runtime that is being deleted already is a conflict, not gone', async () => {
    const { client, control, address } = await startProvider();
    const { id } = control.addRuntime({});
    await client.deleteRuntime(address(id));
    expect(await failureOf(client.deleteRuntime(address(id)))).toMatchObject({
      name: 'Refused',
      status: 409,
      code: 'conflict',
    });
  });

  test('a body that is no JSON adds nothing', async () => {
    const { client } = await startAnswering('<html><h1>Bad gateway</h1></html>', { status: 400 });
    expect((await failureOf(client.listOffers())).message).toBe('listOffers: the provider answered 400');
  });

  test('its name survives a minifier and a log', async () => {
    const { client } = await startAnswering({ error: 'no' }, { status: 401 });
    const failure = await failureOf(client.listOffers());
    expect(JSON.parse(JSON.stringify(failure))).toEqual({
      name: 'Unauthorized',
      operation: 'listOffers',
      status: 401,
      code: 'no',
    });
  });
});
