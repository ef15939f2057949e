import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, later, startBench, tokenFor } from './bench.ts';
import { now, openBreaker } from './facts.ts';

const token = tokenFor('rearm', { breakerId: 'breaker-7', recipientId: 'r-operator', expiresAt: later });

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
beforeEach(async () => {
  await bench.reset();
  await bench.store().saveBreaker(openBreaker, 0);
});
afterAll(() => bench.close());

const press = () => bench.visit('POST', '/rearm', { token, form: { go: 'on' } });

test.each(['GET', 'HEAD'])('%s shows why it opened and changes nothing, however often', async (method) => {
  const before = await bench.dump();
  for (let visits = 0; visits < 3; visits += 1) {
    const { statusCode, body } = await bench.visit(method, '/rearm', { token, form: { go: 'on' } });
    expect(statusCode).toBe(200);
    expect(body).toContain('7 of 9 runtimes');
    expect(body).toContain('from 13:20 to 13:24 IST');
    expect(body).toContain('I looked: go on');
  }
  expect(await bench.dump()).toEqual(before);
  expect(bench.events).toEqual([]);
});

describe('POST', () => {
  test('closes it, covers its spans, and writes down who did', async () => {
    const { statusCode, body } = await press();
    expect(statusCode).toBe(200);
    expect(body).toContain('GPU Warden goes on');
    expect((await bench.store().readBreaker()).value).toEqual({
      covered: [{ from: openBreaker.open?.from, to: openBreaker.open?.to }],
      outbox: [
        {
          id: 'breaker-7-rearmed',
          at: now,
          act: 'breaker-rearmed',
          who: { kind: 'person', recipientId: 'r-operator' },
          because: expect.any(String),
        },
      ],
    });
    expect(bench.events).toEqual([{ event: 'breaker-rearmed', recipientId: 'r-operator' }]);
  });

  test('repeated, and many at once, it closes once', async () => {
    const answers = await Promise.all(Array.from({ length: 4 }, press));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200]);
    expect(answers.some(({ body }) => body.includes('GPU Warden goes on'))).toBe(true);
    expect((await bench.store().readBreaker()).value).toMatchObject({ covered: [{}], outbox: [{}] });
    const after = await bench.dump();
    expect((await press()).body).toContain('Nothing is stopped');
    expect((await bench.visit('GET', '/rearm', { token })).body).toContain('Nothing is stopped');
    expect(await bench.dump()).toEqual(after);
    expect(bench.events).toHaveLength(1);
  });

  test('the link of an earlier opening does not close a later one', async () => {
    const { open } = openBreaker;
    if (open === undefined) throw new Error('It is open');
    await bench.store().saveBreaker({ ...openBreaker, open: { ...open, id: 'breaker-8' } }, 1);
    const before = await bench.dump();
    expect((await bench.visit('GET', '/rearm', { token })).body).toContain('Nothing is stopped');
    expect((await press()).body).toContain('Nothing is stopped');
    expect(await bench.dump()).toEqual(before);
    expect(bench.events).toEqual([]);
  });

  test('a run that writes the breaker meanwhile loses nothing by it', async () => {
    const entry = {
      id: 'breaker-7-opened',
      at: now,
      act: 'breaker-opened',
      who: { kind: 'rule', policy: 'breaker' },
      because: 'it opened',
    } as const;
    let raced: Promise<boolean> | undefined;
    bench.proxy.faults.add({
      match: ({ operation }) => {
        if (operation !== 'PutItem' || raced !== undefined) return false;
        raced = bench.store().saveBreaker({ ...openBreaker, outbox: [entry] }, 1);
        return true;
      },
      kind: 'delay',
      delayMs: 50,
      times: 1,
    });
    await press();
    expect(await raced).toBe(true);
    const { value } = await bench.store().readBreaker();
    expect(value.open).toBeUndefined();
    expect(value.outbox.map(({ id }) => id)).toEqual(['breaker-7-opened', 'breaker-7-rearmed']);
  });
});

test('where no breaker was ever open there is nothing to close', async () => {
  await bench.reset();
  expect((await press()).body).toContain('Nothing is stopped');
  expect(await bench.dump()).toEqual({});
});
