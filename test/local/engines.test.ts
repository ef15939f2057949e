import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  ConditionalCheckFailedException,
  DescribeTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { SendEmailCommand } from '@aws-sdk/client-sesv2';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, onTestFinished, test } from 'vitest';
import { startInbox } from '#local/engines/inbox.ts';
import { closeServer, freePort, listenOnLoopback } from '#local/engines/loopback.ts';
import { startQueue } from '#local/engines/queue.ts';
import { createTable, startSecondTable, startTable, type Table } from '#local/engines/table.ts';
import { mailClient, queueClient, tableClient } from './sdk-clients.ts';

const putOnce = (client: DynamoDBClient) =>
  client.send(
    new PutItemCommand({
      TableName: 'warden',
      Item: { pk: { S: 'fleet' }, sk: { S: 'fleet' }, count: { N: '1' } },
      ConditionExpression: 'attribute_not_exists(pk)',
    }),
  );

const holdsConditionalWrites = async (table: Table): Promise<void> => {
  const client = tableClient(table.endpoint);
  await createTable(client, 'warden');
  await createTable(client, 'warden');
  const { Table: described } = await client.send(new DescribeTableCommand({ TableName: 'warden' }));
  expect(described?.KeySchema).toEqual([
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ]);
  expect(described?.BillingModeSummary?.BillingMode).toBe('PAY_PER_REQUEST');
  await putOnce(client);
  await expect(putOnce(client)).rejects.toThrow(ConditionalCheckFailedException);
  await table.close();
  await expect(putOnce(client)).rejects.toThrow(/ECONNREFUSED|socket hang up|ECONNRESET/);
};

test('the embedded table holds a conditional write and closes under an open client', async () => {
  await holdsConditionalWrites(await startTable());
});

test('the second table does the same', async ({ skip }) => {
  const table = await startSecondTable();
  if (table === undefined) return skip('no binary for this platform');
  await holdsConditionalWrites(table);
});

test('without a binary for the platform there is no second table, and the reason is printed', async () => {
  const architecture = Object.getOwnPropertyDescriptor(process, 'arch') ?? {};
  onTestFinished(() => void Object.defineProperty(process, 'arch', architecture));
  Object.defineProperty(process, 'arch', { ...architecture, value: 'vax' });
  const printed: string[] = [];
  expect(await startSecondTable((line) => printed.push(line))).toBeUndefined();
  expect(printed).toEqual([`No second table engine: @dynoxide/${process.platform}-vax is not installed.`]);
});

test('a table in a directory is there again after a restart', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'warden-table-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const first = await startTable({ directory });
  const firstClient = tableClient(first.endpoint);
  await createTable(firstClient, 'warden');
  await putOnce(firstClient);
  await first.close();

  const second = await startTable({ directory });
  const secondClient = tableClient(second.endpoint);
  await createTable(secondClient, 'warden');
  const { Item } = await secondClient.send(
    new GetItemCommand({ TableName: 'warden', Key: { pk: { S: 'fleet' }, sk: { S: 'fleet' } } }),
  );
  expect(Item?.count).toEqual({ N: '1' });
  await second.close();
});

test('a message received five times goes to the dead-letter queue', async () => {
  const queue = await startQueue({ visibilityTimeoutSeconds: 0 });
  const client = queueClient(queue.endpoint);
  const receive = (QueueUrl: string) => client.send(new ReceiveMessageCommand({ QueueUrl }));
  await client.send(new SendMessageCommand({ QueueUrl: queue.queueUrl, MessageBody: 'told' }));
  for (let reception = 1; reception <= 5; reception += 1) {
    expect((await receive(queue.queueUrl)).Messages?.[0]?.Body, `reception ${reception}`).toBe('told');
  }
  expect((await receive(queue.queueUrl)).Messages).toBeUndefined();
  expect((await receive(queue.deadLetterQueueUrls.notices)).Messages?.[0]?.Body).toBe('told');
  await queue.close();
  await expect(receive(queue.queueUrl)).rejects.toThrow(/ECONNREFUSED|socket hang up|ECONNRESET/);
});

test('a message stays hidden for 60 s unless told otherwise, and a waiting client does not hold up the close', async () => {
  const queue = await startQueue();
  const client = queueClient(queue.endpoint);
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: queue.queueUrl, AttributeNames: ['VisibilityTimeout'] }),
  );
  expect(Attributes).toEqual({ VisibilityTimeout: '60' });
  const waiting = client
    .send(new ReceiveMessageCommand({ QueueUrl: queue.queueUrl, WaitTimeSeconds: 20 }))
    .catch(() => 'gone');
  await queue.close();
  await waiting;
});

test('the inbox shows a mail with its headers, forgets when told and closes', async () => {
  const inbox = await startInbox();
  await inbox.clear();
  const client = mailClient(inbox.endpoint);
  const send = () =>
    client.send(
      new SendEmailCommand({
        FromEmailAddress: 'warden@example.com',
        Destination: { ToAddresses: ['ada@example.com'] },
        Content: {
          Simple: {
            Subject: { Data: 'NVIDIA H100 is available in as-south-1' },
            Body: { Text: { Data: 'Two are free.' }, Html: { Data: '<p>Two are free.</p>' } },
            Headers: [{ Name: 'List-Unsubscribe-Post', Value: 'List-Unsubscribe=One-Click' }],
          },
        },
      }),
    );
  const { MessageId } = await send();
  expect(await inbox.messages()).toEqual([
    {
      messageId: MessageId,
      from: 'warden@example.com',
      to: ['ada@example.com'],
      subject: 'NVIDIA H100 is available in as-south-1',
      text: 'Two are free.',
      html: '<p>Two are free.</p>',
      headers: [{ name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' }],
      at: expect.any(Number),
    },
  ]);
  expect(await (await fetch(inbox.url)).text()).toContain('<html');
  await inbox.clear();
  expect(await inbox.messages()).toEqual([]);
  await inbox.close();
  await expect(send()).rejects.toThrow(/ECONNREFUSED|socket hang up|ECONNRESET/);
});

test('a part listens on its usual port if that is free and on another if it is not', async () => {
  const port = await freePort();
  const first = createServer();
  const second = createServer();
  expect(await listenOnLoopback(first, port)).toBe(port);
  expect(await listenOnLoopback(second, port)).not.toBe(port);
  expect(await freePort(port)).not.toBe(port);
  await Promise.all([closeServer(first), closeServer(second)]);
  expect(await freePort(port)).toBe(port);
});

test('a process that started everything and closed it ends by itself', async () => {
  const script = `
    import { startFaultProxy } from '#local/engines/fault-proxy.ts';
    import { startInbox } from '#local/engines/inbox.ts';
    import { startQueue } from '#local/engines/queue.ts';
    import { startSecondTable, startTable } from '#local/engines/table.ts';
    const table = await startTable();
    const proxy = await startFaultProxy({ target: table.endpoint });
    const started = [proxy, table, await startQueue(), await startInbox(), await startSecondTable(() => {})];
    for (const part of started) await part?.close();
  `;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    timeout: 20_000,
  });
  expect({ stdout, stderr }).toEqual({ stdout: '', stderr: '' });
}, 20_000);
