import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hour } from '#domain/time.ts';
import { expectLaws } from './laws.ts';
import { operator, startEngines, startWorld, type TestEngines, type World, worldStart } from './world.ts';

let engines: TestEngines;
let world: World;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());
afterEach(() => world.close());

describe('not too much', () => {
  it('what falls due to one recipient within 15 minutes is one mail with a row for each; another’s is another’s', async () => {
    world = await startWorld(engines);
    world.idle('bob-a');
    world.idle('cho-c');
    await world.step(0);
    world.idle('bob-b');
    await world.minutes(5);
    world.idle('bob-late');
    await world.minutes(15);
    expect(await world.subjects('bob@example.com')).toEqual([
      expect.stringMatching(/^2 idle runtimes/),
      expect.stringMatching(/^Last warning: 3 idle runtimes/),
    ]);
    expect(await world.subjects('cho@example.com')).toHaveLength(2);
    const [, last] = (await world.mails()).filter(({ to }) => to === 'bob@example.com');
    for (const name of ['bob-a', 'bob-b', 'bob-late']) expect(last?.text).toContain(name);
    expect(last?.text.match(/\/keep\?token=/g)).toHaveLength(9);
    expectLaws(world);
  });

  it('a first warning goes out once in 12 hours, a last one always', async () => {
    world = await startWorld(engines);
    const { id } = world.idle('bob-notebook');
    await world.step(0);
    await world.minutes(10);
    world.control.setRuntime(id, { metrics: { kind: 'busy' } });
    await world.minutes(5);
    world.control.setRuntime(id, { metrics: { kind: 'constant', gpuPercent: 0, cpuCores: 0 } });
    await world.minutes(30);
    expect(await world.subjects()).toEqual([
      expect.stringMatching(/^bob-notebook is idle/),
      expect.stringMatching(/^Last warning/),
    ]);
    expectLaws(world);
  });

  it('the operator gets one daily mail a day, at its time, whatever runs twice', async () => {
    world = await startWorld(engines, { guardrails: { mode: 'observe', dailyMailAt: '10:30' } });
    world.idle('bob-notebook');
    // Something that there is to tell of every day.
    world.idle('eva-failed', { status: 'Failed' });
    await world.step(0);
    const daily = async () => (await world.subjects(operator)).filter((subject) => subject.startsWith('Daily report'));
    await world.minutes(85);
    expect(await daily()).toEqual([]);
    await world.clock.advance(300_000);
    await world.overlappingTicks(2);
    await Promise.all([world.deliver(), world.deliver()]);
    await world.minutes(60, 20);
    expect(await daily()).toEqual([expect.stringContaining('1 would have been deleted')]);
    await world.minutes(23 * 60, 60);
    expect(await daily()).toHaveLength(2);
    expect(world.deletions()).toBe(0);
    expectLaws(world);
  });

  it('unknown for 6 hours and not Running for one: each told once, then in the daily mail', async () => {
    world = await startWorld(engines, { guardrails: { dailyMailAt: '17:00' } });
    world.idle('ann-lost', { metrics: { kind: 'absent' } });
    world.idle('bob-failed', { status: 'Failed' });
    await world.step(0);
    await world.minutes(40, 20);
    expect(await world.subjects()).toEqual([]);
    await world.minutes(20, 20);
    expect(await world.subjects()).toEqual([expect.stringMatching(/^Not running: bob-failed/)]);
    await world.minutes(320, 20);
    expect(await world.subjects()).toEqual([
      expect.stringMatching(/^Not running: bob-failed/),
      expect.stringMatching(/^Use not known: ann-lost/),
    ]);
    await world.minutes(100, 20);
    const [daily] = (await world.mails()).filter(({ subject }) => subject.startsWith('Daily report'));
    expect(daily?.text).toContain('bob-failed');
    expect(daily?.text).toContain('ann-lost');
    expect(world.now() - worldStart).toBe(8 * hour);
    expectLaws(world);
  });
});

describe('a tick in which nothing changed', () => {
  it('writes one item, reads with one query, and asks for one listing and one reading each', async () => {
    world = await startWorld(engines, { guardrails: { exemptions: [{ name: 'precious-*', until: 'forever' }] } });
    world.idle('bob-warned');
    world.idle('ann-busy', { metrics: { kind: 'busy' } });
    world.idle('cho-reserved', { planId: 'gpu-h200-reserved-1m' });
    world.idle('dia-unknown', { metrics: { kind: 'absent' } });
    world.idle('eva-failed', { status: 'Failed' });
    world.idle('precious-one');
    await world.step(0);
    await world.minutes(10);
    const operations: string[] = [];
    const keys = new Set<string>();
    world.proxies.table.faults.add({
      match: ({ operation, body }) => {
        operations.push(operation);
        if (operation !== 'Query') keys.add(/"sk":\{"S":"([^"]+)"/.exec(body)?.[1] ?? body);
        return false;
      },
      kind: 'throttle',
    });
    const from = world.calls.length;
    await world.step();
    expect(operations).toEqual(['UpdateItem', 'Query', 'PutItem']);
    expect([...keys]).toEqual(['fleet']);
    const kinds = world.calls.slice(from).map(({ kind }) => kind);
    expect(kinds.sort()).toEqual(['list', 'metrics', 'metrics', 'metrics', 'metrics', 'metrics']);
    expect(world.proxies.queue.calls().ReceiveMessage).toBeGreaterThan(0);
  });
});
