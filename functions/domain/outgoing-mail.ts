import type { RuntimeMail } from './guardrails/runtime-notice.ts';
import type { RenderedMail } from './notice.ts';

/** What a mail is about: job 1, whether an address may be mailed, or one of the mails of job 2. */
export type MailTopic = 'availability' | 'confirmation' | RuntimeMail['kind'];

export const mailTopics = [
  'availability',
  'confirmation',
  'warning',
  'deleted',
  'trouble',
  'daily',
] as const satisfies readonly MailTopic[];

/** What tells one of our mails from all others. The mail service keeps it with the mail, and names it in what it reports later. */
export type MailIdentity = { readonly mailId: string; readonly recipientId: string; readonly about: MailTopic };

/** A mail that is ready to go. */
export type OutgoingMail = RenderedMail & { readonly identity: MailIdentity };
