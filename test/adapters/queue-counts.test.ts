import { createServer } from 'node:http';
import { QueueDoesNotExist, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, onTestFinished, test } from 'vitest';
import { countMessages, QueueNotCountedError } from '#adapters/queue-counts.ts';
import { closeServer, listenOnLoopback, loopback } from '#local/engines/loopback.ts';
import { startQueue } from '#local/engines/queue.ts';
import { queueClient } from '../local/sdk-clients.ts';

const start = async () => {
  const queue = await startQueue();
  const client = queueClient(queue.endpoint);
  onTestFinished(async () => {
    client.destroy();
    await queue.close();
  });
  return { client, QueueUrl: queue.queueUrl, missing: `${queue.queueUrl}-missing` };
};

test('messages are counted by what becomes of them, and none is taken', async () => {
  const { client, QueueUrl } = await start();
  expect(await countMessages(client, QueueUrl)).toEqual({ waiting: 0, underWay: 0, delayed: 0 });
  for (const MessageBody of ['a', 'b', 'c']) await client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'd', DelaySeconds: 900 }));
  await client.send(new ReceiveMessageCommand({ QueueUrl }));
  for (let again = 0; again < 2; again += 1) {
    expect(await countMessages(client, QueueUrl)).toEqual({ waiting: 2, underWay: 1, delayed: 1 });
  }
});

test('a queue that is not there is not an empty one', async () => {
  const { client, missing } = await start();
  await expect(countMessages(client, missing)).rejects.toThrow(QueueDoesNotExist);
});

const whole = {
  ApproximateNumberOfMessages: '1',
  ApproximateNumberOfMessagesNotVisible: '0',
  ApproximateNumberOfMessagesDelayed: '0',
};

test.each([
  ['without numbers', {}],
  ['with attributes that lack one', { Attributes: { ...whole, ApproximateNumberOfMessagesNotVisible: undefined } }],
  ['with a number that is none', { Attributes: { ...whole, ApproximateNumberOfMessages: 'many' } }],
  ['with an empty number', { Attributes: { ...whole, ApproximateNumberOfMessages: '' } }],
])('an answer %s is not an empty queue', async (_, body) => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
  });
  const endpoint = `http://${loopback}:${await listenOnLoopback(server)}`;
  const client = queueClient(endpoint);
  onTestFinished(async () => {
    client.destroy();
    await closeServer(server);
  });
  await expect(countMessages(client, `${endpoint}/000000000000/notices`)).rejects.toThrow(QueueNotCountedError);
});
