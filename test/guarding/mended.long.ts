import { afterAll, afterEach, beforeAll, describe, expect, it, test } from 'vitest';
import { second } from '#domain/time.ts';
import { linkIn } from '#local/link-event.ts';
import type { Passage } from './gate.ts';
import { expectLaws } from './laws.ts';
import { operator, startEngines, startWorld, type TestEngines, type World } from './world.ts';

let engines: TestEngines;
let world: World;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());
afterEach(() => world.close());

const start = async () => {
  world = await startWorld(engines);
  world.idle('bob-notebook');
  await world.step(0);
};

describe('a look that took too long for a DELETE', () => {
  const slowLook = async () => {
    await start();
    await world.minutes(30);
    world.setGate(async ({ kind }): Promise<Passage> => {
      if (kind === 'detail') await world.clock.advance(11 * second);
      return 'pass';
    });
    await world.step();
    world.setGate(() => 'pass');
    expect(world.deletions()).toBe(0);
  };

  it('is followed by another one, and then by the DELETE', async () => {
    await slowLook();
    await world.step(1);
    expect(world.deletions()).toBe(1);
    expectLaws(world);
  });

  test('leaves no intent: nothing was asked, so that Keep still holds', async () => {
    await slowLook();
    const mail = (await world.mails()).find(({ subject }) => subject.startsWith('Last warning'));
    const { status } = await world.visit('POST', linkIn(mail?.text ?? '', 'keep'), 'for=4h');
    expect(status).toBe(200);
    await world.step(1);
    expect(world.deletions()).toBe(0);
  });

  test('is not told as a deletion of ours when somebody else deletes it meanwhile', async () => {
    await slowLook();
    world.control.removeRuntime(world.control.runtimes()[0]?.id ?? '');
    await world.minutes(10);
    expect((await world.subjects()).filter((subject) => subject.includes('was deleted'))).toEqual([]);
  });
});

describe('an address that is not verified (SES in its sandbox)', () => {
  const unverified = async (minutes: number) => {
    await start();
    world.proxies.mail.faults.add({
      match: ({ operation, body }) => operation === 'SendEmail' && body.includes('bob@example.com'),
      kind: 'refuse',
    });
    await world.minutes(minutes);
  };

  it('was not warned: nothing is deleted', async () => {
    await unverified(60);
    expect(world.deletions()).toBe(0);
    expectLaws(world);
  });

  test('is not the end: after some hours somebody else hears of it', async () => {
    await unverified(120);
    expect(await world.subjects(operator)).not.toEqual([]);
  });
});

describe('a Keep link of a runtime that somebody else deleted', () => {
  test('does not say that it is in use again', async () => {
    await start();
    await world.minutes(5);
    const link = linkIn((await world.mails())[0]?.text ?? '', 'keep');
    world.control.removeRuntime(world.control.runtimes()[0]?.id ?? '');
    await world.step();
    expect((await world.visit('GET', link)).body).not.toContain('in use again');
  });
});
