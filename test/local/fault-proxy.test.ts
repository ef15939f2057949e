import {
  type DynamoDBClient,
  GetItemCommand,
  ProvisionedThroughputExceededException,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { MessageRejected, type SESv2Client, SendEmailCommand, TooManyRequestsException } from '@aws-sdk/client-sesv2';
import { ReceiveMessageCommand, RequestThrottled, SendMessageCommand, UnsupportedOperation } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FaultProxy, startFaultProxy } from '#local/engines/fault-proxy.ts';
import { startInbox } from '#local/engines/inbox.ts';
import { startQueue } from '#local/engines/queue.ts';
import { createTable, startTable, type Table } from '#local/engines/table.ts';
import { mailClient, queueClient, tableClient } from './sdk-clients.ts';

const put = (client: DynamoDBClient, pk: string) =>
  client.send(new PutItemCommand({ TableName: 'warden', Item: { pk: { S: pk }, sk: { S: 'x' } } }));

const holds = async (client: DynamoDBClient, pk: string): Promise<boolean> => {
  const key = { pk: { S: pk }, sk: { S: 'x' } };
  return (await client.send(new GetItemCommand({ TableName: 'warden', Key: key }))).Item !== undefined;
};

const failed = (call: Promise<unknown>): Promise<boolean> =>
  call.then(
    () => false,
    () => true,
  );

describe('before the table', () => {
  let table: Table;
  let proxy: FaultProxy;
  let direct: DynamoDBClient;
  let client: DynamoDBClient;

  beforeEach(async () => {
    table = await startTable();
    proxy = await startFaultProxy({ target: table.endpoint });
    direct = tableClient(table.endpoint);
    client = tableClient(proxy.endpoint);
    await createTable(direct, 'warden');
  });

  afterEach(async () => {
    await proxy.close();
    await table.close();
  });

  test('without a fault everything passes, and calls are counted', async () => {
    await put(client, 'a');
    await put(client, 'b');
    expect(await holds(client, 'a')).toBe(true);
    expect(proxy.calls()).toEqual({ PutItem: 2, GetItem: 1 });
  });

  test('throttle has no effect and is what the service says', async () => {
    const fault = proxy.faults.add({ match: 'PutItem', kind: 'throttle', times: 1 });
    await expect(put(client, 'a')).rejects.toThrow(ProvisionedThroughputExceededException);
    expect(await holds(client, 'a')).toBe(false);
    await put(client, 'a');
    expect(await holds(client, 'a')).toBe(true);
    expect(fault.struck()).toBe(1);
  });

  test('refuse is a validation error', async () => {
    proxy.faults.add({ match: 'PutItem', kind: 'refuse' });
    await expect(put(client, 'a')).rejects.toMatchObject({
      name: 'ValidationException',
      $metadata: { httpStatusCode: 400 },
    });
    expect(await holds(direct, 'a')).toBe(false);
  });

  test('drop-answer lets the write happen', async () => {
    proxy.faults.add({ match: 'PutItem', kind: 'drop-answer', times: 1 });
    expect(await failed(put(client, 'a'))).toBe(true);
    expect(await holds(client, 'a')).toBe(true);
  });

  test('drop-connection does not', async () => {
    proxy.faults.add({ match: '*', kind: 'drop-connection', times: 1 });
    expect(await failed(put(client, 'a'))).toBe(true);
    expect(await holds(client, 'a')).toBe(false);
  });

  test('delay passes the call on later, and a close does not wait for it', async () => {
    proxy.faults.add({ match: 'PutItem', kind: 'delay', delayMs: 30, times: 1 });
    const sentAt = performance.now();
    await put(client, 'a');
    expect(performance.now() - sentAt).toBeGreaterThanOrEqual(29);

    proxy.faults.add({ match: 'PutItem', kind: 'delay', delayMs: 600_000 });
    const stuck = failed(put(client, 'b'));
    await expect.poll(() => proxy.calls().PutItem).toBe(2);
    await proxy.close();
    expect(await stuck).toBe(true);
    expect(await holds(direct, 'b')).toBe(false);
  });

  test('skip, times and a look at the body choose the calls that are struck', async () => {
    proxy.faults.add({ match: ({ body }) => body.includes('"odd"'), kind: 'refuse', skip: 1, times: 2 });
    const outcomes: boolean[] = [];
    for (const pk of ['odd', 'even', 'odd', 'odd', 'even', 'odd']) outcomes.push(await failed(put(client, pk)));
    expect(outcomes).toEqual([false, false, true, true, false, false]);
  });

  test('the first fault added acts, until it is removed or all are cleared', async () => {
    const first = proxy.faults.add({ match: 'PutItem', kind: 'throttle' });
    proxy.faults.add({ match: 'PutItem', kind: 'refuse' });
    await expect(put(client, 'a')).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' });
    first.remove();
    await expect(put(client, 'a')).rejects.toMatchObject({ name: 'ValidationException' });
    proxy.faults.clear();
    await put(client, 'a');
  });

  test('a client that retries by itself gets through', async () => {
    proxy.faults.add({ match: 'PutItem', kind: 'throttle', times: 1 });
    await put(tableClient(proxy.endpoint, 2), 'a');
    expect(proxy.calls().PutItem).toBe(2);
  });
});

test('a probability follows the chance that was given', async () => {
  const table = await startTable();
  const chances = [0.2, 0.5, 0.49, 0.9];
  const proxy = await startFaultProxy({ target: table.endpoint, random: () => chances.shift() ?? 1 });
  proxy.faults.add({ match: '*', kind: 'drop-connection', probability: 0.5 });
  await createTable(tableClient(table.endpoint), 'warden');
  const outcomes: boolean[] = [];
  for (let call = 0; call < 4; call += 1) outcomes.push(await failed(put(tableClient(proxy.endpoint), 'a')));
  expect(outcomes).toEqual([true, false, true, false]);
  await proxy.close();
  await table.close();
});

test('an engine that is not there is a lost connection', async () => {
  const table = await startTable();
  const proxy = await startFaultProxy({ target: table.endpoint });
  await table.close();
  expect(await failed(put(tableClient(proxy.endpoint), 'a'))).toBe(true);
  await proxy.close();
});

test('before the queue: throttled, refused, and sent without the client knowing', async () => {
  const queue = await startQueue();
  const proxy = await startFaultProxy({ target: queue.endpoint });
  const client = queueClient(proxy.endpoint);
  const send = (MessageBody: string) =>
    client.send(new SendMessageCommand({ QueueUrl: proxy.through(queue.queueUrl), MessageBody }));
  proxy.faults.add({ match: 'SendMessage', kind: 'throttle', times: 1 });
  await expect(send('throttled')).rejects.toThrow(RequestThrottled);
  proxy.faults.add({ match: 'SendMessage', kind: 'refuse', times: 1 });
  await expect(send('refused')).rejects.toThrow(UnsupportedOperation);
  proxy.faults.add({ match: 'SendMessage', kind: 'drop-answer', times: 1 });
  expect(await failed(send('untold'))).toBe(true);
  await send('told');
  const { Messages } = await client.send(
    new ReceiveMessageCommand({ QueueUrl: proxy.through(queue.queueUrl), MaxNumberOfMessages: 10 }),
  );
  expect(Messages?.map(({ Body }) => Body).toSorted()).toEqual(['told', 'untold']);
  expect(proxy.calls()).toEqual({ SendMessage: 4, ReceiveMessage: 1 });
  await proxy.close();
  await queue.close();
});

const sendMail = (client: SESv2Client, subject: string) =>
  client.send(
    new SendEmailCommand({
      FromEmailAddress: 'warden@example.com',
      Destination: { ToAddresses: ['ada@example.com'] },
      Content: { Simple: { Subject: { Data: subject }, Body: { Text: { Data: 'free' } } } },
    }),
  );

test('before the inbox: throttled, rejected, rejected otherwise, and sent without the client knowing', async () => {
  const inbox = await startInbox();
  await inbox.clear();
  const proxy = await startFaultProxy({ target: inbox.endpoint });
  const client = mailClient(proxy.endpoint);
  proxy.faults.add({ match: 'SendEmail', kind: 'throttle', times: 1 });
  await expect(sendMail(client, 'throttled')).rejects.toThrow(TooManyRequestsException);
  proxy.faults.add({ match: 'SendEmail', kind: 'refuse', times: 1 });
  await expect(sendMail(client, 'rejected')).rejects.toThrow(MessageRejected);
  proxy.faults.add({ match: 'SendEmail', kind: 'refuse', code: 'SendingPausedException', times: 1 });
  await expect(sendMail(client, 'paused')).rejects.toMatchObject({ name: 'SendingPausedException' });
  proxy.faults.add({ match: 'SendEmail', kind: 'drop-answer', times: 1 });
  expect(await failed(sendMail(client, 'untold'))).toBe(true);
  await sendMail(client, 'told');
  expect((await inbox.messages()).map(({ subject }) => subject)).toEqual(['untold', 'told']);
  await proxy.close();
  await inbox.close();
});
