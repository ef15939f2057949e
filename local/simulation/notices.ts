import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { sqsEvent } from '#local/sqs-event.ts';
import type { Containers } from './containers.ts';
import type { SimulatedQueue } from './queue.ts';
import type { SimulatedTime } from './time.ts';

/** As the deployment sets them: see `infra/constructs/notice-queue.ts`. */
export const visibilityTimeout = 6 * 60_000;
export const mostReceptions = 5;
const batchSize = 5;
const mostAtOnce = 2;

/** What Lambda does between the queue and send-notice: hands batches over, and removes what did not fail. */
export const createNoticePoller = (queue: SimulatedQueue, containers: Containers, time: SimulatedTime) => {
  let working = 0;

  const handOver = async (messages: ReturnType<SimulatedQueue['receive']>): Promise<void> => {
    const bodies = messages.map(({ body }) => body);
    const event: SQSEvent = sqsEvent(bodies);
    const ending = await containers.invoke('send-notice', event);
    if (ending.outcome !== 'done') return;
    const { batchItemFailures } = ending.answer as SQSBatchResponse;
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const [index, { receiptHandle }] of messages.entries()) {
      if (!failed.has(event.Records[index]?.messageId ?? '')) queue.remove(receiptHandle);
    }
  };

  const poll = (): void => {
    while (working < mostAtOnce) {
      const messages = queue.receive(batchSize);
      if (messages.length === 0) return;
      working += 1;
      time.at(time.now() + visibilityTimeout + 1, poll);
      handOver(messages).finally(() => {
        working -= 1;
        poll();
      });
    }
  };

  return { poll };
};
