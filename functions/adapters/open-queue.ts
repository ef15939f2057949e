import { SQSClient } from '@aws-sdk/client-sqs';
import { clientLimits } from './client-limits.ts';
import { createNoticeQueue, type NoticeAbout } from './queue.ts';

/** The queue with a client of its own: see `late-queue.ts`. */
export const openNoticeQueue = (queueUrl: string, about: NoticeAbout) =>
  createNoticeQueue(new SQSClient(clientLimits), queueUrl, about);
