import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RuntimeCase } from '#domain/guardrails/runtime-case.ts';
import { hour } from '#domain/time.ts';
import { expectLaws } from './laws.ts';
import { operator, startEngines, startWorld, type TestEngines, type World } from './world.ts';

let engines: TestEngines;
let world: World;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());
afterEach(() => world.close());

/** What the rules have planned for a runtime: what was named when, and the ends. Who was mailed is not among it. */
const planOf = ({ name, episode, named, reported }: RuntimeCase) => ({
  name,
  since: episode?.since,
  first: episode?.first?.deleteAt,
  last: episode?.last?.deleteAt,
  voided: episode?.voided?.because,
  named,
  reported,
});

type Plan = ReturnType<typeof planOf>;

/** The same story in either mode: plans tick by tick, of the runtimes that are not deleted, and the first deletions. */
const story = async (mode: 'observe' | 'enforce') => {
  world = await startWorld(engines, { guardrails: { mode } });
  const [, , cho] = ['bob-a', 'bob-b', 'cho-c'].map((name) => world.idle(name));
  world.idle('dia-late', { createdMinutesAgo: 25 });
  world.idle('eva-reserved', { planId: 'gpu-h200-reserved-1m' });
  world.idle('ann-busy', { metrics: { kind: 'busy' } });
  const ticks: (readonly Plan[])[] = [];
  const ended = new Set<string>();
  const ends: string[] = [];
  for (let minutes = 0; minutes <= 70; minutes += 5) {
    if (minutes === 25) world.control.setRuntime(cho?.id ?? '', { metrics: { kind: 'busy' } });
    if (minutes === 30) world.control.setRuntime(cho?.id ?? '', { metrics: { kind: 'idle' } });
    await world.step(minutes === 0 ? 0 : 5);
    for (const { event } of world.told.splice(0)) {
      if (event.event !== 'runtime-deleting' && event.event !== 'runtime-would-be-deleted') continue;
      ended.add(event.name);
      ends.push(`${minutes} ${event.name}: ${event.because}`);
    }
    const { cases } = await world.store().readBoard();
    const plans = [...cases.values()].map(({ value }) => planOf(value)).filter(({ name }) => !ended.has(name));
    ticks.push(plans.sort((a, b) => a.name.localeCompare(b.name)));
  }
  return { ticks, ends };
};

describe('observe and enforce', () => {
  it('plan the same, tick by tick, and name the same first deletions', async () => {
    const observed = await story('observe');
    expect(world.deletions()).toBe(0);
    expect((await world.mails()).filter(({ to }) => to !== operator)).toEqual([]);
    await world.close();
    const enforced = await story('enforce');
    expect(world.deletions()).toBe(enforced.ends.length);
    expect(observed.ends).toEqual(enforced.ends);
    expect(observed.ends).toHaveLength(4);
    expect(observed.ticks).toEqual(enforced.ticks);
  });

  it('observe tells owners only where it is asked to, and says that it only observes', async () => {
    world = await startWorld(engines, { guardrails: { mode: 'observe', observeTo: 'owner' } });
    world.idle('bob-notebook');
    await world.step(0);
    await world.minutes(60);
    const subjects = await world.subjects('bob@example.com');
    expect(subjects).toHaveLength(2);
    for (const subject of subjects) expect(subject).toMatch(/^Only observing: /);
    expect(world.deletions()).toBe(0);
    expectLaws(world);
  });

  it.each([10, 25, 60])(
    'switching to enforce after %i minutes warns everybody afresh, an hour ahead',
    async (minutes) => {
      world = await startWorld(engines, { guardrails: { mode: 'observe' } });
      world.idle('bob-notebook');
      world.idle('cho-notebook');
      await world.step(0);
      await world.minutes(minutes);
      world.redeploy({ guardrails: { mode: 'enforce' } });
      await world.minutes(25);
      for (const owner of ['bob', 'cho']) {
        const [mail] = (await world.mails()).filter(
          ({ to, subject }) => to === `${owner}@example.com` && subject.startsWith('Last warning'),
        );
        expect(mail?.text).toMatch(/Why again/);
      }
      const warned = world.told.filter(({ event }) => event.event === 'runtime-warned' && event.step === 'last');
      for (const { at, event } of warned)
        expect('deleteAt' in event && event.deleteAt - at).toBeGreaterThanOrEqual(hour);
      await world.minutes(60);
      expect(world.deletions()).toBe(2);
      expectLaws(world);
    },
  );

  it('switching back to observe stops every deletion, also one that was asked and goes on', async () => {
    world = await startWorld(engines);
    const { id } = world.idle('bob-notebook');
    world.idle('cho-notebook', { createdMinutesAgo: 20 });
    world.control.setRuntime(id, { ignoreDeleteFor: 100_000 });
    await world.step(0);
    await world.minutes(40);
    expect(world.deletions()).toBe(1);
    world.redeploy({ guardrails: { mode: 'observe' } });
    await world.minutes(60);
    expect(world.deletions()).toBe(1);
    expectLaws(world);
  });
});
