import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { ItemNotUnderstoodError } from '#adapters/store/items.ts';
import { type Bench, onEveryEngine, pagesOf } from './engines.ts';
import { now, offer, offerState, todo, wanted } from './facts.ts';

const secret = 'ada@example.com';
type Item = { readonly pk: string; readonly sk: string } & Record<string, unknown>;
type Read = (store: Bench['store']) => Promise<unknown>;

const board: Read = (store) => store.readBoard();
const recipient: Read = (store) => store.readRecipient('ada');
const bucket: Read = (store) => pagesOf(store.readBucket('b'));

/** How the error names the item; what stands in the table; who reads it. */
const shapes: readonly (readonly [string, Item, Read])[] = [
  ['fleet', { pk: 'availability', sk: 'fleet', observed: secret }, board],
  ['shapes', { pk: 'availability', sk: 'shapes', shapes: [secret] }, board],
  ['offer', { pk: 'availability', sk: `offer#${offer}`, wrong: secret }, (store) => store.readOffer(offer)],
  ['index entry', { pk: 'bucket#b', sk: 'ada#w1', bucket: 'b', recipientId: secret }, bucket],
  ['expiry', { pk: 'expiry', sk: '00000000000001#ada#w1', address: secret }, (store) => store.readExpiries(now)],
  ['config source', { pk: 'source', sk: 'config', watches: secret }, (store) => store.readConfigSource()],
  [
    'requests source',
    { pk: 'source', sk: 'requests', requests: { r1: { state: secret, region: 'a', configId: 'b' } } },
    (store) => store.readRequestsSource(),
  ],
  ['recipient', { pk: 'recipient#ada', sk: 'recipient', version: 1, recipient: { address: secret } }, recipient],
  ['recipient', { pk: 'recipient#ada', sk: 'recipient', version: 1, wrong: secret }, recipient],
  ['mail', { pk: 'mail#m1', sk: 'mail', recipientId: 'ada', watches: [secret] }, (store) => store.readMail('m1')],
  ['window', { pk: `window#${offer}`, sk: '1', openedAt: secret }, (store) => store.readWindows(offer, 0)],
];

onEveryEngine((bench) => {
  test.each(shapes)(
    'an unknown shape of %s is an error that names the item and not its content (%#)',
    async (...given) => {
      const [name, item, read] = given;
      const { store, table } = bench();
      await table.put(item);
      const failure: unknown = await read(store).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(ItemNotUnderstoodError);
      expect(String(failure)).toMatch(new RegExp(`^ItemNotUnderstoodError: The ${name} item`));
      expect(inspect(failure, { depth: 10 })).not.toContain(secret);
    },
  );

  test('one offer or marker that is not understood stops none of the others, and is named', async () => {
    const { store, table } = bench();
    await store.putTodo(todo());
    await table.put({ pk: 'availability', sk: 'todo#eve', ...todo(), putAt: secret });
    await table.put({ pk: 'availability', sk: 'offer#r/c', state: { ...offerState(), listed: secret } });
    await table.put({
      pk: 'availability',
      sk: 'offer#r/d',
      state: { ...offerState(), tracks: { 1: { state: secret } } },
    });
    await table.put({ pk: 'availability', sk: 'wanted#r/c', ...wanted(), putAt: secret });
    await store.saveOffer(offerState());
    const read = await store.readBoard();
    expect(read.todo).toEqual([todo()]);
    expect([...read.offers.values()]).toEqual([offerState()]);
    expect(read.unreadable).toHaveLength(4);
    for (const name of ['todo#eve', 'wanted#r/c', 'offer#r/c', 'offer#r/d'])
      expect(read.unreadable.join()).toContain(name);
    expect(read.unreadable.join()).not.toContain(secret);
  });
});
