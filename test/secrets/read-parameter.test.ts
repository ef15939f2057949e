import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { expect, test } from 'vitest';
import { sendSigned, usualEndpoint } from '#adapters/secrets/signed-call.ts';
import { failureOf, credentialName as name, startSecrets } from './given.ts';
import { account, refusal } from './parameter-store.ts';

const secret = 'pat-nc-0123456789abcdef';

test('the decrypted value, as it stands there', async () => {
  const { store, read } = await startSecrets();
  store.set(name, secret);
  expect(await read(name)).toBe(secret);
});

test('a parameter that is not there is no fault', async () => {
  const { read, store } = await startSecrets();
  expect(await read(name)).toBeUndefined();
  expect(store.counted('GetParameter')).toBe(1);
});

test("our request is that of the SDK's own client, and both signatures are right", async () => {
  const { store, read } = await startSecrets();
  store.set(name, secret);
  await read(name);
  const client = store.client();
  await client.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
  client.destroy();
  const [ours, theirs] = store.calls.map(({ operation, input, headers }) => ({
    operation,
    input,
    'content-type': headers['content-type'],
    target: headers['x-amz-target'],
    'content-length': headers['content-length'],
    scope: /Credential=\S+/.exec(headers.authorization ?? '')?.[0],
  }));
  expect(ours?.scope).toMatch(/\/eu-west-1\/ssm\/aws4_request,$/);
  expect(ours).toEqual(theirs);
});

test('a request that is signed with another key is refused, with words that help', async () => {
  const { store, access, read } = await startSecrets();
  store.set(name, secret);
  access.credentials = async () => ({ accessKeyId: 'AKIDTEST', secretAccessKey: 'another' });
  const failure = await failureOf(read(name));
  expect(failure.message).toContain(`The parameter ${name} cannot be read (InvalidSignatureException:`);
});

test.each([
  ['a throttled call', { status: 400, body: { __type: 'ThrottlingException', message: 'Rate exceeded' } }],
  ['a failing service', { status: 503, body: { __type: 'ServiceUnavailable' } }],
  ['no answer', 'no answer'],
  ['half an answer', 'half an answer'],
] as const)('%s is tried again', async (_, fault) => {
  const { store, read, waits } = await startSecrets();
  store.set(name, secret);
  store.fail('GetParameter', fault, 2);
  expect(await read(name)).toBe(secret);
  expect(waits).toEqual([200, 400]);
});

test('throttled three times it is given up, and the words say what it was', async () => {
  const { store, read } = await startSecrets();
  store.set(name, secret);
  store.fail('GetParameter', refusal('ThrottlingException', 'Rate exceeded'));
  const failure = await failureOf(read(name));
  expect(failure).toMatchObject({ name: 'ParameterUnreadableError' });
  expect(failure.message).toBe(
    `The parameter ${name} cannot be read (ThrottlingException: Rate exceeded). It is read again by itself; if this goes on, check that Systems Manager answers in this region.`,
  );
  expect(store.counted('GetParameter')).toBe(3);
});

test('a role that may not is not tried again, and the words say which parameter and what to check', async () => {
  const { store, read } = await startSecrets();
  const denied = 'User: arn:aws:sts::1:assumed-role/x is not authorized to perform: ssm:GetParameter';
  store.fail('GetParameter', refusal('com.amazonaws.ssm#AccessDeniedException', denied));
  const { message } = await failureOf(read(name));
  expect(message).toBe(
    `The parameter ${name} cannot be read (AccessDeniedException: ${denied}). Check that the function's role allows ssm:GetParameter on it, and the use of the key that encrypts it.`,
  );
  expect(store.counted('GetParameter')).toBe(1);
});

test.each([
  ['a success that is not understood', { status: 200, body: { Parameter: { Value: 7, Was: secret } } }],
  ['a success that is cut off', 'half an answer'],
  ['a refusal without words', { status: 418, body: secret }],
] as const)('%s says nothing of what came', async (_, fault) => {
  const { store, read } = await startSecrets();
  store.set(name, secret);
  store.fail('GetParameter', fault);
  const failure = await failureOf(read(name));
  expect(failure.message).toContain(`The parameter ${name} cannot be read (`);
  expect(`${failure.stack} ${JSON.stringify(failure)} ${String(failure.cause)}`).not.toContain(secret);
});

test('an answer that begins and never ends is given up in time', async () => {
  const { store, access } = await startSecrets();
  store.fail('GetParameter', 'never ends');
  const giveUp = new AbortController();
  store.after('GetParameter', () => giveUp.abort());
  const call = { service: 'ssm', endpoint: store.endpoint, target: 'AmazonSSM.GetParameter', input: { Name: name } };
  await expect(sendSigned(access, { ...call, signal: giveUp.signal })).rejects.toThrow(/abort/i);
});

test.each([
  ['eu-west-1', 'https://ssm.eu-west-1.amazonaws.com/'],
  ['cn-north-1', 'https://ssm.cn-north-1.amazonaws.com.cn/'],
])("the usual address in %s is that of the SDK's own client", async (region, url) => {
  const client = new SSMClient({ region, credentials: account });
  const resolved = client.config.endpointProvider({ Region: region, UseFIPS: false, UseDualStack: false });
  expect(resolved.url.href).toBe(url);
  expect(`${usualEndpoint('ssm', region)}/`).toBe(url);
});
