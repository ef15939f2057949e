import { ProvisionedThroughputExceededException, ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { createTable } from '#adapters/store/table.ts';
import { onEveryEngine, pagesOf } from './engines.ts';

const key = { pk: 'p', sk: 's' };

onEveryEngine((bench) => {
  const sortKeys = async (range?: { from?: string; to?: string; consistent?: boolean }) =>
    (await pagesOf(bench().table.query('p', range))).flat().map(({ sk }) => sk);

  test('a query answers one partition, in the order of its sort keys, bounds included', async () => {
    const { table } = bench();
    for (const sk of ['c', 'a', 'd', 'b']) await table.put({ pk: 'p', sk });
    await table.put({ pk: 'q', sk: 'b' });
    expect(await sortKeys()).toEqual(['a', 'b', 'c', 'd']);
    expect(await sortKeys({ from: 'b' })).toEqual(['b', 'c', 'd']);
    expect(await sortKeys({ to: 'b' })).toEqual(['a', 'b']);
    expect(await sortKeys({ from: 'b', to: 'c' })).toEqual(['b', 'c']);
    expect(await sortKeys({ from: 'x' })).toEqual([]);
  });

  test('reads are strongly consistent unless the reader says that they need not be', async () => {
    const { table, proxy } = bench();
    const bodies: string[] = [];
    proxy.faults.add({ kind: 'throttle', match: ({ body }) => bodies.push(body) === 0 });
    await table.get(key);
    await sortKeys();
    await sortKeys({ consistent: false });
    expect(bodies.map((body) => JSON.parse(body).ConsistentRead)).toEqual([true, true, false]);
  });

  test('an update answers the whole item as it is now, or nothing where its condition does not hold', async () => {
    const { table } = bench();
    await table.put({ ...key, kept: 'yes', count: 1 });
    const change = { expression: 'SET #count = :two', names: { '#count': 'count' }, values: { ':two': 2 } };
    expect(await table.update(key, change)).toEqual({ ...key, kept: 'yes', count: 2 });
    expect(await table.update(key, { ...change, condition: '#count > :two' })).toBeUndefined();
    expect(await table.get(key)).toEqual({ ...key, kept: 'yes', count: 2 });
  });

  test('a condition that does not hold is answered, not thrown, and changes nothing', async () => {
    const { table } = bench();
    const ifNew = { condition: 'attribute_not_exists(pk)' };
    expect(await table.put({ ...key, by: 'first' }, ifNew)).toBe(true);
    expect(await table.put({ ...key, by: 'second' }, ifNew)).toBe(false);
    expect(await table.delete(key, ifNew)).toBe(false);
    expect(await table.get(key)).toEqual({ ...key, by: 'first' });
    expect(await table.delete(key)).toBe(true);
    expect(await table.get(key)).toBeUndefined();
  });

  test('what is undefined is not written', async () => {
    const { table } = bench();
    await table.put({ ...key, missing: undefined, deep: { missing: undefined, there: 0 } });
    expect(await table.get(key)).toStrictEqual({ ...key, deep: { there: 0 } });
  });

  test('everything else that fails is thrown', async () => {
    const { table, client, proxy } = bench();
    const nowhere = createTable(client, 'no-such-table');
    await expect(nowhere.get(key)).rejects.toThrow(ResourceNotFoundException);
    await expect(nowhere.put(key)).rejects.toThrow(ResourceNotFoundException);
    await expect(table.update(key, { expression: 'SET' })).rejects.toThrow(/ValidationException|expression/i);
    for (const operation of ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query']) {
      proxy.faults.add({ match: operation, kind: 'throttle', times: 1 });
    }
    const update = { expression: 'SET a = :a', values: { ':a': 1 }, condition: 'attribute_not_exists(pk)' };
    const calls = [
      () => table.get(key),
      () => table.put(key),
      () => table.update(key, update),
      () => table.delete(key),
      () => pagesOf(table.query('p')),
    ];
    for (const call of calls) await expect(call()).rejects.toThrow(ProvisionedThroughputExceededException);
  });
});
