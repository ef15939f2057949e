import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { minute } from '#domain/time.ts';
import { linkIn } from '#local/link-event.ts';
import { expectLaws } from './laws.ts';
import { operator, startEngines, startWorld, type TestEngines, type World, type WorldOptions } from './world.ts';

let engines: TestEngines;
let world: World;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());
afterEach(() => world.close());

const startWith = async (count: number, options?: WorldOptions) => {
  world = await startWorld(engines, options);
  for (let index = 0; index < count; index += 1) world.idle(`ann-box${index}`);
  await world.step(0);
};
const mailsWith = async (words: RegExp) => (await world.mails()).filter(({ text }) => words.test(text));

describe('limits', () => {
  it('of six that are due at once five are deleted; the sixth is warned afresh, an hour ahead', async () => {
    await startWith(6);
    await world.minutes(35);
    expect(world.deletions()).toBe(5);
    await world.step();
    const [again] = await mailsWith(/Why again.*at most 5 deletions in one tick/);
    expect(again?.subject).toMatch(/^Last warning: ann-box\d will be deleted at 10:40 UTC/);
    await world.minutes(55);
    expect(world.deletions()).toBe(5);
    await world.step();
    expect(world.deletions()).toBe(6);
    expectLaws(world);
  });

  it('of 23 that are due at once 20 are deleted within an hour, wherever the processes die', async () => {
    await startWith(23, { guardrails: { limits: { deletionsPerTick: 50, deletionsPerHour: 20 } } });
    await world.minutes(30);
    await world.step(2.5);
    // The process dies in the middle of the deletions: the slots that it took are lost, never taken twice.
    let deletes = 0;
    let dead = false;
    world.proxies.table.faults.add({ match: () => dead, kind: 'drop-connection' });
    world.setGate(({ kind }) => {
      if (kind === 'delete') deletes += 1;
      dead ||= deletes > 7;
      return dead ? 'drop-connection' : 'pass';
    });
    await world.step(2.5);
    expect(world.deletions()).toBe(7);
    dead = false;
    world.setGate(() => 'pass');
    world.redeploy();
    await world.minutes(6, 2);
    // The eighth had its slot, and its DELETE was never sent: asking again takes another one.
    expect(world.deletions()).toBeLessThanOrEqual(20);
    expect(world.deletions()).toBeGreaterThanOrEqual(18);
    await world.minutes(20);
    expect(world.deletions()).toBeLessThanOrEqual(20);
    expectLaws(world, { limits: false });
  });
});

describe('the breaker', () => {
  const allAtOnce = async () => {
    world = await startWorld(engines);
    const ids = ['ann-a', 'bob-b', 'cho-c', 'dia-d', 'eva-e'].map((name) => {
      return world.idle(name, { metrics: { kind: 'busy' } }).id;
    });
    await world.step(0);
    for (const id of ids) world.control.setRuntime(id, { metrics: { kind: 'constant', gpuPercent: 0, cpuCores: 0 } });
    await world.step();
  };

  it('opens when all report zero at once: nobody is warned, nothing deleted, the operator told at once and after an hour', async () => {
    await allAtOnce();
    await world.minutes(70);
    expect(world.events('breaker-opened')).toEqual([{ event: 'breaker-opened', runtimes: 5, fleet: 5 }]);
    expect(world.deletions()).toBe(0);
    expect((await world.mails()).map(({ to, subject }) => [to, subject])).toEqual([
      [operator, 'Deletions are stopped'],
      [operator, 'Deletions are stopped'],
    ]);
    expectLaws(world);
  });

  it('opens in the middle of the ladder: warnings that are out count no more', async () => {
    world = await startWorld(engines);
    world.idle('ann-early');
    const ids = ['bob-b', 'cho-c', 'dia-d', 'eva-e'].map((name) => {
      return world.idle(name, { metrics: { kind: 'busy' } }).id;
    });
    await world.step(0);
    await world.minutes(25);
    expect(await world.subjects('ann@example.com')).toHaveLength(2);
    for (const id of ids) world.control.setRuntime(id, { metrics: { kind: 'idle' } });
    await world.minutes(60);
    expect(world.deletions()).toBe(0);
    expectLaws(world);
  });

  it('its link lets everything go on: GET changes nothing, POST works once, the same spans open it no more', async () => {
    await allAtOnce();
    await world.minutes(6);
    const [mail] = await world.mails();
    const link = linkIn(mail?.text ?? '', 'rearm');
    const before = await world.dump();
    expect((await world.visit('GET', link)).body).toContain('5 of 5 runtimes turned idle');
    expect((await world.visit('HEAD', link)).status).toBe(200);
    expect(await world.dump()).toEqual(before);
    await world.minutes(30);
    expect((await world.visit('POST', link)).body).toContain('GPU Warden goes on');
    const rearmed = await world.dump();
    expect((await world.visit('POST', link)).body).toContain('Nothing is stopped');
    expect(await world.dump()).toEqual(rearmed);
    const goesOn = world.now();
    await world.minutes(10);
    expect(world.deletions()).toBe(0);
    expect((await world.subjects()).filter((subject) => subject.startsWith('Last warning'))).toHaveLength(5);
    await world.minutes(70);
    expect(world.deletions()).toBe(5);
    expect((world.calls.find(({ kind }) => kind === 'delete')?.at ?? 0) - goesOn).toBeGreaterThanOrEqual(15 * minute);
    expect(await world.subjects(operator)).toContain('“Deletions are stopped” is over');
    expectLaws(world);
  });
});
