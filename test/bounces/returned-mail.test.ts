import { describe, expect, test } from 'vitest';
import { accepted, planMail, refused, suppressed } from '#domain/mailing.ts';
import { newRecipient, type Recipient } from '#domain/recipient.ts';
import {
  afterReturned,
  endsWriting,
  type ReturnedMail,
  suppressionOf,
  takingMailAgain,
} from '#domain/returned-mail.ts';
import { hour } from '#domain/time.ts';
import { h100, owedFor, personWith } from '../handlers/people.ts';

const sentAt = Date.UTC(2026, 10, 2, 11);
const writtenAt = sentAt - 1000;
const now = sentAt + 60_000;
const mail: ReturnedMail = {
  mailId: 'm1',
  recipientId: 'ada',
  about: 'availability',
  how: 'bounced-for-good',
  because: 'a mail to it bounced for good',
  sentAt,
};

/** Somebody with a `once` watch that a mail has told of, and another watch for something else. */
const told: Recipient = accepted(
  {
    ...personWith('ada', { w1: { region: 'as-south-1', configId: h100.split('/')[1] ?? '' }, w2: { model: 'B200' } }),
    owed: owedFor('w1'),
  },
  {
    rowKeys: [`w1 ${h100}`],
    told: [{ watchId: 'w1', offer: h100, openedAt: sentAt - 600_000, open: true }],
    writtenAt,
  },
);
const standings = ({ watches }: Recipient) => Object.values(watches).map(({ standing }) => standing.state);

test('what ends writing to an address', () => {
  const hows = ['bounced-for-good', 'bounced', 'rejected', 'complained'] as const;
  expect(hows.filter((how) => endsWriting({ ...mail, how }))).toEqual(['bounced-for-good', 'complained']);
});

describe('a mail about watches that bounced for good', () => {
  const after = afterReturned(told, mail, writtenAt, now);

  test('has told nobody: its watch waits again, and fires anew for the same window once mails arrive', () => {
    expect(standings(told)).toEqual(['done', 'armed']);
    expect(standings(after)).toEqual(['armed', 'armed']);
    expect(after.watches.w1?.told).toEqual({});
    expect(after.watches.w2).toBe(told.watches.w2);
  });

  test('nothing is sent meanwhile, whatever becomes owed', () => {
    expect(planMail({ ...after, owed: owedFor('w1') }, 10, now + 100 * hour)).toEqual({
      act: 'keep',
      because: mail.because,
    });
  });

  test('noted twice: nothing more', () => {
    expect(afterReturned(after, mail, writtenAt, now + hour)).toBe(after);
  });

  test('a watch that was ended meanwhile stays ended, and what another mail told stays told', () => {
    const ended = { state: 'ended', at: now, because: 'unsubscribed' } as const;
    const news = { openedAt: sentAt, mailedAt: writtenAt + 1 };
    const w1 = told.watches.w1;
    if (w1 === undefined) throw new Error('no watch');
    const later = { ...told, watches: { w1: { ...w1, standing: ended, told: { ...w1.told, other: news } } } };
    const kept = afterReturned(later, mail, writtenAt, now).watches.w1;
    expect(kept?.standing).toBe(ended);
    expect(kept?.told).toEqual({ other: news });
  });
});

test.each(['bounced', 'rejected'] as const)('a mail that %s changes nothing for its recipient', (how) => {
  expect(afterReturned(told, { ...mail, how }, writtenAt, now)).toBe(told);
});

test('a mail that its reader called spam was read: nothing more is sent, and nothing is told again', () => {
  const after = afterReturned(told, { ...mail, how: 'complained' }, writtenAt, now);
  expect(suppressionOf(after)).toEqual({ because: mail.because, since: now });
  expect(after.watches).toBe(told.watches);
});

test('a refusal of the mail service, which is tried again, is no suppression, and becomes one', () => {
  const refusedOnce = refused(newRecipient('ada', 'ada@example.com'), 'MessageRejected', now);
  expect(suppressionOf(refusedOnce)).toBeUndefined();
  expect(suppressionOf(afterReturned(refusedOnce, mail, undefined, now))).toMatchObject({ because: mail.because });
});

describe('somebody says that the address takes mail again', () => {
  const again = takingMailAgain(suppressed(told, 'bounced', now), now + hour);

  test('it is written to', () => {
    expect(suppressionOf(again)).toBeUndefined();
    expect(planMail({ ...again, owed: owedFor('w1') }, 10, now + 2 * hour).act).toBe('send');
  });

  test('what comes back of a mail from before says nothing about it any more; of one from after it does', () => {
    expect(afterReturned(again, { ...mail, sentAt: now + hour }, writtenAt, now + 2 * hour)).toBe(again);
    const later = afterReturned(again, { ...mail, sentAt: now + hour + 1 }, undefined, now + 2 * hour);
    expect(suppressionOf(later)).toMatchObject({ since: now + 2 * hour });
  });
});
