import { Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

export type AlarmProps = {
  /** Counted over its own period. */
  readonly metric: IMetric;
  /** In alarm from this value on; `silence`: where nothing at all was counted, for what has to happen all the time. */
  readonly when: 'silence' | { readonly atLeast: number };
  /** In so many of the last so many periods; once, in the last one, unless said. */
  readonly periods?: { readonly bad: number; readonly of: number };
  /** Who is hurt, and how. It begins the alarm's mail. */
  readonly hurts: string;
  /** The article of docs/runbook.md that says what to do. */
  readonly article: RunbookArticle;
};

/** The articles of docs/runbook.md, by their anchors. */
export type RunbookArticle =
  | 'function-fails'
  | 'no-successful-run'
  | 'notices-wait'
  | 'dead-letters'
  | 'provider-not-understood'
  | 'breaker-open'
  | 'mails-not-accepted'
  | 'deletion-stuck';

/** All alarms of a stage, and the topic over which they reach the operator. None can be made without saying who is hurt. */
export class Alarms extends Construct {
  readonly topic: Topic;
  readonly all: Alarm[] = [];

  constructor(scope: Construct, id: string, { mailTo }: { readonly mailTo: string }) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { enforceSSL: true });
    this.topic.addSubscription(new EmailSubscription(mailTo));
    this.topic.grantPublish(
      new ServicePrincipal('cloudwatch.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
  }

  add(id: string, { metric, when, periods = { bad: 1, of: 1 }, hurts, article }: AlarmProps): void {
    const isSilence = when === 'silence';
    const alarm = new Alarm(this, id, {
      metric,
      threshold: isSilence ? 1 : when.atLeast,
      comparisonOperator: isSilence
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: isSilence ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
      datapointsToAlarm: periods.bad,
      evaluationPeriods: periods.of,
      alarmDescription: `${hurts} What to do: docs/runbook.md#${article}`,
    });
    const mail = new SnsAction(this.topic);
    alarm.addAlarmAction(mail);
    alarm.addOkAction(mail);
    this.all.push(alarm);
  }
}
