import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';

/** A message on the queue: look at this recipient. It carries no address and nothing of what is owed. */
const noticeMessage = z.object({ recipientId: z.string().check(z.minLength(1)) });

/** A message that is none of ours. What stands in it is not repeated: errors are logged, and it may hold anything. */
export class MessageNotUnderstoodError extends Error {
  override readonly name = 'MessageNotUnderstoodError';
}

/** Whom a message asks to look at. @throws MessageNotUnderstoodError */
export const readNoticeMessage = (body: string): string => {
  try {
    return noticeMessage.parse(JSON.parse(body)).recipientId;
  } catch {
    throw new MessageNotUnderstoodError('A message on the queue does not name a recipient.');
  }
};

/** SQS did not take some of the messages of a batch, for which it gave reasons. */
export class NotAnnouncedError extends Error {
  override readonly name = 'NotAnnouncedError';
}

/** SQS takes at most ten messages in one call. */
const batchSize = 10;

const announceBatch = async (client: SQSClient, queueUrl: string, batch: readonly string[]): Promise<void> => {
  const Entries = batch.map((recipientId, index) => ({
    Id: String(index),
    MessageBody: JSON.stringify({ recipientId }),
  }));
  const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  if (Failed.length === 0) return;
  const reasons = [...new Set(Failed.map(({ Code }) => Code))].join(', ');
  throw new NotAnnouncedError(`The queue refused ${Failed.length} of ${batch.length} messages: ${reasons}`);
};

/** The queue to send-notice. */
export const createNoticeQueue = (client: SQSClient, queueUrl: string) => ({
  /** Asks for these recipients to be looked at. Throws if the queue did not take all of them; announcing again is safe. */
  announce: async (recipientIds: readonly string[]): Promise<void> => {
    const failures: unknown[] = [];
    for (let from = 0; from < recipientIds.length; from += batchSize) {
      await announceBatch(client, queueUrl, recipientIds.slice(from, from + batchSize)).catch((failure: unknown) =>
        failures.push(failure),
      );
    }
    const [first] = failures;
    if (first !== undefined) throw failures.length === 1 ? first : new AggregateError(failures, String(first));
  },
});
