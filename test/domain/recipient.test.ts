import { describe, expect, test } from 'vitest';
import { toldFor } from '#domain/judge-recipient.ts';
import { newRecipient, type Recipient, unsubscribed, withoutWatches, withWatch } from '#domain/recipient.ts';
import type { Watch } from '#domain/watch.ts';
import {
  anyGpu,
  anyH100,
  at,
  exactH100,
  h100Key,
  owing,
  recipientWith,
  rtxKey,
  standingOf,
  watch,
  withTold,
} from './given.ts';

const told = { openedAt: at(0), mailedAt: at(1) };

/** The recipient with one watch in another standing. */
const standing = (recipient: Recipient, id: string, state: 'done' | 'expired' | 'unsubscribed'): Recipient => {
  const kept = recipient.watches[id];
  if (kept === undefined) throw new RangeError(`There is no watch ${id}.`);
  const next =
    state === 'done' ? ({ state, at: at(1) } as const) : ({ state: 'ended', at: at(1), because: state } as const);
  return { ...recipient, watches: { ...recipient.watches, [id]: { ...kept, standing: next } } };
};

describe('withWatch: adds a watch, armed; one that is there keeps its standing and what it was told', () => {
  const w = watch('w', exactH100);
  const known = withTold(recipientWith(w), 'w', h100Key, told);

  test('a new recipient has nothing', () => {
    const nobody = { id: 'r1', address: 'a@example.com', watches: {}, owed: {}, mailedAt: [] };
    expect(newRecipient('r1', 'a@example.com')).toEqual(nobody);
  });

  test('a new watch is armed and was told nothing', () => {
    const { watches } = withWatch(known, watch('v', anyGpu), at(5));
    expect(watches.v).toEqual({ watch: watch('v', anyGpu), standing: { state: 'armed' }, told: {} });
    expect(watches.w).toBe(known.watches.w);
  });

  const soon = { ...w, expiresAt: at(10) };
  const later = { ...w, expiresAt: at(500) };
  const table: [string, Recipient, Watch, 'armed' | 'done' | 'ended'][] = [
    ['armed stays armed', known, w, 'armed'],
    ['its "done" is remembered', standing(known, 'w', 'done'), w, 'done'],
    ['its "done" is remembered, with a later expiry too', standing(known, 'w', 'done'), later, 'done'],
    ['an unsubscribed one stays ended', standing(known, 'w', 'unsubscribed'), later, 'ended'],
    ['an expired one stays ended under the same expiry', standing(known, 'w', 'expired'), soon, 'ended'],
    ['an expired one waits again with a later expiry', standing(known, 'w', 'expired'), later, 'armed'],
    ['an expired one waits again without an expiry', standing(known, 'w', 'expired'), w, 'armed'],
    [
      'an expiry of this very moment does not lie ahead',
      standing(known, 'w', 'expired'),
      { ...w, expiresAt: at(20) },
      'ended',
    ],
  ];
  test.each(table)('%s', (_, recipient, again, state) => {
    const next = withWatch(recipient, again, at(20));
    expect(standingOf(next, 'w')).toBe(state);
    expect(next.watches.w?.told).toEqual({ [h100Key]: told });
    expect(next.watches.w?.watch).toEqual(again);
  });

  test('that it ran out is told no more once it waits again, and everything else is still owed', () => {
    const row = { kind: 'expired', watchId: 'w', owedAt: at(10) } as const;
    const owed = { ...owing(known, 'w').owed, 'w expired': row };
    const ranOut = { ...standing(known, 'w', 'expired'), owed };
    expect(withWatch(ranOut, later, at(20)).owed).toEqual(owing(known, 'w').owed);
    expect(withWatch(ranOut, soon, at(20)).owed).toEqual(owed);
  });
});

describe('withoutWatches: their source no longer lists them', () => {
  test('forgets them with what is owed for them, and nothing else', () => {
    const recipient = owing(
      recipientWith(watch('a', anyGpu), watch('b', anyH100), watch('c', exactH100)),
      'a',
      'b',
      'c',
    );
    const next = withoutWatches(recipient, ['a', 'c', 'nobody']);
    expect(Object.keys(next.watches)).toEqual(['b']);
    expect(Object.values(next.owed).map(({ watchId }) => watchId)).toEqual(['b']);
    expect(withoutWatches(next, ['a', 'c'])).toEqual(next);
  });
});

describe('unsubscribed: ends the watches named', () => {
  const recipient = owing(recipientWith(watch('a', anyGpu), watch('b', anyH100)), 'a', 'b');
  const next = unsubscribed(recipient, ['a', 'nobody'], at(9));

  test('ends them and drops what is owed for them, and nothing else', () => {
    expect(next.watches.a?.standing).toEqual({ state: 'ended', at: at(9), because: 'unsubscribed' });
    expect(next.watches.b).toBe(recipient.watches.b);
    expect(Object.keys(next.watches)).toEqual(['a', 'b']);
    expect(Object.values(next.owed).map(({ watchId }) => watchId)).toEqual(['b']);
  });
  test('ending one twice changes nothing', () => {
    expect(unsubscribed(next, ['a'], at(30))).toEqual(next);
  });
  test('one that is done ends too, so that nothing arms it again', () => {
    expect(standingOf(unsubscribed(standing(recipient, 'a', 'done'), ['a'], at(9)), 'a')).toBe('ended');
  });
  test('one that has run out stays so, and what is still owed for it is not sent any more', () => {
    const ranOut = standing(recipient, 'a', 'expired');
    const after = unsubscribed(ranOut, ['a'], at(9));
    expect(after.watches).toEqual(ranOut.watches);
    expect(Object.values(after.owed).map(({ watchId }) => watchId)).toEqual(['b']);
  });
});

describe('toldFor: what was last told for a wish, by whichever watch shares it', () => {
  const twins = recipientWith(
    watch('config', anyH100),
    watch('account', { ...anyH100, model: 'h-100' }, { source: 'account', notify: 'every' }),
    watch('other', { ...anyH100, gpus: 2 }),
  );
  const newer = { openedAt: at(50), mailedAt: at(60) };
  const asked = watch('config', anyH100);

  test('nothing was told', () => {
    expect(toldFor(twins, asked, h100Key)).toBeUndefined();
  });
  test('the twin was told', () => {
    expect(toldFor(withTold(twins, 'account', h100Key, told), asked, h100Key)).toEqual(told);
  });
  test('the newer window counts, in whichever twin it stands', () => {
    const one = withTold(withTold(twins, 'config', h100Key, told), 'account', h100Key, newer);
    const other = withTold(withTold(twins, 'config', h100Key, newer), 'account', h100Key, told);
    expect(toldFor(one, asked, h100Key)).toEqual(newer);
    expect(toldFor(other, asked, h100Key)).toEqual(newer);
  });
  test('another wish does not count, nor another offer', () => {
    expect(toldFor(withTold(twins, 'other', h100Key, told), asked, h100Key)).toBeUndefined();
    expect(toldFor(withTold(twins, 'config', rtxKey, told), asked, h100Key)).toBeUndefined();
  });
});
