import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { minute } from '#domain/time.ts';
import { lambdaContext } from '#local/lambda-context.ts';
import { sqsEvent } from '#local/sqs-event.ts';
import { type Crash, crashAt } from './crash.ts';
import { h100, region, startEngines, startWorld, type TestEngines, type World } from './world.ts';

let engines: TestEngines;
let world: World;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());
afterEach(() => world.close());

const watches = [
  { to: 'ada@example.com', region, configId: h100 },
  { to: 'team@example.com', model: 'H100', notify: 'every' },
] as const;

/** Minutes pass, then the process runs; whatever it throws is Lambda's to count. */
const minuteOf = async (minutes = 1): Promise<void> => {
  await world.clock.advance(minutes * minute);
  await world.tick();
  await world.deliver().catch(() => 0);
};

/** After a crash a new process goes on, with the minutes that pass in the meantime. */
const goOn = async (crash: Crash): Promise<void> => {
  if (crash.struck() === undefined) return;
  crash.revive();
  world.redeploy();
  // Longer than a dead sender's claim lasts.
  await minuteOf();
  await minuteOf(2);
};

/** A window opens, both watches are told, it closes: a crash somewhere on the way. */
const story = async (crash: Crash): Promise<void> => {
  await minuteOf();
  await goOn(crash);
  world.show(4);
  await minuteOf();
  await goOn(crash);
  world.show(0);
  await minuteOf();
  await goOn(crash);
};

const mailsTo = async (address: string) => (await world.mails()).filter(({ to }) => to === address).length;

describe.each(['before', 'after'] as const)('a process that dies %s its n-th effect', (moment) => {
  it('leaves every mail sent, and none twice unless the mail service said yes into nothing', {
    timeout: 120_000,
  }, async () => {
    const effects: string[] = [];
    for (let at = 0; ; at += 1) {
      world = await startWorld(engines, { watches });
      const crash = crashAt(engines, at, moment);
      await story(crash);
      const operation = crash.struck();
      const [ada, team] = [await mailsTo('ada@example.com'), await mailsTo('team@example.com')];
      const because = `crash ${moment} effect ${at} (${operation}), the ones before: ${effects.join(', ')}`;
      // A yes is lost if the process dies while it is on its way, or before it is written down.
      const yesLost = moment === 'after' ? operation === 'SendEmail' : effects.at(-1) === 'SendEmail';
      expect([ada, team].sort(), because).toEqual(yesLost ? [1, 2] : [1, 1]);
      if (operation === undefined) break;
      effects.push(operation);
      await world.close();
    }
    // The story has at least its writes, its announcements and its two mails.
    expect(effects.filter((operation) => operation === 'SendEmail')).toHaveLength(2);
    expect(effects.length).toBeGreaterThan(25);
  });
});

describe('runs that meet', () => {
  const opened = async () => {
    world = await startWorld(engines, { watches });
    await world.step();
    world.show(4);
    await world.clock.advance(minute);
  };

  it('two overlapping runs: one works, the other does nothing, and every mail is sent once', async () => {
    await opened();
    await Promise.all([world.tick(), world.tick(), world.tick()]);
    expect(world.events.filter(({ event }) => event === 'run-skipped')).toHaveLength(2);
    await world.deliver();
    expect(await world.subjects()).toHaveLength(2);
  });

  it('a repeated event and messages that come twice, at the same time, send every mail once', async () => {
    await opened();
    await world.tick();
    await world.tick();
    const bodies = world.events.flatMap((event) =>
      event.event === 'watch-fired' ? [JSON.stringify({ recipientId: event.recipientId })] : [],
    );
    const send = () =>
      world.system().sendNotice(sqsEvent([...bodies, ...bodies]), lambdaContext({ functionName: 'send-notice' }));
    await Promise.all([send(), send(), world.deliver()]);
    expect(await world.subjects()).toHaveLength(2);
  });

  it('a lease that a dead run left behind costs no more than its minute', async () => {
    await opened();
    const fault = world.proxies.table.faults.add({
      match: ({ operation }) => operation === 'Query',
      kind: 'drop-connection',
      times: 1,
    });
    expect(await world.tick()).toBeInstanceOf(Error);
    expect(fault.struck()).toBe(1);
    await world.step();
    expect(await world.subjects()).toHaveLength(2);
  });
});

describe('engines that throttle', () => {
  it.each([
    ['the table', 'table', '*'],
    ['the queue', 'queue', 'SendMessageBatch'],
    ['the mail service', 'mail', 'SendEmail'],
  ] as const)('%s, for minutes: late, complete, and not twice', async (_name, service, match) => {
    world = await startWorld(engines, { watches });
    await world.step();
    world.show(4);
    let calls = 0;
    const throttled = world.proxies[service].faults.add({
      match: ({ operation }) => {
        if (match !== '*' && operation !== match) return false;
        calls += 1;
        return calls % 5 < 3;
      },
      kind: 'throttle',
    });
    for (let minutes = 0; minutes < 8; minutes += 1) await minuteOf();
    throttled.remove();
    for (let minutes = 0; minutes < 8; minutes += 2) await minuteOf(2);
    expect(throttled.struck()).toBeGreaterThan(0);
    expect(await mailsTo('ada@example.com')).toBe(1);
    // Throttled after the mail service's yes, the record of it may be lost, and the mail comes again.
    expect(await mailsTo('team@example.com')).toBeLessThanOrEqual(service === 'table' ? 2 : 1);
  });
});
