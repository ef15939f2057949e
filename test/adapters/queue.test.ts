import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { ReceiveMessageCommand, RequestThrottled, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createNoticeQueue, MessageNotUnderstoodError, NotAnnouncedError, readNoticeMessage } from '#adapters/queue.ts';
import { type FaultProxy, startFaultProxy } from '#local/engines/fault-proxy.ts';
import { closeServer, listenOnLoopback, loopback } from '#local/engines/loopback.ts';
import { type Queue, startQueue } from '#local/engines/queue.ts';
import { queueClient } from '../local/sdk-clients.ts';

const people = (count: number) => Array.from({ length: count }, (_, number) => `recipient-${number}`);
const bodiesOf = (recipientIds: readonly string[]) =>
  recipientIds.map((recipientId) => JSON.stringify({ recipientId, about: 'availability' }));

describe('over a real queue', () => {
  let queue: Queue;
  let proxy: FaultProxy;
  let client: SQSClient;
  let notices: ReturnType<typeof createNoticeQueue>;

  beforeAll(async () => {
    queue = await startQueue();
    proxy = await startFaultProxy({ target: queue.endpoint });
    client = queueClient(proxy.endpoint);
    notices = createNoticeQueue(client, proxy.through(queue.queueUrl), 'availability');
  });
  afterEach(() => proxy.faults.clear());
  afterAll(async () => {
    client.destroy();
    await proxy.close();
    await queue.close();
  });

  /** Takes everything that is visible off the queue; what was received once stays hidden. */
  const received = async (): Promise<string[]> => {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: proxy.through(queue.queueUrl), MaxNumberOfMessages: 10 }),
    );
    const bodies = Messages.map(({ Body = '' }) => Body);
    return bodies.length === 0 ? [] : [...bodies, ...(await received())];
  };
  const batchesSent = async (work: () => Promise<void>): Promise<number> => {
    const before = proxy.calls().SendMessageBatch ?? 0;
    await work();
    return (proxy.calls().SendMessageBatch ?? 0) - before;
  };

  test.each([
    [0, 0],
    [1, 1],
    [10, 1],
    [11, 2],
    [23, 3],
  ])('%d recipients are announced in %d calls, each in a message of its own', async (count, calls) => {
    expect(await batchesSent(() => notices.announce(people(count)))).toBe(calls);
    expect((await received()).toSorted()).toEqual(bodiesOf(people(count)).toSorted());
  });

  test.each(['availability', 'runtimes'] as const)(
    'a message says whom to look at for notices about %s, and nothing else',
    async (about) => {
      await createNoticeQueue(client, proxy.through(queue.queueUrl), about).announce(['ada']);
      const [body = '', ...more] = await received();
      expect(JSON.parse(body)).toEqual({ recipientId: 'ada', about });
      expect(readNoticeMessage(body)).toEqual({ recipientId: 'ada', about });
      expect(more).toEqual([]);
    },
  );

  test('a queue that throttles, refuses or is gone is an error, and nothing was announced', async () => {
    proxy.faults.add({ match: 'SendMessageBatch', kind: 'throttle', times: 1 });
    await expect(notices.announce(['ada'])).rejects.toThrow(RequestThrottled);
    proxy.faults.add({ match: 'SendMessageBatch', kind: 'refuse', times: 1 });
    await expect(notices.announce(['ada'])).rejects.toThrow('The request is refused.');
    proxy.faults.add({ match: 'SendMessageBatch', kind: 'drop-connection', times: 1 });
    await expect(notices.announce(['ada'])).rejects.toThrow(/ECONNRESET|socket hang up/);
    expect(await received()).toEqual([]);
  });

  test('a batch that fails leaves the batches before it announced', async () => {
    proxy.faults.add({ match: 'SendMessageBatch', kind: 'throttle', skip: 1 });
    await expect(notices.announce(people(15))).rejects.toThrow(RequestThrottled);
    expect(await received()).toHaveLength(10);
  });

  test('announcing again after a lost answer repeats the message and loses none', async () => {
    proxy.faults.add({ match: 'SendMessageBatch', kind: 'drop-answer', times: 1 });
    await expect(notices.announce(['ada'])).rejects.toThrow(/ECONNRESET|socket hang up/);
    await notices.announce(['ada']);
    expect(await received()).toEqual(bodiesOf(['ada', 'ada']));
  });
});

/** What the fake queue reads of a batch. */
type Entry = { readonly Id: string; readonly MessageBody: string };
const entriesOf = (body: Buffer): readonly Entry[] => JSON.parse(body.toString('utf8')).Entries;

/** An SQS that takes every message but those of which `codeFor` says why not. Source: SendMessageBatch in its API reference. */
const startFussyQueue = async (codeFor: (messageBody: string) => string | undefined): Promise<string> => {
  const server = createServer((incoming, response) => {
    void buffer(incoming).then((body) => {
      const entries = entriesOf(body).map((entry) => ({ ...entry, Code: codeFor(entry.MessageBody) }));
      const md5 = (text: string) => createHash('md5').update(text).digest('hex');
      const answer = {
        Successful: entries
          .filter(({ Code }) => Code === undefined)
          .map(({ Id, MessageBody }) => ({ Id, MessageId: `message-${Id}`, MD5OfMessageBody: md5(MessageBody) })),
        Failed: entries
          .filter(({ Code }) => Code !== undefined)
          .map(({ Id, Code }) => ({ Id, Code, SenderFault: false })),
      };
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(answer));
    });
  });
  const port = await listenOnLoopback(server);
  onTestFinished(() => closeServer(server));
  return `http://${loopback}:${port}`;
};

describe('when the queue takes only some of a batch', () => {
  const announceTo = async (codeFor: (body: string) => string | undefined, count: number): Promise<void> => {
    const endpoint = await startFussyQueue(codeFor);
    const client = queueClient(endpoint);
    onTestFinished(() => client.destroy());
    await createNoticeQueue(client, `${endpoint}/000000000000/notices`, 'availability').announce(people(count));
  };

  test('nothing is said while it takes all', async () => {
    await expect(announceTo(() => undefined, 12)).resolves.toBeUndefined();
  });

  test('it is an error that says how many of how many and each reason once, but not whom', async () => {
    const codes = ['ThrottlingException', 'InternalError', 'InternalError'];
    const code = (body: string) => codes[people(3).indexOf(readNoticeMessage(body).recipientId)];
    const failure: unknown = await announceTo(code, 5).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NotAnnouncedError);
    expect(failure).toMatchObject({
      name: 'NotAnnouncedError',
      message: 'The queue refused 3 of 5 messages: ThrottlingException, InternalError',
    });
  });

  test('it is an error in a later batch too', async () => {
    const onlyTheLast = (body: string) => (body.includes('recipient-11') ? 'InternalError' : undefined);
    await expect(announceTo(onlyTheLast, 12)).rejects.toThrow('The queue refused 1 of 2 messages: InternalError');
  });
});

test('a message names its recipient', () => {
  expect(readNoticeMessage('{"recipientId":"ada"}')).toEqual({ recipientId: 'ada', about: 'availability' });
  expect(readNoticeMessage('{"recipientId":"ada","about":"runtimes"}')).toEqual({
    recipientId: 'ada',
    about: 'runtimes',
  });
});

test.each([
  '',
  'ada',
  'null',
  '"ada"',
  '[]',
  '[{"recipientId":"ada"}]',
  '{}',
  '{"recipientId":""}',
  '{"recipientId":7}',
  '{"recipientId":"ada","about":"prices"}',
])('a message without a recipient is none, and the error does not repeat it: %s', (body) => {
  const words = 'A message on the queue does not name a recipient.';
  expect(() => readNoticeMessage(body)).toThrow(new MessageNotUnderstoodError(words));
});
