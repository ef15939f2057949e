import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hour, minute } from '#domain/time.ts';
import { expectLaws } from './laws.ts';
import { startEngines, startWorld, type TestEngines, type World, type WorldOptions } from './world.ts';

let engines: TestEngines;
let world: World;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());
afterEach(() => world.close());

const start = async (options: WorldOptions = {}) => {
  world = await startWorld(engines, options);
  world.idle('bob-notebook');
  await world.step(0);
};
const warned = () => world.told.filter(({ event }) => event.event === 'runtime-warned');

describe('clocks that jump right before the time that the last warning named', () => {
  it.each([
    ['ours an hour ahead', { ours: hour, theirs: 0 }, 0],
    ['ours an hour back', { ours: -hour, theirs: 0 }, 0],
    // Its samples say when they were by the same clock, so that they still tell of the last minutes.
    ['the provider’s an hour ahead', { ours: 0, theirs: hour }, 1],
    ['the provider’s an hour back', { ours: 0, theirs: -hour }, 0],
    ['both a day ahead', { ours: 24 * hour, theirs: 24 * hour }, 0],
  ])('%s: no deletion that is not observed and warned of', async (_name, jump, deletions) => {
    await start();
    await world.minutes(30);
    world.jump(jump);
    await world.step();
    expect(world.deletions()).toBe(deletions);
    await world.minutes(50);
    world.jump({ ours: -jump.ours, theirs: -jump.theirs });
    await world.minutes(30);
    for (const { kind, at } of world.calls) {
      const last = warned().findLast((one) => one.at <= at);
      if (kind === 'delete') expect(at - (last?.at ?? 0)).toBeGreaterThanOrEqual(15 * minute);
    }
    expectLaws(world);
  });
});

describe('runs that did not run', () => {
  // Acts from 11:30 on: then 145 minutes are observed, so that a gap of 30 leaves enough of the span.
  const late = {
    name: 'late',
    hours: { days: ['mon'], from: '11:30', to: '20:00' },
    ladder: { firstWarningAfter: '5m', lastWarningAfter: '20m', deleteAfter: '35m' },
  };

  it.each([
    [30, 1],
    [31, 0],
  ])('%i minutes over the time that was named: %i deleted', async (gap, deletions) => {
    await start({ guardrails: { policies: [late] } });
    await world.minutes(145);
    expect(world.deletions()).toBe(0);
    expect(await world.subjects()).toContainEqual(expect.stringMatching(/^Last warning: .* at 11:30 UTC/));
    await world.step(gap);
    expect(world.deletions()).toBe(deletions);
    expectLaws(world);
  });

  it('3 hours: the idle time begins anew, with a fresh warning an hour ahead', async () => {
    await start();
    await world.minutes(30);
    await world.step(180);
    expect(world.deletions()).toBe(0);
    await world.minutes(75);
    expect(world.deletions()).toBe(0);
    await world.minutes(10);
    expect(world.deletions()).toBe(1);
    expect((world.calls.findLast(({ kind }) => kind === 'delete')?.at ?? 0) - (warned().at(-1)?.at ?? 0)).toBe(hour);
    expectLaws(world);
  });

  it('every other run: stretches that are too long count nothing', async () => {
    await start();
    await world.minutes(240, 6);
    expect(world.deletions()).toBe(0);
    expect(warned()).toEqual([]);
  });

  it('runs that nobody could write down, for 40 minutes: that time was not observed', async () => {
    await start();
    await world.minutes(30);
    const outage = world.proxies.table.faults.add({ match: '*', kind: 'throttle' });
    for (let minutes = 0; minutes < 40; minutes += 5) {
      await world.clock.advance(5 * minute);
      expect(await world.tick()).toBeInstanceOf(Error);
    }
    outage.remove();
    await world.minutes(60);
    expect(world.deletions()).toBe(0);
    expectLaws(world);
  });
});

describe('hours', () => {
  it('of a policy in its own time zone, over the end of summer time: deleted only within them', async () => {
    // 2 November 2026, 09:00 UTC is 04:00 in New York, the day after its clocks went back.
    const hours = { days: ['mon'], from: '05:00', to: '06:00', timeZone: 'America/New_York' };
    const ladder = { firstWarningAfter: '5m', lastWarningAfter: '20m', deleteAfter: '35m' };
    await start({ guardrails: { policies: [{ name: 'zoned', hours, ladder }] } });
    await world.minutes(55);
    expect(world.deletions()).toBe(0);
    await world.step();
    expect(world.deletions()).toBe(1);
    expectLaws(world);
  });
});
