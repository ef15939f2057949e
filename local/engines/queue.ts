import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import type { DeadLetterQueues } from '#adapters/dead-letters.ts';
import { freePort, loopback } from './loopback.ts';

/**
 * An SQS that runs here, with the queue of notices and the dead-letter queues: of notices, and of events that no function took,
 * into which nothing here puts any. Messages live in memory.
 */
export type Queue = {
  readonly endpoint: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrls: DeadLetterQueues<string>;
  readonly close: () => Promise<void>;
};

const queueName = 'notices';
const deadLetterQueueNames = {
  notices: 'notices-dead',
  events: 'events-dead',
} as const satisfies DeadLetterQueues<string>;
const maxReceiveCount = 5;

const createQueues = async (endpoint: string, visibilityTimeoutSeconds: number): Promise<void> => {
  const client = new SQSClient({
    endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  try {
    await client.send(new CreateQueueCommand({ QueueName: deadLetterQueueNames.events }));
    const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: deadLetterQueueNames.notices }));
    const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
    await client.send(
      new CreateQueueCommand({
        QueueName: queueName,
        Attributes: {
          VisibilityTimeout: String(visibilityTimeoutSeconds),
          RedrivePolicy: JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount }),
        },
      }),
    );
  } finally {
    client.destroy();
  }
};

/**
 * Starts the embedded queue: five receptions, then the dead-letter queue. The visibility timeout passes in real time, as
 * the engine has no other; 60 s as in the stack unless given.
 */
export const startQueue = async (
  options: { port?: number; visibilityTimeoutSeconds?: number } = {},
): Promise<Queue> => {
  const app = buildApp({ logger: false });
  // Its own start binds all interfaces, so the app is built and told where to listen.
  const endpoint = await app.listen({ host: loopback, port: await freePort(options.port) });
  await createQueues(endpoint, options.visibilityTimeoutSeconds ?? 60);
  // The engine's own URLs begin with `sqs.REGION.localhost`, which not every resolver knows; it reads only the path.
  const urlOf = (name: string) => `${endpoint}/000000000000/${name}`;
  return {
    endpoint,
    queueUrl: urlOf(queueName),
    deadLetterQueueUrls: {
      notices: urlOf(deadLetterQueueNames.notices),
      events: urlOf(deadLetterQueueNames.events),
    },
    close: async () => {
      app.server.closeAllConnections();
      await app.close();
    },
  };
};
