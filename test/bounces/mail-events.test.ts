import { describe, expect, test } from 'vitest';
import { MailEventNotUnderstoodError, readMailEvent } from '#adapters/mail-events.ts';
import { mailTopics } from '#domain/outgoing-mail.ts';
import {
  complaint,
  type Misfortune,
  mailboxFull,
  permanent,
  rejection,
  type SentMail,
  sesEvent,
} from '#local/ses-events.ts';

const sentAt = Date.UTC(2026, 10, 2, 9);
const sent: SentMail = {
  to: 'ada@example.com',
  sentAt,
  identity: { mailId: '6f1c', recipientId: 'r-ada', about: 'warning' },
};
const read = (misfortune: Misfortune) => readMailEvent(sesEvent(sent, misfortune));
const bounce = (bounceType: string, bounceSubType?: string): Misfortune => ({
  eventType: 'Bounce',
  bounceType,
  bounceSubType,
});

describe('what came back', () => {
  test.each<[Misfortune, string, string]>([
    [permanent, 'bounced-for-good', 'a mail to it bounced for good (Permanent, General, 5.1.1)'],
    [bounce('Permanent', 'OnAccountSuppressionList'), 'bounced-for-good', expect.stringContaining('SuppressionList')],
    [bounce('Permanent'), 'bounced-for-good', 'a mail to it bounced for good (Permanent, 5.1.1)'],
    [mailboxFull, 'bounced', 'a mail to it came back (Transient, MailboxFull, 4.2.2)'],
    [bounce('Undetermined', 'Undetermined'), 'bounced', expect.stringContaining('Undetermined')],
    // A type that SES may bring tomorrow: the mail came back, and no more is said of the address.
    [bounce('Delayed'), 'bounced', expect.stringContaining('Delayed')],
    [complaint, 'complained', 'its reader called a mail spam (abuse)'],
    [{ eventType: 'Complaint' }, 'complained', 'its reader called a mail spam'],
    [{ eventType: 'Complaint', feedback: 'fraud' }, 'complained', expect.stringContaining('fraud')],
    [rejection, 'rejected', 'the mail service did not send a mail to it (Bad content)'],
  ])('%j', (misfortune, how, because) => {
    expect(read(misfortune)).toEqual({ ...sent.identity, sentAt, how, because });
  });

  test.each(['not-spam', 'Not-Spam'])('a reader who says %s complains about nothing', (feedback) => {
    expect(read({ eventType: 'Complaint', feedback })).toBeUndefined();
  });

  test.each(mailTopics)('a mail about %s is known again', (about) => {
    const event = sesEvent({ ...sent, identity: { ...sent.identity, about } }, permanent);
    expect(readMailEvent(event)?.about).toBe(about);
  });

  test('of what others put into an answer nothing is told that is no plain name', () => {
    const hostile = 'a\u001b[31m <ada@example.com> '.repeat(3);
    expect(read(bounce('Permanent', hostile))?.because).toBe('a mail to it bounced for good (Permanent, 5.1.1)');
    expect(read(bounce('x'.repeat(61), 'ada@example.com'))?.because).toBe('a mail to it came back (4.2.2)');
  });
});

test.each(['Send', 'Delivery', 'DeliveryDelay', 'Open', 'Click', 'Rendering Failure', 'Subscription', 'New'])(
  'an event of type %s tells of no mail that came back, whatever else is in it',
  (eventType) => {
    expect(readMailEvent({ source: 'aws.ses', detail: { eventType } })).toBeUndefined();
  },
);

describe('what is not understood', () => {
  const { detail, ...envelope } = sesEvent(sent, permanent);
  const withMail = (changes: object) => ({ ...envelope, detail: { ...detail, mail: { ...detail.mail, ...changes } } });
  const withTags = (changes: object) => withMail({ tags: { ...detail.mail.tags, ...changes } });

  test.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /An event.*invalid_type/],
    ['a text', JSON.stringify(sesEvent(sent, permanent)), /An event/],
    ['no detail', envelope, /An event.*detail/],
    ['no type', { ...envelope, detail: { ...detail, eventType: undefined } }, /An event.*detail\.eventType/],
    ['a feedback notification of another kind', { detail: { notificationType: 'Bounce' } }, /detail\.eventType/],
    ['a bounce without a bounce', { ...envelope, detail: { ...detail, bounce: undefined } }, /A bounce.*bounce/],
    ['a complaint with a bounce', { detail: { ...detail, eventType: 'Complaint' } }, /A complaint.*complaint/],
    ['a rejection without its reason', { detail: { ...detail, eventType: 'Reject' } }, /A rejection.*reject/],
    ['no time', withMail({ timestamp: 'yesterday' }), /A bounce.*mail\.timestamp/],
    ['no tags', withMail({ tags: undefined }), /A bounce.*mail\.tags/],
    ['tags that are not ours', withMail({ tags: { campaign: ['x'] } }), /mail\.tags\.mailId/],
    ['an empty tag', withTags({ mailId: [] }), /mail\.tags\.mailId/],
    ['a topic that we never send', withTags({ about: ['ada@example.com'] }), /mail\.tags\.about/],
  ])('%s: refused, without a word of what stands in it', (_what, event, words) => {
    const failure = (() => {
      try {
        return readMailEvent(event);
      } catch (error) {
        return error;
      }
    })();
    expect(failure).toBeInstanceOf(MailEventNotUnderstoodError);
    expect(String(failure)).toMatch(words);
    expect(String(failure)).not.toMatch(/ada|example|@|6f1c/);
  });
});
