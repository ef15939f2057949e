import { describe, expect, test } from 'vitest';
import { claimSending, failed, recorded, refused } from '#domain/mailing.ts';
import { at, exactH100, h100Key, owing, recipientWith, standingOf, watch } from './given.ts';

const owed = owing(recipientWith(watch('w', exactH100)), 'w');
const mail = {
  rowKeys: Object.keys(owed.owed),
  told: [{ watchId: 'w', offer: h100Key, openedAt: at(0), open: true }],
  writtenAt: at(1),
};
const ours = claimSending(owed, 'ours', at(1));
const theirs = claimSending(owed, 'theirs', at(3));

describe("a mail's result is recorded by whoever holds the claim", () => {
  test('a yes ends the claim, and what was owed is told', () => {
    const after = recorded(ours, 'ours', { accepted: mail });
    expect(after.sending).toBeUndefined();
    expect(after.owed).toEqual({});
    expect(standingOf(after, 'w')).toBe('done');
  });

  test('a yes that comes when another sender has the claim is written down, and leaves the claim', () => {
    const after = recorded(theirs, 'ours', { accepted: mail });
    expect(after.sending?.mailId).toBe('theirs');
    expect(after.owed).toEqual({});
  });

  test('a yes recorded twice, since the first record seemed lost, is one mail', () => {
    const once = recorded(ours, 'ours', { accepted: mail });
    expect(recorded(once, 'ours', { accepted: mail })).toEqual(once);
  });

  test('a yes that nobody holds a claim for any more is still written down', () => {
    expect(recorded(owed, 'ours', { accepted: mail }).owed).toEqual({});
  });

  test.each([
    ['failure', (recipient: typeof owed) => failed(recipient, 'throttled', at(4))],
    ['refusal', (recipient: typeof owed) => refused(recipient, 'rejected', at(4))],
  ])("a late %s says nothing about another's mail", (_, change) => {
    expect(recorded(theirs, 'ours', { change })).toEqual(theirs);
    expect(recorded(ours, 'ours', { change }).sending).toBeUndefined();
  });
});
