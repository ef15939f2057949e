import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { having, holds } from './rule.ts';
import { prod, resourcesOf } from './stage.ts';

const schedule = z.object({
  ScheduleExpression: z.string(),
  State: z._default(z.string(), 'ENABLED'),
  FlexibleTimeWindow: z.object({ Mode: z.string() }),
  StartDate: z.optional(z.string()),
  EndDate: z.optional(z.string()),
  Target: z.object({
    Arn: z.string(),
    Input: z.optional(z.string()),
    RetryPolicy: z._default(
      z.object({
        MaximumRetryAttempts: z._default(z.number(), 185),
        MaximumEventAgeInSeconds: z._default(z.number(), 86_400),
      }),
      { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 },
    ),
  }),
});

test('two functions run by themselves: one for each job', () => {
  const { template, stackName } = prod();
  const targets = resourcesOf(template, 'AWS::Scheduler::Schedule', schedule).map(({ is }) => is.Target.Arn);
  expect(targets).toEqual([
    expect.stringContaining(`:function:${stackName}-WatchAvailabilityFunction`),
    expect.stringContaining(`:function:${stackName}-GuardRuntimesFunction`),
  ]);
});

holds('a schedule fires every minute, on the minute, for ever, and only once', {
  faultsIn: (template) =>
    resourcesOf(template, 'AWS::Scheduler::Schedule', schedule).flatMap(({ id, is }) => [
      ...(is.ScheduleExpression === 'rate(1 minute)' ? [] : [`${id} fires at ${is.ScheduleExpression}`]),
      ...(is.State === 'ENABLED' ? [] : [`${id} is ${is.State}`]),
      ...(is.FlexibleTimeWindow.Mode === 'OFF' ? [] : [`${id} fires some time later`]),
      ...(is.StartDate === undefined && is.EndDate === undefined ? [] : [`${id} does not fire always`]),
      ...(is.Target.RetryPolicy.MaximumRetryAttempts === 0 ? [] : [`${id} fires again`]),
      ...(is.Target.RetryPolicy.MaximumEventAgeInSeconds === 60 ? [] : [`${id} fires late`]),
    ]),
  brokenBy: [
    having('GuardRuntimesSchedule', 'ScheduleExpression', 'rate(2 minutes)'),
    having('GuardRuntimesSchedule', 'State', 'DISABLED'),
    having('GuardRuntimesSchedule', 'FlexibleTimeWindow', { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 1 }),
    having('WatchAvailabilitySchedule', 'EndDate', '2027-01-01T00:00:00Z'),
    having('WatchAvailabilitySchedule', 'Target.RetryPolicy', undefined),
    having('WatchAvailabilitySchedule', 'Target.RetryPolicy.MaximumEventAgeInSeconds', 3600),
  ],
});

const dependent = z.looseObject({ DependsOn: z._default(z.array(z.string()), []) });

holds('a schedule is made after the policy that lets it call its function', {
  faultsIn: (template) =>
    resourcesOf(template, 'AWS::Scheduler::Schedule', schedule).flatMap(({ id }) =>
      dependent
        .parse(template.Resources[id])
        .DependsOn.some((other) => template.Resources[other]?.Type === 'AWS::IAM::Policy')
        ? []
        : [`the first minutes of ${id} are refused`],
    ),
  brokenBy: [having('GuardRuntimesSchedule', '/DependsOn', [])],
});
