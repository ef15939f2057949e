import * as z from 'zod/mini';
import { adding, having, holds, lacking, likeAnother } from './rule.ts';
import { resourcesOf, type Template } from './stage.ts';

const queue = z.object({
  VisibilityTimeout: z._default(z.number(), 30),
  MessageRetentionPeriod: z._default(z.number(), 345_600),
  RedrivePolicy: z.optional(z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: z.number() })),
});
const target = z.object({ Arn: z.string(), DeadLetterConfig: z.optional(z.object({ Arn: z.string() })) });
const schedule = z.object({ Target: target });
const rule = z.object({ Targets: z.array(target) });
const onFailure = z.object({
  DestinationConfig: z.optional(z.object({ OnFailure: z.object({ Destination: z.string() }) })),
});
const mapping = z.object({
  BatchSize: z.number(),
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  FunctionResponseTypes: z._default(z.array(z.string()), []),
  ScalingConfig: z.optional(z.object({ MaximumConcurrency: z.number() })),
});
const lambda = z.object({ Timeout: z.number() });
const alarm = z.object({
  Namespace: z.optional(z.string()),
  MetricName: z.optional(z.string()),
  Dimensions: z._default(z.array(z.object({ Value: z.string() })), []),
  Threshold: z.number(),
  EvaluationPeriods: z.number(),
});

const nameOf = (arn: string | undefined): string => arn?.split(':').at(-1) ?? '';
const queuesOf = (template: Template) => resourcesOf(template, 'AWS::SQS::Queue', queue);
const isQueue = (id: string) => (arn: string) => nameOf(arn).endsWith(id);

/** Everything that names a queue as the place for what it cannot deliver. */
const deadLetterArns = (template: Template): readonly string[] => [
  ...queuesOf(template).flatMap(({ is }) => is.RedrivePolicy?.deadLetterTargetArn ?? []),
  ...resourcesOf(template, 'AWS::Scheduler::Schedule', schedule).flatMap(
    ({ is }) => is.Target.DeadLetterConfig?.Arn ?? [],
  ),
  ...resourcesOf(template, 'AWS::Events::Rule', rule).flatMap(({ is }) =>
    is.Targets.flatMap(({ DeadLetterConfig }) => DeadLetterConfig?.Arn ?? []),
  ),
  ...resourcesOf(template, 'AWS::Lambda::EventInvokeConfig', onFailure).flatMap(
    ({ is }) => is.DestinationConfig?.OnFailure.Destination ?? [],
  ),
];

const isForDeadLetters = (template: Template, id: string): boolean => deadLetterArns(template).some(isQueue(id));

holds('every queue has a dead-letter queue, or is one that something uses', {
  faultsIn: (template) =>
    queuesOf(template).flatMap(({ id, is }) =>
      is.RedrivePolicy !== undefined || isForDeadLetters(template, id) ? [] : [`${id} has no dead-letter queue`],
    ),
  brokenBy: [
    having('NoticesQueue', 'RedrivePolicy', undefined),
    likeAnother('EventDeadLetters'),
    adding('AWS::SQS::Queue', {}),
  ],
});

holds('every event that reaches no function is a dead letter', {
  faultsIn: (template) => [
    ...resourcesOf(template, 'AWS::Scheduler::Schedule', schedule).flatMap(({ id, is }) =>
      is.Target.DeadLetterConfig === undefined ? [`${id} has no dead-letter queue`] : [],
    ),
    ...resourcesOf(template, 'AWS::Events::Rule', rule).flatMap(({ id, is }) =>
      is.Targets.some(({ DeadLetterConfig }) => DeadLetterConfig === undefined)
        ? [`${id} has no dead-letter queue`]
        : [],
    ),
  ],
  brokenBy: [
    having('MailRule', 'Targets.0.DeadLetterConfig', undefined),
    having('GuardRuntimesSchedule', 'Target.DeadLetterConfig', undefined),
  ],
});

/** A message keeps its age when it becomes a dead letter: it must not be gone before somebody looks. */
const longest = 1_209_600;

holds('dead letters are kept as long as SQS keeps anything, and longer than what they come from', {
  faultsIn: (template) => {
    const [dead, live] = [true, false].map((wanted) =>
      queuesOf(template).filter(({ id }) => isForDeadLetters(template, id) === wanted),
    );
    return [
      ...(dead ?? []).flatMap(({ id, is }) =>
        is.MessageRetentionPeriod === longest ? [] : [`${id} forgets too early`],
      ),
      ...(live ?? []).flatMap(({ id, is }) => (is.MessageRetentionPeriod < longest ? [] : [`${id} leaves no time`])),
    ];
  },
  brokenBy: [
    having('EventDeadLetters', 'MessageRetentionPeriod', undefined),
    having('NoticesQueue', 'MessageRetentionPeriod', longest),
  ],
});

holds('the first dead letter is an alarm', {
  faultsIn: (template) =>
    queuesOf(template)
      .filter(({ id }) => isForDeadLetters(template, id))
      .flatMap(({ id }) =>
        resourcesOf(template, 'AWS::CloudWatch::Alarm', alarm).some(
          ({ is }) =>
            is.Namespace === 'AWS/SQS' &&
            is.MetricName === 'ApproximateNumberOfMessagesVisible' &&
            is.Dimensions.some(({ Value }) => isQueue(id)(Value)) &&
            is.Threshold === 1 &&
            is.EvaluationPeriods === 1,
        )
          ? []
          : [`${id} has no alarm`],
      ),
  brokenBy: [
    lacking('AlarmsNoticeDeadLettersWaiting'),
    having('AlarmsEventDeadLettersWaiting', 'Threshold', 2),
    having('AlarmsEventDeadLettersWaiting', 'Dimensions.0.Value', 'another-queue'),
  ],
});

holds('what waits on a queue for too long is an alarm', {
  faultsIn: (template) =>
    resourcesOf(template, 'AWS::Lambda::EventSourceMapping', mapping).flatMap(({ is: { EventSourceArn } }) =>
      resourcesOf(template, 'AWS::CloudWatch::Alarm', alarm).some(
        ({ is }) =>
          is.MetricName === 'ApproximateAgeOfOldestMessage' &&
          is.Dimensions.some(({ Value }) => Value === nameOf(EventSourceArn)),
      )
        ? []
        : [`nobody hears of what waits on ${nameOf(EventSourceArn)}`],
    ),
  brokenBy: [lacking('AlarmsNoticesWait'), having('AlarmsNoticesWait', 'MetricName', 'NumberOfMessagesSent')],
});

const consumed = (template: Template) =>
  resourcesOf(template, 'AWS::Lambda::EventSourceMapping', mapping).map(({ is }) => {
    const found = queuesOf(template).find(({ id }) => isQueue(id)(is.EventSourceArn));
    const consumer = resourcesOf(template, 'AWS::Lambda::Function', lambda).find(({ id }) =>
      is.FunctionName.endsWith(id),
    );
    return { mapping: is, queue: found?.is, timeout: consumer?.is.Timeout ?? Number.NaN };
  });

holds('a message stays hidden for six times as long as its function may take', {
  faultsIn: (template) => {
    const all = consumed(template);
    if (all.length === 0) return ['nobody takes anything from a queue'];
    return all.flatMap((one) =>
      (one.queue?.VisibilityTimeout ?? 0) >= 6 * one.timeout ? [] : [`${one.mapping.FunctionName} may take too long`],
    );
  },
  brokenBy: [
    having('NoticesQueue', 'VisibilityTimeout', 359),
    having('NoticesQueue', 'VisibilityTimeout', undefined),
    having('SendNoticeFunction', 'Timeout', 61),
  ],
});

holds('one bad message fails alone, and a full queue does not run over the mail service', {
  faultsIn: (template) =>
    consumed(template).flatMap(({ mapping: { FunctionName, FunctionResponseTypes, ScalingConfig, BatchSize } }) => [
      ...(FunctionResponseTypes.includes('ReportBatchItemFailures')
        ? []
        : [`${FunctionName} answers for whole batches`]),
      ...((ScalingConfig?.MaximumConcurrency ?? 1000) <= 5 ? [] : [`${FunctionName} runs too often at once`]),
      ...(BatchSize <= 10 ? [] : [`${FunctionName} takes too much at once`]),
    ]),
  brokenBy: [
    having('AWS::Lambda::EventSourceMapping', 'FunctionResponseTypes', undefined),
    having('AWS::Lambda::EventSourceMapping', 'ScalingConfig', undefined),
    having('AWS::Lambda::EventSourceMapping', 'BatchSize', 100),
  ],
});
