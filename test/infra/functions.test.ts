import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { functionsOf, handlerFolders, handlerOf, isOf } from './functions.ts';
import { adding, having, holds, lacking } from './rule.ts';
import { prod, resourcesOf, synthesiseOne, type Template } from './stage.ts';

const logGroup = z.object({ RetentionInDays: z.optional(z.number()) });
const eventInvokeConfig = z.object({
  FunctionName: z.string(),
  MaximumRetryAttempts: z._default(z.number(), 2),
  MaximumEventAgeInSeconds: z._default(z.number(), 21_600),
  DestinationConfig: z.optional(z.object({ OnFailure: z.object({ Destination: z.string() }) })),
});
const schedule = z.object({ Target: z.object({ Arn: z.string() }) });
const rule = z.object({ Targets: z.array(z.object({ Arn: z.string() })) });
const alarm = z.object({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z._default(z.array(z.object({ Value: z.string() })), []),
  Threshold: z.number(),
});

const ids = (template: Template) => functionsOf(template).map(({ id }) => id);

test('every handler is a function, and the outputs say which', () => {
  const { template } = prod();
  expect(
    ids(template)
      .map((id) => handlerOf(template, id))
      .sort(),
  ).toEqual(handlerFolders.toSorted());
});

holds('every function runs on Node 24 and ARM, without a share of its own in the account', {
  faultsIn: (template) =>
    functionsOf(template).flatMap(({ id, is }) => [
      ...(is.Runtime === 'nodejs24.x' ? [] : [`${id} runs on ${is.Runtime}`]),
      ...(is.Architectures.join() === 'arm64' ? [] : [`${id} runs on ${is.Architectures}`]),
      ...(is.Handler === 'index.handler' ? [] : [`${id} begins at ${is.Handler}`]),
      ...('ReservedConcurrentExecutions' in is ? [`${id} reserves concurrency, which new accounts refuse`] : []),
    ]),
  brokenBy: [
    having('PagesFunction', 'Runtime', 'nodejs22.x'),
    having('PagesFunction', 'Architectures', undefined),
    having('PagesFunction', 'Handler', 'index.main'),
    having('GuardRuntimesFunction', 'ReservedConcurrentExecutions', 1),
  ],
});

holds('every function has a log of its own that ends', {
  faultsIn: (template) => {
    const logs = resourcesOf(template, 'AWS::Logs::LogGroup', logGroup);
    const used = functionsOf(template).map(({ is }) => is.LoggingConfig?.LogGroup ?? '');
    return [
      ...functionsOf(template).flatMap(({ id, is }) =>
        logs.some((log) => isOf(log.id)(is.LoggingConfig?.LogGroup ?? ''))
          ? []
          : [`${id} writes into a log that Lambda makes`],
      ),
      ...(new Set(used).size < used.length ? ['two functions share a log'] : []),
      ...logs.flatMap(({ id, is }) =>
        is.RetentionInDays === 30 ? [] : [`${id} ends after ${is.RetentionInDays} days`],
      ),
    ];
  },
  brokenBy: [
    having('NoteBouncesFunction', 'LoggingConfig', undefined),
    having('NoteBouncesFunction', 'LoggingConfig.LogGroup', 'gpu-warden-prod-PagesLogF8109BEE'),
    having('LinksAccessLog', 'RetentionInDays', undefined),
    adding('AWS::Logs::LogGroup', { RetentionInDays: 3653 }),
  ],
});

test('logs end when the settings say so', () => {
  const { template } = synthesiseOne({ deployment: { logRetentionDays: 90 } });
  const days = resourcesOf(template, 'AWS::Logs::LogGroup', logGroup).map(({ is }) => is.RetentionInDays);
  expect([...new Set(days)]).toEqual([90]);
  expect(days).toHaveLength(handlerFolders.length + 1);
});

/** No dimension: all functions of the account, which share one limit. */
const isAbout = (id: string, dimensions: readonly { readonly Value: string }[]): boolean =>
  dimensions.length === 0 || dimensions.some(({ Value }) => isOf(id)(Value));

holds('somebody hears of every function that fails, and of every one that is refused for want of concurrency', {
  faultsIn: (template) => {
    const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm', alarm).map(({ is }) => is);
    const watches = (id: string, name: string) =>
      alarms.some(
        ({ Namespace, MetricName, Dimensions, Threshold }) =>
          Namespace === 'AWS/Lambda' && MetricName === name && isAbout(id, Dimensions) && Threshold === 1,
      );
    return ids(template).flatMap((id) =>
      ['Errors', 'Throttles'].flatMap((name) => (watches(id, name) ? [] : [`nobody hears of the ${name} of ${id}`])),
    );
  },
  brokenBy: [
    lacking('AlarmsPagesFails'),
    lacking('AlarmsThrottled'),
    having('AlarmsSendNoticeFails', 'MetricName', 'Invocations'),
    having('AlarmsSendNoticeFails', 'Dimensions.0.Value', 'another'),
    having('AlarmsThrottled', 'Threshold', 100),
    having('AlarmsThrottled', 'Dimensions', [{ Name: 'FunctionName', Value: 'another' }]),
  ],
});

const scheduled = (template: Template) => {
  const targets = resourcesOf(template, 'AWS::Scheduler::Schedule', schedule).map(({ is }) => is.Target.Arn);
  return functionsOf(template).filter(({ id }) => targets.some(isOf(id)));
};
const asynchronous = (template: Template, id: string) =>
  resourcesOf(template, 'AWS::Lambda::EventInvokeConfig', eventInvokeConfig).find(({ is }) => isOf(id)(is.FunctionName))
    ?.is;

holds('a look that could not begin or that failed is not tried again: the next minute has its own', {
  faultsIn: (template) => {
    if (scheduled(template).length !== 2) return ['there are not two scheduled functions'];
    return scheduled(template).flatMap(({ id, is }) => {
      const { MaximumRetryAttempts, MaximumEventAgeInSeconds } =
        asynchronous(template, id) ?? eventInvokeConfig.parse({ FunctionName: id });
      return [
        ...(MaximumRetryAttempts === 0 ? [] : [`${id} is tried again`]),
        ...(MaximumEventAgeInSeconds === 60 ? [] : [`${id} works off a backlog`]),
        ...(is.Timeout <= 60 ? [] : [`${id} runs into its next minute`]),
      ];
    });
  },
  brokenBy: [
    having('GuardRuntimesFunctionEventInvokeConfig', 'MaximumRetryAttempts', undefined),
    having('WatchAvailabilityFunctionEventInvokeConfig', 'MaximumEventAgeInSeconds', 120),
    lacking('WatchAvailabilityFunctionEventInvokeConfig'),
    having('GuardRuntimesFunction', 'Timeout', 61),
    having('GuardRuntimesSchedule', 'Target.Arn', 'another'),
  ],
});

holds('a returned mail that was not noted is tried again, and then a dead letter', {
  faultsIn: (template) => {
    const listeners = resourcesOf(template, 'AWS::Events::Rule', rule).flatMap(({ is }) => is.Targets);
    if (listeners.length !== 1) return ['there is not one listener'];
    return listeners.flatMap(({ Arn }) => {
      const id = ids(template).find((one) => isOf(one)(Arn)) ?? '';
      const config = asynchronous(template, id);
      return [
        ...(handlerOf(template, id) === 'note-bounces' ? [] : [`${id} listens`]),
        ...(config?.MaximumRetryAttempts === 2 ? [] : [`${id} is not tried again`]),
        ...(config?.DestinationConfig === undefined ? [`what ${id} does not note is lost`] : []),
      ];
    });
  },
  brokenBy: [
    having('NoteBouncesFunctionEventInvokeConfig', 'MaximumRetryAttempts', 0),
    having('NoteBouncesFunctionEventInvokeConfig', 'DestinationConfig', undefined),
    lacking('NoteBouncesFunctionEventInvokeConfig'),
    having('MailRule', 'Targets', []),
  ],
});

holds('every function has a role that is nobody else’s', {
  faultsIn: (template) => {
    const roles = functionsOf(template).map(({ is }) => is.Role);
    return new Set(roles).size < roles.length ? ['two functions share a role'] : [];
  },
  brokenBy: [having('PagesFunction', 'Role', 'arn:aws:iam::111122223333:role/gpu-warden-prod-SendNoticeRole216D4E06')],
});
