import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { expect, test } from 'vitest';
import { hour, minute } from '#domain/time.ts';
import { onEveryEngine, pagesOf } from './engines.ts';
import { entry, now, todo, wanted } from './facts.ts';

/** DynamoDB takes at most 25 items in one call. */
const inBatches = (items: readonly Record<string, unknown>[]) =>
  Array.from({ length: Math.ceil(items.length / 25) }, (_, batch) => items.slice(batch * 25, batch * 25 + 25)).map(
    (batch) => (tableName: string) =>
      new BatchWriteItemCommand({
        RequestItems: { [tableName]: batch.map((item) => ({ PutRequest: { Item: marshall(item) } })) },
      }),
  );

onEveryEngine((bench) => {
  const todoNow = async () => (await bench().store.readBoard()).todo;
  const entriesOf = async (bucket: string) => (await pagesOf(bench().store.readBucket(bucket))).flat();
  const comeBy = async (time: number) => (await bench().store.readExpiries(time)).map(({ recipientId }) => recipientId);

  test('a recipient has one marker, the one put last', async () => {
    const { store } = bench();
    await store.putTodo(todo({ stamp: 'first' }));
    await store.putTodo(todo({ stamp: 'second', putAt: now + 1 }));
    await store.putTodo(todo({ recipientId: 'bob' }));
    expect(await todoNow()).toEqual([todo({ stamp: 'second', putAt: now + 1 }), todo({ recipientId: 'bob' })]);
  });

  test('a marker is put off', async () => {
    const { store } = bench();
    await store.putTodo(todo());
    expect(await store.postponeTodo(todo(), now + hour)).toBe(true);
    expect(await todoNow()).toEqual([todo({ notBefore: now + hour })]);
    expect(await store.removeTodo(todo({ notBefore: now + hour }))).toBe(true);
    expect(await todoNow()).toEqual([]);
  });

  test('a marker put anew meanwhile is neither put off nor taken away', async () => {
    const { store } = bench();
    const anew = todo({ stamp: 'second' });
    await store.putTodo(todo());
    await store.putTodo(anew);
    expect(await store.postponeTodo(todo(), now + hour)).toBe(false);
    expect(await store.removeTodo(todo())).toBe(false);
    expect(await todoNow()).toEqual([anew]);
  });

  test('a marker taken away meanwhile does not come back', async () => {
    const { store } = bench();
    await store.putTodo(todo());
    await store.removeTodo(todo());
    expect(await store.postponeTodo(todo(), now + hour)).toBe(false);
    expect(await store.removeTodo(todo())).toBe(false);
    expect(await todoNow()).toEqual([]);
  });

  test('a bucket holds the watches of its kind, each once', async () => {
    const { store } = bench();
    const entries = [entry(), entry({ watchId: 'w2' }), entry({ recipientId: 'bob' })];
    for (const one of entries) await store.addEntry(one);
    await store.addEntry(entry({ bucket: '2:region' }));
    await store.addEntry(entry());
    expect(await entriesOf('1:region')).toEqual(entries);
    expect(await entriesOf('2:region')).toEqual([entry({ bucket: '2:region' })]);
    expect(await entriesOf('3:region')).toEqual([]);
  });

  test('a bucket of thousands of watches is read page by page to its end', async () => {
    const { store, table, client, tableName } = bench();
    const ids = Array.from({ length: 3_000 }, (_, number) => `${String(number).padStart(6, '0')}${'x'.repeat(300)}`);
    await store.addEntry(entry({ watchId: ids[0] ?? '' }));
    const [written = {}] = (await pagesOf(table.query('bucket#1:region'))).flat();
    const others = ids.map((watchId) => ({
      ...written,
      sk: `${written.sk?.toString().split('#')[0]}#ada#${watchId}`,
      watchId,
    }));
    await Promise.all(inBatches(others).map((batch) => client.send(batch(tableName))));
    const pages = await pagesOf(store.readBucket('1:region'));
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.flat().map(({ watchId }) => watchId)).toEqual(ids);
  });

  test('buckets and the history of an offer are read at half the price: they may lag behind by a moment', async () => {
    const { store, proxy } = bench();
    const bodies: string[] = [];
    proxy.faults.add({ kind: 'throttle', match: ({ body }) => bodies.push(body) === 0 });
    await entriesOf('1:region');
    await store.readWindows('a/b', now);
    expect(bodies.map((body) => JSON.parse(body).ConsistentRead)).toEqual([false, false]);
  });

  test('entries whose limit a price exceeds are not read', async () => {
    const { store } = bench();
    const limits = { none: undefined, exact: 1.99, above: 2.5, below: 1.98, far: 0.5 };
    for (const [watchId, limit] of Object.entries(limits)) {
      await store.addEntry(entry({ watchId, ...(limit === undefined ? {} : { maxPricePerGpuHour: limit }) }));
    }
    const read = (await pagesOf(store.readBucket('1:region', 1.99))).flat().map(({ watchId }) => watchId);
    expect(read.sort()).toEqual(['above', 'exact', 'none']);
  });

  test('an entry is put off and taken away', async () => {
    const { store } = bench();
    await store.addEntry(entry());
    expect(await store.postponeEntry(entry(), now + hour)).toBe(true);
    expect(await entriesOf('1:region')).toEqual([entry({ notBefore: now + hour })]);
    expect(await store.removeEntry(entry())).toBe(true);
    expect(await entriesOf('1:region')).toEqual([]);
  });

  test('the entry of a watch made anew meanwhile is neither put off nor taken away', async () => {
    const { store } = bench();
    const anew = entry({ createdAt: now + minute });
    await store.addEntry(entry());
    await store.addEntry(anew);
    expect(await store.postponeEntry(entry(), now + hour)).toBe(false);
    expect(await store.removeEntry(entry())).toBe(false);
    expect(await entriesOf('1:region')).toEqual([anew]);
  });

  test('an entry taken away meanwhile does not come back', async () => {
    const { store } = bench();
    expect(await store.postponeEntry(entry(), now + hour)).toBe(false);
    expect(await entriesOf('1:region')).toEqual([]);
  });

  test('only expiries that have come are read, oldest first', async () => {
    const { store } = bench();
    await store.putExpiry(now + 1, 'tomorrow', 'w1');
    await store.putExpiry(now, 'now', 'w1');
    await store.putExpiry(now - hour, 'earlier', 'w1');
    await store.putExpiry(999, 'long ago', 'w1');
    expect(await comeBy(now)).toEqual(['long ago', 'earlier', 'now']);
    expect(await comeBy(now + 1)).toEqual(['long ago', 'earlier', 'now', 'tomorrow']);
  });

  test('every watch has its own expiry, even at the same instant', async () => {
    const { store } = bench();
    await store.putExpiry(now, 'ada', 'w1');
    await store.putExpiry(now, 'ada', 'w2');
    await store.putExpiry(now, 'bob', 'w1');
    await store.putExpiry(now, 'bob', 'w1');
    expect(await comeBy(now)).toEqual(['ada', 'ada', 'bob']);
  });

  test('an expiry that is done does not come again', async () => {
    const { store } = bench();
    await store.putExpiry(now - 1, 'ada', 'w1');
    await store.putExpiry(now, 'bob', 'w1');
    const [first] = await store.readExpiries(now);
    expect(await first?.done()).toBe(true);
    expect(await first?.done()).toBe(true);
    expect(await comeBy(now)).toEqual(['bob']);
  });

  test('a source that was never taken in listed nothing', async () => {
    const { store } = bench();
    expect(await store.readConfigSource()).toEqual([]);
    expect(await store.readRequestsSource()).toEqual({ requests: {}, asking: {} });
  });

  test('a source is remembered as it was last taken in', async () => {
    const { store } = bench();
    await store.saveConfigSource([{ watchId: 'old', recipientId: 'ada' }]);
    await store.saveConfigSource([
      { watchId: 'w1', recipientId: 'ada' },
      { watchId: 'w2', recipientId: 'bob' },
    ]);
    const requests = Object.fromEntries(
      (['waiting', 'closing', 'ended', 'ours'] as const).map((state) => [
        state,
        { state, region: 'a', configId: 'b', ...(state === 'ours' ? { madeAt: now } : {}) },
      ]),
    );
    const asking = { 'a/b': now };
    await store.saveRequestsSource({ requests: { old: { state: 'ended', region: 'a', configId: 'b' } }, asking: {} });
    await store.saveRequestsSource({ recipientId: 'ada', requests, asking });
    expect(await store.readConfigSource()).toEqual([
      { watchId: 'w1', recipientId: 'ada' },
      { watchId: 'w2', recipientId: 'bob' },
    ]);
    expect(await store.readRequestsSource()).toEqual({ recipientId: 'ada', requests, asking });
  });

  test('the account’s requests as an earlier version wrote them are read: nothing was asked for then', async () => {
    const { store, table } = bench();
    const requests = { q1: { state: 'waiting', region: 'a', configId: 'b' } };
    await table.put({ pk: 'source', sk: 'requests', recipientId: 'ada', requests });
    expect(await store.readRequestsSource()).toEqual({ recipientId: 'ada', requests, asking: {} });
  });

  test('an offer has one marker that it is to be registered, which is taken away unless it was put anew', async () => {
    const { store } = bench();
    const first = wanted();
    const other = wanted({ configId: 'other' });
    const anew = wanted({ stamp: 'second', putAt: now + minute });
    for (const one of [first, other, anew]) await store.putWanted(one);
    expect((await store.readBoard()).wanted).toEqual([anew, other]);
    expect(await store.removeWanted(first)).toBe(false);
    expect(await store.removeWanted(other)).toBe(true);
    expect((await store.readBoard()).wanted).toEqual([anew]);
  });
});
