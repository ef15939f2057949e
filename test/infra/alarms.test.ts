import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { having, holds, lacking } from './rule.ts';
import { prod, resourcesOf, type Stage, synthesiseOne, type Template } from './stage.ts';

const runbook = join(import.meta.dirname, '../../docs/runbook.md');

const alarm = z.object({
  AlarmDescription: z._default(z.string(), ''),
  AlarmActions: z._default(z.array(z.string()), []),
  OKActions: z._default(z.array(z.string()), []),
  ActionsEnabled: z._default(z.boolean(), true),
  ComparisonOperator: z.string(),
  Threshold: z.number(),
  TreatMissingData: z._default(z.string(), 'missing'),
  EvaluationPeriods: z.number(),
  DatapointsToAlarm: z.optional(z.number()),
  Period: z._default(z.number(), 0),
  MetricName: z.optional(z.string()),
});
type Alarm = z.output<typeof alarm>;

const alarmsOf = (template: Template) => resourcesOf(template, 'AWS::CloudWatch::Alarm', alarm);
const description = /^[A-Z].{20,}\. What to do: docs\/runbook\.md#(?<article>[a-z-]+)$/;
const articleOf = ({ AlarmDescription }: Alarm): string => description.exec(AlarmDescription)?.groups?.article ?? '';

/** The anchors of a Markdown page: its headings, as GitHub writes them into addresses. */
const anchorsOf = (markdown: string): readonly string[] =>
  [...markdown.matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .trim()
      .replaceAll(' ', '-'),
  );
const articles = existsSync(runbook) ? anchorsOf(readFileSync(runbook, 'utf8')) : [];

holds('every alarm says who is hurt, and where it stands what to do', {
  faultsIn: (template) =>
    alarmsOf(template).flatMap(({ id, is }) => [
      ...(description.test(is.AlarmDescription) ? [] : [`${id} says: ${is.AlarmDescription}`]),
      ...(articles.includes(articleOf(is)) ? [] : [`docs/runbook.md has no article ${articleOf(is)} for ${id}`]),
    ]),
  brokenBy: [
    having('AlarmsNoPoll', 'AlarmDescription', undefined),
    having('AlarmsNoPoll', 'AlarmDescription', 'Whoever waits for a GPU: nothing was read.'),
    having('AlarmsNoPoll', 'AlarmDescription', 'Nobody. What to do: docs/runbook.md#no-such-article'),
  ],
});

test('there is an alarm for everything that the operator has to hear of', () => {
  expect([...new Set(alarmsOf(prod().template).map(({ is }) => articleOf(is)))].sort()).toEqual([
    'breaker-open',
    'dead-letters',
    'deletion-stuck',
    'function-fails',
    'mails-not-accepted',
    'no-successful-run',
    'notices-wait',
    'provider-not-understood',
  ]);
});

const topicArn = ({ Outputs }: Template): string => String(Outputs.AlarmTopicArn?.Value);

holds('every alarm is mailed, and mailed when it is over', {
  faultsIn: (template) =>
    alarmsOf(template).flatMap(({ id, is }) => [
      ...(is.AlarmActions.includes(topicArn(template)) ? [] : [`nobody hears of ${id}`]),
      ...(is.OKActions.includes(topicArn(template)) ? [] : [`nobody hears that ${id} is over`]),
      ...(is.ActionsEnabled ? [] : [`${id} is switched off`]),
    ]),
  brokenBy: [
    having('AlarmsNoPoll', 'AlarmActions', []),
    having('AlarmsNoPoll', 'OKActions', ['arn:aws:sns:eu-west-1:111122223333:another']),
    having('AlarmsNoPoll', 'ActionsEnabled', false),
  ],
});

const subscription = z.object({ Endpoint: z.string(), Protocol: z.string(), TopicArn: z.string() });
const subscribers = ({ template }: Stage) =>
  resourcesOf(template, 'AWS::SNS::Subscription', subscription).map(({ is }) => is);

test('alarms go to the operator, or to whom the settings name', () => {
  const mail = { Protocol: 'email', TopicArn: topicArn(prod().template) };
  expect(subscribers(prod())).toEqual([{ ...mail, Endpoint: 'ops@gpu.dev' }]);
  const elsewhere = synthesiseOne({ deployment: { alarmsTo: 'on-call@gpu.dev' } });
  expect(subscribers(elsewhere)).toEqual([{ ...mail, Endpoint: 'on-call@gpu.dev' }]);
});

// A formula has no value in a minute in which one of its parts has none, and that would be no alarm.
holds('an alarm is about one metric, and no formula', {
  faultsIn: (template) =>
    alarmsOf(template).flatMap(({ id, is }) => (is.MetricName === undefined ? [`${id} is a formula`] : [])),
  brokenBy: [having('AlarmsMailsFail', 'MetricName', undefined)],
});

const isSilence = ({ ComparisonOperator }: Alarm): boolean => ComparisonOperator === 'LessThanThreshold';

// CloudWatch looks back further than it is told to, and takes what it finds there for more than what is missing: of periods of
// ten minutes a run of half an hour ago would do.
holds('what has to happen in every minute is missed after ten', {
  faultsIn: (template) => {
    const silent = alarmsOf(template).filter(({ is }) => isSilence(is));
    return [
      ...['Polls', 'GuardRuns'].flatMap((name) =>
        silent.some(({ is }) => is.MetricName === name) ? [] : [`nobody misses ${name}`],
      ),
      ...silent.flatMap(({ id, is }) => [
        ...(is.Period === 60 && is.EvaluationPeriods === 10 ? [] : [`${id} waits another time`]),
        ...(is.DatapointsToAlarm === 10 ? [] : [`${id} does not wait`]),
        ...(is.Threshold === 1 ? [] : [`${id} wants more than one`]),
        ...(is.TreatMissingData === 'breaching' ? [] : [`${id} takes nothing for good`]),
      ]),
    ];
  },
  brokenBy: [
    having('AlarmsNoPoll', 'TreatMissingData', 'notBreaching'),
    having('AlarmsNoPoll', 'Period', 600),
    having('AlarmsNoPoll', 'DatapointsToAlarm', 1),
    lacking('AlarmsNoGuardRun'),
  ],
});

holds('what should not happen is no alarm where nothing was counted', {
  faultsIn: (template) =>
    alarmsOf(template).flatMap(({ id, is }) => (isSilence(is) || is.TreatMissingData === 'notBreaching' ? [] : [id])),
  brokenBy: [having('AlarmsBreakerOpen', 'TreatMissingData', undefined)],
});

holds('no alarm looks back further than CloudWatch does', {
  faultsIn: (template) =>
    alarmsOf(template).flatMap(({ id, is }) =>
      is.Period >= 60 && is.Period % 60 === 0 && is.Period * is.EvaluationPeriods <= 86_400 ? [] : [id],
    ),
  brokenBy: [having('AlarmsNoticesWait', 'Period', 45), having('AlarmsNoticesWait', 'EvaluationPeriods', 289)],
});
