import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FaultProxy, startFaultProxy } from '#local/engines/fault-proxy.ts';
import { type Queue, startQueue } from '#local/engines/queue.ts';
import { type QueueHandler, type QueuePoller, startQueuePoller, succeeded } from '#local/queue-poller.ts';
import { queueClient } from './sdk-clients.ts';

let queue: Queue;
let proxy: FaultProxy;
let client: SQSClient;
let poller: QueuePoller | undefined;

beforeEach(async () => {
  queue = await startQueue();
  proxy = await startFaultProxy({ target: queue.endpoint });
  client = queueClient(queue.endpoint);
});

afterEach(async () => {
  const stopping = poller?.stop();
  poller = undefined;
  await queue.close();
  await stopping;
  await proxy.close();
});

const send = (MessageBody: string) =>
  client.send(
    new SendMessageCommand({
      QueueUrl: queue.queueUrl,
      MessageBody,
      MessageAttributes: { kind: { DataType: 'String', StringValue: 'notice' } },
    }),
  );

const depth = async (queueUrl: string): Promise<{ ready: string | undefined; hidden: string | undefined }> => {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return {
    ready: Attributes?.ApproximateNumberOfMessages,
    hidden: Attributes?.ApproximateNumberOfMessagesNotVisible,
  };
};

const start = (handler: QueueHandler, onFailure: (error: unknown) => void = () => {}): QueuePoller => {
  const through = { client: queueClient(proxy.endpoint), queueUrl: proxy.through(queue.queueUrl) };
  return startQueuePoller({ ...through, functionName: 'send-notice', handler, onFailure });
};

test('the handler gets events of the real shape, and what it is done with is gone', async () => {
  const events: SQSEvent[] = [];
  const names: string[] = [];
  const { MessageId } = await send('first');
  poller = start(async (event, context) => {
    events.push(event);
    names.push(context.functionName);
    expect(context.getRemainingTimeInMillis()).toBeGreaterThan(0);
  });
  await expect.poll(() => events.length).toBe(1);
  expect(events[0]).toEqual({
    Records: [
      {
        messageId: MessageId,
        receiptHandle: expect.any(String),
        body: 'first',
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: expect.stringMatching(/^\d{13}$/),
          SenderId: expect.any(String),
          ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
        },
        messageAttributes: {
          kind: { dataType: 'String', stringValue: 'notice', stringListValues: [], binaryListValues: [] },
        },
        md5OfBody: '8b04d5e3775d298e78455efc5ca404d5',
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:local:000000000000:notices',
        awsRegion: 'local',
      },
    ],
  });
  expect(names).toEqual(['send-notice']);
  await expect.poll(() => depth(queue.queueUrl)).toEqual({ ready: '0', hidden: '0' });
});

test('what the handler reports as failed stays hidden and comes again', async () => {
  const bodies: string[] = [];
  let failing: SQSRecord | undefined;
  await send('good');
  await send('bad');
  poller = start(async ({ Records }) => {
    bodies.push(...Records.map(({ body }) => body));
    failing ??= Records.find(({ body }) => body === 'bad');
    const again = Records.filter(
      ({ body, attributes }) => body === 'bad' && attributes.ApproximateReceiveCount === '1',
    );
    return { batchItemFailures: again.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  });
  await expect.poll(() => depth(queue.queueUrl)).toEqual({ ready: '0', hidden: '1' });
  expect(bodies.toSorted()).toEqual(['bad', 'good']);
  // The visibility timeout passes in real time; ending it early is the same to everybody else.
  await client.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: queue.queueUrl,
      ReceiptHandle: failing?.receiptHandle,
      VisibilityTimeout: 0,
    }),
  );
  await expect.poll(() => bodies.filter((body) => body === 'bad').length, { timeout: 5_000 }).toBe(2);
  await expect.poll(() => depth(queue.queueUrl)).toEqual({ ready: '0', hidden: '0' });
});

test('a handler that throws loses nothing and is reported', async () => {
  const failures: unknown[] = [];
  await send('held');
  poller = start(
    async () => {
      throw new Error('broken');
    },
    (error) => failures.push(error),
  );
  await expect.poll(() => failures.map(String)).toEqual(['Error: broken']);
  expect(await depth(queue.queueUrl)).toEqual({ ready: '0', hidden: '1' });
});

test('a queue that does not answer is reported and asked again', async () => {
  const failures: unknown[] = [];
  const bodies: string[] = [];
  proxy.faults.add({ match: 'ReceiveMessage', kind: 'throttle', times: 1 });
  await send('late');
  poller = start(
    async ({ Records }) => void bodies.push(...Records.map(({ body }) => body)),
    (error) => failures.push(error),
  );
  await expect.poll(() => bodies, { timeout: 5_000 }).toEqual(['late']);
  expect(failures).toHaveLength(1);
});

test('a stop waits for the batch in hand and takes no more', async () => {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const bodies: string[] = [];
  await send('in hand');
  const stopped = start(async ({ Records }) => {
    bodies.push(...Records.map(({ body }) => body));
    await held;
  });
  await expect.poll(() => bodies).toEqual(['in hand']);
  const stopping = stopped.stop();
  await send('too late');
  release();
  await stopping;
  expect(bodies).toEqual(['in hand']);
  expect(await depth(queue.queueUrl)).toEqual({ ready: '1', hidden: '0' });
});

test('a message that is sent while a stop waits is left for the next poller', async () => {
  const first = start(async () => {});
  await expect.poll(() => proxy.calls().ReceiveMessage).toBe(1);
  await first.stop();
  await send('next');
  const bodies: string[] = [];
  poller = start(async ({ Records }) => void bodies.push(...Records.map(({ body }) => body)));
  await expect.poll(() => bodies, { timeout: 5_000 }).toEqual(['next']);
});

describe('what is done with, of a batch of a and b', () => {
  const record = (messageId: string): SQSRecord => ({
    messageId,
    receiptHandle: messageId,
    body: '',
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '0',
      SenderId: '',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: '',
    awsRegion: 'local',
  });

  test.each([
    { said: 'nothing', response: undefined, done: ['a', 'b'] },
    { said: 'no failures', response: { batchItemFailures: [] }, done: ['a', 'b'] },
    { said: 'a failed', response: { batchItemFailures: [{ itemIdentifier: 'a' }] }, done: ['b'] },
    { said: 'a stranger failed', response: { batchItemFailures: [{ itemIdentifier: 'z' }] }, done: [] },
    { said: 'an empty name failed', response: { batchItemFailures: [{ itemIdentifier: '' }] }, done: [] },
  ])('the handler says: $said', ({ response, done }) => {
    expect(succeeded([record('a'), record('b')], response).map(({ messageId }) => messageId)).toEqual(done);
  });
});
