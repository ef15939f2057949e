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

/** One of every event. A new one that is not here does not compile. */
const samples: Sample = {
  'run-skipped': { event: { event: 'run-skipped', because }, level: 'INFO' },
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
  unsubscribed: { event: { event: 'unsubscribed', recipientId: 'ada', watches: 2 }, level: 'INFO' },
};
const all = Object.values(samples);

// The logger writes to the process's own streams, past whatever a test could put in their place.
const script = `
  import { createTelemetry } from '#adapters/telemetry.ts';
  const { report, metrics } = createTelemetry('watch-availability');
  for (const event of JSON.parse(process.argv[1])) {
    report(event);
    console.log(JSON.stringify({ after: event.event }));
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  }
  console.log(JSON.stringify({ after: 'all' }));
  for (const event of JSON.parse(process.argv[1])) report(event);
  metrics.publishStoredMetrics();
`;

type Line = Readonly<Record<string, unknown>>;
const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Line => JSON.parse(line));

let printed: Line[];
let logged: Line[];
beforeAll(async () => {
  const events = JSON.stringify(all.map(({ event }) => event));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, events]);
  printed = linesOf(stdout);
  logged = [...printed, ...linesOf(stderr)].filter(({ level }) => level !== undefined);
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

test('what is counted together has no dimension but the function: not one per offer, watch or person', () => {
  const last = printed.findLast(({ _aws }) => _aws !== undefined);
  expect(last?._aws).toMatchObject({ CloudWatchMetrics: [{ Dimensions: [['service']] }] });
  const metrics = all.flatMap(({ metric = [] }) => metric);
  expect(last).toEqual({
    _aws: last?._aws,
    service: 'watch-availability',
    ...Object.fromEntries(metrics.map((name) => [name, 1])),
  });
});
