import { randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createCustomResourceAnswer } from '#adapters/custom-resource.ts';
import { createFirstSecrets } from '#adapters/secrets/first-secrets.ts';
import { linkKeysIn } from '#adapters/secrets/link-keys.ts';
import type { WardenEvent } from '#domain/event.ts';
import { createHandler } from '#handlers/prepare-secrets/handler.ts';
import { closeServer, listenOnLoopback, loopback } from '#local/engines/loopback.ts';
import { lambdaContext } from '#local/lambda-context.ts';
import { credentialName, failureOf, keysName, noon } from './given.ts';
import { refusal, startParameterStore } from './parameter-store.ts';

const signature = 'X-Amz-Signature=5ec4e7';

/** Where CloudFormation takes answers; it refuses as many as it is told to. */
const startCloudFormation = async () => {
  const taken: {
    readonly method?: string | undefined;
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
  }[] = [];
  let refusals = 0;
  const server = createServer(async (request, response) => {
    const body = await text(request);
    refusals -= 1;
    if (refusals < 0) taken.push({ method: request.method, headers: request.headers, body });
    response.writeHead(refusals < 0 ? 200 : 503).end();
  });
  const url = `http://${loopback}:${await listenOnLoopback(server)}/stack?${signature}`;
  onTestFinished(() => closeServer(server));
  return {
    url,
    taken,
    answers: () => taken.map(({ body }): Record<string, unknown> => JSON.parse(body)),
    refuse: (times: number) => {
      refusals = times;
    },
    close: () => closeServer(server),
  };
};

const start = async () => {
  const [store, cloudFormation] = await Promise.all([startParameterStore(), startCloudFormation()]);
  const client = store.client();
  onTestFinished(async () => {
    client.destroy();
    await store.close();
  });
  const events: WardenEvent[] = [];
  const handler = createHandler({
    environment: { PROVIDER_CREDENTIAL_PARAMETER: credentialName, LINK_KEYS_PARAMETER: keysName },
    secrets: createFirstSecrets({ client, clock: () => noon, randomBytes }),
    answer: createCustomResourceAnswer({ fetch, sleep: async () => {} }),
    report: (event) => events.push(event),
  });
  const invoke = (RequestType: string, change: object = {}, timeoutMs = 30_000) =>
    handler(
      {
        RequestType,
        ResponseURL: cloudFormation.url,
        StackId: 'arn:aws:cloudformation:eu-west-1:1:stack/gpu-warden-test/1',
        RequestId: 'request-1',
        LogicalResourceId: 'SecretsParameters',
        ResourceType: 'Custom::WardenSecrets',
        ...(RequestType === 'Create' ? {} : { PhysicalResourceId: `${credentialName},${keysName}` }),
        ResourceProperties: { ServiceToken: 'arn', Credential: credentialName, LinkKeys: keysName },
        ...change,
      },
      lambdaContext({ functionName: 'prepare-secrets', timeoutMs }),
    );
  return { store, cloudFormation, events, invoke };
};

const answered = (Status: string, more: object = {}) => ({
  Status,
  PhysicalResourceId: `${credentialName},${keysName}`,
  StackId: 'arn:aws:cloudformation:eu-west-1:1:stack/gpu-warden-test/1',
  RequestId: 'request-1',
  LogicalResourceId: 'SecretsParameters',
  ...more,
});

describe('a stage that is made', () => {
  test('has a credential that says that it is not set, and a key of its own', async () => {
    const { store, cloudFormation, invoke } = await start();
    await invoke('Create');
    expect(store.value(credentialName)).toBe('not-set');
    const [key, ...others] = linkKeysIn(store.value(keysName), keysName);
    expect(others).toEqual([]);
    expect(key?.version).toMatch(/^20261102-[0-9a-f]{6}$/);
    expect(key?.secret).toMatch(/^[\w-]{43}$/);
    expect(cloudFormation.answers()).toEqual([answered('SUCCESS')]);
    expect(cloudFormation.taken).toMatchObject([{ method: 'PUT', headers: { 'content-type': '' } }]);
  });

  test('has another key than every other', async () => {
    const [one, other] = await Promise.all([start(), start()]);
    await Promise.all([one.invoke('Create'), other.invoke('Create')]);
    expect(one.store.value(keysName)).not.toBe(other.store.value(keysName));
  });

  test.each(['Create', 'Update'])('keeps what is there already: %s', async (type) => {
    const { store, cloudFormation, invoke } = await start();
    store.set(credentialName, 'pat-nc-1');
    store.set(keysName, 'mine');
    await invoke(type);
    expect([store.value(credentialName), store.value(keysName)]).toEqual(['pat-nc-1', 'mine']);
    expect(cloudFormation.answers()).toEqual([answered('SUCCESS')]);
  });

  test('and deployed again gets what is missing', async () => {
    const { store, invoke } = await start();
    await invoke('Create');
    const keys = store.value(keysName);
    store.remove(credentialName);
    await invoke('Update');
    expect([store.value(credentialName), store.value(keysName)]).toEqual(['not-set', keys]);
  });
});

describe('a stage that is removed', () => {
  test('takes both with it, and may do so twice', async () => {
    const { store, cloudFormation, invoke } = await start();
    await invoke('Create');
    await invoke('Delete');
    await invoke('Delete');
    expect([store.value(credentialName), store.value(keysName)]).toEqual([undefined, undefined]);
    expect(cloudFormation.answers()).toEqual([answered('SUCCESS'), answered('SUCCESS'), answered('SUCCESS')]);
  });

  test('with other names than it has now takes those that it had', async () => {
    const { store, cloudFormation, invoke } = await start();
    await invoke('Create');
    store.set('/old/credential', 'x');
    const PhysicalResourceId = '/old/credential,/old/keys';
    await invoke('Delete', { PhysicalResourceId });
    expect(store.value('/old/credential')).toBeUndefined();
    expect(store.value(credentialName)).toBe('not-set');
    expect(cloudFormation.answers().at(-1)).toEqual(answered('SUCCESS', { PhysicalResourceId }));
  });

  test('that was never made has nothing to take', async () => {
    const { store, cloudFormation, invoke } = await start();
    const PhysicalResourceId = 'gpu-warden-test-SecretsParameters-1ABC';
    await invoke('Delete', { PhysicalResourceId });
    expect(store.calls).toEqual([]);
    expect(cloudFormation.answers()).toEqual([answered('SUCCESS', { PhysicalResourceId })]);
  });
});

describe('whatever goes wrong, CloudFormation is told', () => {
  const denied = refusal('AccessDeniedException', 'not authorized to perform: ssm');

  test.each([
    ['Create', 'PutParameter', `The parameter ${keysName} could not be made`],
    ['Update', 'PutParameter', `The parameter ${keysName} could not be made`],
    ['Delete', 'DeleteParameters', `The parameters ${credentialName} and ${keysName} could not be removed`],
  ])('%s that is refused', async (type, operation, words) => {
    const { store, cloudFormation, invoke, events } = await start();
    store.fail(operation, denied);
    await invoke(type);
    const Reason = `ParameterUnchangedError: ${words} (AccessDeniedException: not authorized to perform: ssm).`;
    expect(cloudFormation.answers()).toEqual([answered('FAILED', { Reason })]);
    expect(events).toEqual([{ event: 'part-failed', part: 'secrets', because: Reason }]);
  });

  test('without the secret, though the store repeats what it was sent', async () => {
    const { store, cloudFormation, invoke, events } = await start();
    store.echo('PutParameter');
    await invoke('Create');
    const [sent] = store.calls.map(({ input }) => (input as { Value: string }).Value);
    expect(sent).toMatch(/^20261102-/);
    const told = JSON.stringify([cloudFormation.taken, events]);
    expect(told).toContain('(not shown)');
    expect(told).not.toContain(sent);
    expect(told).not.toContain(sent?.split(':')[1]);
  });

  test('before the function runs out of time', async () => {
    const { store, cloudFormation, invoke } = await start();
    store.fail('PutParameter', 'silence');
    await invoke('Create', {}, 15_100);
    expect(cloudFormation.answers()).toMatchObject([
      { Status: 'FAILED', Reason: expect.stringContaining('AbortError') },
    ]);
  });

  test('in a few words, however many there are', async () => {
    const { store, cloudFormation, invoke } = await start();
    store.fail('PutParameter', refusal('ValidationException', 'x'.repeat(10_000)));
    await invoke('Create');
    expect(cloudFormation.taken[0]?.body.length).toBeLessThan(4_096);
  });

  test('again, where it does not take the answer at once', async () => {
    const { cloudFormation, invoke } = await start();
    cloudFormation.refuse(2);
    await invoke('Create');
    expect(cloudFormation.answers()).toEqual([answered('SUCCESS')]);
  });
});

describe('where CloudFormation cannot be told, the invocation fails, so that Lambda repeats it', () => {
  test.each([
    ['it refuses the answer', 'it answered 503'],
    ['it is not there', 'ECONNREFUSED'],
  ])('%s', async (_, words) => {
    const { store, cloudFormation, invoke } = await start();
    cloudFormation.refuse(3);
    if (words === 'ECONNREFUSED') await cloudFormation.close();
    const failure = await failureOf(invoke('Create'));
    expect(failure.message).toBe(`The answer did not reach CloudFormation (${words}).`);
    expect(`${failure.stack} ${JSON.stringify(failure)} ${String(failure.cause)}`).not.toContain(signature);
    const keys = store.value(keysName);
    if (words === 'ECONNREFUSED') return;
    await invoke('Create');
    expect(store.value(keysName)).toBe(keys);
    expect(cloudFormation.answers()).toEqual([answered('SUCCESS')]);
  });

  test.each([
    ['no address', { ResponseURL: undefined }, 'ResponseURL'],
    ['an address of another kind', { ResponseURL: 'file:///etc/passwd' }, 'ResponseURL'],
    ['an unknown kind of request', { RequestType: 'Explode' }, 'RequestType'],
  ])('%s', async (_, change, field) => {
    const { store, invoke } = await start();
    const failure = await failureOf(invoke('Create', change));
    expect(failure.message).toBe(`The event is no request of CloudFormation; not as it should be: ${field}.`);
    expect(failure.stack).not.toContain(signature);
    expect(store.calls).toEqual([]);
  });
});
