import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startQueue } from '#local/engines/queue.ts';
import { createSimulatedQueue, queueRequestHandler, type SimulatedQueue } from '#local/simulation/queue.ts';
import { queueClient } from '../local/sdk-clients.ts';

type Bench = {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly deadLetters: () => Promise<readonly string[]>;
  /** Until what was received can be seen again. */
  readonly untilVisible: () => Promise<void>;
  readonly close: () => Promise<void>;
};

const visibility = 1000;

const simulated = async (): Promise<Bench> => {
  let now = 0;
  let ids = 0;
  const newId = () => {
    ids += 1;
    return `message-${ids}`;
  };
  const queue = createSimulatedQueue({ now: () => now, newId, visibilityTimeout: visibility, mostReceptions: 5 });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const requestHandler = queueRequestHandler(queue.execute);
  return {
    client: new SQSClient({ region: 'local', credentials, endpoint: 'http://queue.simulated', requestHandler }),
    queueUrl: 'http://queue.simulated/000000000000/notices',
    deadLetters: async () => queue.deadLetters().map(({ body }) => body),
    untilVisible: async () => {
      now += visibility + 1;
    },
    close: async () => {},
  };
};

const bodiesOf = (messages: readonly Message[] = []) => messages.map(({ Body = '' }) => Body);

const real = async (): Promise<Bench> => {
  const engine = await startQueue({ visibilityTimeoutSeconds: visibility / 1000 });
  const client = queueClient(engine.endpoint);
  return {
    client,
    queueUrl: engine.queueUrl,
    deadLetters: async () => {
      const { notices: QueueUrl } = engine.deadLetterQueueUrls;
      const taken = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      return bodiesOf(taken.Messages);
    },
    untilVisible: () => new Promise((resolve) => setTimeout(resolve, visibility + 100)),
    close: async () => {
      client.destroy();
      await engine.close();
    },
  };
};

describe.each([
  ['the local engine', real],
  ['the simulated queue', simulated],
])('on %s', (_name, start) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await start();
    return () => bench.close();
  });

  const send = (bodies: readonly string[], ids = bodies.map((_, index) => String(index))) =>
    bench.client.send(
      new SendMessageBatchCommand({
        QueueUrl: bench.queueUrl,
        Entries: bodies.map((MessageBody, index) => ({ Id: ids[index], MessageBody })),
      }),
    );
  const receive = async () => {
    const { Messages = [] } = await bench.client.send(
      new ReceiveMessageCommand({
        QueueUrl: bench.queueUrl,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      }),
    );
    return Messages;
  };

  test('what is sent is received once, until it can be seen again, and not after it is removed', async () => {
    const { Successful = [], Failed = [] } = await send(['a', 'b']);
    expect([Successful.length, Failed.length]).toEqual([2, 0]);
    expect(bodiesOf(await receive()).toSorted()).toEqual(['a', 'b']);
    expect(await receive()).toEqual([]);
    await bench.untilVisible();
    const again = await receive();
    expect(again.map(({ Attributes }) => Attributes?.ApproximateReceiveCount)).toEqual(['2', '2']);
    for (const { ReceiptHandle } of again) {
      await bench.client.send(new DeleteMessageCommand({ QueueUrl: bench.queueUrl, ReceiptHandle }));
    }
    await bench.untilVisible();
    expect(await receive()).toEqual([]);
  });

  test('what was received five times and not removed is a dead letter', async () => {
    await send(['a']);
    for (let reception = 1; reception <= 5; reception += 1) {
      expect(bodiesOf(await receive()), `reception ${reception}`).toEqual(['a']);
      await bench.untilVisible();
    }
    expect(await receive()).toEqual([]);
    expect(await bench.deadLetters()).toEqual(['a']);
  }, 20_000);

  test('a batch with more than ten messages, or two of one id, is refused', async () => {
    await expect(send(Array.from({ length: 11 }, () => 'a'))).rejects.toThrow();
    await expect(send(['a', 'b'], ['same', 'same'])).rejects.toThrow();
    expect(await receive()).toEqual([]);
  });
});

describe('what SQS does seldom', () => {
  let queue: SimulatedQueue;
  let now = 0;
  const visibleAt: number[] = [];
  beforeAll(() => {
    let ids = 0;
    queue = createSimulatedQueue({
      now: () => now,
      newId: () => {
        ids += 1;
        return String(ids);
      },
      visibilityTimeout: visibility,
      mostReceptions: 5,
      mischief: {
        delay: (id) => (id === '1' ? 500 : 0),
        isDoubled: (id) => id === '2',
        isShared: (id) => id === '4',
        pick: (count) => count - 1,
      },
    });
    queue.onVisible((at) => visibleAt.push(at));
  });
  afterAll(() => expect(visibleAt).toContain(500));

  test('late, twice and out of order', () => {
    const Entries = ['late', 'twice', 'last'].map((MessageBody, index) => ({ Id: String(index), MessageBody }));
    queue.execute('SendMessageBatch', { Entries });
    const first = queue.receive(10);
    expect(first.map(({ body }) => body)).toEqual(['last', 'twice']);
    for (const { receiptHandle } of first) queue.remove(receiptHandle);
    now = 600;
    expect(queue.receive(10).map(({ body }) => body)).toEqual(['late']);
    now = visibility + 1;
    expect(queue.receive(10).map(({ body }) => body)).toEqual(['twice']);
  });

  test('to a second receiver while the first still has it, and then to none', () => {
    const bodies = () => queue.receive(10).map(({ body }) => body);
    queue.execute('SendMessage', { MessageBody: 'shared' });
    expect(bodies()).toEqual(['shared']);
    expect(bodies()).toEqual([]);
    now += 5;
    expect(bodies()).toEqual(['shared']);
    now += 5;
    expect(bodies()).toEqual([]);
  });
});
