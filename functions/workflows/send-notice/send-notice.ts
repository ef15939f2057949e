import { type ComposedMail, composeMail, type OfferFacts, offersOwed } from '#domain/availability-mail.ts';
import { historyKept, mailKept } from '#domain/keeping.ts';
import { claimSending, type MailPlan, planMail, recorded, type UnsentPlan } from '#domain/mailing.ts';
import type { AvailabilityMail, RenderedMail } from '#domain/notice.ts';
import type { OfferKey } from '#domain/offer.ts';
import type { OfferState, PastWindow } from '#domain/offer-state.ts';
import type { OwedRow, Recipient } from '#domain/recipient.ts';
import type { Instant } from '#domain/time.ts';
import { decideOnRecipient } from '#workflows/recipients.ts';
import {
  type ClaimedMail,
  notNow,
  type SendClaimedWorld,
  type SendNoticeOutcome,
  sendClaimed,
} from './send-claimed.ts';

/** Everything that sending needs of the world. */
export type SendNoticeWorld = SendClaimedWorld & {
  readonly store: {
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
  readonly unsubscribeUrl: (link: { recipientId: string; mailId: string; expiresAt: Instant }) => string;
  readonly newId: () => string;
};

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

/**
 * Composes and renders the mail that is due, keeps what its links need, and claims its rows; or answers why there is none. What
 * cannot be rendered is never claimed, so that its message fails every time and ends where somebody sees it.
 */
const claimMail = (world: SendNoticeWorld, mailsPerHour: number, recipientId: string) =>
  decideOnRecipient<ClaimedMail | UnsentPlan>(world.store, recipientId, async (recipient) => {
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
    const { mail, accepted } = composed;
    const result = {
      recipient,
      mailId,
      about: 'availability',
      rendered,
      rows: mail.rows.length + mail.creations.length + mail.expired.length,
      accept: (current: Recipient) => recorded(current, mailId, { accepted }),
    } as const;
    return { save: claimSending(recipient, mailId, world.clock()), result };
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
