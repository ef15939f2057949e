import { describe, expect, test } from 'vitest';
import { claimSending, failed, type MailPlan, planMail, refused, sendingClaim, suppressed } from '#domain/mailing.ts';
import type { Recipient } from '#domain/recipient.ts';
import { hour, minute, second } from '#domain/time.ts';
import { at, exactH100, owing, recipientWith, watch } from './given.ts';

const idle = recipientWith(watch('w', exactH100));
const owed = owing(idle, 'w');
const send: MailPlan = { act: 'send', rows: owed.owed };
/** Mails accepted at these minutes. */
const mailed = (...minutes: number[]): Recipient => ({ ...owed, mailedAt: minutes.map(at) });
const spread = (count: number, from = 0) => Array.from({ length: count }, (_, index) => from + index);

describe('planMail', () => {
  test('nothing owed: nothing to do, whatever else stands there', () => {
    expect(planMail(idle, 10, at(0))).toEqual({ act: 'nothing', because: 'nothing-owed' });
    expect(planMail(suppressed(claimSending(idle, 'm', at(0)), 'bounced', at(0)), 10, at(0)).act).toBe('nothing');
  });
  test('something owed: everything owed in one mail', () => {
    const both = owing(recipientWith(watch('w', exactH100), watch('v', exactH100)), 'w', 'v');
    expect(planMail(both, 10, at(0))).toEqual({ act: 'send', rows: both.owed });
  });
});

describe('at most 10 availability mails an hour; the tenth says when the rest follows', () => {
  const table: [string, Recipient, number, number, MailPlan][] = [
    ['8 mails in the last hour: the ninth says nothing', mailed(...spread(8)), 10, 30, send],
    ['9 mails: the tenth says when the rest follows', mailed(...spread(9)), 10, 30, { ...send, restFollowsAt: at(60) }],
    [
      '10 mails: waits until the first of them is an hour old',
      mailed(...spread(10)),
      10,
      30,
      { act: 'wait', until: at(60), because: 'hourly-limit' },
    ],
    [
      '10 mails, one of them just an hour old: again the tenth',
      mailed(...spread(10)),
      10,
      60,
      { ...send, restFollowsAt: at(61) },
    ],
    [
      '10 mails, one of them not quite an hour old',
      mailed(...spread(10)),
      10,
      60 - 1 / 60,
      { act: 'wait', until: at(60), because: 'hourly-limit' },
    ],
    [
      'more than the limit (it was lowered): waits until fewer than it',
      mailed(...spread(12)),
      10,
      30,
      { act: 'wait', until: at(62), because: 'hourly-limit' },
    ],
    [
      'the order in which they were recorded does not matter',
      mailed(...spread(10).toReversed()),
      10,
      30,
      { act: 'wait', until: at(60), because: 'hourly-limit' },
    ],
    ['10 mails long ago', mailed(...spread(10, -90)), 10, 30, send],
    ['a limit of 1: each mail says so', mailed(), 1, 30, { ...send, restFollowsAt: at(90) }],
    ['a limit of 1: the second waits', mailed(20), 1, 30, { act: 'wait', until: at(80), because: 'hourly-limit' }],
  ];
  test.each(table)('%s', (_, recipient, limit, minutes, plan) => {
    expect(planMail(recipient, limit, at(minutes))).toEqual(plan);
  });
});

describe('another sender: its rows are nobody else’s until its claim has run out', () => {
  const claimed = claimSending(owed, 'm1', at(0));
  test('waits, and takes over afterwards', () => {
    expect(claimed).toEqual({ ...owed, sending: { mailId: 'm1', until: at(0) + sendingClaim } });
    const wait = { act: 'wait', until: at(1.5), because: 'another-sender' };
    expect(planMail(claimed, 10, at(0))).toEqual(wait);
    expect(planMail(claimed, 10, at(1.5) - 1)).toEqual(wait);
    expect(planMail(claimed, 10, at(1.5))).toEqual(send);
  });
  test('a claim lasts longer than a mail call can', () => {
    expect(sendingClaim).toBe(90 * second);
  });
});

describe('a try that may succeed later', () => {
  test('the next one waits 1, 2, 4, … up to 30 minutes', () => {
    let recipient = owed;
    const waits: number[] = [];
    for (let tries = 0; tries < 40; tries += 1) {
      recipient = failed(claimSending(recipient, 'm', at(0)), 'throttled', at(0));
      waits.push(((recipient.failure?.retryAt ?? 0) - at(0)) / minute);
    }
    expect(waits.slice(0, 7)).toEqual([1, 2, 4, 8, 16, 30, 30]);
    expect(waits.at(-1)).toBe(30);
  });
  test('the claim is given back and everything is still owed', () => {
    const after = failed(claimSending(owed, 'm', at(0)), 'throttled', at(0));
    expect(after).toEqual({ ...owed, failure: { count: 1, retryAt: at(1), because: 'throttled' } });
    expect(planMail(after, 10, at(1) - 1)).toEqual({ act: 'wait', until: at(1), because: 'failed-before' });
    expect(planMail(after, 10, at(1))).toEqual(send);
  });
});

describe('what cannot be sent is kept and visible', () => {
  test('refused for good: kept, and tried again after 6 h, since the reason may be mended', () => {
    const after = refused(failed(claimSending(owed, 'm', at(0)), 'x', at(0)), 'not verified', at(5));
    const undeliverable = { because: 'not verified', since: at(5), retryAt: at(5) + 6 * hour };
    expect(after).toEqual({ ...owed, undeliverable });
    const keep = { act: 'keep', because: 'not verified', until: at(5) + 6 * hour };
    expect(planMail(after, 10, at(5))).toEqual(keep);
    expect(planMail(after, 10, at(5) + 6 * hour - 1)).toEqual(keep);
    expect(planMail(after, 10, at(5) + 6 * hour)).toEqual(send);
  });
  test('refused again: since the first time', () => {
    const again = refused(refused(owed, 'not verified', at(0)), 'still not', at(400));
    expect(again.undeliverable).toEqual({ because: 'still not', since: at(0), retryAt: at(400) + 6 * hour });
  });
  test('suppressed: not written to at all, for as long as it stands', () => {
    const after = suppressed(owed, 'complained', at(0));
    expect(after).toEqual({ ...owed, undeliverable: { because: 'complained', since: at(0) } });
    for (const now of [at(0), at(1e6)])
      expect(planMail(after, 10, now)).toEqual({ act: 'keep', because: 'complained' });
  });
  test('a suppressed address stays so when the mail that was on its way is refused', () => {
    const after = refused(suppressed(claimSending(owed, 'm', at(0)), 'bounced', at(0)), 'on the list', at(1));
    expect(after).toEqual(suppressed(owed, 'bounced', at(0)));
  });
  test('a failure meanwhile does not make it deliverable', () => {
    const after = failed(suppressed(owed, 'bounced', at(0)), 'throttled', at(1));
    expect(planMail(after, 10, at(500)).act).toBe('keep');
  });
});
