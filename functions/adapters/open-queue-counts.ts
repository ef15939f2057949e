import { SQSClient } from '@aws-sdk/client-sqs';
import { clientLimits } from './client-limits.ts';
import { countMessages } from './queue-counts.ts';

/** Counts messages with a client of its own: see `late-queue-counts.ts`. */
export const openQueueCounts = () => {
  const client = new SQSClient(clientLimits);
  return (queueUrl: string, signal: AbortSignal) => countMessages(client, queueUrl, signal);
};
