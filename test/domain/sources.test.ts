import { describe, expect, test } from 'vitest';
import { compareSource, identityOf, type KnownWatch, type ListedWatch } from '#domain/sources.ts';
import type { Wish } from '#domain/watch.ts';
import { anyGpu, at, watch } from './given.ts';

const entry = (id: string): ListedWatch => ({ address: 'me@example.com', watch: watch(id, anyGpu) });
const known = (id: string): KnownWatch => ({ watchId: id, recipientId: 'r1' });
const idsOf = (change: ReturnType<typeof compareSource>) => ({
  added: change.added.map((each) => each.watch.id),
  removed: change.removed.map(({ watchId }) => watchId),
});

describe('a source lives as long as it lists a watch', () => {
  const table: [string, string[], string[], { added: string[]; removed: string[] }][] = [
    ['nothing before, nothing now', [], [], { added: [], removed: [] }],
    ['new ones', [], ['a', 'b'], { added: ['a', 'b'], removed: [] }],
    ['still listed, in another order', ['a', 'b'], ['b', 'a'], { added: [], removed: [] }],
    ['no longer listed', ['a', 'b'], ['b'], { added: [], removed: ['a'] }],
    [
      'a changed entry is a new watch and the end of the old one',
      ['a', 'b'],
      ['a', 'c'],
      { added: ['c'], removed: ['b'] },
    ],
    ['nothing listed any more', ['a', 'b'], [], { added: [], removed: ['a', 'b'] }],
  ];
  test.each(table)('%s', (_, before, now, change) => {
    expect(idsOf(compareSource(before.map(known), now.map(entry)))).toEqual(change);
  });

  test('what is added carries its watch and address, what is removed its recipient', () => {
    expect(compareSource([known('a')], [entry('b')])).toEqual({ added: [entry('b')], removed: [known('a')] });
  });
});

describe('identityOf: the same for the same wish of the same person in the same source', () => {
  test('the same written end may become another time: still the same watch', () => {
    const later = { ...wish, expiresAt: at(1) };
    expect(identityOf('config', 'me@example.com', later, 'ref')).toBe(
      identityOf('config', 'me@example.com', wish, 'ref'),
    );
  });

  const wish: Wish = {
    criteria: {
      region: 'as-south-1',
      configId: 'c1',
      model: 'H100',
      vendor: 'NVIDIA',
      vramMinGib: 40,
      vramMaxGib: 80,
      gpus: 1,
      maxPricePerGpuHour: 2,
    },
    notify: 'once',
    expiresAt: at(0),
  };
  const identity = identityOf('config', 'me@example.com', wish, 'ref');

  test('the order of the fields and the case of the address do not matter', () => {
    const criteria = Object.fromEntries(Object.entries(wish.criteria).reverse());
    const same: Wish = { expiresAt: at(0), notify: 'once', criteria: { ...criteria, gpus: 1 } };
    expect(identityOf('config', 'Me@Example.COM', same, 'ref')).toBe(identity);
  });

  const others: [string, string][] = [
    ['another source', identityOf('account', 'me@example.com', wish, 'ref')],
    ['another person', identityOf('config', 'you@example.com', wish, 'ref')],
    ['another reference', identityOf('config', 'me@example.com', wish, 'ref2')],
    ['no reference', identityOf('config', 'me@example.com', wish)],
    ['every instead of once', identityOf('config', 'me@example.com', { ...wish, notify: 'every' }, 'ref')],
    ...[
      { region: 'as-west-2' },
      { configId: 'c2' },
      { model: 'H200' },
      { vendor: 'AMD' },
      { vramMinGib: 41 },
      { vramMaxGib: 81 },
      { gpus: 2 },
      { maxPricePerGpuHour: 3 },
    ].map((change): [string, string] => [
      `changed ${Object.keys(change).join()}`,
      identityOf('config', 'me@example.com', { ...wish, criteria: { ...wish.criteria, ...change } }, 'ref'),
    ]),
  ];
  test.each(others)('%s: another watch', (_, other) => {
    expect(other).not.toBe(identity);
  });

  test('the same value in another field is another watch', () => {
    const of = (criteria: Partial<Wish['criteria']>) =>
      identityOf('config', 'a@example.com', { criteria: { gpus: 1, ...criteria }, notify: 'once' });
    const all = [
      of({ region: 'x' }),
      of({ configId: 'x' }),
      of({ model: 'x' }),
      of({ vendor: 'x' }),
      of({ vramMinGib: 7 }),
      of({ vramMaxGib: 7 }),
      of({ maxPricePerGpuHour: 7 }),
      of({}),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});
