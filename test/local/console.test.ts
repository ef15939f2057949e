import { describe, expect, test } from 'vitest';
import type { WardenEvent } from '#domain/event.ts';
import { hour, minute } from '#domain/time.ts';
import { type ConsoleOptions, createConsole } from '#local/console.ts';
import type { LocalEvent } from '#local/local-event.ts';
import { nothingYet, withEvent } from '#local/summary.ts';

const start = Date.UTC(2026, 2, 3, 23, 30);

const open = (options: Partial<ConsoleOptions> = {}) => {
  const written: string[] = [];
  const console = createConsole({
    write: (text) => written.push(text),
    json: false,
    colour: false,
    now: () => start,
    timeZone: 'UTC',
    ...options,
  });
  return { console, text: () => written.join(''), lines: () => written.join('').split('\n').slice(0, -1) };
};

const started = {
  event: 'started',
  provider: 'emulated',
  providerUrl: 'http://127.0.0.1:7100',
  inboxUrl: 'http://127.0.0.1:8005/',
  tableUrl: 'http://127.0.0.1:8000',
  speed: 60,
  notes: ['Everything is lost at the end.'],
} as const satisfies LocalEvent;

const runtime = { project: 'prj-42', runtimeId: 'rt-1', name: 'bob-notebook' };

const h100 = { region: 'as-south-1', configId: 'gpu-h100-80g-20cpu-125g', gpuModel: 'NVIDIA H100' };

/** One of each kind. */
const everything = [
  started,
  { event: 'watches-changed', added: 2, removed: 0 },
  { event: 'run-skipped', because: 'another run holds the lease' },
  { event: 'credential-missing', because: 'the parameter says not-set' },
  { event: 'polled', complete: true, offers: 12, rentable: 1, at: start },
  { event: 'poll-failed', because: 'the provider answers 503' },
  { event: 'part-failed', part: 'recipients', because: 'the table throttles' },
  { event: 'listing-incomplete', because: ['page 2 is short', 'the total changed'] },
  { event: 'requests-unread', because: 'the provider answers 500' },
  { event: 'request-registered', region: h100.region, configId: h100.configId },
  { event: 'request-refused', region: h100.region, configId: h100.configId, because: 'there is no such config' },
  { event: 'watch-unknown-config', configId: 'gpu-nope' },
  { event: 'config-unchecked', configId: 'gpu-nope', because: 'timeout' },
  { event: 'window-opened', ...h100, gpus: 2, pricePerGpuHour: 1.99, at: start },
  { event: 'watch-fired', watchId: 'w-1', recipientId: 'r-ada', region: h100.region, configId: h100.configId },
  {
    event: 'mail-sent',
    recipientId: 'r-ada',
    mailId: 'm-1',
    messageId: 'ses-1',
    subject: 'NVIDIA H100 is available in as-south-1',
    rows: 1,
    at: start,
  },
  { event: 'mail-held', recipientId: 'r-ada', until: start + hour, because: 'hourly-limit' },
  { event: 'mail-failed', recipientId: 'r-ada', because: 'busy', retryAt: start + minute },
  { event: 'mail-undeliverable', recipientId: 'r-ada', because: 'no such mailbox' },
  { event: 'mail-returned', mailId: 'm-1', recipientId: 'r-ada', about: 'warning', because: 'it bounced (Permanent)' },
  { event: 'address-suppressed', recipientId: 'r-ada', because: 'it bounced (Permanent)' },
  { event: 'operator-suppressed', recipientId: 'r-op', because: 'it bounced (Permanent)' },
  { event: 'window-closed', ...h100, openedAt: start, at: start + 42 * minute },
  { event: 'watch-expired', watchId: 'w-1', recipientId: 'r-ada' },
  { event: 'address-confirmed', recipientId: 'r-team', personId: 'p-ada' },
  { event: 'unsubscribed', recipientId: 'r-ada', watches: 1 },
  {
    event: 'guarded',
    at: start,
    complete: true,
    runtimes: 6,
    idle: 3,
    busy: 2,
    unknown: 1,
    understood: true,
    breakerOpen: false,
  },
  { event: 'readings', packed: 'AAECAw==' },
  { event: 'runtimes-unlisted', project: 'prj-42', because: 'page 2 is missing' },
  { event: 'slowed-down', callsAtOnce: 1, because: '429' },
  { event: 'runtime-unknown', ...runtime, because: 'the provider answered 503' },
  { event: 'runtime-reported', ...runtime, because: 'its plan is reserved' },
  { event: 'runtime-warned', ...runtime, step: 'first', recipientId: 'r-bob', deleteAt: start + 15 * minute },
  { event: 'runtime-warned', ...runtime, step: 'last', recipientId: 'r-bob', deleteAt: start + 15 * minute },
  { event: 'warnings-voided', ...runtime, because: 'somebody asked to keep it' },
  { event: 'runtime-kept', ...runtime, until: start + 20 * minute },
  { event: 'runtime-would-be-deleted', ...runtime, because: 'idle for 120 min', usdPerHour: 2.39 },
  { event: 'runtime-deleting', ...runtime, because: 'idle for 120 min' },
  { event: 'runtime-deleted', ...runtime, usdPerHour: 2.39 },
  { event: 'runtime-deleted', ...runtime },
  { event: 'runtime-spared', ...runtime, because: 'it is in use again' },
  { event: 'runtime-stuck', ...runtime, because: 'it does not go' },
  { event: 'runtime-reappeared', ...runtime },
  { event: 'runtime-recreated', ...runtime, createdId: 'rt-2' },
  { event: 'runtime-created', ...runtime },
  { event: 'creation-refused', recipientId: 'r-ada', watchId: 'w1', because: 'no such template' },
  { event: 'creation-unclear', recipientId: 'r-ada', watchId: 'w1', name: 'ada-notebook-a1b2c3', because: 'no answer' },
  { event: 'breaker-opened', runtimes: 7, fleet: 9 },
  { event: 'breaker-rearmed', recipientId: 'r-operator' },
  { event: 'job-failed', job: 'watch-availability', because: 'broken' },
  { event: 'stopping', because: 'Ctrl-C' },
] as const satisfies readonly (WardenEvent | LocalEvent)[];

type Told = WardenEvent | LocalEvent;
type Left = Exclude<Told['event'], (typeof everything)[number]['event']>;
/** A new event that is not among them does not compile. */
const complete: [Left] extends [never] ? true : Left = true;

test('every event is told of here', () => {
  expect(complete).toBe(true);
});

describe('for a person', () => {
  test('a line per thing that happens, and a line for each new day', () => {
    const { console, text } = open();
    for (const event of everything) console.report(event);
    console.end();
    expect(text()).toMatchInlineSnapshot(`
      "GPU Warden on this machine

        inbox     http://127.0.0.1:8005/
        provider  http://127.0.0.1:7100  (emulated)
        table     http://127.0.0.1:8000

        Time is lapsed: a minute of the story in one second (60×).
        Everything is lost at the end.
        Ctrl-C ends it.

      ── 2026-03-03 UTC
      23:30:00  · watches        2 added, 0 removed
      23:30:00  · run skipped    another run holds the lease
      23:30:00  ! no credential  the parameter says not-set
      23:30:00  · polled         12 offers, 1 rentable
      23:30:00  ! poll failed    the provider answers 503
      23:30:00  ! failed         recipients: the table throttles
      23:30:00  ! listing cut    page 2 is short; the total changed
      23:30:00  ! not read       the account's own requests: the provider answers 500
      23:30:00  · registered     gpu-h100-80g-20cpu-125g in as-south-1, at the provider too
      23:30:00  ! refused        to register gpu-h100-80g-20cpu-125g in as-south-1: there is no such config
      23:30:00  ! unknown        the provider knows no config gpu-nope, for which a watch waits
      23:30:00  ! not checked    config gpu-nope: timeout
      23:30:00  ▲ opened         NVIDIA H100 in as-south-1, 2 GPUs free, $1.99 per GPU-hour
      23:30:00  · watch fired    gpu-h100-80g-20cpu-125g in as-south-1, for r-ada
      23:30:00  ✉ mail sent      “NVIDIA H100 is available in as-south-1” to r-ada
      23:30:00  · mail held      for r-ada until 00:30:00: hourly-limit
      23:30:00  ! not sent       to r-ada, again at 23:31:00: busy
      23:30:00  ! undeliverable  to r-ada: no such mailbox
      23:30:00  ! came back      a warning mail to r-ada: it bounced (Permanent)
      23:30:00  ! suppressed     r-ada: it bounced (Permanent)
      23:30:00  ! suppressed     the operator: it bounced (Permanent)
      ── 2026-03-04 UTC
      00:12:00  ▽ closed         NVIDIA H100 in as-south-1, after 42 min
      ── 2026-03-03 UTC
      23:30:00  · watch ended    it has run out, for r-ada
      23:30:00  ▲ confirmed      r-team takes alerts of p-ada
      23:30:00  ▽ unsubscribed   1 watch of r-ada
      23:30:00  · guarded        6 runtimes: 2 busy, 3 idle, 1 unknown
      23:30:00  ! listing cut    runtimes of prj-42: page 2 is missing
      23:30:00  ! slowed down    to 1 call at once: 429
      23:30:00  ! not readable   bob-notebook: the provider answered 503
      23:30:00  · only reported  bob-notebook: its plan is reserved
      23:30:00  ▽ first warning  bob-notebook: to be deleted at 23:45:00
      23:30:00  ▽ last warning   bob-notebook: to be deleted at 23:45:00
      23:30:00  · warning void   bob-notebook: somebody asked to keep it
      23:30:00  ▲ kept           bob-notebook: until 23:50:00
      23:30:00  ▽ would delete   bob-notebook: idle for 120 min, $2.39 an hour less
      23:30:00  ▽ deleting       bob-notebook: idle for 120 min
      23:30:00  ▽ deleted        bob-notebook, $2.39 an hour less
      23:30:00  ▽ deleted        bob-notebook
      23:30:00  ▲ spared         bob-notebook: it is in use again
      23:30:00  ! still billing  bob-notebook: it does not go
      23:30:00  ! there again    bob-notebook was deleted, and bills again
      23:30:00  ▲ created again  bob-notebook, now rt-2
      23:30:00  ▲ created        bob-notebook in prj-42
      23:30:00  ! not created    for r-ada: no such template
      23:30:00  ! not clear      whether ada-notebook-a1b2c3 was created: no answer
      23:30:00  ! breaker open   7 of 9 runtimes turned idle together; nothing is deleted
      23:30:00  ▲ breaker shut   by r-operator
      23:30:00  ! failed         watch-availability: broken
      23:30:00  · stopping       Ctrl-C

        1 window opened, 1 closed, 1 mail sent, 2 warnings, 1 kept, 2 deleted, 1 would be deleted, 1 not readable, 1 only reported, 1 time not sent, 1 undeliverable, 6 failures
      "
    `);
  });

  test('the same poll again is no news, another is', () => {
    const { console, lines } = open();
    for (const rentable of [3, 3, 3, 4, 3])
      console.report({ event: 'polled', complete: true, offers: 12, rentable, at: start });
    expect(lines().filter((line) => line.includes('polled'))).toHaveLength(3);
    expect(console.end().polls).toBe(5);
  });

  test('the same round again is no news, another is; packed readings are for machines', () => {
    const { console, lines } = open();
    const round = {
      event: 'guarded',
      complete: true,
      runtimes: 3,
      busy: 1,
      unknown: 0,
      understood: true,
      breakerOpen: false,
      at: start,
    } as const;
    for (const idle of [2, 2, 1, 1, 2]) {
      console.report({ ...round, idle });
      console.report({ event: 'readings', packed: 'AAECAw==' });
      console.report({ event: 'polled', complete: true, offers: 12, rentable: 1, at: start });
    }
    expect(lines().filter((line) => line.includes('guarded'))).toHaveLength(3);
    expect(lines().filter((line) => line.includes('polled'))).toHaveLength(1);
    expect(lines().join()).not.toContain('AAECAw');
    expect(console.end().guarded).toBe(5);
  });

  test('the summary speaks of runtimes where any round looked after them, and of troubles where there were any', () => {
    const { console, lines } = open();
    console.report({
      event: 'guarded',
      at: start,
      complete: true,
      runtimes: 0,
      idle: 0,
      busy: 0,
      unknown: 0,
      understood: true,
      breakerOpen: false,
    });
    console.end();
    expect(lines().at(-1)).toBe('  0 windows opened, 0 closed, 0 mails sent, 0 warnings, 0 kept, 0 deleted');
    const without = open();
    without.console.end();
    expect(without.lines().at(-1)).toBe('  0 windows opened, 0 closed, 0 mails sent');
  });

  test('times are those of the zone', () => {
    const { console, lines } = open({ timeZone: 'Asia/Kolkata' });
    console.report({ event: 'stopping', because: 'the end' });
    expect(lines()[0]).toContain('2026-03-04 Asia/Kolkata');
    expect(lines()[1]).toMatch(/^05:00:00 /);
  });

  test('real time is not called lapsed', () => {
    const { console, text } = open();
    console.report({ ...started, provider: 'real', speed: 1, notes: [] });
    expect(text()).toContain('(real)');
    expect(text()).not.toContain('lapsed');
  });

  const nasty = 'H100\u001b[2J\n\u202efake';
  const foreign = new Set(['because', 'name', 'project', 'createdId', 'part', 'gpuModel', 'region', 'configId']);
  /** With such words wherever those of the provider or of people stand. */
  const hostile = everything
    .filter(({ event }) => event !== 'started' && event !== 'readings')
    .map(
      (event): Exclude<Told, { event: 'started' }> =>
        JSON.parse(JSON.stringify(event), (field, value) => {
          if (!foreign.has(field)) return value;
          return Array.isArray(value) ? value.map(() => nasty) : nasty;
        }),
    );

  test.each(hostile)('words of the provider cannot steer the terminal: $event', (event) => {
    const { console, text } = open();
    console.report(event);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
    expect(text()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(text().split('\n')).toHaveLength(3);
  });

  test('colour only where it is wanted', () => {
    const plain = open();
    const painted = open({ colour: true });
    for (const event of everything) {
      plain.console.report(event);
      painted.console.report(event);
    }
    expect(plain.text()).not.toContain('\u001b');
    expect(painted.text()).toContain('\u001b[');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the colours.
    expect(painted.text().replaceAll(/\u001b\[\d+m/g, '')).toBe(plain.text());
  });
});

describe('for a machine', () => {
  test('a JSON object per line and nothing else; the last is the summary', () => {
    const { console, lines } = open({ json: true });
    for (const event of everything) console.report(event);
    console.end();
    const events = lines().map((line) => JSON.parse(line));
    expect(events.map(({ event }) => event)).toEqual([...everything.map(({ event }) => event), 'summary']);
    expect(lines().at(-1)).toMatch(/^{"event":"summary",/);
    expect(events.at(-1)).toMatchObject({ windowsOpened: 1, windowsClosed: 1, mailsSent: 1 });
  });

  test('instants are ISO texts, and every line has one', () => {
    const { console, lines } = open({ json: true });
    console.report({ event: 'window-closed', ...h100, openedAt: start, at: start + minute });
    console.report({ event: 'mail-held', recipientId: 'r-ada', until: start + hour, because: 'hourly-limit' });
    expect(lines().map((line) => JSON.parse(line))).toEqual([
      { event: 'window-closed', ...h100, openedAt: '2026-03-03T23:30:00.000Z', at: '2026-03-03T23:31:00.000Z' },
      {
        event: 'mail-held',
        at: '2026-03-03T23:30:00.000Z',
        recipientId: 'r-ada',
        until: '2026-03-04T00:30:00.000Z',
        because: 'hourly-limit',
      },
    ]);
  });
});

test('nothing is shown or counted after the end, and there is one end', () => {
  const { console, lines } = open({ json: true });
  const first = console.end();
  console.report({ event: 'polled', complete: true, offers: 1, rentable: 1, at: start });
  expect(console.end()).toEqual(first);
  expect(lines()).toHaveLength(1);
});

test('every event adds to its count, and to no other', () => {
  expect(everything.reduce(withEvent, nothingYet)).toEqual({
    event: 'summary',
    polls: 1,
    windowsOpened: 1,
    windowsClosed: 1,
    watchesFired: 1,
    watchesExpired: 1,
    mailsSent: 1,
    mailsHeld: 1,
    mailsFailed: 1,
    mailsUndeliverable: 1,
    unsubscribed: 1,
    guarded: 1,
    warned: 2,
    kept: 1,
    deleted: 2,
    spared: 1,
    unknown: 1,
    reportedOnly: 1,
    wouldBeDeleted: 1,
    runsSkipped: 2,
    listingsIncomplete: 2,
    failures: 6,
  });
});
