import { setTimeout as pause } from 'node:timers/promises';
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent, SQSMessageAttributes, SQSRecord } from 'aws-lambda';
import { lambdaContext } from './lambda-context.ts';

const pauseAfterFailureMs = 500;

/** A Lambda handler for a queue that reports batch item failures; answering nothing means that all went well. */
export type QueueHandler = (
  event: SQSEvent,
  context: Context,
  // biome-ignore lint/suspicious/noConfusingVoidType: this is how Lambda's own handler types say "or nothing".
) => Promise<SQSBatchResponse | void>;

export type QueuePoller = {
  /** Takes no more messages and resolves once the batch in hand is done with. Takes up to one wait, so that no message is lost. */
  readonly stop: () => Promise<void>;
};

export type QueuePollerOptions = {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly functionName: string;
  readonly handler: QueueHandler;
  /** Told of a handler that throws and of a queue that does not answer; the messages stay in the queue. */
  readonly onFailure: (error: unknown) => void;
  /** Messages in one event, 1 to 10. */
  readonly batchSize?: number;
  /** How long one look at the queue waits for a message, 1 to 20 s of real time. */
  readonly waitSeconds?: number;
};

const toAttributes = (message: Message): SQSMessageAttributes =>
  Object.fromEntries(
    Object.entries(message.MessageAttributes ?? {}).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      {
        dataType: DataType ?? 'String',
        stringListValues: [],
        binaryListValues: [],
        ...(StringValue === undefined ? {} : { stringValue: StringValue }),
        ...(BinaryValue === undefined ? {} : { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
      },
    ]),
  );

const toRecord = (message: Message, queueName: string): SQSRecord => ({
  messageId: message.MessageId ?? '',
  receiptHandle: message.ReceiptHandle ?? '',
  body: message.Body ?? '',
  attributes: {
    ApproximateReceiveCount: message.Attributes?.ApproximateReceiveCount ?? '1',
    SentTimestamp: message.Attributes?.SentTimestamp ?? '0',
    SenderId: message.Attributes?.SenderId ?? '000000000000',
    ApproximateFirstReceiveTimestamp: message.Attributes?.ApproximateFirstReceiveTimestamp ?? '0',
  },
  messageAttributes: toAttributes(message),
  md5OfBody: message.MD5OfBody ?? '',
  eventSource: 'aws:sqs',
  eventSourceARN: `arn:aws:sqs:local:000000000000:${queueName}`,
  awsRegion: 'local',
});

/**
 * The messages that are done with. As in Lambda, a failure that names no message of the batch fails the whole batch.
 * Source: "Implementing partial batch responses" in the Lambda developer guide.
 */
export const succeeded = (records: readonly SQSRecord[], response: SQSBatchResponse | undefined): SQSRecord[] => {
  const failed = new Set(response?.batchItemFailures?.map(({ itemIdentifier }) => itemIdentifier));
  const known = new Set(records.map(({ messageId }) => messageId));
  return failed.isSubsetOf(known) ? records.filter(({ messageId }) => !failed.has(messageId)) : [];
};

/** Calls the handler; what it says is done with, nothing if it throws. */
const handle = async (options: QueuePollerOptions, records: SQSRecord[]): Promise<SQSRecord[]> => {
  try {
    const response = await options.handler({ Records: records }, lambdaContext({ functionName: options.functionName }));
    return succeeded(records, response ?? undefined);
  } catch (error) {
    options.onFailure(error);
    return [];
  }
};

/** Takes what the queue has, waiting a while for it, and deletes what the handler is done with. */
const lookOnce = async (options: QueuePollerOptions): Promise<void> => {
  const { client, queueUrl } = options;
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: options.batchSize ?? 10,
      WaitTimeSeconds: options.waitSeconds ?? 1,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    }),
  );
  if (Messages.length === 0) return;
  const queueName = queueUrl.slice(queueUrl.lastIndexOf('/') + 1);
  const done = await handle(
    options,
    Messages.map((message) => toRecord(message, queueName)),
  );
  if (done.length === 0) return;
  await client.send(
    new DeleteMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: done.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle })),
    }),
  );
};

/**
 * Does what Lambda does between a queue and a function: waits for messages, calls the handler, deletes what did not fail
 * and leaves the rest to the visibility timeout and the dead-letter queue.
 */
export const startQueuePoller = (options: QueuePollerOptions): QueuePoller => {
  const stopping = new AbortController();
  const { signal } = stopping;
  const poll = async (): Promise<void> => {
    while (!signal.aborted) {
      await lookOnce(options).catch(async (error: unknown) => {
        if (!signal.aborted) options.onFailure(error);
        // A queue that does not answer is not asked a thousand times a second.
        await pause(pauseAfterFailureMs, undefined, { signal }).catch(() => {});
      });
    }
  };
  const polling = poll();
  return {
    stop: async () => {
      stopping.abort();
      await polling;
    },
  };
};
