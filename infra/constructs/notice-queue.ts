import { Duration } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Alarms } from './alarms.ts';
import { DeadLetters } from './dead-letters.ts';
import type { WardenFunction } from './warden-function.ts';

/** How long a mail may wait on the queue before the operator hears of it. */
const oldestNotice = Duration.minutes(10);
const sendingTimeout = Duration.minutes(1);

/**
 * The queue to send-notice. A message that fails comes again, alone, five times in all, and is then a dead letter. As AWS advises,
 * it stays hidden for six times as long as the function may work on it.
 */
export class NoticeQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: DeadLetters;
  /** How long its function may work on a batch. */
  readonly timeout = sendingTimeout;

  constructor(scope: Construct, id: string, { alarms }: { readonly alarms: Alarms }) {
    super(scope, id);
    this.deadLetters = new DeadLetters(this, 'NoticeDeadLetters', {
      alarms,
      hurts: 'Somebody was not told what they are owed: a notice could not be sent, five times over.',
    });
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: Duration.seconds(6 * sendingTimeout.toSeconds()),
      retentionPeriod: Duration.days(4),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 5 },
    });
    alarms.add('NoticesWait', {
      metric: this.queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(5), statistic: 'Maximum' }),
      when: { atLeast: oldestNotice.toSeconds() },
      hurts: 'Whoever waits for a mail gets it late: notices have been on the queue for ten minutes.',
      article: 'notices-wait',
    });
  }

  /** Failed messages alone come again; few functions at once, so that the mail service is not run over. */
  feed({ function: consumer }: WardenFunction<unknown>): void {
    consumer.addEventSource(
      new SqsEventSource(this.queue, { batchSize: 5, reportBatchItemFailures: true, maxConcurrency: 2 }),
    );
  }
}
