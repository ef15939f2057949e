import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hour, minute } from '#domain/time.ts';
import type { RuntimeChange } from '#local/emulator/emulator.ts';
import { expectLaws } from './laws.ts';
import { operator, startEngines, startWorld, type TestEngines, type World } from './world.ts';

let engines: TestEngines;
let world: World;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());
afterEach(() => world.close());

/** Up to the run that asks for the deletion. */
const startAsked = async (conduct: RuntimeChange) => {
  world = await startWorld(engines);
  const { id } = world.idle('bob-notebook');
  world.control.setRuntime(id, conduct);
  await world.step(0);
  await world.minutes(35);
  expect(world.calls.filter(({ kind }) => kind === 'delete')).toHaveLength(1);
  return id;
};
const toOperator = () => world.subjects(operator);
const toBob = async () => (await world.subjects('bob@example.com')).slice(2);

describe('a runtime that is not gone', () => {
  it.each([
    ['ignores DELETE', { ignoreDeleteFor: 100_000 }, 'the provider does not delete it'],
    ['answers 403 to DELETE', { refuseDelete: 403 }, '403'],
    ['answers 409 to DELETE', { refuseDelete: 409 }, '409'],
  ] as const)(
    '%s: asked again every 10 minutes on fresh looks, the operator told at once and after an hour',
    async (_name, conduct, because) => {
      await startAsked(conduct);
      await world.minutes(10);
      expect(await toOperator()).toEqual([expect.stringMatching(/^Still billing: bob-notebook .*\$2.39\/h/)]);
      expect((await world.mails()).at(-1)?.text).toContain(because);
      await world.minutes(20);
      const asked = world.calls.filter(({ kind }) => kind === 'delete');
      expect(asked.map(({ at }) => (at - (asked[0]?.at ?? 0)) / minute)).toEqual([0, 10, 20, 30]);
      await world.minutes(45);
      expect((await toOperator()).filter((subject) => subject.startsWith('Still billing'))).toHaveLength(2);
      expect(await toBob()).not.toContainEqual(expect.stringMatching(/was deleted/));
      expectLaws(world);
    },
  );

  it('is told of daily, and once when it is over', async () => {
    const id = await startAsked({ ignoreDeleteFor: 30 * 3_600 });
    await world.minutes(30);
    // Days are long: one look an hour is enough to see what is told.
    for (let hours = 0; hours < 28; hours += 1) await world.step(60);
    expect((await toOperator()).filter((subject) => subject.startsWith('Still billing'))).toHaveLength(3);
    world.control.removeRuntime(id);
    await world.minutes(10);
    expect(await toOperator()).toContainEqual(expect.stringMatching(/^“Still billing” is over: bob-notebook/));
    const over = (await toOperator()).length;
    await world.minutes(20);
    expect(await toOperator()).toHaveLength(over);
    expectLaws(world);
  });

  it('goes in the end: its owner is told, and the operator that it is over', async () => {
    await startAsked({ ignoreDeleteFor: 900 });
    await world.minutes(30);
    expect(world.deletions()).toBe(3);
    expect(await toBob()).toEqual([expect.stringMatching(/was deleted/)]);
    expect(await toOperator()).toEqual([
      expect.stringMatching(/^Still billing/),
      expect.stringMatching(/^“Still billing” is over/),
    ]);
    expectLaws(world);
  });

  it('is used meanwhile: nothing is asked again', async () => {
    const id = await startAsked({ ignoreDeleteFor: 100_000 });
    world.control.setRuntime(id, { metrics: { kind: 'busy' } });
    await world.minutes(60);
    expect(world.deletions()).toBe(1);
    expect(world.control.runtimes()).toHaveLength(1);
    expect(await toBob()).not.toContainEqual(expect.stringMatching(/was deleted/));
    expectLaws(world);
  });

  it('terminates for half an hour: only watched, and told when it is gone', async () => {
    await startAsked({ terminatingFor: 1_800 });
    await world.minutes(25);
    expect(world.deletions()).toBe(1);
    expect(await toBob()).toEqual([]);
    await world.minutes(10);
    expect(world.deletions()).toBe(1);
    expect(await toBob()).toEqual([expect.stringMatching(/was deleted/)]);
    expectLaws(world);
  });

  it('is gone, and comes back an hour later: the operator is told, and it has its whole ladder again', async () => {
    await startAsked({ terminatingFor: 30, reappearAfter: 3_600 });
    await world.minutes(55);
    const back = world.now() + 10 * minute;
    await world.minutes(30);
    expect(world.events('runtime-reappeared')).toHaveLength(1);
    expect(await toOperator()).toContainEqual(expect.stringMatching(/^Back and billing again: bob-notebook/));
    await world.minutes(90);
    const [, second] = world.calls.filter(({ kind }) => kind === 'delete');
    expect((second?.at ?? 0) - back).toBeGreaterThanOrEqual(hour);
    expectLaws(world);
  });

  it('answers nothing to DELETE, which took effect: asked once, told once', async () => {
    world = await startWorld(engines);
    world.idle('bob-notebook');
    world.setGate(({ kind }) => (kind === 'delete' ? 'drop-answer' : 'pass'));
    await world.step(0);
    await world.minutes(60);
    expect(world.deletions()).toBe(1);
    expect(await toBob()).toEqual([expect.stringMatching(/was deleted/)]);
    expectLaws(world);
  });
});
