import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createGuardStore } from '#adapters/store/guard-store.ts';
import { ItemNotUnderstoodError } from '#adapters/store/items.ts';
import type { LedgerEntry } from '#domain/guardrails/ledger.ts';
import type { SavedRuntime } from '#domain/guardrails/saved-runtime.ts';
import { day, type Instant, minute, second } from '#domain/time.ts';
import { onEveryEngine, pagesOf } from './engines.ts';
import { now } from './facts.ts';
import { anyEntry, anySaved, anyWarningRecord, entry } from './guard-facts.ts';

const saved: SavedRuntime = {
  id: 's1',
  runtime: { project: 'research', id: 'rt-1' },
  savedAt: now,
  expiresAt: now + 7 * day + 1,
  spec: {
    name: 'ada-notebook',
    region: 'as-south-1',
    gpuConfigId: 'h100',
    gpuCount: 1,
    planId: 'on-demand',
    templateSpec: { env: { constructor: 'x' }, seeds: [1e300, 2 ** 60, null] },
  },
  unsaved: [],
  recreation: { state: 'available' },
};

const at = (...time: [number, number, number?, number?]): Instant => Date.UTC(...time);

onEveryEngine((bench) => {
  const guard = () => createGuardStore(bench().table);
  const idsIn = async (from: Instant, to: Instant) => (await guard().readLedger(from, to)).map(({ id }) => id);
  const append = async (...entries: readonly LedgerEntry[]) => {
    for (const one of entries) await guard().appendLedger(one);
  };

  test('an entry is read as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(anyEntry, async (drawn) => {
        await append(drawn);
        expect(await guard().readLedger(drawn.at, drawn.at)).toContainEqual(drawn);
      }),
      { numRuns: 30 },
    );
  });

  test('an entry is written once, and never rewritten', async () => {
    await append(entry(), entry(), entry({ because: 'of something else' }));
    expect(await guard().readLedger(now - day, now)).toEqual([entry()]);
    await append(entry({ id: 'another' }));
    expect(await idsIn(now, now)).toEqual(['another', entry().id]);
  });

  test('of many writers of one entry none fails and one is the first', async () => {
    await Promise.all(Array.from({ length: 10 }, (_, writer) => append(entry({ because: `${writer}` }))));
    expect(await guard().readLedger(now, now)).toHaveLength(1);
  });

  test('a time range is read from its first moment to its last, oldest first', async () => {
    const times = [now - 1, now, now + 1, now + minute, now + minute + 1];
    await append(...times.toReversed().map((time) => entry({ id: `${time}`, at: time })));
    expect(await idsIn(now, now + minute)).toEqual([now, now + 1, now + minute].map(String));
    expect(await idsIn(now + 2, now + 3)).toEqual([]);
    expect(await idsIn(now + 1, now)).toEqual([]);
  });

  test('a range over the end of a month and of a year asks each month once', async () => {
    const { proxy } = bench();
    const lastOf = (year: number, month: number) => at(year, month + 1, 1) - 1;
    const times = [
      lastOf(2026, 9),
      at(2026, 10, 1),
      lastOf(2026, 10),
      at(2026, 11, 15),
      lastOf(2026, 11),
      at(2027, 0, 1),
    ];
    await append(...times.map((time) => entry({ id: `${time}`, at: time })));
    const before = proxy.calls().Query ?? 0;
    expect(await idsIn(at(2026, 10, 1), at(2027, 0, 1))).toEqual(times.slice(1).map(String));
    expect((proxy.calls().Query ?? 0) - before).toBe(3);
    expect(await idsIn(lastOf(2026, 11), at(2027, 0, 1))).toEqual(times.slice(4).map(String));
    expect(await idsIn(lastOf(2026, 9), lastOf(2026, 9))).toEqual(times.slice(0, 1).map(String));
    expect(await idsIn(at(2026, 0, 31), at(2026, 2, 1))).toEqual([]);
  });

  test('an entry is kept for a year, a leap year too: then it is gone, even where nothing has swept it', async () => {
    const { table, proxy } = bench();
    const old = at(2027, 2, 1);
    await append(entry({ id: 'old', at: old }), entry({ id: 'young', at: old + 1 }));
    expect(await idsIn(0, at(2028, 2, 1))).toEqual(['old', 'young']);
    const before = proxy.calls().Query ?? 0;
    expect(await idsIn(0, at(2028, 2, 1) + 1)).toEqual(['young']);
    expect((proxy.calls().Query ?? 0) - before).toBe(13);
    const items = (await pagesOf(table.query('ledger#2027-03'))).flat();
    expect(items.map(({ ttl }) => ttl)).toEqual([(old + 366 * day) / second, (old + 366 * day) / second + 1]);
  });

  test('a ledger entry that is not understood is an error that does not quote it', async () => {
    const { table } = bench();
    await table.put({ pk: 'ledger#2026-11', sk: `0${now}#x`, entry: { ...entry(), act: 'ada@example.com' } });
    const failure: unknown = await guard()
      .readLedger(now, now)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ItemNotUnderstoodError);
    expect(String(failure)).not.toContain('ada@');
  });

  test('what a runtime is made again from is read as it was written', async () => {
    const store = guard();
    await fc.assert(
      fc.asyncProperty(anySaved, fc.uuid(), async (drawn, id) => {
        const value = { ...drawn, id };
        await store.saveSaved(value);
        expect(await store.readSaved(id)).toStrictEqual({ value, version: 1 });
      }),
      { numRuns: 30 },
    );
    expect(await store.readSaved('nothing')).toBeUndefined();
  });

  test('a spec in the shape of the provider survives, whatever its words and numbers', async () => {
    await guard().saveSaved(saved);
    expect((await guard().readSaved('s1'))?.value).toStrictEqual(saved);
  });

  test('what was saved is not saved over, and updated only over the version that was read', async () => {
    const store = guard();
    const creating: SavedRuntime = { ...saved, recreation: { state: 'creating', name: 'again', at: now } };
    expect(await store.updateSaved(creating, 1)).toBe(false);
    await store.saveSaved(saved);
    const presses = await Promise.all(Array.from({ length: 10 }, () => store.updateSaved(creating, 1)));
    expect(presses.filter(Boolean)).toHaveLength(1);
    await store.saveSaved(saved);
    expect(await store.readSaved('s1')).toEqual({ value: creating, version: 2 });
  });

  test('what was saved is swept a day after its end, in whole seconds, and not on the board', async () => {
    const { table } = bench();
    const store = guard();
    const swept = (now + 8 * day) / second + 1;
    await store.saveSaved(saved);
    expect((await table.get({ pk: 'saved#s1', sk: 'saved' }))?.ttl).toBe(swept);
    await store.updateSaved({ ...saved, recreation: { state: 'available', refusedBecause: 'no capacity' } }, 1);
    expect((await table.get({ pk: 'saved#s1', sk: 'saved' }))?.ttl).toBe(swept);
    expect(await pagesOf(table.query('guard'))).toEqual([[]]);
  });

  test('a saved description that is not understood is an error that does not quote it', async () => {
    const { table } = bench();
    for (const spec of ['{"password":"hunter2"', '{"password":"hunter2"}', { password: 'hunter2' }]) {
      await table.put({ pk: 'saved#s1', sk: 'saved', version: 1, value: { ...saved, spec } });
      const failure: unknown = await guard()
        .readSaved('s1')
        .catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(ItemNotUnderstoodError);
      expect(String(failure)).not.toContain('hunter2');
    }
  });

  test('a warning mail is remembered for the 90 days that its links work', async () => {
    const { table } = bench();
    const store = guard();
    await fc.assert(
      fc.asyncProperty(anyWarningRecord, async (drawn) => {
        const record = { ...drawn, mailId: 'm1', writtenAt: now + 1 };
        await store.saveWarningRecord(record);
        expect(await store.readWarningRecord('m1')).toStrictEqual(record);
      }),
      { numRuns: 20 },
    );
    expect(await store.readWarningRecord('m2')).toBeUndefined();
    expect((await table.get({ pk: 'warning#m1', sk: 'warning' }))?.ttl).toBe((now + 90 * day) / second + 1);
    await table.put({ pk: 'warning#m3', sk: 'warning', mailId: 'm3', recipientId: 'ada', rows: [] });
    await expect(store.readWarningRecord('m3')).rejects.toThrow(ItemNotUnderstoodError);
  });
});
