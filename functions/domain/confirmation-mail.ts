import { askedEvery, confirmationFor, type WaitingConfirmation } from './confirmation.ts';
import { hindrance, suppression, type UnsentPlan } from './mailing.ts';
import type { Recipient } from './recipient.ts';
import type { Instant } from './time.ts';

/** Somebody who waits for an address to be asked by mail. */
export type OwedConfirmation = { readonly personId: string; readonly confirmation: WaitingConfirmation };

/** What to do now for an address that is to be asked whether it may be mailed. */
export type ConfirmationPlan =
  | UnsentPlan
  | { readonly act: 'send'; readonly asking: readonly [OwedConfirmation, ...OwedConfirmation[]] };

/** More than these who ask for one address on one day come in the next mail. */
const mostInAMail = 10;

const owedConfirmations = (recipient: Recipient, now: Instant): OwedConfirmation[] =>
  Object.keys(recipient.confirmations ?? {})
    .flatMap((personId) => {
      const confirmation = confirmationFor(recipient, personId, now);
      const isOwed = confirmation?.state === 'waiting' && confirmation.mailedAt === undefined;
      return isOwed ? [{ personId, confirmation }] : [];
    })
    .sort((a, b) => a.confirmation.askedAt - b.confirmation.askedAt || (a.personId < b.personId ? -1 : 1));

/** Asks for everybody who waits in one mail, and no more often than once a day. */
export const planConfirmation = (recipient: Recipient, now: Instant): ConfirmationPlan => {
  const [first, ...others] = owedConfirmations(recipient, now);
  if (first === undefined) return { act: 'nothing', because: 'nothing-owed' };
  const hindered = hindrance(recipient, now);
  if (hindered !== undefined) return hindered;
  const mayAskAt = (recipient.askedForMailAt ?? Number.NEGATIVE_INFINITY) + askedEvery;
  if (now < mayAskAt) return { act: 'wait', until: mayAskAt, because: 'daily-limit' };
  return { act: 'send', asking: [first, ...others.slice(0, mostInAMail - 1)] };
};

/** A mail that asks an address, which the mail service took over: for whom it asks. */
export type AcceptedConfirmation = {
  readonly mailId: string;
  readonly personIds: readonly string[];
  readonly writtenAt: Instant;
};

/**
 * Records it over the recipient as it is now: whoever took their asking back meanwhile stays away, and another sender's claim stays.
 */
export const confirmationMailed = (
  recipient: Recipient,
  { mailId, personIds, writtenAt }: AcceptedConfirmation,
): Recipient => {
  const { sending, failure: _failure, undeliverable: _undeliverable, ...rest } = recipient;
  const asked = personIds.flatMap((personId) => {
    const confirmation = recipient.confirmations?.[personId];
    return confirmation?.state === 'waiting' ? [[personId, { ...confirmation, mailedAt: writtenAt }] as const] : [];
  });
  return {
    ...rest,
    ...suppression(recipient),
    ...(sending === undefined || sending.mailId === mailId ? {} : { sending }),
    confirmations: { ...recipient.confirmations, ...Object.fromEntries(asked) },
    askedForMailAt: writtenAt,
  };
};
