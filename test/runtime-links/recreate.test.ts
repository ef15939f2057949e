import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { SavedRuntime } from '#domain/guardrails/saved-runtime.ts';
import { day, hour, minute } from '#domain/time.ts';
import { type Bench, later, startBench, tokenFor } from './bench.ts';
import { now, rtx, savedRuntime } from './facts.ts';

const token = tokenFor('recreate', { savedId: 'saved-1', recipientId: 'r-ada', expiresAt: later });

let bench: Bench;
let project: string;
beforeAll(async () => {
  bench = await startBench();
});
const prepare = async (change: Partial<SavedRuntime> = {}): Promise<void> => {
  await bench.reset();
  project = bench.emulator.projects[0] ?? '';
  await bench.store().saveSaved(savedRuntime(project, change));
};
beforeEach(() => prepare());
afterAll(() => bench.close());

const open = (method = 'GET') => bench.visit(method, '/recreate', { token });
const press = () => bench.visit('POST', '/recreate', { token, form: { create: 'again' } });
const savedNow = async () => (await bench.store().readSaved('saved-1'))?.value.recreation;
const ledgerNow = () => bench.store().readLedger(now - hour, now + day);
const posts = () => bench.control.calls().createRuntime;
/** What was made at the provider: its name ends in something that no other has. */
const made = () => bench.control.runtimes().filter(({ name }) => name.startsWith('ada-notebook'));

describe.each(['GET', 'HEAD'])('%s', (method) => {
  test('shows what would be made and what it costs, names what was not saved, and changes nothing', async () => {
    const before = await bench.dump();
    for (let visits = 0; visits < 3; visits += 1) {
      const { statusCode, body } = await bench.visit(method, '/recreate', { token, form: { create: 'again' } });
      expect(statusCode).toBe(200);
      for (const words of ['Create ada-notebook again?', `2 × ${rtx}`, 'tpl-jupyterlab-pytorch', '$1.96 per hour']) {
        expect(body).toContain(words);
      }
      expect(body).toMatch(/Not saved.*storage/s);
      expect(body).toContain('A new volume is not the old one');
      expect(body).toContain('Mon 9 Nov 2026, 13:30 IST');
    }
    expect(await bench.dump()).toEqual(before);
    expect(bench.control.requests()).toEqual([]);
    expect(bench.events).toEqual([]);
  });
});

test('a runtime whose price was not known says so', async () => {
  const { usdPerHour: _, ...unpriced } = savedRuntime(project);
  await bench.reset();
  await bench.store().saveSaved(unpriced);
  expect((await open()).body).toContain('price not known');
});

describe('POST', () => {
  test('makes it as it was, under a name of its own, and writes down who did', async () => {
    const { statusCode, body } = await press();
    expect(statusCode).toBe(200);
    const [runtime, ...more] = made();
    expect(more).toEqual([]);
    expect(runtime).toMatchObject({
      name: expect.stringMatching(/^ada-notebook-[\w]{6}$/),
      project,
      configId: rtx,
      gpuCount: 2,
      planId: 'gpu-rtx5090-on-demand-1h',
      templateId: 'tpl-jupyterlab-pytorch',
      sshKeys: ['ssh-ed25519 AAAA ada'],
    });
    const { id: createdId = '', name = '' } = runtime ?? {};
    expect(body).toContain(name);
    expect(body).toContain(createdId);
    expect(await savedNow()).toEqual({ state: 'created', name, runtimeId: createdId, at: now });
    expect(await ledgerNow()).toMatchObject([
      { act: 'recreated', who: { kind: 'person', recipientId: 'r-ada' }, runtime: { project, id: 'rt-1' } },
    ]);
    expect(bench.events).toEqual([
      { event: 'runtime-recreated', project, runtimeId: 'rt-1', name: 'ada-notebook', createdId },
    ]);
  });

  test('repeated, it makes no second one and says which was made; so does GET', async () => {
    await press();
    const after = await bench.dump();
    const [{ id = '' } = {}] = made();
    for (const visit of [press, open, press]) {
      const { statusCode, body } = await visit();
      expect(statusCode).toBe(200);
      expect(body).toContain(id);
    }
    expect(posts()).toBe(1);
    expect(await bench.dump()).toEqual(after);
    expect(bench.events).toHaveLength(1);
  });

  test('many at the same time make one, and nobody is told that it failed', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, press));
    expect(posts()).toBe(1);
    expect(made()).toHaveLength(1);
    for (const { statusCode } of answers) expect([200, 202]).toContain(statusCode);
    expect(bench.events).toHaveLength(1);
    expect(await ledgerNow()).toHaveLength(1);
    expect((await press()).body).toContain(made()[0]?.id);
  });

  test('while the first is still on its way a second asks for nothing and says to come again', async () => {
    bench.control.addFault({ operation: 'createRuntime', kind: 'delay', milliseconds: 300 });
    const first = press();
    await expect.poll(posts).toBe(1);
    const second = await press();
    expect(second.statusCode).toBe(202);
    expect(second.body).toContain('no clear answer yet');
    expect((await first).statusCode).toBe(200);
    expect(posts()).toBe(1);
  });
});

describe('a provider that refuses', () => {
  test('for want of GPUs: the page shows why, nothing was made, and it may be tried again', async () => {
    bench.control.setOffer({ configId: rtx, available: 1 });
    const { body } = await press();
    expect(body).toContain('refused the last try');
    expect(body).toContain('2 wanted, 1 available');
    expect(body).toContain('Create it again');
    expect(await savedNow()).toEqual({ state: 'available', refusedBecause: expect.stringContaining('1 available') });
    expect((await open()).body).toContain('2 wanted, 1 available');
    expect(bench.events).toEqual([]);
    bench.control.setOffer({ configId: rtx, available: 4 });
    expect((await press()).body).toContain('is made');
    expect(made()).toHaveLength(1);
    expect(posts()).toBe(2);
  });

  test.each([400, 403, 404, 409, 429])('with %d: it may be tried again at once', async (status) => {
    bench.control.addFault({ operation: 'createRuntime', kind: 'status', status, times: 1 });
    expect((await press()).body).toContain('refused the last try');
    expect(made()).toEqual([]);
    expect(posts()).toBe(1);
    expect((await press()).body).toContain('is made');
    expect(made()).toHaveLength(1);
  });

  test('markup in its words stays words', async () => {
    const body = { error: { code: 'CONFLICT', message: '<script>alert(1)</script>' } };
    bench.control.addFault({ operation: 'createRuntime', kind: 'status', status: 409, body, times: 1 });
    for (const answer of [await press(), await open()]) {
      expect(answer.body).not.toContain('<script>');
    }
  });
});

/** How an answer can be lost after the runtime was made. */
const lost = [
  { kind: 'dropConnection', moment: 'after' },
  { kind: 'status', status: 503, moment: 'after' },
  { kind: 'status', status: 500, moment: 'after' },
  { kind: 'cutBody' },
  { kind: 'malformedJson' },
] as const;

describe('an answer that nobody can read', () => {
  test.each(lost)('after it was made: %j. It is found by its name, not made again', async (fault) => {
    bench.control.addFault({ operation: 'createRuntime', ...fault, times: 1 });
    const first = await press();
    expect(first.statusCode).toBe(202);
    expect(first.body).toContain('no clear answer yet');
    expect(await savedNow()).toMatchObject({ state: 'creating', at: now });
    expect(bench.events).toEqual([]);
    const before = await bench.dump();
    expect((await open()).statusCode).toBe(202);
    expect(await bench.dump()).toEqual(before);
    const second = await press();
    const [runtime, ...more] = made();
    expect(more).toEqual([]);
    expect(second.statusCode).toBe(200);
    expect(second.body).toContain(runtime?.id);
    expect(posts()).toBe(1);
    expect(bench.events).toHaveLength(1);
    expect(await ledgerNow()).toHaveLength(1);
  });

  test.each([
    { kind: 'dropConnection', moment: 'before' },
    { kind: 'status', status: 503, moment: 'before' },
  ] as const)('before it was made: %j. It is looked for, and asked for again only after minutes', async (fault) => {
    bench.control.addFault({ operation: 'createRuntime', ...fault, times: 1 });
    expect((await press()).statusCode).toBe(202);
    bench.pass(5 * minute - 1);
    expect((await press()).statusCode).toBe(202);
    expect(posts()).toBe(1);
    bench.pass(1);
    const { statusCode, body } = await press();
    expect(statusCode).toBe(200);
    expect(body).toContain('is made');
    expect(posts()).toBe(2);
    expect(made()).toHaveLength(1);
  });

  test('a listing that fails or lost a page concludes nothing, however late', async () => {
    bench.control.addFault({ operation: 'createRuntime', kind: 'dropConnection', moment: 'before', times: 1 });
    await press();
    bench.pass(hour);
    for (const fault of [
      { kind: 'status', status: 400 },
      { kind: 'malformedJson' },
      { kind: 'missingPage', page: 1 },
    ] as const) {
      bench.control.addFault({ operation: 'listRuntimes', ...fault });
      const { statusCode } = await press();
      expect([202, 500]).toContain(statusCode);
      expect(posts()).toBe(1);
      bench.control.clearFaults();
    }
    expect(await savedNow()).toMatchObject({ state: 'creating' });
    expect((await press()).statusCode).toBe(200);
    expect(made()).toHaveLength(1);
  });

  test('a listing of several pages of which one is missing concludes nothing', async () => {
    for (let count = 0; count < 120; count += 1) bench.control.addRuntime({ project, name: `other-${count}` });
    bench.control.addFault({ operation: 'createRuntime', kind: 'dropConnection', moment: 'before', times: 1 });
    await press();
    bench.pass(hour);
    const lists = bench.control.calls().listRuntimes;
    bench.control.addFault({ operation: 'listRuntimes', kind: 'missingPage', page: 2, as: 'empty' });
    expect((await press()).statusCode).toBe(202);
    expect(bench.control.calls().listRuntimes - lists).toBeGreaterThan(1);
    expect(posts()).toBe(1);
  });

  test('what was made under that name is never lost: found a day later, it is not made again', async () => {
    bench.control.addFault({ operation: 'createRuntime', kind: 'dropConnection', moment: 'after', times: 1 });
    await press();
    bench.pass(6 * day + 23 * hour);
    expect((await press()).body).toContain(made()[0]?.id);
    expect(posts()).toBe(1);
  });
});

describe('a table that fails', () => {
  const saving = (kind: 'refuse' | 'drop-answer', skip = 0) =>
    bench.proxy.faults.add({
      match: ({ operation, body }) => operation === 'PutItem' && body.includes('saved#saved-1'),
      kind,
      skip,
      times: 1,
    });

  test('before the provider is asked: nothing is asked, and the next try makes it', async () => {
    saving('refuse');
    expect((await press()).statusCode).toBe(500);
    expect(posts()).toBe(0);
    expect((await press()).statusCode).toBe(200);
    expect(made()).toHaveLength(1);
  });

  test('so that the intent is written and nobody knows: it is made once, some minutes later', async () => {
    saving('drop-answer');
    expect((await press()).statusCode).toBe(500);
    expect(posts()).toBe(0);
    expect((await press()).statusCode).toBe(202);
    bench.pass(5 * minute);
    expect((await press()).statusCode).toBe(200);
    expect(posts()).toBe(1);
    expect(made()).toHaveLength(1);
  });

  test.each(['refuse', 'drop-answer'] as const)('after it was made (%s): it is not made again', async (kind) => {
    const strike = saving(kind, 1);
    expect((await press()).statusCode).toBe(202);
    expect(strike.struck()).toBe(1);
    bench.pass(hour);
    expect((await press()).body).toContain(made()[0]?.id);
    expect(posts()).toBe(1);
    expect(await savedNow()).toMatchObject({ state: 'created', runtimeId: made()[0]?.id });
  });
});

describe('after 7 days', () => {
  test('what was saved is of no use: 410, and nothing is asked', async () => {
    bench.pass(7 * day - hour - 1);
    expect((await open()).statusCode).toBe(200);
    bench.pass(1);
    for (const answer of [await open(), await open('HEAD'), await press()]) {
      expect(answer.statusCode).toBe(410);
      expect(answer.body).toContain('cannot be made again any more');
    }
    expect(bench.control.requests()).toEqual([]);
    expect(bench.events).toEqual([]);
  });

  test('what the sweep has taken away is as gone', async () => {
    await bench.reset();
    for (const answer of [await open(), await press()]) expect(answer.statusCode).toBe(410);
    expect(await bench.dump()).toEqual({});
  });

  test('one that was made in time still says so', async () => {
    await press();
    bench.pass(7 * day);
    expect((await open()).body).toContain(made()[0]?.id);
  });
});
