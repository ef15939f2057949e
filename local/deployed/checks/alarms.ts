import { ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { ListSubscriptionsByTopicCommand, type Subscription } from '@aws-sdk/client-sns';
import { oneLine } from '#adapters/look/one-line.ts';
import type { Instant } from '#domain/time.ts';
import { counted } from '../../console-line.ts';
import type { Facts } from './facts.ts';
import { broken, type Judgement, joined, ok, warning } from './finding.ts';
import { mendStep } from './settings.ts';
import { ago } from './time.ts';

/** An alarm of the stack, under the name that the stack's template gives it. */
export type Alarm = {
  readonly name: string;
  readonly state: string;
  readonly since: Instant;
  readonly description: string;
  readonly actionsEnabled: boolean;
};

const articleIn = ({ name, description }: Alarm): string =>
  /docs\/runbook\.md#[\w-]+/.exec(description)?.[0] ?? `docs/runbook.md (${name})`;

const judgeAlarm = (alarm: Alarm, now: Instant): Judgement[] => {
  const { name, state, since, description, actionsEnabled } = alarm;
  const rings =
    state === 'ALARM'
      ? [
          broken(`${name} rings, since ${ago(since, now)}: ${oneLine(description, 300)}`, {
            words: `What to do: ${articleIn(alarm)}`,
          }),
        ]
      : [];
  const silenced = actionsEnabled
    ? []
    : [
        warning(`${name} is switched off: it tells nobody`, {
          words: 'Switch its actions on in the console of CloudWatch.',
        }),
      ];
  return [...rings, ...silenced];
};

/** Whether an alarm rings, or cannot. */
export const judgeAlarms = (alarms: readonly Alarm[], now: Instant): Judgement => {
  if (alarms.length === 0) return warning('the stack has no alarms: nobody is told when something breaks');
  const dataless = alarms.filter(({ state }) => state === 'INSUFFICIENT_DATA').length;
  const young = dataless === 0 ? '' : `, ${dataless} without data yet`;
  const ringing = alarms.filter(({ state }) => state === 'ALARM').length;
  const summary = `${counted(alarms.length, 'alarm')}, ${ringing === 0 ? 'none rings' : `${ringing} ring`}${young}`;
  return joined([ok(summary), ...alarms.flatMap((alarm) => judgeAlarm(alarm, now))]);
};

const alarmTypes = new Set(['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm']);

/** The stack's alarms: what the template calls each, by its name in CloudWatch. */
const alarmNames = async ({ aws, stackName }: Facts): Promise<ReadonlyMap<string, string>> => {
  const names = new Map<string, string>();
  let next: string | undefined;
  do {
    const command = new ListStackResourcesCommand({ StackName: stackName, NextToken: next });
    const { StackResourceSummaries = [], NextToken } = await aws.cloudformation.send(command);
    for (const { ResourceType = '', PhysicalResourceId = '', LogicalResourceId = '' } of StackResourceSummaries) {
      if (alarmTypes.has(ResourceType) && PhysicalResourceId !== '') names.set(PhysicalResourceId, LogicalResourceId);
    }
    next = NextToken;
  } while (next !== undefined);
  return names;
};

/** CloudWatch takes so many names at once. */
const namesAtOnce = 100;

const readAlarms = async ({ aws }: Facts, names: ReadonlyMap<string, string>): Promise<readonly Alarm[]> => {
  const alarms: Alarm[] = [];
  const all = [...names.keys()];
  for (let from = 0; from < all.length; from += namesAtOnce) {
    const command = new DescribeAlarmsCommand({
      AlarmNames: all.slice(from, from + namesAtOnce),
      AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
    });
    const { MetricAlarms = [], CompositeAlarms = [] } = await aws.cloudwatch.send(command);
    for (const found of [...MetricAlarms, ...CompositeAlarms]) {
      alarms.push({
        name: names.get(found.AlarmName ?? '') ?? found.AlarmName ?? '',
        state: found.StateValue ?? 'unknown',
        since: found.StateUpdatedTimestamp?.getTime() ?? 0,
        description: found.AlarmDescription ?? '',
        actionsEnabled: found.ActionsEnabled ?? true,
      });
    }
  }
  return alarms;
};

export const lookAtAlarms = async (facts: Facts): Promise<Judgement> => {
  await facts.neededStack();
  const names = await alarmNames(facts);
  const alarms = await readAlarms(facts, names);
  const gone = names.size - alarms.length;
  const missing = gone > 0 ? [broken(`${counted(gone, 'alarm')} of the stack gone`, mendStep(facts))] : [];
  return joined([judgeAlarms(alarms, facts.clock()), ...missing]);
};

/** Whether alarms reach somebody. */
export const judgeSubscriptions = (
  topicArn: string,
  subscriptions: readonly Subscription[],
  flags: string,
): Judgement => {
  const isPending = ({ SubscriptionArn = '' }: Subscription) => !SubscriptionArn.startsWith('arn:');
  const nameOf = ({ Protocol, Endpoint }: Subscription) => `${Protocol} ${Endpoint}`;
  const pending = subscriptions.filter(isPending);
  if (subscriptions.length === 0) {
    return warning('nobody is subscribed to the alarms', {
      words: 'Subscribe somebody, and follow the link in the mail that comes:',
      command: `aws sns subscribe --topic-arn ${topicArn} --protocol email --notification-endpoint ADDRESS${flags}`,
    });
  }
  if (pending.length === 0) return ok(`alarms go to ${subscriptions.map(nameOf).join(', ')}`);
  const names = pending.map(nameOf).join(', ');
  return warning(`not confirmed, so that no alarm comes there: ${names}`, {
    words: 'Follow the link in the mail “AWS Notification - Subscription Confirmation”. For a new one:',
    command: `aws sns subscribe --topic-arn ${topicArn} --protocol email --notification-endpoint ${pending[0]?.Endpoint}${flags}`,
  });
};

export const lookAtSubscriptions = async (facts: Facts): Promise<Judgement> => {
  const topicArn = await facts.output('AlarmTopicArn');
  const { Subscriptions = [] } = await facts.aws.sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: topicArn }));
  return judgeSubscriptions(topicArn, Subscriptions, facts.awsOptions.flags);
};
