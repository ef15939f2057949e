import { inspect } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createGuardStore } from '#adapters/store/guard-store.ts';
import { ItemNotUnderstoodError } from '#adapters/store/items.ts';
import { closedBreaker } from '#domain/guardrails/breaker.ts';
import { runtimeKey } from '#domain/guardrails/runtime-case.ts';
import { emptyDesk } from '#domain/guardrails/trouble.ts';
import { minute } from '#domain/time.ts';
import { onEveryEngine } from './engines.ts';
import { now } from './facts.ts';
import { anyBreaker, anyCase, anyCatalogue, anyDesk, entry, runtimeCase } from './guard-facts.ts';

const key = 'research/rt-1';
const secret = 'ada@example.com';
const catalogue = { askedAt: now, configs: { 'as-south-1/h100': { gpuModel: 'H100', pricePerGpuHour: 2.5 } } };

onEveryEngine((bench) => {
  const guard = () => createGuardStore(bench().table);

  test('an empty table is an empty board', async () => {
    expect(await guard().readBoard()).toStrictEqual({
      fleet: { clocks: new Map(), slots: [] },
      breaker: { value: closedBreaker, version: 0 },
      desk: { value: emptyDesk, version: 0 },
      cases: new Map(),
      unreadable: [],
      unreadableCases: new Set(),
    });
    expect(await guard().readBreaker()).toEqual({ value: closedBreaker, version: 0 });
    expect(await guard().readDesk()).toEqual({ value: emptyDesk, version: 0 });
    expect(await guard().readCase(key)).toBeUndefined();
  });

  test('one strongly consistent query reads the whole board and nothing beside it', async () => {
    const { proxy, store: others } = bench();
    const store = guard();
    await others.takeLease('watcher', now, now + minute);
    await store.takeLease('one', now, now + minute);
    await store.saveFleet('one', { clocks: new Map([[key, { seenAt: now }]]), slots: [] }, now);
    await store.saveCase(runtimeCase(), 0);
    await store.saveBreaker({ ...closedBreaker, covered: [{ from: 1, to: 2 }] }, 0);
    await store.saveDesk({ ...emptyDesk, digestUpTo: now }, 0);
    await store.saveCatalogue(catalogue);
    await store.appendLedger(entry());
    const bodies: string[] = [];
    proxy.faults.add({ kind: 'throttle', match: ({ body }) => bodies.push(body) === 0 });
    expect(await store.readBoard()).toStrictEqual({
      fleet: { clocks: new Map([[key, { seenAt: now }]]), slots: [] },
      breaker: { value: { ...closedBreaker, covered: [{ from: 1, to: 2 }] }, version: 1 },
      desk: { value: { ...emptyDesk, digestUpTo: now }, version: 1 },
      cases: new Map([[key, { value: runtimeCase(), version: 1 }]]),
      catalogue,
      unreadable: [],
      unreadableCases: new Set(),
    });
    expect(bodies.map((body) => JSON.parse(body))).toMatchObject([
      { KeyConditionExpression: 'pk = :pk', ConsistentRead: true },
    ]);
  });

  test('a board larger than one page is read to its end', async () => {
    const { proxy } = bench();
    const store = guard();
    const cases = Array.from({ length: 30 }, (_, number) =>
      runtimeCase({ id: `rt-${number}`, reported: 'because '.repeat(10_000) }),
    );
    for (const kase of cases) await store.saveCase(kase, 0);
    await store.takeLease('one', now, now + minute);
    await store.saveFleet('one', { clocks: new Map(), slots: [], slowedTo: 2 }, now);
    await store.saveBreaker({ ...closedBreaker, covered: [{ from: 1, to: 2 }] }, 0);
    const before = proxy.calls().Query ?? 0;
    const board = await store.readBoard();
    expect((proxy.calls().Query ?? 0) - before).toBeGreaterThan(1);
    expect(board.cases).toEqual(new Map(cases.map((value) => [runtimeKey(value), { value, version: 1 }])));
    expect(board.fleet.slowedTo).toBe(2);
    expect(board.breaker.version).toBe(1);
  });

  test('everything on the board is read as it was written', async () => {
    const store = guard();
    const drawn = fc.tuple(anyCase, anyBreaker, anyDesk, anyCatalogue);
    let version = 0;
    await fc.assert(
      fc.asyncProperty(drawn, async ([anything, breaker, desk, known]) => {
        const kase = { ...anything, project: 'research', id: 'rt-1' };
        expect(await store.saveCase(kase, version)).toBe(true);
        expect(await store.saveBreaker(breaker, version)).toBe(true);
        expect(await store.saveDesk(desk, version)).toBe(true);
        await store.saveCatalogue(known);
        version += 1;
        const board = await store.readBoard();
        expect(board.cases.get(key)).toStrictEqual({ value: kase, version });
        expect(board.breaker).toStrictEqual({ value: breaker, version });
        expect(board.desk).toStrictEqual({ value: desk, version });
        expect(board.catalogue).toStrictEqual(known);
        expect(await store.readCase(key)).toStrictEqual({ value: kase, version });
        expect(await store.readBreaker()).toStrictEqual({ value: breaker, version });
        expect(await store.readDesk()).toStrictEqual({ value: desk, version });
      }),
      { numRuns: 15 },
    );
  });

  test('a case, the breaker and the desk are written over the version that was read, and only over that', async () => {
    const store = guard();
    const kase = (name: string) => runtimeCase({ name });
    const writes: readonly ((version: number) => Promise<boolean>)[] = [
      (version) => store.saveCase(kase(`${version}`), version),
      (version) => store.saveBreaker(closedBreaker, version),
      (version) => store.saveDesk(emptyDesk, version),
    ];
    for (const write of writes) {
      expect(await write(1)).toBe(false);
      expect(await write(0)).toBe(true);
      expect(await write(0)).toBe(false);
      expect(await write(1)).toBe(true);
      for (const stale of [0, 1, 3]) expect(await write(stale), `${stale}`).toBe(false);
    }
    expect(await store.readCase(key)).toEqual({ value: kase('1'), version: 2 });
  });

  test('of many writers at once one wins', async () => {
    const store = guard();
    for (const version of [0, 1]) {
      const wins = await Promise.all(Array.from({ length: 10 }, () => store.saveCase(runtimeCase(), version)));
      expect(wins.filter(Boolean)).toHaveLength(1);
    }
  });

  test('a case is removed only as it was read', async () => {
    const store = guard();
    await store.saveCase(runtimeCase(), 0);
    await store.saveCase(runtimeCase({ keep: { until: now, at: now, by: 'm1:4h' } }), 1);
    for (const stale of [0, 1, 3]) expect(await store.removeCase(runtimeCase(), stale), `${stale}`).toBe(false);
    expect((await store.readCase(key))?.version).toBe(2);
    expect(await store.removeCase(runtimeCase(), 2)).toBe(true);
    expect(await store.readCase(key)).toBeUndefined();
    expect(await store.removeCase(runtimeCase(), 2)).toBe(false);
    expect(await store.saveCase(runtimeCase(), 2)).toBe(false);
  });

  test('runtimes of the same id in two projects are two', async () => {
    const store = guard();
    await store.saveCase(runtimeCase(), 0);
    expect(await store.saveCase(runtimeCase({ project: 'production' }), 0)).toBe(true);
    expect((await store.readBoard()).cases.size).toBe(2);
  });

  test('a case, the breaker and the desk are read strongly consistent', async () => {
    const { proxy } = bench();
    const bodies: string[] = [];
    proxy.faults.add({ kind: 'throttle', match: ({ body }) => bodies.push(body) === 0 });
    await guard().readCase(key);
    await guard().readBreaker();
    await guard().readDesk();
    expect(bodies.map((body) => JSON.parse(body).ConsistentRead)).toEqual([true, true, true]);
  });

  test('a case that is not understood stops none of the others, and is named', async () => {
    const { table } = bench();
    const store = guard();
    await store.saveCase(runtimeCase(), 0);
    const broken = { pk: 'guard', version: 1, value: { ...runtimeCase(), outbox: secret } };
    await table.put({ ...broken, sk: 'runtime#research/rt-0' });
    await table.put({ pk: 'guard', sk: 'runtime#research/rt-2', value: runtimeCase({ id: 'rt-2' }) });
    await table.put({ pk: 'guard', sk: 'catalogue', askedAt: now, configs: secret });
    await table.put({ pk: 'guard', sk: 'of a later version', secret });
    const board = await store.readBoard();
    expect([...board.cases.keys()]).toEqual([key]);
    expect(board.unreadableCases).toEqual(new Set(['research/rt-0', 'research/rt-2']));
    expect(board.catalogue).toBeUndefined();
    expect(board.unreadable).toHaveLength(3);
    for (const name of ['research/rt-0', 'research/rt-2', 'catalogue']) expect(board.unreadable.join()).toContain(name);
    expect(board.unreadable.join()).not.toContain(secret);
    await expect(store.readCase('research/rt-0')).rejects.toThrow(ItemNotUnderstoodError);
  });

  test.each([
    ['fleet', { slots: secret }],
    ['fleet', { clocks: { format: 1, bytes: secret } }],
    ['fleet', { clocks: { format: 2, bytes: new Uint8Array([3, 0]) } }],
    ['fleet', { clocks: { format: 1, bytes: new Uint8Array([1, 2, 3]) } }],
    ['breaker', { version: 1, value: { covered: [], outbox: secret } }],
    ['breaker', { version: 0, value: closedBreaker }],
    ['desk', { version: 1, value: { troubles: { [secret]: { key: secret } } } }],
  ])('without a readable %s there is no board (%#)', async (sk, item) => {
    const { table } = bench();
    await table.put({ pk: 'guard', sk, ...item });
    const failure: unknown = await guard()
      .readBoard()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ItemNotUnderstoodError);
    expect(String(failure)).toContain(`${sk} item`);
    expect(inspect(failure, { depth: 10 })).not.toContain(secret);
  });
});
