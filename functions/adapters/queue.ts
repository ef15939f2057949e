import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';

/** Which job's notices a message is about. */
export type NoticeAbout = 'availability' | 'runtimes';

/** A message on the queue: look at this recipient. It carries no address and nothing of what is owed. */
const noticeMessage = z.object({
  recipientId: z.string().check(z.minLength(1)),
  about: z._default(z.enum(['availability', 'runtimes']), 'availability'),
});

export type NoticeMessage = { readonly recipientId: string; readonly about: NoticeAbout };

/** A message that is none of ours. What stands in it is not repeated: errors are logged, and it may hold anything. */
export class MessageNotUnderstoodError extends Error {
  override readonly name = 'MessageNotUnderstoodError';
}

/** Whom a message asks to look at, and for which notices. @throws MessageNotUnderstoodError */
export const readNoticeMessage = (body: string): NoticeMessage => {
  try {
    return noticeMessage.parse(JSON.parse(body));
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

const announceBatch = async (
  client: SQSClient,
  queueUrl: string,
  batch: readonly string[],
  about: NoticeAbout,
): Promise<void> => {
  const Entries = batch.map((recipientId, index) => ({
    Id: String(index),
    MessageBody: JSON.stringify({ recipientId, about }),
  }));
  const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  if (Failed.length === 0) return;
  const reasons = [...new Set(Failed.map(({ Code }) => Code))].join(', ');
  throw new NotAnnouncedError(`The queue refused ${Failed.length} of ${batch.length} messages: ${reasons}`);
};

/** The queue to send-notice, for one job's notices. */
export const createNoticeQueue = (client: SQSClient, queueUrl: string, about: NoticeAbout) => ({
  /** Asks for these recipients to be looked at. Throws if the queue did not take all of them; announcing again is safe. */
  announce: async (recipientIds: readonly string[]): Promise<void> => {
    const failures: unknown[] = [];
    for (let from = 0; from < recipientIds.length; from += batchSize) {
      await announceBatch(client, queueUrl, recipientIds.slice(from, from + batchSize), about).catch(
        (failure: unknown) => failures.push(failure),
      );
    }
    const [first] = failures;
    if (first !== undefined) throw failures.length === 1 ? first : new AggregateError(failures, String(first));
  },
});

export type NoticeQueue = ReturnType<typeof createNoticeQueue>;
