import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Settings } from '#adapters/configuration/settings.ts';
import type { WardenEvent } from '#domain/event.ts';
import type { Instant } from '#domain/time.ts';
import { createTable } from '#local/engines/table.ts';
import { createHandlers, type HandlersParts } from '#local/handlers.ts';
import { lambdaContext } from '#local/lambda-context.ts';
import { answerCalls } from '#local/simulation/clients.ts';
import { createSimulatedQueue } from '#local/simulation/queue.ts';
import { createSimulatedTable } from '#local/simulation/table.ts';
import { sqsEvent } from '#local/sqs-event.ts';
import { localClient } from '#local/system.ts';

export const tableName = 'warden';

/** A mail that was sent: to whom, its subject and text, and when in simulated time. */
export type TakenMail = {
  readonly address: string;
  readonly subject: string;
  readonly text: string;
  readonly at: Instant;
};

/** Something went wrong that the past cannot bring about: what came of it would mean nothing. */
export class MemoryWorldError extends Error {
  override readonly name = 'MemoryWorldError';
}

export type MemoryWorldOptions = {
  readonly settings: Settings;
  readonly provider: HandlersParts['provider'];
  readonly now: () => Instant;
  readonly onEvent?: (event: WardenEvent) => void;
};

const mostMessages = 10;

/**
 * The very handlers of a deployment over a table, a queue and a mail service in memory. Nothing takes time: the clock stands
 * still while they work.
 */
export const startMemoryWorld = async ({ settings, provider, now, onEvent }: MemoryWorldOptions) => {
  const table = createSimulatedTable();
  let messages = 0;
  const queue = createSimulatedQueue({
    now,
    newId: () => `message-${++messages}`,
    visibilityTimeout: 1,
    mostReceptions: 1,
  });
  const dynamodb = new DynamoDBClient({ ...localClient, endpoint: 'http://memory' });
  const sqs = new SQSClient({ ...localClient, endpoint: 'http://memory' });
  const ses = new SESv2Client({ ...localClient, endpoint: 'http://memory' });
  answerCalls(dynamodb, table.execute);
  answerCalls(sqs, queue.execute);
  await createTable(dynamodb, tableName);
  const mails: TakenMail[] = [];
  let ids = 0;
  const handlers = createHandlers({
    settings,
    dynamodb,
    sqs,
    ses,
    provider,
    tableName,
    queueUrl: 'http://memory/notices',
    deadLetterQueueUrls: { notices: 'http://memory/notices-dead', events: 'http://memory/events-dead' },
    clock: { now, sleep: async () => {} },
    report: (event) => onEvent?.(event),
    linksUrl: 'https://links.example.com',
    linkSecret: 'a secret of at least thirty-two characters',
    newId: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`,
    expireAfter: () => new AbortController().signal,
    chance: () => 0,
    mailer: {
      send: async (address, { subject, text }) => {
        mails.push({ address, subject, text, at: now() });
        return { result: 'accepted', messageId: `mail-${mails.length}` };
      },
    },
  });
  return {
    dynamodb,
    /** The mails sent since the last call. */
    takeMails: (): TakenMail[] => mails.splice(0),
    /** One run of the schedule of job 1. */
    tick: async (): Promise<void> => {
      await handlers.watchAvailability({}, lambdaContext({ functionName: 'watch-availability' }));
    },
    /** One run of the schedule of job 2. */
    guard: async (): Promise<void> => {
      await handlers.guardRuntimes({}, lambdaContext({ functionName: 'guard-runtimes' }));
    },
    /** Hands over every waiting message. */
    deliver: async (): Promise<void> => {
      for (let taken = queue.receive(mostMessages); taken.length > 0; taken = queue.receive(mostMessages)) {
        const event = sqsEvent(taken.map(({ body }) => body));
        const { batchItemFailures } = await handlers.sendNotice(event, lambdaContext({ functionName: 'send-notice' }));
        if (batchItemFailures.length > 0)
          throw new MemoryWorldError(`Messages that failed: ${batchItemFailures.length}`);
        for (const { receiptHandle } of taken) queue.remove(receiptHandle);
      }
    },
  };
};

export type MemoryWorld = Awaited<ReturnType<typeof startMemoryWorld>>;
