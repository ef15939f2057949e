import { suppressed } from './mailing.ts';
import type { MailIdentity } from './outgoing-mail.ts';
import type { KeptWatch, Recipient, Undeliverable } from './recipient.ts';
import type { Instant } from './time.ts';

/**
 * A mail that the mail service took over and that did not do what it was sent for. `bounced-for-good`: the address takes no
 * mail; `bounced`: this mail was not delivered, or so it seems, since an out-of-office answer looks the same; `rejected`: the
 * mail service did not send it after all; `complained`: it arrived, and its reader called it spam. `because` is in words of
 * ours and in the mail service's own names for what happened: no address is in it. `sentAt`: when the mail service took it over.
 */
export type ReturnedMail = MailIdentity & {
  readonly how: 'bounced-for-good' | 'bounced' | 'rejected' | 'complained';
  readonly because: string;
  readonly sentAt: Instant;
};

/** Whether nothing is to be sent to the address any more. */
export const endsWriting = ({ how }: ReturnedMail): boolean => {
  switch (how) {
    case 'bounced-for-good':
    case 'complained':
      return true;
    case 'bounced':
    case 'rejected':
      return false;
  }
};

/** A watch as if the mail of that time had not been written: nobody has read it. */
const untold = (kept: KeptWatch, writtenAt: Instant): KeptWatch => {
  const { standing } = kept;
  const wasDone = standing.state === 'done' && standing.at === writtenAt;
  const told = Object.entries(kept.told).filter(([, { mailedAt }]) => mailedAt !== writtenAt);
  if (!wasDone && told.length === Object.keys(kept.told).length) return kept;
  return { ...kept, standing: wasDone ? { state: 'armed' } : standing, told: Object.fromEntries(told) };
};

/**
 * What a mail that came back changes for its recipient. One that bounced for good, or was complained about, ends writing to
 * the address; what the former told of is untold again, so that its watches wait until mails arrive. Recording it twice
 * changes nothing, nor does a mail that was sent before somebody said that the address takes mail.
 *
 * @param writtenAt when the mail about watches was written; missing where it was about none
 */
export const afterReturned = (
  recipient: Recipient,
  mail: ReturnedMail,
  writtenAt: Instant | undefined,
  now: Instant,
): Recipient => {
  if (!endsWriting(mail) || mail.sentAt <= (recipient.takesMailSince ?? Number.NEGATIVE_INFINITY)) return recipient;
  const ended = suppressed(recipient, mail.because, now);
  if (mail.how !== 'bounced-for-good' || writtenAt === undefined) return ended;
  const watches = Object.entries(ended.watches).map(([id, kept]) => [id, untold(kept, writtenAt)] as const);
  if (watches.every(([id, kept]) => kept === ended.watches[id])) return ended;
  return { ...ended, watches: Object.fromEntries(watches) };
};

/** Why nothing is sent to an address until somebody says that it takes mail again; undefined where something may be. */
export const suppressionOf = ({ undeliverable }: Recipient): Undeliverable | undefined =>
  undeliverable?.retryAt === undefined ? undeliverable : undefined;

/** The operator's trouble about an address to which nothing is sent any more. */
export const suppressedKey = (recipientId: string): string => `suppressed#${recipientId}`;

/** Somebody says that the address takes mail again: what comes back of earlier mails says nothing about it any more. */
export const takingMailAgain = (recipient: Recipient, now: Instant): Recipient => {
  const { undeliverable: _undeliverable, failure: _failure, ...rest } = recipient;
  return { ...rest, takesMailSince: now };
};
