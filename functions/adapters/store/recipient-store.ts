import {
  mailRecordSchema,
  offerStateSchema,
  pastWindowSchema,
  readItem,
  versionedSchema,
} from '#adapters/store/items.ts';
import type { Table } from '#adapters/store/table.ts';
import { mailKept } from '#domain/keeping.ts';
import type { OfferKey } from '#domain/offer.ts';
import type { OfferState, PastWindow } from '#domain/offer-state.ts';
import type { Recipient } from '#domain/recipient.ts';
import { type Instant, second } from '#domain/time.ts';
import type { Wish } from '#domain/watch.ts';

/** A recipient as read, and the version that the next write must find; 0 for one that is not there yet. */
export type Versioned = { readonly recipient: Recipient; readonly version: number };

/** What an unsubscribe link needs to know of a mail: whose it was and which watches it named. */
export type MailRecord = {
  readonly mailId: string;
  readonly recipientId: string;
  readonly watches: readonly { readonly id: string; readonly words: string }[];
  readonly writtenAt: Instant;
};

const keyOf = (recipientId: string) => ({ pk: `recipient#${recipientId}`, sk: 'recipient' });

const storedWish = <W extends Wish>(wish: W) =>
  wish.create === undefined ? wish : { ...wish, create: JSON.stringify(wish.create) };

/** A recipient as the table keeps it: what watches are to make as JSON. */
const stored = (recipient: Recipient) => ({
  ...recipient,
  watches: Object.fromEntries(
    Object.entries(recipient.watches).map(([id, { watch, made, ...kept }]) => [
      id,
      { ...kept, watch: storedWish(watch), ...(made === undefined ? {} : { made: storedWish(made) }) },
    ]),
  ),
});

/** Recipients and their mails. A recipient is one item, written only over the version that was read. */
export const createRecipientStore = (table: Table) => ({
  readRecipient: async (recipientId: string): Promise<Versioned | undefined> => {
    const item = await table.get(keyOf(recipientId));
    if (item === undefined) return undefined;
    return readItem(versionedSchema, item, 'recipient');
  },
  /** False if somebody else wrote the recipient meanwhile: read it and decide again. */
  saveRecipient: (recipient: Recipient, version: number): Promise<boolean> =>
    table.put(
      { ...keyOf(recipient.id), version: version + 1, recipient: stored(recipient) },
      version === 0
        ? { condition: 'attribute_not_exists(pk)' }
        : { condition: 'version = :version', values: { ':version': version } },
    ),
  /** Keeps which watches a mail names, before it is sent, so that its links always work. */
  saveMail: async ({ mailId, ...mail }: MailRecord): Promise<void> => {
    await table.put({
      pk: `mail#${mailId}`,
      sk: 'mail',
      ...mail,
      ttl: Math.ceil((mail.writtenAt + mailKept) / second),
    });
  },
  readMail: async (mailId: string): Promise<MailRecord | undefined> => {
    const item = await table.get({ pk: `mail#${mailId}`, sk: 'mail' });
    return item && { mailId, ...readItem(mailRecordSchema, item, 'mail') };
  },
  /** The newest state of an offer. */
  readOffer: async (offer: OfferKey): Promise<OfferState | undefined> => {
    const item = await table.get({ pk: 'availability', sk: `offer#${offer}` });
    return item && readItem(offerStateSchema, item.state, 'offer');
  },
  /** Windows of an offer that closed after a time, oldest first. */
  readWindows: async (offer: OfferKey, since: Instant): Promise<PastWindow[]> => {
    const windows: PastWindow[] = [];
    for await (const page of table.query(`window#${offer}`, { consistent: false })) {
      windows.push(...page.map((item) => readItem(pastWindowSchema, item, 'window')));
    }
    return windows.filter(({ closedAt }) => closedAt > since);
  },
});
