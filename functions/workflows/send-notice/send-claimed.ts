import type { Report } from '#domain/event.ts';
import { failed, recorded, refused, type UnsentPlan } from '#domain/mailing.ts';
import type { RenderedMail, SendResult } from '#domain/notice.ts';
import type { MailTopic, OutgoingMail } from '#domain/outgoing-mail.ts';
import type { Recipient } from '#domain/recipient.ts';
import type { Instant } from '#domain/time.ts';
import { decideOnRecipient, type RecipientStore } from '#workflows/recipients.ts';

/** What came of one message. `undelivered` must not be taken off the queue: it is to end where somebody sees it. */
export type SendNoticeOutcome = 'sent' | 'nothing-to-send' | 'later' | 'undelivered';

/** Everything that handing over a claimed mail needs of the world. */
export type SendClaimedWorld = {
  readonly store: RecipientStore;
  /** Hands a mail to the mail service; expected refusals are answered, not thrown. */
  readonly mailer: { send(address: string, mail: OutgoingMail): Promise<SendResult> };
  readonly clock: () => Instant;
  readonly report: Report;
};

/** A mail whose recipient is claimed for it. `rows`: how many things it tells of; `accept` records its yes on the recipient as it is then. */
export type ClaimedMail = {
  readonly recipient: Recipient;
  readonly mailId: string;
  readonly about: MailTopic;
  readonly rendered: RenderedMail;
  readonly rows: number;
  readonly accept: (current: Recipient) => Recipient;
};

/** Records what came of a mail on the recipient as it is now. */
const record = (
  world: SendClaimedWorld,
  { recipient }: ClaimedMail,
  change: (current: Recipient) => Recipient,
): Promise<void> =>
  decideOnRecipient(world.store, recipient.id, (current) =>
    current === undefined ? { result: undefined } : { save: change(current), result: undefined },
  );

/** Sends a mail whose rows are claimed, and records what came of it. */
export const sendClaimed = async (world: SendClaimedWorld, claimed: ClaimedMail): Promise<SendNoticeOutcome> => {
  const { recipient, mailId, about, rendered, rows, accept } = claimed;
  const recipientId = recipient.id;
  const identity = { mailId, recipientId, about };
  const sent = await world.mailer.send(recipient.address, { ...rendered, identity });
  const now = world.clock();
  switch (sent.result) {
    case 'accepted': {
      await record(world, claimed, accept);
      const { subject } = rendered;
      world.report({ event: 'mail-sent', recipientId, mailId, messageId: sent.messageId, subject, rows, at: now });
      return 'sent';
    }
    case 'failed': {
      const change = (current: Recipient) => failed(current, sent.because, now);
      await record(world, claimed, (current) => recorded(current, mailId, { change }));
      const retryAt = change(recipient).failure?.retryAt ?? now;
      world.report({ event: 'mail-failed', recipientId, because: sent.because, retryAt });
      return 'later';
    }
    case 'refused': {
      const change = (current: Recipient) => refused(current, sent.because, now);
      await record(world, claimed, (current) => recorded(current, mailId, { change }));
      world.report({ event: 'mail-undeliverable', recipientId, because: sent.because });
      return 'undelivered';
    }
  }
};

/** What is left to say when there is nothing to send now. */
export const notNow = (world: SendClaimedWorld, recipientId: string, plan: UnsentPlan): SendNoticeOutcome => {
  switch (plan.act) {
    case 'nothing':
      return 'nothing-to-send';
    case 'wait':
      world.report({ event: 'mail-held', recipientId, until: plan.until, because: plan.because });
      return 'later';
    case 'keep':
      // Told as undeliverable when it was refused; every further reception is only another step to the dead letters.
      return 'undelivered';
  }
};
