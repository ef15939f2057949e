import fc from 'fast-check';
import { expect, test } from 'vitest';
import { minute } from '#domain/time.ts';
import { onEveryEngine } from './engines.ts';
import { anyFleet, now } from './facts.ts';

const until = now + minute;

onEveryEngine((bench) => {
  test('only one run holds the lease', async () => {
    const { store } = bench();
    expect(await store.takeLease('one', now, until)).toBe(true);
    expect(await store.takeLease('two', now + 1, until)).toBe(false);
  });

  test('a run whose first try took the lease, and that never heard of it, has it', async () => {
    const { store } = bench();
    await store.takeLease('one', now, until);
    expect(await store.takeLease('one', now + 1, until)).toBe(true);
  });

  test('of many runs that begin at the same moment one gets the lease', async () => {
    const { store } = bench();
    const taken = await Promise.all(Array.from({ length: 20 }, (_, run) => store.takeLease(`run-${run}`, now, until)));
    expect(taken.filter(Boolean)).toHaveLength(1);
  });

  test('a lease ends at its time, not before', async () => {
    const { store } = bench();
    await store.takeLease('crashed', now, until);
    expect(await store.takeLease('next', until - 1, until + minute)).toBe(false);
    expect(await store.takeLease('next', until, until + minute)).toBe(true);
    expect(await store.takeLease('third', until, until + minute)).toBe(false);
  });

  test('a lease that is given back is free for the next run', async () => {
    const { store } = bench();
    await store.takeLease('one', now, until);
    expect(await store.saveFleet('one', { observed: 1 }, now + 5)).toBe(true);
    expect(await store.takeLease('two', now + 5, until)).toBe(true);
  });

  test('saving the fleet keeps the lease as long as it says', async () => {
    const { store } = bench();
    await store.takeLease('one', now, until);
    await store.saveFleet('one', { observed: 1 }, until + minute);
    expect(await store.takeLease('two', until, until + minute)).toBe(false);
    expect(await store.takeLease('two', until + minute, until + 2 * minute)).toBe(true);
  });

  test('a run that lost its lease cannot write the fleet', async () => {
    const { store } = bench();
    await store.takeLease('slow', now, until);
    await store.takeLease('next', until, until + minute);
    await store.saveFleet('next', { observed: 7 }, until + minute);
    expect(await store.saveFleet('slow', { observed: 3 }, until)).toBe(false);
    expect((await store.readBoard()).fleet).toEqual({ observed: 7 });
    expect(await store.takeLease('third', until + 1, until + minute)).toBe(false);
  });

  test('a run without a lease cannot write the fleet', async () => {
    const { store } = bench();
    expect(await store.saveFleet('nobody', { observed: 3 }, now)).toBe(false);
    expect((await store.readBoard()).fleet).toEqual({ observed: 0 });
  });

  test('taking the lease leaves what the fleet remembers', async () => {
    const { store } = bench();
    await store.takeLease('one', now, until);
    await store.saveFleet('one', { observed: 42, configDigest: 'abc' }, now);
    await store.takeLease('two', now, until);
    expect((await store.readBoard()).fleet).toEqual({ observed: 42, configDigest: 'abc' });
  });

  test('everything that the fleet remembers is read as it was written, and nothing else', async () => {
    const { store } = bench();
    await store.takeLease('one', now, until);
    await fc.assert(
      fc.asyncProperty(anyFleet, async (fleet) => {
        await store.saveFleet('one', fleet, until);
        expect((await store.readBoard()).fleet).toEqual(fleet);
      }),
      { numRuns: 20 },
    );
  });

  test('a run in which nothing changed writes one item', async () => {
    const { store, proxy } = bench();
    const before = proxy.calls();
    await store.takeLease('one', now, until);
    await store.saveFleet('one', { observed: 1 }, now);
    const after = proxy.calls();
    expect((after.UpdateItem ?? 0) - (before.UpdateItem ?? 0)).toBe(1);
    expect((after.PutItem ?? 0) - (before.PutItem ?? 0)).toBe(1);
  });
});
