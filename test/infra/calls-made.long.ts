import { afterAll, beforeAll, expect, test } from 'vitest';
import { day, minute } from '#domain/time.ts';
import { meterCalls } from '#local/bench/call-meter.ts';
import { lambdaContext } from '#local/lambda-context.ts';
import { linkEvent, linkIn } from '#local/link-event.ts';
import { permanent } from '#local/ses-events.ts';
import type { System } from '#local/system.ts';
import { startWorld as startAvailability } from '../availability/world.ts';
import { withReturns } from '../bounces/world.ts';
import { startEngines, startWorld as startGuarding, type TestEngines } from '../guarding/world.ts';
import { actionsAskedFor } from './source-calls.ts';

let engines: TestEngines;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());

/** The calls to the table that each function was seen to make. */
const made = new Map<string, Set<string>>();

type Meter = ReturnType<typeof meterCalls>;
const meters = new WeakMap<System, Meter>();
const meterOf = (system: System): Meter => {
  const meter = meters.get(system) ?? meterCalls(system);
  meters.set(system, meter);
  return meter;
};

/** What comes to the table while something goes on is one function's. */
const during = async <T>(handler: string, system: System, act: () => Promise<T>): Promise<T> => {
  const meter = meterOf(system);
  meter.reset();
  const done = await act();
  const calls = made.get(handler) ?? new Set();
  for (const operation of Object.keys(meter.read().calls)) calls.add(`dynamodb:${operation}`);
  made.set(handler, calls);
  return done;
};

test('job 1: watches are made, fire, are ended by their link, and are taken away', async () => {
  const ada = { to: 'ada@example.com', model: 'H100', notify: 'every' } as const;
  const brief = { to: 'bob@example.com', model: 'A100', until: '2026-11-02' };
  const world = await startAvailability(engines, { watches: [ada, brief] });
  const minutes = async (count: number, each = 1): Promise<void> => {
    for (let passed = 0; passed < count; passed += each) {
      await world.clock.advance(each * minute);
      await during('watch-availability', world.system(), world.tick);
      await during('send-notice', world.system(), world.deliver);
    }
  };
  await minutes(2);
  world.show(4);
  await minutes(2);
  world.show(0);
  await minutes(2);
  const [mail] = await world.mails();
  const link = /https?:\/\/\S+\/unsubscribe\?token=[\w.-]+/.exec(mail?.text ?? '')?.[0] ?? '';
  for (const method of ['GET', 'POST']) {
    await during('links', world.system(), () =>
      world.system().links(linkEvent(method, link, 'these=on'), lambdaContext({ functionName: 'links' })),
    );
  }
  await minutes(24 * 60, 60);
  world.redeploy({});
  await minutes(30, 10);
  await world.close();
});

test('job 2: runtimes are warned of, kept, deleted and made again; a warning comes back; the breaker opens', async () => {
  const world = await startGuarding(engines);
  const returns = withReturns({ ...world, report: () => undefined });
  const minutes = async (count: number): Promise<void> => {
    for (let passed = 0; passed < count; passed += 5) {
      await world.clock.advance(5 * minute);
      await during('guard-runtimes', world.system(), world.tick);
      await during('send-notice', world.system(), world.deliver);
    }
  };
  const visit = (method: 'GET' | 'POST', link: string, form?: string) =>
    during('links', world.system(), () => world.visit(method, link, form));
  const textOf = async (words: RegExp) => (await world.mails()).find(({ subject }) => words.test(subject))?.text ?? '';

  world.idle('bob-notebook');
  await minutes(10);
  const keep = linkIn(await textOf(/is idle/), 'keep');
  await visit('GET', keep);
  await visit('POST', keep, 'for=4h');
  await minutes(345);
  const again = linkIn(await textOf(/was deleted/), 'recreate');
  await visit('GET', again);
  await visit('POST', again, 'create=again');

  world.idle('cho-notebook');
  await minutes(15);
  await during('note-bounces', world.system(), () => returns.comesBack('cho@example.com', permanent));
  const many = ['dia-d', 'eva-e', 'fay-f', 'gus-g', 'hal-h'].map(
    (name) => world.idle(name, { metrics: { kind: 'busy' } }).id,
  );
  await minutes(10);
  for (const id of many) world.control.setRuntime(id, { metrics: { kind: 'idle' } });
  await minutes(10);
  const rearm = linkIn(await textOf(/Deletions are stopped/), 'rearm');
  await visit('POST', rearm, 'arm=again');
  // What was deleted a week ago is forgotten.
  await world.clock.advance(8 * day);
  await minutes(10);
  await world.close();
});

test.each(['watch-availability', 'guard-runtimes', 'send-notice', 'links', 'note-bounces'])(
  'the source of %s was read right: it made these calls to the table, all of them and no others',
  (handler) => {
    const read = actionsAskedFor(handler).filter((action) => action.startsWith('dynamodb:'));
    expect([...(made.get(handler) ?? [])].sort()).toEqual(read);
  },
);
