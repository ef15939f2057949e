import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RuntimeCase } from '#domain/guardrails/runtime-case.ts';
import { day, hour, minute } from '#domain/time.ts';
import { type Bench, later, startBench, tokenFor } from './bench.ts';
import { deleteAt, keepableFor, now, project, warnedCase } from './facts.ts';

const token = tokenFor('keep', {
  project,
  runtimeId: 'rt-1',
  episodeId: 'episode-rt-1',
  mailId: 'mail-1',
  expiresAt: later,
});

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
beforeEach(async () => {
  await bench.reset();
  await bench.store().saveCase(warnedCase(), 0);
});
afterAll(() => bench.close());

const open = (method = 'GET') => bench.visit(method, '/keep', { token });
const press = (choice: string) => bench.visit('POST', '/keep', { token, form: { for: choice } });
const kaseNow = async () => (await bench.store().readCase(`${project}/rt-1`))?.value;
/** The runtime as it then is, in place of the one that was warned about. */
const become = async (change: (kase: RuntimeCase) => RuntimeCase): Promise<void> => {
  const found = await bench.store().readCase(`${project}/rt-1`);
  await bench.store().saveCase(change(found?.value ?? warnedCase()), found?.version ?? 0);
};

describe.each(['GET', 'HEAD'])('%s', (method) => {
  test('shows what would be kept and the choices, and changes nothing, however often', async () => {
    const before = await bench.dump();
    for (let visits = 0; visits < 3; visits += 1) {
      const { statusCode, body, headers } = await bench.visit(method, '/keep', { token, form: { for: '7d' } });
      expect(statusCode).toBe(200);
      expect(body).toContain('Keep ada-rt-1?');
      expect(body).toContain('14:45 IST');
      for (const choice of ['4h', '1d', '7d']) expect(body).toContain(`value="${choice}"`);
      expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
    }
    expect(await bench.dump()).toEqual(before);
    expect(bench.events).toEqual([]);
  });
});

describe('POST', () => {
  test.each([
    ['4h', 4 * hour, '18:30 IST'],
    ['1d', day, 'Tue 3 Nov'],
    ['7d', 7 * day, 'Mon 9 Nov'],
  ])('%s keeps it so long and voids its warnings', async (choice, lasts, words) => {
    const { statusCode, body } = await press(choice);
    expect(statusCode).toBe(200);
    expect(body).toContain('ada-rt-1 is kept');
    expect(body).toContain(words);
    const kase = await kaseNow();
    expect(kase).toMatchObject({
      keep: { until: now + lasts, at: now, by: `mail-1:${choice}` },
      episode: { id: 'episode-rt-1', voided: { at: now, because: 'somebody asked to keep it' } },
      named: deleteAt,
      outbox: [{ act: 'kept', who: { kind: 'person' }, at: now }],
    });
    expect(kase?.episode?.last).toBeUndefined();
    const kept = { event: 'runtime-kept', until: now + lasts, project, runtimeId: 'rt-1', name: 'ada-rt-1' };
    expect(bench.events).toEqual([kept]);
  });

  test('repeated, it says the same and changes nothing', async () => {
    await press('4h');
    const after = await bench.dump();
    bench.pass(hour);
    expect((await press('4h')).body).toContain('18:30 IST');
    expect(await bench.dump()).toEqual(after);
    expect(bench.events).toHaveLength(1);
  });

  test('many at once keep it once', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => press('1d')));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200, 200]);
    expect((await kaseNow())?.outbox).toHaveLength(1);
    expect(bench.events).toHaveLength(1);
  });

  test('a longer choice afterwards prolongs it, a shorter one does not shorten it', async () => {
    await press('1d');
    expect((await press('7d')).body).toContain('Mon 9 Nov');
    expect((await press('4h')).body).toContain('Mon 9 Nov');
    expect((await kaseNow())?.keep?.until).toBe(now + 7 * day);
    expect(bench.events).toHaveLength(2);
  });

  test('one that was chosen for deletion and not looked at yet is kept', async () => {
    await become((kase) => ({ ...kase, deletion: { state: 'condemned', at: now } }));
    expect((await press('4h')).statusCode).toBe(200);
    const kase = await kaseNow();
    expect(kase?.keep?.until).toBe(now + 4 * hour);
    expect(kase?.deletion).toBeUndefined();
  });

  test.each([{}, { for: '' }, { for: '5h' }, { for: 'forever' }, { choice: '4h' }])(
    'without one of the choices it is not kept, and they are offered: %j',
    async (form) => {
      const before = await bench.dump();
      const { statusCode, body } = await bench.visit('POST', '/keep', { token, form });
      expect(statusCode).toBe(400);
      for (const choice of ['4h', '1d', '7d']) expect(body).toContain(`value="${choice}"`);
      expect(await bench.dump()).toEqual(before);
      expect(bench.events).toEqual([]);
    },
  );

  test('a scanner that posts without a body keeps nothing', async () => {
    const before = await bench.dump();
    expect(await bench.visit('POST', '/keep', { token })).toMatchObject({ statusCode: 400 });
    expect(await bench.dump()).toEqual(before);
  });
});

test('it is kept already: the page says until when, and a longer choice can be made', async () => {
  await press('4h');
  const { statusCode, body } = await open();
  expect(statusCode).toBe(200);
  expect(body).toContain('ada-rt-1 is kept already');
  expect(body).toContain('18:30 IST');
  expect(body).toContain('value="7d"');
});

describe('a policy that allows less', () => {
  test('offers less, and refuses a longer choice: nothing changes', async () => {
    await become(() => keepableFor(day));
    const { body } = await open();
    expect(body).toContain('value="1d"');
    expect(body).not.toContain('value="7d"');
    const before = await bench.dump();
    const refused = await press('7d');
    expect(refused.statusCode).toBe(400);
    expect(refused.body).toContain('value="1d"');
    expect(await bench.dump()).toEqual(before);
    expect((await press('1d')).statusCode).toBe(200);
    expect((await kaseNow())?.keep?.until).toBe(now + day);
  });

  test('than any choice keeps nothing, and says whom to ask', async () => {
    await become(() => keepableFor(hour));
    const before = await bench.dump();
    for (const { statusCode, body } of [await open(), await press('4h')]) {
      expect(statusCode).toBe(400);
      expect(body).toContain('do not allow a link to keep it');
      expect(body).not.toContain('<form');
    }
    expect(await bench.dump()).toEqual(before);
  });
});

describe('a link that comes too late', () => {
  const entry = {
    id: 'e',
    at: now,
    act: 'delete-asked',
    who: { kind: 'rule', policy: 'default' },
    because: '',
  } as const;
  const deleting = { state: 'deleting', since: now, intentAt: now, asks: 1, entry, to: [] } as const;

  test.each([
    ['being deleted', 409, 'cannot be called back', deleting],
    ['gone', 410, 'It is gone', { state: 'gone', at: now } as const],
  ])('to a runtime that is %s: %d, and nothing changes', async (_state, status, words, deletion) => {
    await become((kase) => ({ ...kase, deletion }));
    const before = await bench.dump();
    for (const visit of [open, () => open('HEAD'), () => press('4h'), () => press('nonsense')]) {
      const { statusCode, body } = await visit();
      expect(statusCode).toBe(status);
      expect(body).toContain(words);
    }
    expect(await bench.dump()).toEqual(before);
    expect(bench.events).toEqual([]);
  });

  test('to one that has been used since: its idle time is over, and a later one is not kept by it', async () => {
    await become(({ episode: _, ...kase }) => kase);
    const before = await bench.dump();
    expect((await open()).body).toMatch(/in use again/i);
    expect((await press('7d')).body).toMatch(/in use again/i);
    expect(await bench.dump()).toEqual(before);
    await become((kase) => ({ ...kase, episode: { id: 'episode-2', since: now, keepAtMost: day } }));
    expect((await press('7d')).body).toMatch(/in use again/i);
    expect((await kaseNow())?.keep).toBeUndefined();
    expect(bench.events).toEqual([]);
  });

  test('to one that nobody remembers', async () => {
    const stranger = { project, runtimeId: 'rt-9', episodeId: 'e', mailId: 'mail-1', expiresAt: later };
    const before = await bench.dump();
    for (const method of ['GET', 'POST']) {
      const visit = { token: tokenFor('keep', stranger), form: { for: '4h' } };
      expect((await bench.visit(method, '/keep', visit)).statusCode).toBe(200);
    }
    expect(await bench.dump()).toEqual(before);
  });

  test('after the table changed between the page and the button: what is true then counts', async () => {
    let raced: Promise<void> | undefined;
    const strike = bench.proxy.faults.add({
      match: ({ operation }) => {
        if (operation !== 'PutItem' || raced !== undefined) return false;
        raced = become(({ episode: _, ...kase }) => kase);
        return true;
      },
      kind: 'delay',
      delayMs: 50,
      times: 1,
    });
    const { statusCode, body } = await press('4h');
    await raced;
    expect(strike.struck()).toBe(1);
    expect(statusCode).toBe(200);
    expect(body).toMatch(/in use again/i);
    expect((await kaseNow())?.keep).toBeUndefined();
    expect(bench.events).toEqual([]);
  });
});

test('once its time is over the same link keeps it again, for an idle time that still goes on', async () => {
  await press('4h');
  bench.pass(4 * hour + minute);
  expect((await open()).body).toContain('Keep ada-rt-1?');
  await press('4h');
  expect((await kaseNow())?.keep?.until).toBe(now + 8 * hour + minute);
  expect((await kaseNow())?.outbox).toHaveLength(2);
});
