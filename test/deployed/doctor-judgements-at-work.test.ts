import { describe } from 'vitest';
import { type Alarm, judgeAlarms, judgeSubscriptions } from '#local/deployed/checks/alarms.ts';
import { awsFault } from '#local/deployed/checks/aws-faults.ts';
import { TooLate } from '#local/deployed/checks/finding.ts';
import { judgeBreaker, judgeTroubles } from '#local/deployed/checks/guard.ts';
import { judgeLinks, type LinkAnswer } from '#local/deployed/checks/links.ts';
import { judgeDeadLetters, judgeNoticeQueue } from '#local/deployed/checks/queues.ts';
import { judgeRuns } from '#local/deployed/checks/runs.ts';
import { judgeSchedule } from '#local/deployed/checks/schedules.ts';
import { judgements } from './doctor-judged.ts';

const now = Date.UTC(2026, 2, 3, 14);
const minutes = (count: number) => now - count * 60_000;
const step = { words: 'do it', command: 'this' };

describe('at work', () => {
  const schedule = (more: object) => () =>
    judgeSchedule(
      'looks',
      {
        State: 'ENABLED',
        ScheduleExpression: 'rate(1 minute)',
        Target: { Arn: 'a', RoleArn: 'r', DeadLetterConfig: { Arn: 'd' } },
        ...more,
      },
      'https://console',
      now,
    );
  const runs = (finished: number | undefined, left: number | undefined, could: number) => () =>
    judgeRuns(
      'guard-runtimes',
      {
        couldSince: minutes(could),
        ...(finished === undefined ? {} : { finishedAt: minutes(finished) }),
        ...(left === undefined ? {} : { leftAt: minutes(left) }),
      },
      'does not come to judging',
      step,
      now,
    );
  const open = { id: 'b', at: minutes(7), from: 0, to: 0, runtimes: 5, fleet: 6 };
  const trouble = {
    key: 'a',
    kind: 'stuck',
    since: minutes(30),
    about: 'bob',
    because: 'still there',
    told: [],
  } as const;
  const queue = (waiting: number, oldest?: number) => () =>
    judgeNoticeQueue({ waiting, underWay: 0, delayed: 0 }, oldest === undefined ? undefined : oldest * 60_000);
  judgements([
    ['a schedule', schedule({}), 'ok', /^looks: ENABLED, rate\(1 minute\)$/],
    ['switched off', schedule({ State: 'DISABLED' }), 'broken', /it starts nothing(.|\n)*https:\/\/console/],
    ['over', schedule({ EndDate: new Date(minutes(60)) }), 'broken', /it ended 60 min ago|it ended 1 h ago/],
    ['without dead letters', schedule({ Target: undefined }), 'warning', /no dead-letter queue/],
    ['a run just now', runs(1, 1, 500), 'ok', /last successful run 60 s ago$/],
    ['none for 3 minutes', runs(3.1, 20, 500), 'broken', /does not run.*3 min ago(.|\n)*#no-successful-run/],
    ['runs that bring nothing', runs(45, 1, 500), 'broken', /it runs, but does not come to judging; .*45 min ago/],
    ['never yet', runs(undefined, undefined, 500), 'broken', /never yet/],
    ['too early to tell', runs(undefined, undefined, 2), 'warning', /Ask again in 3 minutes/],
    ['a closed breaker', () => judgeBreaker({ covered: [], outbox: [] }, now), 'ok', /closed/],
    [
      'an open one',
      () => judgeBreaker({ open, covered: [], outbox: [] }, now),
      'broken',
      /5 of 6 (.|\n)*#breaker-open/,
    ],
    ['no trouble', () => judgeTroubles({ troubles: {} }, now), 'ok', /no standing/],
    [
      'a standing one',
      () => judgeTroubles({ troubles: { a: trouble, b: { ...trouble, key: 'b', about: 'ana', overAt: now } } }, now),
      'warning',
      /^stuck, 30 min ago: bob: still there\n→ (?!.*ana)(.|\n)*#deletion-stuck/,
    ],
    [
      'no dead letters',
      () => judgeDeadLetters('http://q/1/dead', { waiting: 0, underWay: 0, delayed: 0 }, ''),
      'ok',
      /^dead is empty$/,
    ],
    [
      'one that somebody looks at',
      () => judgeDeadLetters('http://q/1/dead', { waiting: 0, underWay: 1, delayed: 0 }, ''),
      'broken',
      /holds 1 message/,
    ],
    ['notices in time', queue(3, 1), 'ok', /^3 notices waiting, 0 being sent$/],
    ['late', queue(3, 6), 'warning', /the oldest 6 min old/],
    ['too late', queue(3, 16), 'broken', /#notices-wait/],
    ['an old age of an empty queue', queue(0, 16), 'ok', /0 notices/],
  ]);
});

describe('alarms and links', () => {
  const alarm: Alarm = {
    name: 'NoPoll',
    state: 'OK',
    since: minutes(5),
    description: 'Hurts. docs/runbook.md#no-poll',
    actionsEnabled: true,
  };
  const subscribed =
    (...arns: string[]) =>
    () =>
      judgeSubscriptions(
        'arn:t',
        arns.map((SubscriptionArn) => ({ SubscriptionArn, Protocol: 'email', Endpoint: 'ops@gpu.dev' })),
        ' --region r',
      );
  const answer: LinkAnswer = {
    status: 400,
    referrerPolicy: 'no-referrer',
    cacheControl: 'no-store',
    body: '<h1>This link does not work</h1>',
  };
  const links =
    (more: Partial<LinkAnswer>, address = 'https://l/keep') =>
    () =>
      judgeLinks(address, { ...answer, ...more });
  judgements([
    [
      'quiet',
      () => judgeAlarms([alarm, { ...alarm, state: 'INSUFFICIENT_DATA' }], now),
      'ok',
      /^2 alarms, none rings, 1 without data yet$/,
    ],
    [
      'ringing',
      () => judgeAlarms([{ ...alarm, state: 'ALARM' }], now),
      'broken',
      /NoPoll rings, since 5 min ago: Hurts(.|\n)*docs\/runbook\.md#no-poll/,
    ],
    ['switched off', () => judgeAlarms([{ ...alarm, actionsEnabled: false }], now), 'warning', /tells nobody/],
    ['none', () => judgeAlarms([], now), 'warning', /has no alarms/],
    ['confirmed', subscribed('arn:s'), 'ok', /^alarms go to email ops@gpu\.dev$/],
    [
      'one of two',
      subscribed('arn:s', 'PendingConfirmation'),
      'warning',
      /not confirmed(.|\n)*aws sns subscribe --topic-arn arn:t .* --region r/,
    ],
    ['nobody', subscribed(), 'warning', /nobody is subscribed/],
    ['our page', links({}), 'ok', /answers with our page/],
    ['without https', links({}, 'http://l/keep'), 'warning', /do not begin with https/],
    [
      'another page',
      links({ status: 404, body: '{"message":"Not Found"}' }),
      'broken',
      /answers 404 .*not our page\n +\{"message"/,
    ],
    ['a failure', links({ status: 500, body: '' }), 'broken', /its function fails/],
    ['a page that says where one came from', links({ referrerPolicy: null }), 'broken', /Referrer-Policy is missing/],
    ['a page that may be kept', links({ cacheControl: 'max-age=60' }), 'broken', /Cache-Control is max-age=60/],
  ]);
});

describe('calls to AWS that fail', () => {
  const failure = (name: string, message: string, code?: string) =>
    Object.assign(new Error(message), { name }, code === undefined ? {} : { code });
  const fault = (error: unknown, profile?: string) => () =>
    awsFault(error, { flags: '', ...(profile === undefined ? {} : { profile }) });
  judgements([
    [
      'expired',
      fault(failure('ExpiredToken', 'The security token is expired'), 'ops'),
      'broken',
      /have expired(.|\n)*aws sso login --profile ops/,
    ],
    [
      'an SSO session',
      fault(failure('CredentialsProviderError', 'The SSO session has expired')),
      'broken',
      /have expired/,
    ],
    ['none', fault(failure('CredentialsProviderError', 'Could not load')), 'broken', /there are no AWS credentials: /],
    [
      'unknown ones',
      fault(failure('UnrecognizedClientException', 'no')),
      'broken',
      /does not accept(.|\n)*aws sts get-caller-identity/,
    ],
    [
      'not allowed',
      fault(failure('AccessDeniedException', 'not authorized to perform: ssm:GetParameter')),
      'broken',
      /may not look at it .*ssm:GetParameter/,
    ],
    ['no region', fault(new Error('Region is missing')), 'broken', /no AWS region is set/],
    [
      'no such host',
      fault(failure('Error', 'getaddrinfo ENOTFOUND ssm.eu', 'ENOTFOUND')),
      'broken',
      /cannot be reached(.|\n)*spelled right/,
    ],
    ['too late', fault(new TooLate('no answer within 12 s')), 'broken', /cannot be reached: no answer within 12 s/],
    ['too often', fault(failure('ThrottlingException', 'Rate exceeded')), 'broken', /too often/],
    ['anything else', fault(failure('InternalFailure', 'oops')), 'broken', /^InternalFailure: oops/],
  ]);
});
