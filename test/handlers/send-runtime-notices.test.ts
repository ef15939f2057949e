import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { digest } from '#adapters/identity.ts';
import type { RuntimeCase } from '#domain/guardrails/runtime-case.ts';
import { hour, minute } from '#domain/time.ts';
import { startMailService } from '../adapters/mail-service.ts';
import { startEngines, type TestEngines } from '../availability/world.ts';
import { type GuardBench, startGuardBench } from './guard-bench.ts';

let engines: TestEngines;
let bench: GuardBench;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());

const owners = ['ada', 'bob', 'eve'];
const addressOf = (name: string) => `${name}@example.com`;
const idOf = (name: string) => digest(addressOf(name));
const about = (name: string, job = 'runtimes') => JSON.stringify({ recipientId: idOf(name), about: job });
const mailedTo = async () => (await bench.mails()).map(({ to }) => to).toSorted();
const caseOf = async (name: string): Promise<RuntimeCase | undefined> =>
  [...(await bench.store.readBoard()).cases.values()].find(({ value }) => value.name.startsWith(name))?.value;

/** Runs until every owner is owed a first warning that may be sent. */
beforeEach(async () => {
  bench = await startGuardBench(engines);
  for (const owner of owners) bench.add(`${owner}-notebook`, 'idle');
  const due = new Set<string>();
  for (let passed = 0; passed < 25 && due.size < owners.length; passed += 1) {
    await bench.clock.advance(minute);
    await bench.run();
    for (const body of await bench.announced()) due.add(body);
  }
  expect([...due].toSorted()).toEqual(owners.map((owner) => about(owner)).toSorted());
  bench.events.splice(0);
});
afterEach(() => bench.close());

test('every recipient of an event gets their warning, and nothing comes again', async () => {
  expect(await bench.handle(owners.map((owner) => about(owner)))).toEqual([]);
  expect(await mailedTo()).toEqual(owners.map(addressOf));
  expect(bench.named('mail-sent')).toHaveLength(3);
  const now = bench.clock.now();
  for (const owner of owners) {
    const kase = await caseOf(owner);
    expect([kase?.episode?.first, kase?.episode?.last].find((warning) => warning?.mail === 'sent')).toMatchObject({
      mail: 'sent',
      counted: now,
    });
    expect(kase?.named).toBeGreaterThan(now);
  }
});

describe('a message that is not one of ours', () => {
  const poison = [
    addressOf('ada'),
    `{"recipientId":"${addressOf('ada')}`,
    '',
    'null',
    '{"about":"runtimes"}',
    '{"recipientId":"","about":"runtimes"}',
    '{"recipientId":42,"about":"runtimes"}',
    `{"recipientId":"${idOf('ada')}","about":"prices"}`,
    `{"recipientId":"${idOf('ada')}","about":["runtimes"]}`,
  ];
  test('comes again alone, and is told without what stands in it', async () => {
    expect(await bench.handle([about('ada'), ...poison, about('bob')])).toEqual(poison);
    expect(await mailedTo()).toEqual([addressOf('ada'), addressOf('bob')]);
    const told = { event: 'part-failed', part: 'notice', because: expect.any(String) };
    expect(bench.named('part-failed')).toEqual(poison.map(() => told));
    expect(JSON.stringify(bench.events)).not.toMatch(/@|prices/);
  });

  test('does not fail the function, even where there is no other', async () => {
    expect(await bench.handle(poison)).toEqual(poison);
  });
});

test('who is not known, is owed nothing, or is owed only by the other job, is sent nothing', async () => {
  const bodies = [about('nobody'), about('operator'), about('ada', 'availability')];
  expect(await bench.handle(bodies)).toEqual([]);
  expect(await mailedTo()).toEqual([]);
  expect(bench.events).toEqual([]);
});

test('a message that comes twice, in one event or in two, is one mail', async () => {
  expect(await bench.handle([about('ada'), about('ada')])).toEqual([]);
  expect(await bench.handle([about('ada')])).toEqual([]);
  expect(await mailedTo()).toEqual([addressOf('ada')]);
  expect(bench.named('runtime-warned')).toHaveLength(1);
});

/** A mail service that refuses these for good, and takes the mails of all others. */
const refuse = async (...refused: readonly string[]): Promise<void> => {
  const error = { status: 400, code: 'MessageRejected', message: 'Address was rejected.' };
  bench.sendThrough(await startMailService((address) => (refused.includes(address) ? error : undefined)));
};

describe('a mail service', () => {
  test('that refuses one owner: the message alone comes again, nothing counts, and the operator is told instead', async () => {
    await refuse(addressOf('ada'));
    expect(await bench.handle([about('bob'), about('ada'), about('eve')])).toEqual([about('ada')]);
    expect(bench.named('mail-undeliverable')).toMatchObject([{ recipientId: idOf('ada') }]);
    expect((await caseOf('ada'))?.named).toBeUndefined();
    expect((await caseOf('ada'))?.firstWarnedAt).toBeUndefined();
    // The next one to be told is the operator: nothing is left for this message to do.
    expect(await bench.handle([about('ada')])).toEqual([]);
    await bench.clock.advance(minute);
    await bench.run();
    expect(await bench.announced()).toContain(about('operator'));
    expect(await bench.handle([about('operator')])).toEqual([]);
    expect(bench.named('mail-sent').map(({ recipientId }) => recipientId)).toEqual(
      ['bob', 'eve', 'operator'].map(idOf),
    );
    expect((await caseOf('ada'))?.named).toBeGreaterThan(bench.clock.now());
  });

  test('that throttles: the warning stays owed, waits out its back-off and is sent then', async () => {
    bench.proxies.mail.faults.add({ match: 'SendEmail', kind: 'throttle', times: 1 });
    expect(await bench.handle([about('ada')])).toEqual([]);
    const because = expect.stringContaining('TooManyRequestsException');
    const retryAt = bench.clock.now() + minute;
    expect(bench.named('mail-failed')).toMatchObject([{ recipientId: idOf('ada'), because, retryAt }]);
    expect((await caseOf('ada'))?.named).toBeUndefined();
    expect(await bench.handle([about('ada')])).toEqual([]);
    expect(await mailedTo()).toEqual([]);
    await bench.clock.advance(minute);
    expect(await bench.handle([about('ada')])).toEqual([]);
    expect(await mailedTo()).toEqual([addressOf('ada')]);
  });
});

test('a table that fails for one recipient: that message alone comes again, and later succeeds', async () => {
  const fault = bench.proxies.table.faults.add({
    match: ({ operation, body }) => operation === 'GetItem' && body.includes(`recipient#${idOf('ada')}`),
    kind: 'throttle',
  });
  expect(await bench.handle([about('ada'), about('bob')])).toEqual([about('ada')]);
  expect(bench.named('part-failed')).toHaveLength(1);
  fault.remove();
  expect(await bench.handle([about('ada')])).toEqual([]);
  expect(await mailedTo()).toEqual([addressOf('ada'), addressOf('bob')]);
});

test('a yes that could not be written down: the message comes again, and the warning counts once it is', async () => {
  bench.proxies.table.faults.add({
    match: ({ operation, body }) => operation === 'PutItem' && body.includes('runtime#'),
    kind: 'refuse',
    times: 1,
  });
  expect(await bench.handle([about('ada')])).toEqual([about('ada')]);
  expect(await mailedTo()).toEqual([addressOf('ada')]);
  expect(bench.named('runtime-warned')).toEqual([]);
  expect((await caseOf('ada'))?.named).toBeUndefined();
  await bench.clock.advance(2 * minute);
  expect(await bench.handle([about('ada')])).toEqual([]);
  expect(bench.named('runtime-warned')).toHaveLength(1);
  expect((await caseOf('ada'))?.named).toBeGreaterThan(bench.clock.now());
});

test('nobody can be reached: no warning counts, and the message to the operator comes again', async () => {
  await refuse(...[...owners, 'operator'].map(addressOf));
  for (const owner of owners) await bench.handle([about(owner)]);
  await bench.clock.advance(minute);
  await bench.run();
  expect(await bench.announced()).toContain(about('operator'));
  expect(await bench.handle([about('operator')])).toEqual([about('operator')]);
  for (const owner of owners) expect((await caseOf(owner))?.named).toBeUndefined();
  expect((await caseOf('ada'))?.episode?.unreachable?.retryAt).toBeGreaterThan(bench.clock.now() + 5 * hour);
  // That nobody can be reached is a trouble, which stays owed to somebody who cannot be reached.
  await bench.clock.advance(minute);
  await bench.run();
  expect(await bench.announced()).toEqual([about('operator')]);
  expect(await bench.handle([about('operator')])).toEqual([about('operator')]);
});

test('no address, token or link is in any event', async () => {
  await bench.handle([about('ada')]);
  bench.proxies.mail.faults.add({ match: 'SendEmail', kind: 'refuse' });
  await bench.handle([about('bob')]);
  bench.proxies.table.faults.add({ match: 'PutItem', kind: 'refuse' });
  await bench.handle([about('eve')]);
  expect(new Set(bench.events.map(({ event }) => event))).toEqual(
    new Set(['runtime-warned', 'mail-sent', 'mail-failed', 'part-failed']),
  );
  expect(JSON.stringify(bench.events)).not.toMatch(/@|token=|https:|thirty-two/);
});
