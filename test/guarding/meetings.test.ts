import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { digest } from '#adapters/identity.ts';
import { minute } from '#domain/time.ts';
import { lambdaContext } from '#local/lambda-context.ts';
import { linkIn } from '#local/link-event.ts';
import { sqsEvent } from '#local/sqs-event.ts';
import type { Passage } from './gate.ts';
import { expectLaws } from './laws.ts';
import { startEngines, startWorld, type TestEngines, type World } from './world.ts';

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
const messages = (count: number) =>
  sqsEvent(
    Array.from({ length: count }, () => JSON.stringify({ recipientId: digest('bob@example.com'), about: 'runtimes' })),
  );
const send = (count: number) =>
  world.system().sendNotice(messages(count), lambdaContext({ functionName: 'send-notice' }));

describe('runs and messages that meet', () => {
  it('three runs at once, all the way: one works, the others do nothing, one DELETE, each mail once', async () => {
    await start();
    for (let minutes = 0; minutes < 45; minutes += 5) {
      await world.clock.advance(5 * minute);
      await world.overlappingTicks(3);
      await Promise.all([world.deliver(), send(2), send(1)]);
    }
    expect(world.events('run-skipped')).toHaveLength(18);
    expect(world.deletions()).toBe(1);
    expect(await world.subjects()).toEqual([
      expect.stringMatching(/^bob-notebook is idle/),
      expect.stringMatching(/^Last warning/),
      expect.stringMatching(/was deleted/),
    ]);
    expectLaws(world);
  });

  it('a run that lost its lease while its DELETE was on the way deletes nothing more', async () => {
    await start();
    for (const name of ['bob-a', 'bob-b']) world.idle(name);
    await world.minutes(35);
    let since: number | undefined;
    world.setGate(async ({ kind }): Promise<Passage> => {
      if (kind !== 'delete' || since !== undefined) return 'pass';
      // Its DELETE hangs for longer than its lease lasts, and the next run works meanwhile.
      since = 0;
      await world.clock.advance(59_000);
      await world.tick();
      since = world.calls.length;
      return 'pass';
    });
    await world.clock.advance(5 * minute);
    await world.tick();
    expect(since).toBeGreaterThan(0);
    expect(world.calls.slice(since)).toEqual([]);
    expectLaws(world);
  });

  it('Keep and the runs: pressed while warnings are being written, it holds', async () => {
    await start();
    await world.minutes(5);
    const link = linkIn((await world.mails())[0]?.text ?? '', 'keep');
    await world.minutes(10);
    await world.clock.advance(5 * minute);
    // The last warning becomes owed in this run, and is sent in the same moment.
    await Promise.all([world.tick(), world.visit('POST', link, 'for=4h'), world.deliver(), send(1)]);
    await Promise.all([world.deliver(), world.visit('POST', link, 'for=4h')]);
    await world.minutes(60);
    expect(world.deletions()).toBe(0);
    expect(world.events('runtime-kept')).toHaveLength(1);
    expectLaws(world);
  });
});
