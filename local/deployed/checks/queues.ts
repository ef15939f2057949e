import { GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { durationWords } from '#adapters/mail/time-words.ts';
import { countMessages, type QueueCounts } from '#adapters/queue-counts.ts';
import { minute, second } from '#domain/time.ts';
import { counted } from '../../console-line.ts';
import type { Facts } from './facts.ts';
import { broken, type Judgement, joined, ok, warning } from './finding.ts';
import { article } from './runbook.ts';
import { listed } from './stack-facts.ts';

const nameOf = (queueUrl: string): string => queueUrl.slice(queueUrl.lastIndexOf('/') + 1);

/** Whether a dead-letter queue is empty: what lies in it was not done. */
export const judgeDeadLetters = (queueUrl: string, { waiting, underWay }: QueueCounts, flags: string): Judgement => {
  const count = waiting + underWay;
  if (count === 0) return ok(`${nameOf(queueUrl)} is empty`);
  return broken(
    `${nameOf(queueUrl)} holds ${counted(count, 'message')}: something was not done`,
    {
      words: 'Look at one (it stays there):',
      command: `aws sqs receive-message --queue-url ${queueUrl} --visibility-timeout 0 --attribute-names All --message-attribute-names All${flags}`,
    },
    article('dead-letters'),
  );
};

export const lookAtDeadLetters = async (facts: Facts): Promise<Judgement> => {
  const queueUrls = listed(await facts.output('DeadLetterQueueUrls'));
  const { flags } = facts.awsOptions;
  const judged = queueUrls.map(async (url) => judgeDeadLetters(url, await countMessages(facts.aws.sqs, url), flags));
  return joined(await Promise.all(judged));
};

/** A message is tried five times, six minutes apart: older ones wait for something else. */
const oldAfter = 5 * minute;
const tooOldAfter = 15 * minute;

/** Whether notices are taken from their queue. @param oldest age of the oldest message in milliseconds, where CloudWatch knows it */
export const judgeNoticeQueue = (counts: QueueCounts, oldest: number | undefined): Judgement => {
  const { waiting, underWay, delayed } = counts;
  const age = oldest === undefined ? '' : `, the oldest ${durationWords(oldest)} old`;
  const seen = `${counted(waiting, 'notice')} waiting, ${underWay} being sent${delayed > 0 ? `, ${delayed} delayed` : ''}`;
  if (waiting + underWay === 0 || oldest === undefined || oldest <= oldAfter) return ok(seen);
  return (oldest > tooOldAfter ? broken : warning)(`${seen}${age}`, article('notices-wait'));
};

const oldestIn = async ({ aws, clock }: Facts, queueUrl: string): Promise<number | undefined> => {
  const now = clock();
  const command = new GetMetricStatisticsCommand({
    Namespace: 'AWS/SQS',
    MetricName: 'ApproximateAgeOfOldestMessage',
    Dimensions: [{ Name: 'QueueName', Value: nameOf(queueUrl) }],
    StartTime: new Date(now - 10 * minute),
    EndTime: new Date(now),
    Period: 60,
    Statistics: ['Maximum'],
  });
  const { Datapoints = [] } = await aws.cloudwatch.send(command);
  const newest = Datapoints.toSorted((a, b) => (a.Timestamp?.getTime() ?? 0) - (b.Timestamp?.getTime() ?? 0)).at(-1);
  return newest?.Maximum === undefined ? undefined : newest.Maximum * second;
};

export const lookAtNoticeQueue = async (facts: Facts): Promise<Judgement> => {
  const queueUrl = await facts.output('NoticeQueueUrl');
  const [counts, oldest] = await Promise.all([countMessages(facts.aws.sqs, queueUrl), oldestIn(facts, queueUrl)]);
  return judgeNoticeQueue(counts, oldest);
};
