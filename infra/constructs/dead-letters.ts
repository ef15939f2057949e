import { Duration, Validations } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Alarms } from './alarms.ts';

export type DeadLettersProps = { readonly alarms: Alarms; readonly hurts: string };

/** Where what could not be delivered waits for somebody to look, for as long as a queue can keep it; one letter is an alarm. */
export class DeadLetters extends Queue {
  constructor(scope: Construct, id: string, { alarms, hurts }: DeadLettersProps) {
    super(scope, id, {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(this).acknowledge({
      id: 'AwsSolutions::AwsSolutions-SQS3',
      reason:
        'It is a dead-letter queue: of a schedule, a function or a rule, which the check does not know to look at.',
    });
    alarms.add(`${id}Waiting`, {
      metric: this.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1), statistic: 'Maximum' }),
      when: { atLeast: 1 },
      hurts,
      article: 'dead-letters',
    });
  }
}
