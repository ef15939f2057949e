import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Expense } from '#domain/creating/limits.ts';
import type { CreationRequest } from '#domain/creating/request.ts';
import { onEveryEngine } from './engines.ts';
import { now } from './facts.ts';
import { anyCreation } from './guard-facts.ts';

const request: CreationRequest = {
  id: 'c1',
  fingerprint: 'f1',
  madeAt: now,
  project: 'prj-1',
  spec: {
    name: 'ann',
    region: 'r',
    gpuConfigId: 'gpu-h100',
    gpuCount: 2,
    planId: 'p',
    templateSpec: { deep: [1, null] },
  },
  pricePerGpuHour: 1.99,
  by: { address: 'ann@example.com', recipientId: 'r-ann' },
  creation: { state: 'available' },
};
const expense = (name: string): Expense => ({
  purpose: 'r-ann~w1',
  project: 'prj-1',
  name,
  usdPerHour: 1.99,
  since: now,
});

onEveryEngine((bench) => {
  test('a request is read as it was written, however far its making is', async () => {
    const { store } = bench();
    let version = 0;
    await fc.assert(
      fc.asyncProperty(anyCreation, async (creation) => {
        expect(await store.saveCreation({ ...request, creation }, version)).toBe(true);
        version += 1;
        expect(await store.readCreation('c1')).toEqual({ value: { ...request, creation }, version });
      }),
      { numRuns: 15 },
    );
    expect(await store.saveCreation(request, version - 1)).toBe(false);
    expect(await store.readCreation('c2')).toBeUndefined();
  });

  test('of many who take from what may be spent at once each finds what the others took', async () => {
    const { store } = bench();
    expect(await store.readExpenses()).toEqual({ value: [], version: 0 });
    const take = async (name: string): Promise<void> => {
      const { value, version } = await store.readExpenses();
      if (!(await store.saveExpenses([...value, expense(name)], version))) await take(name);
    };
    await Promise.all(['a', 'b', 'c', 'd'].map(take));
    const { value, version } = await store.readExpenses();
    expect(value.map(({ name }) => name).sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(version).toBe(4);
  });

  test('a marker is taken away unless it was put anew, and the time of the last whole inventory is read', async () => {
    const { store } = bench();
    expect(await store.readInventoryAt()).toBeUndefined();
    await store.takeLease('me', now, now);
    await store.saveFleet('me', { observed: 0, lastCompleteAt: now }, now);
    expect(await store.readInventoryAt()).toBe(now);
    await store.putCreationTodo({ id: 'c1', putAt: now });
    await store.putCreationTodo({ id: 'c1', putAt: now + 1 });
    expect(await store.removeCreationTodo({ id: 'c1', putAt: now })).toBe(false);
    expect((await store.readBoard()).creationTodos).toEqual([{ id: 'c1', putAt: now + 1 }]);
    expect(await store.removeCreationTodo({ id: 'c1', putAt: now + 1 })).toBe(true);
    expect((await store.readBoard()).creationTodos).toEqual([]);
  });
});
