import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { digest } from '#adapters/identity.ts';
import { createAvailabilityStore } from '#adapters/store/availability-store.ts';
import { createGuardStore } from '#adapters/store/guard-store.ts';
import { createRecipientStore } from '#adapters/store/recipient-store.ts';
import { createTable } from '#adapters/store/table.ts';
import { complaint, mailboxFull, permanent, sesEvent } from '#local/ses-events.ts';
import { unsuppress } from '#workflows/note-bounces/unsuppress.ts';
import { h100, startEngines, startWorld, type TestEngines, type World } from '../availability/world.ts';
import { withReturns } from './world.ts';

let engines: TestEngines;
let world: World;
let returns: ReturnType<typeof withReturns>;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());
afterEach(() => world.close());

const ada = 'ada@example.com';
const adaId = digest(ada);

/** Ada waits for an H100, and one is there. */
const start = async (notify: 'once' | 'every') => {
  world = await startWorld(engines, { watches: [{ to: ada, configId: h100, notify }] });
  returns = withReturns({ ...world, now: world.clock.now, report: (event) => world.events.push(event) });
  await world.step(0);
  world.show(2);
  await world.step();
  expect(returns.sent.map(({ to, identity }) => [to, identity.about])).toEqual([[ada, 'availability']]);
};

const stores = () => {
  const table = createTable(world.system().dynamodb, world.tableName);
  return { ...createGuardStore(table), ...createAvailabilityStore(table), ...createRecipientStore(table) };
};
const troubles = async () => Object.values((await stores().readDesk()).value.troubles);
const standing = async () =>
  Object.values((await stores().readRecipient(adaId))?.recipient.watches ?? {}).map((kept) => kept.standing.state);
const minutes = async (count: number): Promise<void> => {
  for (let passed = 0; passed < count; passed += 1) await world.step();
};
const mendAddress = () =>
  unsuppress({ store: stores(), clock: world.clock.now, newId: () => `stamp-${world.clock.now()}` }, adaId);

it.each(['once', 'every'] as const)(
  'a mail that bounced for good: nothing more is sent, the operator is told once, and the watch (%s) waits until mails arrive',
  async (notify) => {
    await start(notify);
    expect(await returns.comesBack(ada, permanent)).toEqual([undefined, undefined]);
    expect(await standing()).toEqual(['armed']);
    expect(await troubles()).toMatchObject([{ kind: 'suppressed', about: ada }]);
    await minutes(10);
    world.show(0);
    await minutes(40);
    world.show(4);
    await minutes(5);
    expect(returns.sent).toHaveLength(1);

    expect(await mendAddress()).toBe('written-to-again');
    expect(await troubles()).toEqual([]);
    await minutes(2);
    expect(returns.sent).toHaveLength(2);
    await minutes(10);
    expect(returns.sent).toHaveLength(2);
    // The old bounce is told once more: the address takes mail, and stays so.
    expect(await returns.note(sesEvent(returns.sent[0] ?? returns.latestTo(ada), permanent))).toBeUndefined();
    expect((await stores().readRecipient(adaId))?.recipient).not.toHaveProperty('undeliverable');
    expect(await standing()).toEqual([notify === 'once' ? 'done' : 'armed']);
    expect(JSON.stringify(world.events)).not.toContain('@');
  },
);

it('a mail that came back for now, or looks so: it is not sent again, and the operator is told once', async () => {
  await start('once');
  expect(await returns.comesBack(ada, mailboxFull)).toEqual([undefined, undefined]);
  expect(await standing()).toEqual(['done']);
  expect(await troubles()).toMatchObject([
    { kind: 'mail-returned', about: ada, because: expect.stringMatching(/MailboxFull.*told of GPUs/), told: [] },
  ]);
  await minutes(10);
  expect(returns.sent).toHaveLength(1);
});

it('a complaint: nothing more is sent, and nothing is told again when somebody ends that', async () => {
  await start('once');
  await returns.comesBack(ada, complaint);
  expect(await troubles()).toMatchObject([{ kind: 'suppressed', about: ada }]);
  expect(await mendAddress()).toBe('written-to-again');
  await minutes(5);
  expect(await standing()).toEqual(['done']);
  expect(returns.sent).toHaveLength(1);
});

it('a mail that comes back while it is being sent: the run fails, and its next try takes back what was recorded', async () => {
  world = await startWorld(engines, { watches: [{ to: ada, configId: h100 }] });
  returns = withReturns({ ...world, now: world.clock.now, report: (event) => world.events.push(event) });
  await world.step(0);
  let early: Promise<unknown> | undefined;
  world.proxies.mail.faults.add({
    kind: 'delay',
    delayMs: 500,
    match: ({ operation }) => {
      if (operation !== 'SendEmail' || early !== undefined) return false;
      early = returns.note(sesEvent(returns.latestTo(ada), permanent));
      return true;
    },
  });
  world.show(2);
  await world.step();
  expect(String(await early)).toMatch(/^AggregateError/);
  expect(world.events).toContainEqual(
    expect.objectContaining({ part: 'recipient', because: expect.stringContaining('MailUnderWayError') }),
  );
  expect(await standing()).toEqual(['done']);
  expect(await returns.note(sesEvent(returns.latestTo(ada), permanent))).toBeUndefined();
  expect(await standing()).toEqual(['armed']);
});
