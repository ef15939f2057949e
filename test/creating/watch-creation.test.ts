import { describe, expect, test } from 'vitest';
import {
  awaitsCreation,
  type CreationNews,
  creates,
  isStillDue,
  mostRefusals,
  withCreation,
  withTry,
} from '#domain/creating/watch-creation.ts';
import { judge } from '#domain/judge-recipient.ts';
import { accepted } from '#domain/mailing.ts';
import type { OfferState } from '#domain/offer-state.ts';
import { cancelled, type Recipient, withChangedWatch } from '#domain/recipient.ts';
import { hour } from '#domain/time.ts';
import type { Watch } from '#domain/watch.ts';
import {
  afterLooks,
  at,
  closedSince,
  exactH100,
  h100Key,
  openSince,
  recipientWith,
  rtx5090,
  rtxKey,
  standingOf,
  watch,
  withFree,
  withTold,
} from '../domain/given.ts';

const create = { project: 'prj-1', name: 'ann-train', templateId: 'tpl-a' };
const making = (changes: Partial<Watch> = {}): Watch => watch('w1', exactH100, { source: 'api', create, ...changes });

const look = (recipient: Recipient, minutes: number, ...offers: OfferState[]): Recipient =>
  judge(recipient, offers, at(minutes)).recipient;
const creationOf = (recipient: Recipient) => recipient.watches.w1?.creation;
const newsIn = ({ owed }: Recipient): CreationNews[] =>
  Object.values(owed).flatMap((row) => (row.kind === 'creation' ? [row.news] : []));

const due = look(recipientWith(making()), 5, openSince(3));
const begun = withCreation(due, 'w1', { state: 'creating', name: 'ann-train-1', at: at(5) }, 1.99, at(5));
const made = { state: 'created', name: 'ann-train-1', runtimeId: 'rt-1', at: at(6) } as const;

describe('what is to be made', () => {
  test('is due in the window that is open, once, beside the alert', () => {
    expect(creationOf(due)).toMatchObject({ due: { offer: h100Key, openedAt: at(3), since: at(5) }, refusals: 0 });
    expect(Object.values(due.owed).map(({ kind }) => kind)).toEqual(['window']);
    const again = judge(due, [openSince(3)], at(9));
    expect(again.creationsChanged).toBe(false);
    expect(again.recipient).toEqual(due);
    expect(creates(due)).toBe(true);
  });

  test('is not due while nothing is open, nor for a watch that makes nothing', () => {
    expect(creates(look(recipientWith(making()), 5, closedSince(3)))).toBe(false);
    expect(creates(look(recipientWith(watch('w1', exactH100)), 5, openSince(3)))).toBe(false);
  });

  test('is of the cheapest offer that fits', () => {
    const any = { gpus: 1, vendor: 'NVIDIA' };
    const two = look(recipientWith(making({ criteria: any })), 5, openSince(3), openSince(4, rtx5090));
    expect(creationOf(two)?.due?.offer).toBe(rtxKey);
  });

  test('moves on to another offer where its own closed meanwhile', () => {
    const any = { gpus: 1, vendor: 'NVIDIA' };
    const first = look(recipientWith(making({ criteria: any })), 5, openSince(3), openSince(4, rtx5090));
    const next = look(first, 6, openSince(3), closedSince(6, rtx5090));
    expect(creationOf(next)?.due?.offer).toBe(h100Key);
    expect(newsIn(next)).toEqual([]);
  });

  test('was missed where the window closed, which is told, once a day', () => {
    const missed = look(due, 6, closedSince(6));
    expect(creationOf(missed)?.due).toBeUndefined();
    expect(newsIn(missed)).toEqual([{ state: 'missed' }]);
    const reopened = afterLooks([
      { minutes: 6, offer: withFree(0) },
      { minutes: 10, offer: withFree(8) },
    ]);
    const again = look(look(missed, 10, reopened), 11, closedSince(11));
    expect(newsIn(again)).toHaveLength(1);
    const later = look(look({ ...again, owed: {} }, 1_500, openSince(1_500)), 1_501, closedSince(1_501));
    expect(newsIn(later)).toHaveLength(1);
  });

  test('is due no more once the watch is over', () => {
    const over = look(cancelled(due, ['w1'], at(6)), 7, openSince(3));
    expect(creates(over)).toBe(false);
    expect(newsIn(over)).toEqual([]);
  });
});

describe('a once watch', () => {
  const told = (recipient: Recipient) =>
    accepted(recipient, {
      rowKeys: Object.keys(recipient.owed),
      told: [{ watchId: 'w1', offer: h100Key, openedAt: at(3), open: true }],
      writtenAt: at(6),
    });

  test('that told its window waits on for its runtime, and is done with it', () => {
    expect(standingOf(told(due), 'w1')).toBe('armed');
    const done = withCreation(told(begun), 'w1', made, undefined, at(7));
    expect(standingOf(done, 'w1')).toBe('done');
  });

  test('is told of another window as sparingly as one for every window', () => {
    const again = afterLooks([
      { minutes: 3, offer: withFree(8) },
      { minutes: 10, offer: withFree(0) },
      { minutes: 50, offer: withFree(8) },
    ]);
    const { fired, recipient } = judge(told(due), [again], at(50));
    expect(fired).toEqual([]);
    expect(creationOf(recipient)?.due?.openedAt).toBe(at(50));
  });

  test('is done with its runtime although its window was not told yet: what was made tells it', () => {
    const done = withCreation(begun, 'w1', made, undefined, at(6));
    expect(Object.values(done.owed)).toEqual([
      {
        kind: 'creation',
        watchId: 'w1',
        offer: h100Key,
        openedAt: at(3),
        owedAt: at(6),
        news: { state: 'created', project: 'prj-1', name: 'ann-train-1', runtimeId: 'rt-1', usdPerHour: 1.99 },
      },
    ]);
  });
});

test('one for every window goes on after its runtime was made, and makes no other', () => {
  const every = look(recipientWith(making({ notify: 'every' })), 5, openSince(3));
  const creating = withCreation(every, 'w1', { state: 'creating', name: 'ann-train-1', at: at(5) }, 1.99, at(5));
  const after = withCreation(creating, 'w1', made, undefined, at(6));
  expect(standingOf(after, 'w1')).toBe('armed');
  const kept = after.watches.w1;
  expect(kept && awaitsCreation(kept)).toBe(false);
  expect(creates(look(after, 500, openSince(500)))).toBe(false);
});

test('what was made is told although the watch was cancelled meanwhile', () => {
  const after = withCreation(cancelled(begun, ['w1'], at(6)), 'w1', made, undefined, at(7));
  expect(newsIn(after)).toMatchObject([{ state: 'created' }]);
  expect(newsIn(cancelled(after, ['w1'], at(8)))).toHaveLength(1);
});

describe('a refusal', () => {
  const refuse = (recipient: Recipient, minutes: number) =>
    withTry(recipient, 'w1', { state: 'refused', because: 'no such template', counts: true }, at(minutes));

  test('is told, and the next try is in another window', () => {
    const refused = refuse(due, 6);
    expect(newsIn(refused)).toEqual([{ state: 'refused', because: 'no such template', last: false }]);
    expect(creates(look(refused, 7, openSince(3)))).toBe(false);
    expect(creates(look(refused, 60, openSince(50)))).toBe(true);
  });

  test('the third is the last, and a once watch that has told is done', () => {
    let recipient = due;
    for (let count = 0; count < mostRefusals; count += 1) {
      const opened = 10 * count + 3;
      recipient = refuse(look(recipient, opened, openSince(opened)), opened + 1);
    }
    expect(newsIn(recipient).at(-1)).toMatchObject({ state: 'refused', last: true });
    expect(creates(look(recipient, 100, openSince(99)))).toBe(false);
    expect(standingOf(recipient, 'w1')).toBe('armed');
    const toldBefore = accepted(due, {
      rowKeys: Object.keys(due.owed),
      told: [{ watchId: 'w1', offer: h100Key, openedAt: at(3), open: true }],
      writtenAt: at(4),
    });
    let told = toldBefore;
    for (let count = 0; count < mostRefusals; count += 1) {
      const opened = 10 * count + 3;
      told = refuse(look(told, opened, openSince(opened)), opened + 1);
    }
    expect(standingOf(told, 'w1')).toBe('done');
  });

  test('counts no more once the watch asks for something else', () => {
    const refused = refuse(due, 6);
    const kept = refused.watches.w1;
    if (kept === undefined) throw new Error('the watch is gone');
    const changed = withChangedWatch(refused, kept, { ...kept.watch, criteria: { ...exactH100, gpus: 2 } });
    expect(creationOf(changed)).toEqual({ creation: { state: 'available' }, refusals: 0 });
  });
});

test('a limit, and an answer that stays unclear, are told once a day', () => {
  for (const [before, news] of [
    [due, { state: 'held', because: 'it costs too much' }],
    [begun, { state: 'unclear', name: 'ann-train-1' }],
  ] as const) {
    const once = withTry(before, 'w1', news, at(6));
    expect(newsIn(once)).toEqual([news]);
    expect(withTry(once, 'w1', news, at(7))).toBe(once);
    const sent = { ...once, owed: {} };
    expect(withTry(sent, 'w1', news, at(7))).toBe(sent);
    expect(newsIn(withTry(sent, 'w1', news, at(6) + 24 * hour))).toHaveLength(1);
  }
});

describe('somebody who was faster', () => {
  const lose = (recipient: Recipient, minutes: number) =>
    withTry(recipient, 'w1', { state: 'refused', because: '409: 0 available', counts: false }, at(minutes));

  test('ends the window and not the creating, however often; it is told once a day', () => {
    let recipient = due;
    for (let count = 0; count < 2 * mostRefusals; count += 1) {
      const opened = 10 * count + 3;
      recipient = lose(look(recipient, opened, openSince(opened)), opened + 1);
      expect(creates(look(recipient, opened + 2, openSince(opened)))).toBe(false);
    }
    expect(creationOf(recipient)?.refusals).toBe(0);
    expect(newsIn(recipient)).toEqual([{ state: 'refused', because: '409: 0 available', last: false }]);
    expect(creates(look(recipient, 100, openSince(99)))).toBe(true);
  });

  test('sends it to another offer, and not back into the same window', () => {
    const any = { gpus: 1, vendor: 'NVIDIA' };
    const both = [openSince(3), openSince(4, rtx5090)];
    const first = lose(look(recipientWith(making({ criteria: any })), 5, ...both), 6);
    const second = look(first, 7, ...both);
    expect(creationOf(second)?.due?.offer).toBe(h100Key);
    expect(creates(look(lose(second, 8), 9, ...both))).toBe(false);
  });
});

test('a refusal that is the last ends a once watch only if its window was told as open', () => {
  let recipient = withTold(due, 'w1', h100Key, { openedAt: at(3), mailedAt: at(4), closed: true });
  for (let count = 0; count < mostRefusals; count += 1) {
    const opened = 10 * count + 3;
    const again = look(recipient, opened, openSince(opened));
    recipient = withTry(again, 'w1', { state: 'refused', because: 'no', counts: true }, at(opened + 1));
  }
  expect(standingOf(recipient, 'w1')).toBe('armed');
});

test('what is told of a watch that is over is what costs money', () => {
  const held = withTry(due, 'w1', { state: 'held', because: 'b' }, at(6));
  expect(newsIn(held)).toHaveLength(1);
  expect(newsIn(cancelled(held, ['w1'], at(7)))).toEqual([]);
  const unclear = withTry(begun, 'w1', { state: 'unclear', name: 'n' }, at(6));
  expect(newsIn(cancelled(unclear, ['w1'], at(7)))).toHaveLength(1);
  const refused = { state: 'refused', because: 'b', counts: true } as const;
  const over = withCreation(cancelled(begun, ['w1'], at(6)), 'w1', { state: 'available' }, undefined, at(7));
  expect(newsIn(withTry(over, 'w1', refused, at(7)))).toEqual([]);
  // Another has begun meanwhile: a late refusal is not of that.
  expect(withTry(begun, 'w1', refused, at(7))).toBe(begun);
});

test('a spec is forgotten once its runtime is there, or the watch is over', () => {
  const secret = { ...create, templateSpec: { env: { TOKEN: 'secret' } }, sshKeys: ['ssh-ed25519 A'] };
  const waiting = look(recipientWith(making({ create: secret })), 5, openSince(3));
  const asked = withCreation(waiting, 'w1', { state: 'creating', name: 'ann-train-1', at: at(5) }, 1.99, at(5));
  const whileAsked = cancelled(asked, ['w1'], at(6));
  expect(JSON.stringify(whileAsked)).toContain('secret');
  for (const over of [
    withCreation(whileAsked, 'w1', { state: 'available' }, undefined, at(7)),
    withCreation(asked, 'w1', made, undefined, at(6)),
    cancelled(waiting, ['w1'], at(6)),
  ]) {
    expect(JSON.stringify(over)).not.toContain('secret');
    expect(over.watches.w1?.watch.create).toMatchObject({ project: 'prj-1', name: 'ann-train' });
  }
});

test('what was seen is acted on only while it is still so', () => {
  const seen = due.watches.w1;
  const moved = look(due, 60, openSince(50)).watches.w1;
  if (seen === undefined || moved === undefined) throw new Error('the watch is gone');
  expect(isStillDue(seen, seen)).toBe(true);
  expect(isStillDue(moved, seen)).toBe(false);
  expect(isStillDue({ ...seen, watch: { ...seen.watch, criteria: { ...exactH100, gpus: 2 } } }, seen)).toBe(false);
  expect(isStillDue({ ...seen, standing: { state: 'ended', at: 0, because: 'cancelled' } }, seen)).toBe(false);
});
