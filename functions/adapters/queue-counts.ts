import { GetQueueAttributesCommand, type QueueAttributeName, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';

/** How many messages a queue holds, about: what SQS counts is right a minute after the last change. */
export type QueueCounts = { readonly waiting: number; readonly underWay: number; readonly delayed: number };

/** SQS answered, and the answer lacks a number: that is no empty queue. */
export class QueueNotCountedError extends Error {
  override readonly name = 'QueueNotCountedError';
}

const AttributeNames: QueueAttributeName[] = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
];

const count = z.pipe(z.string().check(z.regex(/^\d{1,15}$/)), z.transform(Number));
const counts = z.object({
  ApproximateNumberOfMessages: count,
  ApproximateNumberOfMessagesNotVisible: count,
  ApproximateNumberOfMessagesDelayed: count,
});

/** Counts the messages of a queue, without taking any. @throws QueueNotCountedError, or what the SDK throws */
export const countMessages = async (
  client: SQSClient,
  queueUrl: string,
  abortSignal?: AbortSignal,
): Promise<QueueCounts> => {
  const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames });
  const { Attributes } = await client.send(command, abortSignal === undefined ? {} : { abortSignal });
  const { success, data } = counts.safeParse(Attributes);
  if (!success) throw new QueueNotCountedError('SQS does not say how many messages the queue holds.');
  return {
    waiting: data.ApproximateNumberOfMessages,
    underWay: data.ApproximateNumberOfMessagesNotVisible,
    delayed: data.ApproximateNumberOfMessagesDelayed,
  };
};
