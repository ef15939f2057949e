import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { guardRulesOf } from '#adapters/configuration/guard-rules.ts';
import { createSesMailer } from '#adapters/mailer.ts';
import config from '#config';
import { policyFor } from '#domain/guardrails/policy.ts';
import { hour, minute } from '#domain/time.ts';
import { movableClock } from '#local/clock.ts';
import { startEmulator } from '#local/emulator/emulator.ts';
import { type Inbox, type InboxMail, startInbox } from '#local/engines/inbox.ts';
import { startHttpFront } from '#local/http-front.ts';
import type { ConsoleEvent } from '#local/local-event.ts';
import { startEmulated } from '#local/start-emulated.ts';
import type { EmulatedOptions } from '#local/start-options.ts';
import { createKeepPresser } from '#local/story/keep-presser.ts';
import { addStoryRuntimes, keptRuntime, storyGuardrails, storyNote } from '#local/story/runtimes.ts';
import { nothingYet, withEvent } from '#local/summary.ts';
import { mailClient } from './sdk-clients.ts';

/** Monday, 2 November 2026, 09:00 UTC. */
const start = Date.UTC(2026, 10, 2, 9);
type Told = Exclude<ConsoleEvent, { event: 'summary' }>;

/** All inboxes of a process show the same mails: this one is for looking into it. */
let inbox: Inbox;
beforeAll(async () => {
  inbox = await startInbox();
});
beforeEach(() => inbox.clear());
afterAll(() => inbox.close());

/** Plays so many minutes of the story, as fast as the machine can. */
const play = async (rounds: number, changes: Partial<EmulatedOptions> = {}): Promise<readonly Told[]> => {
  const events: Told[] = [];
  const ending = new AbortController();
  const report = (event: Told): void => {
    events.push(event);
    if (events.filter(({ event }) => event === 'guarded').length === rounds) ending.abort();
  };
  const history = { kind: 'scenario' } as const;
  const options: EmulatedOptions = { mode: 'emulated', speed: 3600, history, watches: [], json: true, ...changes };
  const { work, close } = await startEmulated(movableClock(start))(
    options,
    readSettings(config),
    report,
    ending.signal,
  );
  await work;
  await close();
  return events;
};

describe('the five stories', () => {
  let events: readonly Told[];
  let mails: readonly InboxMail[];
  beforeAll(async () => {
    await inbox.clear();
    events = await play(36);
    mails = await inbox.messages();
  });

  const namesOf = (...kinds: readonly string[]) =>
    new Set(events.flatMap((event) => (kinds.includes(event.event) && 'name' in event ? [event.name] : [])));
  const mailsTo = (owner: string) => mails.filter(({ to }) => to[0] === `${owner}@example.com`);
  const subjectsTo = (owner: string) => mailsTo(owner).map(({ subject }) => subject);

  test('the summary counts them, and nothing failed', () => {
    expect(events.reduce((summary, event) => withEvent(summary, event), nothingYet)).toMatchObject({
      guarded: 36,
      warned: 3,
      kept: 1,
      deleted: 1,
      unknown: 1,
      reportedOnly: 1,
      spared: 0,
      wouldBeDeleted: 0,
      failures: 0,
    });
  });

  test('ana works: nobody is told anything, and nothing is done', () => {
    expect(JSON.stringify(events)).not.toContain('ana-training');
    expect(subjectsTo('ana')).toEqual([]);
  });

  test('bob is warned twice and told of the deletion, with a link that makes it again', () => {
    expect(subjectsTo('bob')).toEqual([
      expect.stringMatching(/^bob-notebook is idle and will be deleted/),
      expect.stringMatching(/^Last warning: bob-notebook will be deleted/),
      expect.stringMatching(/^bob-notebook was deleted/),
    ]);
    const [first, last, deleted] = mailsTo('bob').map(({ text = '' }) => text);
    for (const warning of [first, last]) expect(warning).toMatch(/\/keep\?token=/);
    expect(deleted).toMatch(/\/recreate\?token=/);
    expect(namesOf('runtime-deleting', 'runtime-deleted')).toEqual(new Set(['bob-notebook']));
  });

  test('bob is deleted not before the time that his last warning named, and 15 minutes after it', () => {
    const warned = events.findLast((event) => event.event === 'runtime-warned' && event.name === 'bob-notebook');
    const deleting = events.findIndex(({ event }) => event === 'runtime-deleting');
    const at = events.slice(0, deleting).findLast((event) => event.event === 'guarded');
    if (warned?.event !== 'runtime-warned' || at?.event !== 'guarded') throw new Error('Nothing was deleted');
    expect(at.at).toBeGreaterThanOrEqual(warned.deleteAt);
    expect(warned.deleteAt - start).toBeGreaterThanOrEqual(30 * minute);
    expect(at.at).toBeLessThan(warned.deleteAt + 2 * minute);
  });

  test('cho presses Keep in the first mail, for 4 hours, and hears no more', () => {
    expect(subjectsTo('cho')).toEqual([expect.stringMatching(/^cho-finetune is idle/)]);
    const kept = events.filter((event) => event.event === 'runtime-kept');
    expect(kept).toMatchObject([{ name: keptRuntime }]);
    expect(kept[0]?.until).toBeGreaterThan(start + 4 * hour);
  });

  test('dia cannot be read: told once, never touched', () => {
    expect(namesOf('runtime-unknown')).toEqual(new Set(['dia-render']));
    expect(subjectsTo('dia')).toEqual([]);
    const others = events.filter((event) => 'name' in event && event.name === 'dia-render');
    expect(others).toHaveLength(1);
  });

  test('eva has paid in advance: only reported', () => {
    const about = events.filter((event) => 'name' in event && event.name === 'eva-reserved');
    expect(about.map(({ event }) => event)).toEqual(['runtime-reported']);
    expect(subjectsTo('eva')).toEqual([]);
  });

  test('the head says that the ladder is shorter than usual', () => {
    const [started] = events;
    expect(started).toMatchObject({ event: 'started', notes: expect.arrayContaining([storyNote]) });
  });
});

test('through a real mail server no made-up owner is bothered: there are no runtimes', async () => {
  const watches = [{ to: 'me@gpu.dev', model: 'B200', gpus: 1, notify: 'once' as const }];
  const events = await play(2, { smtpUrl: 'smtp://127.0.0.1:9', watches });
  expect(events.filter(({ event }) => event === 'guarded')).toMatchObject([{ runtimes: 0 }, { runtimes: 0 }]);
  const [started] = events;
  expect(started?.event === 'started' && started.notes).not.toContain(storyNote);
});

test('the runtimes of the story are old enough to be idle, each of another owner, under the policy of the story', async () => {
  const emulator = await startEmulator({ clock: () => start });
  onTestFinished(() => emulator.close());
  addStoryRuntimes(emulator.control, 'prj-story');
  const runtimes = emulator.control.runtimes();
  expect(runtimes.map(({ name }) => name)).toEqual([
    'ana-training',
    'bob-notebook',
    'cho-finetune',
    'dia-render',
    'eva-reserved',
  ]);
  const rules = guardRulesOf({ ...readSettings(config), guardrails: storyGuardrails });
  for (const { id, name, project, region, status } of runtimes) {
    expect(project).toBe('prj-story');
    expect(status).toBe('Running');
    expect(policyFor(rules, { id, name, project, region, status }, {})).toMatchObject({
      name: 'story',
      mode: 'enforce',
    });
  }
  expect(Math.max(...runtimes.map(({ updatedAt }) => updatedAt))).toBeLessThanOrEqual(start - 30 * minute);
});

describe('the presser of Keep', () => {
  const warned = (name: string) => ({
    event: 'runtime-warned',
    step: 'first',
    recipientId: 'r-cho',
    deleteAt: start,
    project: 'prj-1',
    runtimeId: 'rt-1',
    name,
  });

  /** A page of links that notes who came, and mails that lead to it. */
  const prepare = async (statusCode = 200) => {
    const visits: string[] = [];
    const bodyOf = ({ body = '' }: APIGatewayProxyEventV2) => Buffer.from(body, 'base64').toString();
    const front = await startHttpFront({
      handler: async (event) => {
        const { method } = event.requestContext.http;
        visits.push(`${method} ${event.rawPath}?${event.rawQueryString} ${bodyOf(event)}`.trim());
        return { statusCode, body: '' };
      },
      functionName: 'links',
      clock: { now: () => start },
      onFailure: () => {},
    });
    onTestFinished(() => front.close());
    const client = mailClient(inbox.endpoint);
    onTestFinished(() => client.destroy());
    const mailer = createSesMailer(client, { sender: 'warden@example.com' });
    const mail = (name: string, token: string) => {
      const text = `Keep it:\n${front.url}/keep?token=${token}&for=4h\nor ${front.url}/keep?token=no`;
      const identity = { mailId: name, recipientId: 'cho', about: 'warning' } as const;
      return mailer.send('cho@example.com', { subject: `${name} is idle`, text, html: '<p>', headers: [], identity });
    };
    return { visits, mail, presser: createKeepPresser(inbox, 'cho-finetune') };
  };

  test('opens the page of the first link in the mail and presses, once', async () => {
    const { visits, mail, presser } = await prepare();
    await mail('bob-notebook', 'v1.bob.x');
    await mail('cho-finetune', 'v1.cho-1.x_y');
    await mail('cho-finetune', 'v1.cho-2.x');
    presser.notice(warned('cho-finetune'));
    for (let times = 0; times < 3; times += 1) await presser.act();
    expect(visits).toEqual(['GET /keep?token=v1.cho-1.x_y', 'POST /keep?token=v1.cho-1.x_y for=4h']);
  });

  test('does nothing before the warning, nor after that of another', async () => {
    const { visits, mail, presser } = await prepare();
    await mail('cho-finetune', 'v1.cho.x');
    await presser.act();
    presser.notice(warned('bob-notebook'));
    presser.notice({ event: 'guarded' });
    await presser.act();
    expect(visits).toEqual([]);
  });

  test('waits for a mail that is still on its way', async () => {
    const { visits, mail, presser } = await prepare();
    presser.notice(warned('cho-finetune'));
    await presser.act();
    expect(visits).toEqual([]);
    await mail('cho-finetune', 'v1.cho.x');
    await presser.act();
    expect(visits).toHaveLength(2);
  });

  test('says so where the page does not open, and does not press', async () => {
    const { visits, mail, presser } = await prepare(410);
    await mail('cho-finetune', 'v1.cho.x');
    presser.notice(warned('cho-finetune'));
    await expect(presser.act()).rejects.toThrow('The Keep page answers 410');
    expect(visits).toHaveLength(1);
  });
});
