import { type ComposedMail, composeMail, type OfferFacts, offersOwed } from '#domain/availability-mail.ts';
import type { Report } from '#domain/event.ts';
import { historyKept, mailKept } from '#domain/keeping.ts';
import { claimSending, failed, type MailPlan, planMail, recorded, refused } from '#domain/mailing.ts';
import type { AvailabilityMail, RenderedMail, SendResult } from '#domain/notice.ts';
import type { OfferKey } from '#domain/offer.ts';
import type { OfferState, PastWindow } from '#domain/offer-state.ts';
import type { OutgoingMail } from '#domain/outgoing-mail.ts';
import type { OwedRow, Recipient } from '#domain/recipient.ts';
import type { Instant } from '#domain/time.ts';
import { decideOnRecipient, type RecipientStore } from '#workflows/recipients.ts';

/** Everything that sending needs of the world. */
export type SendNoticeWorld = {
  readonly store: RecipientStore & {
    saveMail(mail: {
      mailId: string;
      recipientId: string;
      watches: readonly { id: string; words: string }[];
      writtenAt: Instant;
    }): Promise<void>;
    readOffer(offer: OfferKey): Promise<OfferState | undefined>;
    readWindows(offer: OfferKey, since: Instant): Promise<PastWindow[]>;
  };
  readonly render: (mail: AvailabilityMail) => RenderedMail | Promise<RenderedMail>;
  /** Hands a mail to the mail service; expected refusals are answered, not thrown. */
  readonly mailer: { send(address: string, mail: OutgoingMail): Promise<SendResult> };
  readonly unsubscribeUrl: (link: { recipientId: string; mailId: string; expiresAt: Instant }) => string;
  readonly clock: () => Instant;
  readonly newId: () => string;
  readonly report: Report;
};

/** What came of one message. `undelivered` must not be taken off the queue: it is to end where somebody sees it. */
export type SendNoticeOutcome = 'sent' | 'nothing-to-send' | 'later' | 'undelivered';

/** What is owed speaks of offers that the table does not hold. */
export class NothingKnownError extends Error {
  override readonly name = 'NothingKnownError';
}

const factsFor = async (
  world: SendNoticeWorld,
  recipient: Recipient,
  owed: Readonly<Record<string, OwedRow>>,
): Promise<Map<OfferKey, OfferFacts>> => {
  const since = world.clock() - historyKept;
  const facts = await Promise.all(
    offersOwed(recipient, owed).map(async (offer) => {
      const [state, windows] = await Promise.all([world.store.readOffer(offer), world.store.readWindows(offer, since)]);
      return state === undefined ? [] : [[offer, { state, windows }] as const];
    }),
  );
  return new Map(facts.flat());
};

const compose = async (
  world: SendNoticeWorld,
  recipient: Recipient,
  plan: Extract<MailPlan, { act: 'send' }>,
  mailId: string,
): Promise<ComposedMail> => {
  const facts = await factsFor(world, recipient, plan.rows);
  const writtenAt = world.clock();
  const unsubscribeUrl = world.unsubscribeUrl({ recipientId: recipient.id, mailId, expiresAt: writtenAt + mailKept });
  const rest = plan.restFollowsAt === undefined ? {} : { restFollowsAt: plan.restFollowsAt };
  return composeMail(recipient, plan.rows, facts, { writtenAt, unsubscribeUrl, ...rest });
};

type Claimed = {
  readonly recipient: Recipient;
  readonly mailId: string;
  readonly composed: ComposedMail;
  readonly rendered: RenderedMail;
};

/** Records what came of a mail on the recipient as it is now. */
const record = (world: SendNoticeWorld, { recipient, mailId }: Claimed, result: Parameters<typeof recorded>[2]) =>
  decideOnRecipient(world.store, recipient.id, (current) =>
    current === undefined ? { result: undefined } : { save: recorded(current, mailId, result), result: undefined },
  );

/** Sends a mail whose rows are claimed, and records what came of it. */
const sendClaimed = async (world: SendNoticeWorld, claimed: Claimed): Promise<SendNoticeOutcome> => {
  const { recipient, mailId, composed, rendered } = claimed;
  const recipientId = recipient.id;
  const identity = { mailId, recipientId, about: 'availability' } as const;
  const sent = await world.mailer.send(recipient.address, { ...rendered, identity });
  const now = world.clock();
  switch (sent.result) {
    case 'accepted': {
      await record(world, claimed, { accepted: composed.accepted });
      const { rows: windows, creations, expired } = composed.mail;
      const rows = windows.length + creations.length + expired.length;
      const { subject } = rendered;
      world.report({ event: 'mail-sent', recipientId, mailId, messageId: sent.messageId, subject, rows, at: now });
      return 'sent';
    }
    case 'failed': {
      await record(world, claimed, { change: (current) => failed(current, sent.because, now) });
      const retryAt = failed(recipient, sent.because, now).failure?.retryAt ?? now;
      world.report({ event: 'mail-failed', recipientId, because: sent.because, retryAt });
      return 'later';
    }
    case 'refused':
      await record(world, claimed, { change: (current) => refused(current, sent.because, now) });
      world.report({ event: 'mail-undeliverable', recipientId, because: sent.because });
      return 'undelivered';
  }
};

/** What is left to say when there is nothing to send now. */
const notNow = (
  world: SendNoticeWorld,
  recipientId: string,
  plan: Exclude<MailPlan, { act: 'send' }>,
): SendNoticeOutcome => {
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

/**
 * Composes and renders the mail that is due, keeps what its links need, and claims its rows; or answers why there is none. What
 * cannot be rendered is never claimed, so that its message fails every time and ends where somebody sees it.
 */
const claimMail = (world: SendNoticeWorld, mailsPerHour: number, recipientId: string) =>
  decideOnRecipient<Claimed | Exclude<MailPlan, { act: 'send' }>>(world.store, recipientId, async (recipient) => {
    if (recipient === undefined) return { result: { act: 'nothing', because: 'nothing-owed' } };
    const plan = planMail(recipient, mailsPerHour, world.clock());
    if (plan.act !== 'send') return { result: plan };
    const mailId = world.newId();
    const composed = await compose(world, recipient, plan, mailId);
    if (composed.accepted.rowKeys.length === 0) {
      throw new NothingKnownError(`Recipient ${recipientId} is owed rows of which the table knows nothing.`);
    }
    const rendered = await world.render(composed.mail);
    await world.store.saveMail({ mailId, recipientId, watches: composed.watches, writtenAt: composed.mail.writtenAt });
    return { save: claimSending(recipient, mailId, world.clock()), result: { recipient, mailId, composed, rendered } };
  });

/**
 * Sends a recipient everything that is owed, in one mail, once: the rows are claimed before the mail service is asked, and
 * recorded as told after its yes. Whatever is not sent stays owed and is announced again by watch-availability.
 */
export const sendNotice = async (
  world: SendNoticeWorld,
  settings: { readonly mailsPerHour: number },
  recipientId: string,
): Promise<SendNoticeOutcome> => {
  const claim = await claimMail(world, settings.mailsPerHour, recipientId);
  return 'act' in claim ? notNow(world, recipientId, claim) : sendClaimed(world, claim);
};
