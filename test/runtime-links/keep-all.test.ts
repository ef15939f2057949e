import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hour } from '#domain/time.ts';
import { type Bench, later, startBench, tokenFor } from './bench.ts';
import { keepableFor, now, project, recordOf, warnedCase } from './facts.ts';

const token = tokenFor('keep-all', { recipientId: 'r-ada', mailId: 'mail-1', expiresAt: later });
const cases = ['rt-1', 'rt-2', 'rt-3'].map((id) => warnedCase(id));

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
beforeEach(async () => {
  await bench.reset();
  await bench.store().saveWarningRecord(recordOf(...cases));
  for (const kase of [...cases, warnedCase('rt-9')]) await bench.store().saveCase(kase, 0);
});
afterAll(() => bench.close());

const press = (choice: string) => bench.visit('POST', '/keep-all', { token, form: { for: choice } });
const keptIds = async () => {
  const { cases: all } = await bench.store().readBoard();
  return [...all.values()].flatMap(({ value: { id, keep } }) => (keep === undefined ? [] : [id])).toSorted();
};

describe.each(['GET', 'HEAD'])('%s', (method) => {
  test('shows all that the mail named and no other, and changes nothing', async () => {
    const before = await bench.dump();
    for (let visits = 0; visits < 3; visits += 1) {
      const { statusCode, body } = await bench.visit(method, '/keep-all', { token, form: { for: '4h' } });
      expect(statusCode).toBe(200);
      expect(body).toContain('Keep these 3 runtimes?');
      for (const { name } of cases) expect(body).toContain(name);
      expect(body).not.toContain('ada-rt-9');
    }
    expect(await bench.dump()).toEqual(before);
    expect(bench.events).toEqual([]);
  });
});

describe('POST', () => {
  test('keeps each of them and no other, by whom the mail was for', async () => {
    const { statusCode, body } = await press('4h');
    expect(statusCode).toBe(200);
    expect(body).toContain('3 runtimes are kept');
    expect(body).toContain('18:30 IST');
    expect(await keptIds()).toEqual(['rt-1', 'rt-2', 'rt-3']);
    expect((await bench.store().readCase(`${project}/rt-2`))?.value).toMatchObject({
      keep: { until: now + 4 * hour },
      outbox: [{ act: 'kept', who: { kind: 'person', recipientId: 'r-ada' } }],
    });
    expect(bench.events.map(({ event }) => event)).toEqual(['runtime-kept', 'runtime-kept', 'runtime-kept']);
  });

  test('repeated, and many at once, it says the same and changes nothing more', async () => {
    await Promise.all(Array.from({ length: 4 }, () => press('4h')));
    const after = await bench.dump();
    expect((await press('4h')).body).toContain('3 runtimes are kept');
    expect(await bench.dump()).toEqual(after);
    expect(bench.events).toHaveLength(3);
  });

  test.each([{}, { for: '8d' }])('without one of the choices nothing is kept: %j', async (form) => {
    const before = await bench.dump();
    expect(await bench.visit('POST', '/keep-all', { token, form })).toMatchObject({ statusCode: 400 });
    expect(await bench.dump()).toEqual(before);
  });

  test('a choice that the policy of one of them does not allow is kept for none', async () => {
    await bench.store().saveCase(keepableFor(4 * hour, 'rt-2'), 1);
    const before = await bench.dump();
    const { statusCode, body } = await press('1d');
    expect(statusCode).toBe(400);
    expect(body).toContain('value="4h"');
    expect(body).not.toContain('value="1d"');
    expect(await bench.dump()).toEqual(before);
    expect((await press('4h')).body).toContain('3 runtimes are kept');
  });

  test('one that is gone is left as it is, the others are kept', async () => {
    const gone = warnedCase('rt-2', { deletion: { state: 'gone', at: now } });
    await bench.store().saveCase(gone, 1);
    expect((await bench.visit('GET', '/keep-all', { token })).body).toContain('Keep these 2 runtimes?');
    const { statusCode, body } = await press('4h');
    expect(statusCode).toBe(200);
    expect(body).toContain('2 runtimes are kept');
    expect(await keptIds()).toEqual(['rt-1', 'rt-3']);
    expect((await bench.store().readCase(`${project}/rt-2`))?.value).toEqual(gone);
  });

  test.each(['ada-rt-2', 'ada-rt-1'])(
    'one that was used between the page and the button is named as not kept, whatever its name: %s',
    async (name) => {
      let raced: Promise<unknown> | undefined;
      const { episode: _, ...used } = warnedCase('rt-2', { name });
      await bench.store().saveCase(warnedCase('rt-2', { name }), 1);
      bench.proxy.faults.add({
        match: ({ operation, body }) => {
          if (operation !== 'PutItem' || !body.includes('runtime#prj-42/rt-2') || raced !== undefined) return false;
          raced = bench.store().saveCase(used, 2);
          return true;
        },
        kind: 'delay',
        delayMs: 50,
        times: 1,
      });
      const { body } = await press('4h');
      expect(await raced).toBe(true);
      expect(body).toContain('2 runtimes are kept');
      expect(body).toMatch(new RegExp(`Not kept:.*${name}`, 's'));
      expect(await keptIds()).toEqual(['rt-1', 'rt-3']);
    },
  );
});

test('nothing that can be kept any more, or a mail that is not known: nothing changes', async () => {
  for (const { id } of cases) {
    const { episode: _, ...used } = warnedCase(id);
    await bench.store().saveCase(used, 1);
  }
  const before = await bench.dump();
  const unknown = tokenFor('keep-all', { recipientId: 'r-ada', mailId: 'mail-7', expiresAt: later });
  for (const method of ['GET', 'POST']) {
    for (const which of [token, unknown]) {
      const answer = await bench.visit(method, '/keep-all', { token: which, form: { for: '4h' } });
      expect(answer.statusCode).toBe(200);
      expect(answer.body).not.toContain('<form');
    }
  }
  expect(await bench.dump()).toEqual(before);
  expect(bench.events).toEqual([]);
});
