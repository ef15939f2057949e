import type { MailIdentity } from '#domain/outgoing-mail.ts';
import { type Instant, second } from '#domain/time.ts';

/** A mail as SES remembers it: to whom it went, when, and its tags as they were sent. */
export type SentMail = { readonly to: string; readonly sentAt: Instant; readonly identity: MailIdentity };

/** What comes back of a mail, in the fields of SES. */
export type Misfortune =
  | { readonly eventType: 'Bounce'; readonly bounceType: string; readonly bounceSubType?: string | undefined }
  | { readonly eventType: 'Complaint'; readonly feedback?: string | undefined }
  | { readonly eventType: 'Reject' };

export const permanent: Misfortune = { eventType: 'Bounce', bounceType: 'Permanent', bounceSubType: 'General' };
export const mailboxFull: Misfortune = { eventType: 'Bounce', bounceType: 'Transient', bounceSubType: 'MailboxFull' };
export const complaint: Misfortune = { eventType: 'Complaint', feedback: 'abuse' };
export const rejection: Misfortune = { eventType: 'Reject' };

const iso = (at: Instant) => new Date(at).toISOString();

const factsOf = (misfortune: Misfortune, { to }: SentMail, at: Instant): Record<string, unknown> => {
  const feedbackId = '01000157c44f053b-61b59c11-9236-11e6-8f96-7be8aexample-000000';
  switch (misfortune.eventType) {
    case 'Bounce': {
      const { bounceType, bounceSubType } = misfortune;
      const status = bounceType === 'Permanent' ? '5.1.1' : '4.2.2';
      const diagnosticCode = `smtp; 550 ${status} <${to}>: user unknown`;
      return {
        bounce: {
          bounceType,
          bounceSubType,
          bouncedRecipients: [{ emailAddress: to, action: 'failed', status, diagnosticCode }],
          timestamp: iso(at),
          feedbackId,
          reportingMTA: 'dsn; mta.example.com',
        },
      };
    }
    case 'Complaint':
      return {
        complaint: {
          complainedRecipients: [{ emailAddress: to }],
          timestamp: iso(at),
          feedbackId,
          complaintSubType: null,
          complaintFeedbackType: misfortune.feedback,
          userAgent: 'ExampleCorp Feedback Loop (V0.01)',
          arrivalDate: iso(at),
        },
      };
    case 'Reject':
      return { reject: { reason: 'Bad content' } };
  }
};

const detailTypes = { Bounce: 'Email Bounced', Complaint: 'Email Complaint Received', Reject: 'Email Rejected' };

/**
 * An event as EventBridge hands it to Lambda. Sources: "Examples of event data that Amazon SES publishes" (the detail) and
 * "Amazon Simple Email Service events" in the EventBridge reference (source and detail types).
 */
export const sesEvent = (sent: SentMail, misfortune: Misfortune, at: Instant = sent.sentAt + 2 * second) => ({
  version: '0',
  id: '7bf73129-1428-4cd3-a780-95db273d1602',
  'detail-type': detailTypes[misfortune.eventType],
  source: 'aws.ses',
  account: '123456789012',
  time: iso(at),
  region: 'us-east-1',
  resources: ['arn:aws:ses:us-east-1:123456789012:configuration-set/warden'],
  detail: {
    eventType: misfortune.eventType,
    ...factsOf(misfortune, sent, at),
    mail: {
      timestamp: iso(sent.sentAt),
      source: 'GPU Warden <warden@example.com>',
      sourceArn: 'arn:aws:ses:us-east-1:123456789012:identity/warden@example.com',
      sendingAccountId: '123456789012',
      messageId: 'EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000',
      destination: [sent.to],
      headersTruncated: false,
      headers: [
        { name: 'To', value: sent.to },
        { name: 'Subject', value: 'Last warning' },
      ],
      commonHeaders: { to: [sent.to], subject: 'Last warning' },
      tags: {
        'ses:configuration-set': ['warden'],
        'ses:source-ip': ['192.0.2.0'],
        'ses:from-domain': ['example.com'],
        'ses:caller-identity': ['send-notice'],
        ...Object.fromEntries(Object.entries(sent.identity).map(([name, value]) => [name, [value]])),
      },
    },
  },
});
