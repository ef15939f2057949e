import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import type { WardenEvent } from '#domain/event.ts';

type EventName = WardenEvent['event'];
type Sample = {
  readonly [Name in EventName]: {
    readonly event: Extract<WardenEvent, { event: Name }>;
    readonly level: 'INFO' | 'WARN';
    readonly metric?: string;
  };
};

const offer = { region: 'as-south-1', configId: 'gpu-h100', gpuModel: 'NVIDIA H100' };
const mail = { mailId: 'm1', messageId: 's1', subject: 'NVIDIA H100 is available', rows: 2, at: 7 };
const because = 'Throttled: too many requests';
const runtime = { project: 'prj-42', runtimeId: 'rt-1', name: 'ada-notebook' };

/** One of every event. A new one that is not here does not compile. */
const samples: Sample = {
  'run-skipped': { event: { event: 'run-skipped', because }, level: 'INFO' },
  'credential-missing': {
    event: { event: 'credential-missing', because },
    level: 'WARN',
    metric: 'CredentialMissing',
  },
  polled: { event: { event: 'polled', complete: true, offers: 3, rentable: 1, at: 5 }, level: 'INFO', metric: 'Polls' },
  'poll-failed': {
    event: { event: 'poll-failed', because },
    level: 'WARN',
    metric: 'PollsFailed',
  },
  'part-failed': { event: { event: 'part-failed', part: 'match', because }, level: 'WARN', metric: 'PartsFailed' },
  'listing-incomplete': {
    event: { event: 'listing-incomplete', because: ['page 2 is missing', 'the total changed'] },
    level: 'WARN',
    metric: 'ListingsIncomplete',
  },
  'requests-unread': { event: { event: 'requests-unread', because }, level: 'WARN', metric: 'RequestsUnread' },
  'runtime-created': { event: { event: 'runtime-created', ...runtime }, level: 'INFO', metric: 'RuntimesCreated' },
  'creation-refused': {
    event: { event: 'creation-refused', recipientId: 'r1', watchId: 'w1', because },
    level: 'WARN',
    metric: 'CreationsRefused',
  },
  'creation-unclear': {
    event: { event: 'creation-unclear', recipientId: 'r1', watchId: 'w1', name: 'ada-notebook-a1b2c3', because },
    level: 'WARN',
    metric: 'CreationsUnclear',
  },
  'address-confirmed': {
    event: { event: 'address-confirmed', recipientId: 'r1', personId: 'p1' },
    level: 'INFO',
  },
  'request-registered': {
    event: { event: 'request-registered', region: offer.region, configId: offer.configId },
    level: 'INFO',
  },
  'request-refused': {
    event: { event: 'request-refused', region: offer.region, configId: offer.configId, because },
    level: 'WARN',
  },
  'watches-changed': { event: { event: 'watches-changed', added: 1, removed: 2 }, level: 'INFO' },
  'watch-unknown-config': { event: { event: 'watch-unknown-config', configId: 'gpu-h10' }, level: 'WARN' },
  'config-unchecked': { event: { event: 'config-unchecked', configId: 'gpu-h100', because }, level: 'WARN' },
  'window-opened': {
    event: { event: 'window-opened', ...offer, gpus: 8, pricePerGpuHour: 1.99, at: 5 },
    level: 'INFO',
    metric: 'WindowsOpened',
  },
  'window-closed': {
    event: { event: 'window-closed', ...offer, openedAt: 5, at: 6 },
    level: 'INFO',
    metric: 'WindowsClosed',
  },
  'watch-fired': {
    event: { event: 'watch-fired', watchId: 'w1', recipientId: 'ada', region: 'a', configId: 'b' },
    level: 'INFO',
    metric: 'WatchesFired',
  },
  'watch-expired': { event: { event: 'watch-expired', watchId: 'w1', recipientId: 'ada' }, level: 'INFO' },
  'mail-sent': { event: { event: 'mail-sent', recipientId: 'ada', ...mail }, level: 'INFO', metric: 'MailsSent' },
  'mail-held': { event: { event: 'mail-held', recipientId: 'ada', until: 9, because }, level: 'INFO' },
  'mail-failed': {
    event: { event: 'mail-failed', recipientId: 'ada', because, retryAt: 9 },
    level: 'WARN',
    metric: 'MailsFailed',
  },
  'mail-undeliverable': {
    event: { event: 'mail-undeliverable', recipientId: 'ada', because },
    level: 'WARN',
    metric: 'MailsUndeliverable',
  },
  'mail-returned': {
    event: { event: 'mail-returned', mailId: 'm1', recipientId: 'ada', about: 'warning', because },
    level: 'WARN',
    metric: 'MailsReturned',
  },
  'address-suppressed': {
    event: { event: 'address-suppressed', recipientId: 'ada', because },
    level: 'WARN',
    metric: 'AddressesSuppressed',
  },
  'operator-suppressed': {
    event: { event: 'operator-suppressed', recipientId: 'ada', because },
    level: 'WARN',
    metric: 'OperatorSuppressed',
  },
  unsubscribed: { event: { event: 'unsubscribed', recipientId: 'ada', watches: 2 }, level: 'INFO' },
  guarded: {
    event: {
      event: 'guarded',
      at: 5,
      complete: true,
      runtimes: 3,
      idle: 1,
      busy: 1,
      unknown: 1,
      understood: true,
      breakerOpen: false,
    },
    level: 'INFO',
    metric: 'GuardRuns',
  },
  readings: { event: { event: 'readings', packed: 'AAECAw==' }, level: 'INFO' },
  'runtimes-unlisted': {
    event: { event: 'runtimes-unlisted', project: 'prj-42', because },
    level: 'WARN',
    metric: 'RuntimesUnlisted',
  },
  'slowed-down': {
    event: { event: 'slowed-down', callsAtOnce: 5, because },
    level: 'WARN',
    metric: 'ProviderSlowedDown',
  },
  'runtime-unknown': {
    event: { event: 'runtime-unknown', ...runtime, because },
    level: 'WARN',
    metric: 'RuntimesUnknown',
  },
  'runtime-reported': {
    event: { event: 'runtime-reported', ...runtime, because },
    level: 'INFO',
    metric: 'RuntimesReported',
  },
  'runtime-warned': {
    event: { event: 'runtime-warned', ...runtime, step: 'last', recipientId: 'ada', deleteAt: 9 },
    level: 'INFO',
    metric: 'RuntimesWarned',
  },
  'warnings-voided': { event: { event: 'warnings-voided', ...runtime, because }, level: 'INFO' },
  'runtime-kept': { event: { event: 'runtime-kept', ...runtime, until: 9 }, level: 'INFO', metric: 'RuntimesKept' },
  'runtime-would-be-deleted': {
    event: { event: 'runtime-would-be-deleted', ...runtime, because, usdPerHour: 2.39 },
    level: 'INFO',
    metric: 'RuntimesWouldBeDeleted',
  },
  'runtime-deleting': { event: { event: 'runtime-deleting', ...runtime, because }, level: 'INFO' },
  'runtime-deleted': {
    event: { event: 'runtime-deleted', ...runtime, usdPerHour: 2.39 },
    level: 'INFO',
    metric: 'RuntimesDeleted',
  },
  'runtime-spared': {
    event: { event: 'runtime-spared', ...runtime, because },
    level: 'INFO',
    metric: 'RuntimesSpared',
  },
  'runtime-stuck': { event: { event: 'runtime-stuck', ...runtime, because }, level: 'WARN', metric: 'RuntimesStuck' },
  'runtime-reappeared': {
    event: { event: 'runtime-reappeared', ...runtime },
    level: 'WARN',
    metric: 'RuntimesReappeared',
  },
  'runtime-recreated': { event: { event: 'runtime-recreated', ...runtime, createdId: 'rt-2' }, level: 'INFO' },
  'breaker-opened': {
    event: { event: 'breaker-opened', runtimes: 7, fleet: 9 },
    level: 'WARN',
    metric: 'BreakerOpened',
  },
  'breaker-rearmed': { event: { event: 'breaker-rearmed', recipientId: 'ada' }, level: 'INFO' },
};
const all = Object.values(samples);

// The logger writes to the process's own streams, past whatever a test could put in their place.
const script = `
  import { createTelemetry } from '#adapters/telemetry.ts';
  const { report, metrics } = createTelemetry('watch-availability', 'GpuWarden');
  for (const event of JSON.parse(process.argv[1])) {
    report(event);
    console.log(JSON.stringify({ after: event.event }));
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  }
  console.log(JSON.stringify({ after: 'all' }));
  for (const event of JSON.parse(process.argv[1])) report(event);
  metrics.publishStoredMetrics();
  console.log(JSON.stringify({ after: 'everything' }));
  for (const event of JSON.parse(process.argv[2])) report(event);
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
`;

/** What is told of rounds that did not see everything, and what somebody else's words may hold. */
const further: readonly WardenEvent[] = [
  { event: 'polled', complete: false, offers: 3, rentable: 1, at: 6 },
  {
    event: 'guarded',
    at: 6,
    complete: false,
    runtimes: 3,
    idle: 1,
    busy: 1,
    unknown: 1,
    understood: true,
    breakerOpen: true,
  },
  { event: 'runtime-deleting', ...runtime, because: 'ada@example.com asked for it' },
];

type Line = Readonly<Record<string, unknown>>;
const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Line => JSON.parse(line));

let printed: Line[];
let afterwards: Line[];
let logged: Line[];
beforeAll(async () => {
  const events = JSON.stringify(all.map(({ event }) => event));
  const args = ['--input-type=module', '-e', script, events, JSON.stringify(further)];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
  const lines = linesOf(stdout);
  const end = lines.findIndex(({ after }) => after === 'everything');
  printed = lines.slice(0, end);
  afterwards = lines.slice(end + 1);
  const isLogged = ({ level }: Line) => level !== undefined;
  // Warnings go to a stream of their own; none of the further events is one.
  logged = [...printed, ...linesOf(stderr)].filter(isLogged);
});

describe.each(all)('$event.event', ({ event: { event, ...facts }, level, metric }) => {
  test('is one log line at its level, with constant text and its facts as fields', () => {
    const [line, again, ...more] = logged.filter(({ message }) => message === event);
    expect(again).toEqual({ ...line, timestamp: again?.timestamp });
    expect(more).toEqual([]);
    expect(line).toMatchObject({ level, service: 'watch-availability', ...facts });
    const ours = new Set(['level', 'message', 'service', 'timestamp', 'sampling_rate', ...Object.keys(facts)]);
    expect(Object.keys(line ?? {}).filter((name) => !ours.has(name))).toEqual([]);
  });

  test(metric === undefined ? 'counts as nothing' : `counts as one of ${metric}`, () => {
    const at = printed.findIndex(({ after }) => after === event);
    const next = printed.slice(at + 1).find((line) => line.level === undefined);
    if (metric === undefined) return expect(next).toHaveProperty('after');
    expect(next).toEqual({
      _aws: {
        Timestamp: expect.any(Number),
        CloudWatchMetrics: [
          { Namespace: 'GpuWarden', Dimensions: [['service']], Metrics: [{ Name: metric, Unit: 'Count' }] },
        ],
      },
      service: 'watch-availability',
      [metric]: 1,
    });
  });
});

test('a round that did not see everything is told and does not count; what it found standing does', () => {
  const lines = afterwards.filter(({ level }) => level !== undefined);
  expect(lines.map(({ message }) => message)).toEqual(further.map(({ event }) => event));
  expect(lines.slice(0, 2)).toMatchObject([{ complete: false }, { complete: false }]);
  const [counted, ...more] = afterwards.filter(({ _aws }) => _aws !== undefined);
  expect(more).toEqual([]);
  expect(counted).toEqual({ _aws: counted?._aws, service: 'watch-availability', FleetsUnread: 1, BreakerOpen: 1 });
});

test("an address in somebody else's words does not reach the log", () => {
  expect(afterwards.find(({ message }) => message === 'runtime-deleting')).toMatchObject({
    because: '<address> asked for it',
    name: 'ada-notebook',
  });
});

test('what is counted together has no dimension but the function: not one per offer, watch or person', () => {
  const counted = printed.findLast(({ _aws }) => _aws !== undefined);
  expect(counted?._aws).toMatchObject({ CloudWatchMetrics: [{ Dimensions: [['service']] }] });
  const metrics = all.flatMap(({ metric = [] }) => metric);
  expect(counted).toEqual({
    _aws: counted?._aws,
    service: 'watch-availability',
    ...Object.fromEntries(metrics.map((name) => [name, 1])),
  });
});
