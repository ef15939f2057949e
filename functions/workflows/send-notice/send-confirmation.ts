import { confirmationWaits } from '#domain/confirmation.ts';
import { type ConfirmationPlan, confirmationMailed, planConfirmation } from '#domain/confirmation-mail.ts';
import { claimSending, type UnsentPlan } from '#domain/mailing.ts';
import type { AskForMail, ConfirmationMail, RenderedMail } from '#domain/notice.ts';
import type { Recipient } from '#domain/recipient.ts';
import type { Instant } from '#domain/time.ts';
import { decideOnRecipient } from '#workflows/recipients.ts';
import {
  type ClaimedMail,
  notNow,
  type SendClaimedWorld,
  type SendNoticeOutcome,
  sendClaimed,
} from './send-claimed.ts';

/** Everything that asking an address needs of the world. */
export type SendConfirmationWorld = SendClaimedWorld & {
  readonly renderConfirmation: (mail: ConfirmationMail) => RenderedMail | Promise<RenderedMail>;
  readonly confirmUrl: (link: { recipientId: string; personId: string; expiresAt: Instant }) => string;
  readonly newId: () => string;
};

const compose = (
  world: SendConfirmationWorld,
  recipientId: string,
  [first, ...others]: Extract<ConfirmationPlan, { act: 'send' }>['asking'],
  expiresAt: Instant,
): ConfirmationMail => {
  const askOf = ({ personId, confirmation: { askedBy, askedAt } }: typeof first): AskForMail => ({
    askedBy,
    askedAt,
    confirmUrl: world.confirmUrl({ recipientId, personId, expiresAt }),
  });
  return { expiresAt, asks: [askOf(first), ...others.map(askOf)] };
};

/** Renders the mail that is due and claims the recipient for it; or answers why there is none. */
const claimConfirmation = (world: SendConfirmationWorld, recipientId: string) =>
  decideOnRecipient<ClaimedMail | UnsentPlan>(world.store, recipientId, async (recipient) => {
    if (recipient === undefined) return { result: { act: 'nothing', because: 'nothing-owed' } };
    const writtenAt = world.clock();
    const plan = planConfirmation(recipient, writtenAt);
    if (plan.act !== 'send') return { result: plan };
    const mailId = world.newId();
    const mail = compose(world, recipientId, plan.asking, writtenAt + confirmationWaits);
    const personIds = plan.asking.map(({ personId }) => personId);
    const result = {
      recipient,
      mailId,
      about: 'confirmation',
      rendered: await world.renderConfirmation(mail),
      rows: personIds.length,
      accept: (current: Recipient) => confirmationMailed(current, { mailId, personIds, writtenAt }),
    } as const;
    return { save: claimSending(recipient, mailId, writtenAt), result };
  });

/**
 * Asks an address, by one mail, whether those who wait for that may have watches mailed to it. Whatever is not sent stays owed and is
 * announced again by watch-availability.
 */
export const sendConfirmation = async (
  world: SendConfirmationWorld,
  recipientId: string,
): Promise<SendNoticeOutcome> => {
  const claim = await claimConfirmation(world, recipientId);
  return 'act' in claim ? notNow(world, recipientId, claim) : sendClaimed(world, claim);
};
