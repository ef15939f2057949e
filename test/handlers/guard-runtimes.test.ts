import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { digest } from '#adapters/identity.ts';
import { minute, second } from '#domain/time.ts';
import { startEngines, type TestEngines, worldStart } from '../availability/world.ts';
import { type GuardBench, type GuardOptions, startGuardBench } from './guard-bench.ts';

/** What EventBridge Scheduler hands over. Source: "universal event" of its user guide. */
const scheduled = {
  version: '0',
  id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
  'detail-type': 'Scheduled Event',
  source: 'aws.scheduler',
  account: '000000000000',
  time: '2026-11-02T09:00:00Z',
  region: 'eu-west-1',
  resources: ['arn:aws:scheduler:eu-west-1:000000000000:schedule/default/guard-runtimes'],
  detail: '{}',
};

let engines: TestEngines;
let bench: GuardBench;
const rebuild = async (options: GuardOptions): Promise<void> => {
  await bench.close();
  bench = await startGuardBench(engines, options);
};
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());
beforeEach(async () => {
  bench = await startGuardBench(engines);
});
afterEach(() => bench.close());

const failing = 'Parts of the run that failed: 1';
const metricsCalls = () => bench.control.calls().getRuntimeMetrics;
const idsOf = (...addresses: readonly string[]) => addresses.map((address) => digest(address)).toSorted();
const announcedIds = async () => {
  const messages: readonly { recipientId: string; about: string }[] = (await bench.announced()).map((body) =>
    JSON.parse(body),
  );
  expect(messages.every(({ about }) => about === 'runtimes')).toBe(true);
  return messages.map(({ recipientId }) => recipientId).toSorted();
};
/** So many minutes, the messages left on the queue. */
const runFor = async (minutes: number): Promise<void> => {
  for (let passed = 0; passed < minutes; passed += 1) {
    await bench.clock.advance(minute);
    await bench.run();
  }
};

describe('a scheduled run', () => {
  test('reads every runtime of every project, judges, and answers nothing', async () => {
    bench.add('ana-training', 'busy');
    bench.add('bob-notebook', 'idle', { project: bench.emulator.projects[1] });
    bench.add('dia-render', 'idle', { metrics: { kind: 'absent' } });
    expect(await bench.run(scheduled)).toBeUndefined();
    expect(metricsCalls()).toBe(3);
    expect(bench.named('guarded')).toEqual([
      {
        event: 'guarded',
        at: worldStart,
        complete: true,
        runtimes: 3,
        busy: 1,
        idle: 1,
        unknown: 1,
        understood: true,
        breakerOpen: false,
      },
    ]);
    expect((await bench.store.readBoard()).fleet).toMatchObject({ judgedAt: worldStart, succeededAt: worldStart });
  });

  test('announces whom a notice about runtimes is owed, under ids that do not give the address away', async () => {
    bench.add('bob-notebook', 'idle');
    bench.add('cho-finetune', 'idle');
    bench.add('ana-training', 'busy');
    await runFor(5);
    await bench.announced();
    // A warning waits a little for others to the same recipient.
    await runFor(20);
    const ids = new Set(await announcedIds());
    expect([...ids].toSorted()).toEqual(idsOf('bob@example.com', 'cho@example.com'));
  });

  test('needs nothing of its event: a schedule may pass any', async () => {
    for (const event of [scheduled, {}, null, 'anything']) await bench.run(event);
    expect(bench.named('guarded')).toHaveLength(4);
  });

  test('holds the lease under an id of its own, and gives it back', async () => {
    await bench.run();
    expect(await bench.lease()).toEqual({ holder: expect.stringMatching(/^[\w-]{36}$/), until: worldStart });
  });

  test('of two at the same time one works, and the other does nothing and is no failure', async () => {
    bench.add('bob-notebook', 'idle');
    await Promise.all([bench.run(), bench.run()]);
    expect(bench.named('run-skipped')).toHaveLength(1);
    expect(bench.named('guarded')).toHaveLength(1);
    expect(metricsCalls()).toBe(1);
  });

  test('where nothing runs there is nothing to read, and it is a good run', async () => {
    await bench.run();
    expect(bench.named('guarded')).toMatchObject([{ complete: true, runtimes: 0 }]);
    expect(metricsCalls()).toBe(0);
    expect(await bench.announced()).toEqual([]);
  });
});

describe('a run that fails', () => {
  test('in one project has looked after the others, recorded, and then ends in an error that Lambda counts', async () => {
    bench.add('bob-notebook', 'idle');
    bench.add('cho-finetune', 'idle', { project: bench.emulator.projects[1] });
    bench.control.addFault({ operation: 'listRuntimes', kind: 'status', status: 403, times: 1 });
    await expect(bench.run()).rejects.toThrow(failing);
    expect(bench.named('guarded')).toMatchObject([{ complete: false, runtimes: 1, idle: 1 }]);
    expect(bench.named('part-failed')).toMatchObject([{ part: 'runtimes' }]);
    expect(bench.named('runtimes-unlisted')).toHaveLength(1);
    expect((await bench.store.readBoard()).fleet.clocks.size).toBe(1);
    expect(await bench.lease()).toMatchObject({ until: worldStart });
    await bench.run();
    expect(bench.named('run-skipped')).toEqual([]);
    expect(bench.named('guarded')[1]).toMatchObject({ complete: true, runtimes: 2 });
  });

  test('is not the last one that succeeded, though it judged', async () => {
    bench.add('bob-notebook', 'idle');
    await bench.run();
    await bench.clock.advance(minute);
    bench.control.addFault({ operation: 'listRuntimes', kind: 'status', status: 403, times: 1 });
    await expect(bench.run()).rejects.toThrow(failing);
    const judgedAt = worldStart + minute;
    expect((await bench.store.readBoard()).fleet).toMatchObject({ judgedAt, succeededAt: worldStart });
    await bench.clock.advance(minute);
    await bench.run();
    expect((await bench.store.readBoard()).fleet).toMatchObject({ succeededAt: worldStart + 2 * minute });
  });

  test('to announce has recorded what is owed, and the next one announces it', async () => {
    bench.add('bob-notebook', 'idle');
    await runFor(4);
    bench.proxies.queue.faults.add({ match: 'SendMessageBatch', kind: 'refuse' });
    const failures: unknown[] = [];
    for (let passed = 0; passed < 20 && failures.length === 0; passed += 1) {
      await bench.clock.advance(minute);
      await bench.run().catch((failure: unknown) => failures.push(failure));
    }
    expect(String(failures[0])).toContain(failing);
    expect(bench.named('part-failed')).toMatchObject([{ part: 'announce' }]);
    expect(await bench.lease()).toMatchObject({ until: bench.clock.now() });
    expect(await announcedIds()).toEqual([]);
    bench.proxies.queue.faults.clear();
    await runFor(1);
    expect(await announcedIds()).toEqual(idsOf('bob@example.com'));
  });

  test('to write what was judged of one runtime writes the others, and fails', async () => {
    const bob = bench.add('bob-notebook', 'idle');
    const cho = bench.add('cho-finetune', 'idle');
    await runFor(4);
    bench.proxies.table.faults.add({
      match: ({ operation, body }) => operation === 'PutItem' && body.includes(`runtime#${bob.project}/${bob.id}`),
      kind: 'throttle',
    });
    const failures: unknown[] = [];
    for (let passed = 0; passed < 4; passed += 1) {
      await bench.clock.advance(minute);
      await bench.run().catch((failure: unknown) => failures.push(failure));
    }
    expect(String(failures[0])).toContain('Parts of the run that failed');
    const { cases } = await bench.store.readBoard();
    expect(cases.get(`${bob.project}/${bob.id}`)).toBeUndefined();
    expect(cases.get(`${cho.project}/${cho.id}`)?.value.episode?.first).toBeDefined();
  });

  test('without a table does nothing at all', async () => {
    bench.add('bob-notebook', 'idle');
    bench.proxies.table.faults.add({ match: '*', kind: 'refuse' });
    await expect(bench.run()).rejects.toThrow('The request is refused.');
    expect(Object.values(bench.control.calls()).some((calls) => calls > 0)).toBe(false);
    expect(bench.events).toEqual([]);
  });

  test('when it cannot read what is known asks nobody for anything', async () => {
    bench.add('bob-notebook', 'idle');
    bench.proxies.table.faults.add({ match: 'Query', kind: 'refuse' });
    await expect(bench.run()).rejects.toThrow('The request is refused.');
    expect(bench.control.requests()).toEqual([]);
    // The lease runs out before the next minute's run.
    bench.proxies.table.faults.clear();
    await runFor(1);
    expect(bench.named('guarded')).toHaveLength(1);
  });

  test('because metrics fail is none: what cannot be read is unknown', async () => {
    bench.add('bob-notebook', 'idle');
    bench.control.addFault({ operation: 'getRuntimeMetrics', kind: 'status', status: 400 });
    await bench.run();
    expect(bench.named('guarded')).toMatchObject([{ unknown: 1, idle: 0 }]);
  });

  test('says nowhere who is told, and no token; the packed readings name no runtime', async () => {
    bench.add('bob-notebook', 'idle');
    bench.add('zed', 'idle');
    await bench.step(24);
    bench.proxies.queue.faults.add({ match: '*', kind: 'refuse' });
    bench.control.addFault({ operation: '*', kind: 'status', status: 500, body: 'no' });
    await bench.run().catch(() => {});
    expect(bench.named('part-failed').length).toBeGreaterThan(0);
    const told = JSON.stringify(bench.events);
    expect(told).not.toContain('@');
    expect(told).not.toContain('token=');
    expect(told).not.toContain(bench.emulator.token);
    const readings = JSON.stringify(bench.named('readings'));
    expect(bench.named('readings').length).toBeGreaterThan(20);
    for (const { id, name } of bench.control.runtimes()) {
      expect(readings).not.toContain(id);
      expect(readings).not.toContain(name);
    }
  });
});

describe('the time that Lambda leaves', () => {
  test('a run with less than its reserve does not begin what it could not record', async () => {
    bench.add('bob-notebook', 'idle');
    await bench.run(scheduled, 4 * second);
    expect(bench.control.requests()).toEqual([]);
    expect(bench.named('run-skipped')).toHaveLength(1);
    expect(await bench.lease()).toBeUndefined();
  });

  test('a listing that hangs is given up before the time is over, and the run still records and fails', async () => {
    bench.add('bob-notebook', 'idle');
    bench.control.addFault({ operation: 'listRuntimes', kind: 'delay', milliseconds: 30_000 });
    const startedAt = performance.now();
    await expect(bench.run(scheduled, 5.3 * second)).rejects.toThrow('Parts of the run that failed');
    expect(performance.now() - startedAt).toBeLessThan(5.3 * second);
    expect(bench.named('guarded')).toMatchObject([{ complete: false, runtimes: 0 }]);
    expect(await bench.lease()).toMatchObject({ until: worldStart });
  });

  test('metrics that hang are given up before the time is over: not reached, and no failure', async () => {
    bench.add('bob-notebook', 'idle');
    bench.control.addFault({ operation: 'getRuntimeMetrics', kind: 'delay', milliseconds: 30_000 });
    const startedAt = performance.now();
    await bench.run(scheduled, 21 * second);
    expect(performance.now() - startedAt).toBeLessThan(21 * second);
    expect(bench.named('guarded')).toMatchObject([{ complete: true, runtimes: 1, unknown: 1 }]);
  });

  test('each run begins its readings late by chance, as far as the settings say', async () => {
    await rebuild({ guardrails: { sampleOffsetSeconds: 20 }, chance: () => 0.5 });
    bench.add('bob-notebook', 'idle');
    await bench.run(scheduled, 15 * minute);
    expect(bench.clock.now()).toBe(worldStart + 10 * second);
    expect(bench.named('guarded')).toMatchObject([{ idle: 1 }]);
  });

  test.each([
    ['reads, where time is left for what follows', 5 * second, 1],
    ['reads nothing more, so that it ends within 50 seconds whatever Lambda allows', 26 * second, 0],
  ])('a run that is late %s', async (_what, sleepsLonger, calls) => {
    await rebuild({ guardrails: { sampleOffsetSeconds: 20 }, chance: () => 0.5, sleepsLonger });
    bench.add('bob-notebook', 'idle');
    await bench.run(scheduled, 15 * minute);
    expect(metricsCalls()).toBe(calls);
    expect(bench.named('guarded')).toMatchObject([{ idle: calls, unknown: 1 - calls }]);
  });
});

describe('the settings', () => {
  test('say how many calls there are at once', async () => {
    await rebuild({ provider: { callsAtOnce: 2 } });
    for (let count = 0; count < 6; count += 1) bench.add(`bob-${count}`, 'busy');
    bench.control.addFault({ operation: 'getRuntimeMetrics', kind: 'delay', milliseconds: 20 });
    await bench.run();
    expect(metricsCalls()).toBe(6);
    expect(bench.control.mostAtOnce()).toBe(2);
  });

  test('say that nothing is deleted: in observe mode the whole ladder ends in a "would"', async () => {
    await rebuild({ guardrails: { mode: 'observe' } });
    bench.add('bob-notebook', 'idle');
    await bench.step(45);
    expect(bench.named('runtime-would-be-deleted')).toMatchObject([{ name: 'bob-notebook' }]);
    expect(bench.control.calls().deleteRuntime).toBe(0);
    expect((await bench.mails()).map(({ to }) => to)).not.toContain('bob@example.com');
  });

  test('say when the daily mail is due, in the zone of the mails', async () => {
    await rebuild({ guardrails: { dailyMailAt: '09:05', exemptions: [{ name: 'zed', until: 'forever' }] } });
    bench.add('zed', 'idle');
    await runFor(4);
    expect(await bench.announced()).toEqual([]);
    await runFor(2);
    expect(new Set(await announcedIds())).toEqual(new Set(idsOf('operator@example.com')));
  });
});

test('the whole ladder: warned, warned for the last time, deleted, and told', async () => {
  bench.add('ana-training', 'busy');
  bench.add('bob-notebook', 'idle');
  await bench.step(45);
  expect(bench.named('runtime-warned').map(({ step }) => step)).toEqual(['first', 'last']);
  expect(bench.named('runtime-deleted')).toMatchObject([{ name: 'bob-notebook' }]);
  expect(bench.control.runtimes().map(({ name }) => name)).toEqual(['ana-training']);
  const mails = await bench.mails();
  expect(mails.map(({ to }) => to)).toEqual(['bob@example.com', 'bob@example.com', 'bob@example.com']);
  expect(mails[2]?.text).toMatch(/https:\/\/links\.example\.com\/recreate\?token=/);
});
