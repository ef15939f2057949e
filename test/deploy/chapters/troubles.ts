import assert from 'node:assert/strict';
import {
  DescribeAlarmsCommand,
  GetMetricStatisticsCommand,
  type MetricAlarm,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { type Datum, embeddedMetrics } from '../logs.ts';
import { stackName } from '../settings-file.ts';
import type { FunctionName, Stage } from '../stage.ts';
import { until } from '../until.ts';
import type { World } from '../world.ts';

const setVisibility = ({ clients }: World, QueueUrl: string, seconds: string) =>
  clients.queue.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: seconds } }));

/**
 * A message that nobody can read comes again five times and is a dead letter then. For so long the queue hides it for a second
 * instead of six minutes: nobody waits half an hour for this.
 */
export const poisonQueue = async (world: World, { outputs }: Stage): Promise<void> => {
  const { clients, narrator } = world;
  const { NoticeQueueUrl: QueueUrl, DeadLetterQueueUrls } = outputs;
  const attributes = new GetQueueAttributesCommand({
    QueueUrl,
    AttributeNames: ['VisibilityTimeout', 'RedrivePolicy'],
  });
  const { VisibilityTimeout = '', RedrivePolicy = '' } = (await clients.queue.send(attributes)).Attributes ?? {};
  const poison = `poison ${crypto.randomUUID()}`;
  await setVisibility(world, QueueUrl, '1');
  await clients.queue.send(new SendMessageCommand({ QueueUrl, MessageBody: poison }));
  const receive = async (DeadLetters: string) =>
    (await clients.queue.send(new ReceiveMessageCommand({ QueueUrl: DeadLetters, MaxNumberOfMessages: 10 })))
      .Messages ?? [];
  const letters = await until(
    'the poison message is a dead letter',
    async () => {
      const found = (await Promise.all(DeadLetterQueueUrls.map(receive))).flat();
      return found.length === 0 ? undefined : found;
    },
    { withinSeconds: 40, everySeconds: 0.5 },
  );
  await setVisibility(world, QueueUrl, VisibilityTimeout);
  assert.deepEqual(
    letters.map(({ Body }) => Body),
    [poison],
  );
  narrator.see(
    `a message that is none of ours is a dead letter after ${JSON.parse(RedrivePolicy).maxReceiveCount} tries`,
  );
};

const jobs = [
  'watch-availability',
  'guard-runtimes',
  'send-notice',
  'links',
  'http-api',
  'runtimes-api',
] as const satisfies readonly FunctionName[];

const alarmsOf = async ({ clients }: World): Promise<readonly MetricAlarm[]> =>
  (await clients.cloudWatch.send(new DescribeAlarmsCommand({ AlarmNamePrefix: stackName }))).MetricAlarms ?? [];

const dimensionsOf = ({ Dimensions = [] }: MetricAlarm) =>
  Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name ?? '', Value ?? '']));

const watches = (alarm: MetricAlarm, { namespace, name, dimensions }: Datum): boolean =>
  alarm.Namespace === namespace &&
  alarm.MetricName === name &&
  JSON.stringify(Object.entries(dimensionsOf(alarm)).sort()) === JSON.stringify(Object.entries(dimensions).sort());

/**
 * Stands in for what MiniStack lacks of CloudWatch: it files the numbers in the functions' log lines as metrics. Answers what it
 * found.
 */
const fileEmbeddedMetrics = async ({ clients }: World, stage: Stage, since: number): Promise<readonly Datum[]> => {
  const lines = (await Promise.all(jobs.map((name) => stage.rawLogOf(name, since)))).flat();
  const data = embeddedMetrics(lines);
  for (const { namespace, name, dimensions, value, at } of data) {
    const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
    const MetricData = [
      { MetricName: name, Dimensions, Value: value, Timestamp: new Date(at), Unit: 'Count' as const },
    ];
    await clients.cloudWatch.send(new PutMetricDataCommand({ Namespace: namespace, MetricData }));
  }
  return data;
};

/** The alarms that ask whether the jobs run hear of every run: name, namespace and dimensions are those that the functions write. */
export const alarmsHear = async (world: World, stage: Stage, since: number): Promise<void> => {
  const data = await fileEmbeddedMetrics(world, stage, since);
  const alarms = await alarmsOf(world);
  for (const name of ['Polls', 'GuardRuns']) {
    const asking = alarms.filter((alarm) => alarm.MetricName === name);
    assert.ok(asking.length > 0, `an alarm asks for ${name}`);
    const heard = data.filter((datum) => asking.some((alarm) => watches(alarm, datum)));
    assert.ok(heard.length > 0, `the functions report ${name} where the alarm asks for it`);
    world.narrator.see(
      `${name}: reported ${heard.length} times where its alarm looks (${stage.outputs.MetricsNamespace})`,
    );
  }
};

const sumOf = async ({ clients }: World, alarm: MetricAlarm): Promise<number> => {
  const command = new GetMetricStatisticsCommand({
    Namespace: alarm.Namespace,
    MetricName: alarm.MetricName,
    Dimensions: alarm.Dimensions,
    StartTime: new Date(Date.now() - 10 * 60_000),
    EndTime: new Date(Date.now() + 60_000),
    Period: alarm.Period,
    Statistics: ['Sum'],
  });
  const { Datapoints = [] } = await clients.cloudWatch.send(command);
  return Datapoints.reduce((sum, { Sum = 0 }) => sum + Sum, 0);
};

const failuresOf = async (world: World, stage: Stage, name: FunctionName): Promise<MetricAlarm> => {
  const found = (await alarmsOf(world)).find(
    (alarm) => alarm.MetricName === 'Errors' && dimensionsOf(alarm).FunctionName === stage.physicalNameOf(name),
  );
  assert.ok(found, `an alarm watches the failures of ${name}`);
  return found;
};

/** The provider takes the token no more: runs fail, the metric that an alarm watches rises, and the alarm goes off. */
export const breakToken = async (world: World, stage: Stage, token: string): Promise<void> => {
  const { emulator, narrator } = world;
  const before = await failuresOf(world, stage, 'watch-availability');
  assert.notEqual(before.StateValue, 'ALARM');
  assert.equal(await sumOf(world, before), 0, 'nothing has failed so far');
  const since = Date.now();
  assert.ok(emulator.control.revokeToken(token), 'there was such a token');
  const event = await stage.scheduledEventOf('watch-availability');
  // One that finds another still at work does nothing.
  const { answer } = await until(
    'a run fails without a valid token',
    async () => {
      const run = await stage.invoke('watch-availability', event);
      return run.failed ? run : undefined;
    },
    { withinSeconds: 20, everySeconds: 1 },
  );
  assert.ok(!answer.includes(token), 'no token in an error');
  narrator.see(`the provider answers 401; the run fails: ${answer.slice(0, 160)}`);
  const sum = await sumOf(world, before);
  assert.ok(sum >= Number(before.Threshold), `Errors is ${sum}`);
  await fileEmbeddedMetrics(world, stage, since);
  const after = await failuresOf(world, stage, 'watch-availability');
  assert.equal(after.StateValue, 'ALARM');
  assert.deepEqual(after.AlarmActions, [stage.outputs.AlarmTopicArn]);
  narrator.see(`Errors of watch-availability is ${sum}; ${after.AlarmName} is in ALARM: ${after.AlarmDescription}`);
};

/** A new token is put in its place: within two minutes runs work again, without a new deployment. */
export const mendToken = async (world: World, stage: Stage): Promise<void> => {
  const { clients, emulator, narrator } = world;
  const { ProviderCredentialParameter: Name } = stage.outputs;
  const Value = emulator.control.issueToken();
  await clients.parameters.send(new PutParameterCommand({ Name, Value, Type: 'SecureString', Overwrite: true }));
  const setAt = performance.now();
  const patience = { withinSeconds: 120, everySeconds: 5 };
  for (const name of ['watch-availability', 'guard-runtimes'] as const) {
    const works = async () =>
      (await stage.invoke(name, await stage.scheduledEventOf(name))).failed ? undefined : true;
    await until(`${name} works again`, works, patience);
    const seconds = ((performance.now() - setAt) / 1_000).toFixed(1);
    narrator.see(`${name} works again, ${seconds} s after a new token was put into the parameter`);
  }
};
