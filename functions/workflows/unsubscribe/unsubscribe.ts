import { declinedFor, stopHolds } from '#domain/confirmation.ts';
import type { Report } from '#domain/event.ts';
import type { UnsubscribeScope } from '#domain/notice.ts';
import { type Recipient, unsubscribed } from '#domain/recipient.ts';
import type { Instant } from '#domain/time.ts';
import { watchInWords } from '#domain/watch.ts';
import { decideOnRecipient, type RecipientStore } from '#workflows/recipients.ts';

/** Everything that unsubscribing needs of the world. */
export type UnsubscribeWorld = {
  readonly store: RecipientStore & {
    readMail(mailId: string): Promise<{ recipientId: string; watches: readonly { id: string }[] } | undefined>;
  };
  readonly clock: () => Instant;
  readonly report: Report;
};

type Link = { readonly recipientId: string; readonly mailId: string };

/** The watches of a link that still wait; those that are done or ended have nothing left to stop. */
const waiting = async (world: UnsubscribeWorld, recipient: Recipient, link: Link, scope: UnsubscribeScope) => {
  const mail = scope === 'these' ? await world.store.readMail(link.mailId) : undefined;
  const named = mail?.recipientId === recipient.id ? new Set(mail.watches.map(({ id }) => id)) : new Set<string>();
  return Object.values(recipient.watches)
    .filter(({ standing }) => standing.state === 'armed')
    .map(({ watch }) => watch)
    .filter(({ id }) => scope === 'all' || named.has(id));
};

const inWords = (watches: Awaited<ReturnType<typeof waiting>>) => watches.map(({ criteria }) => watchInWords(criteria));

/** What a link would stop, in words. Changes nothing. */
export const watchesOfLink = async (
  world: UnsubscribeWorld,
  link: Link,
  scope: UnsubscribeScope,
): Promise<string[]> => {
  const found = await world.store.readRecipient(link.recipientId);
  return found === undefined ? [] : inWords(await waiting(world, found.recipient, link, scope));
};

/**
 * Stops the watches of a link and answers which, in words; none if they were stopped before. With all of them, nobody may make others
 * for the address without asking it anew. Safe to repeat.
 */
export const unsubscribe = async (world: UnsubscribeWorld, link: Link, scope: UnsubscribeScope): Promise<string[]> => {
  const stopped = await decideOnRecipient(world.store, link.recipientId, async (recipient) => {
    const known =
      recipient && scope === 'all' && recipient.confirmations
        ? declinedFor(recipient, world.clock(), stopHolds)
        : recipient;
    const watches = known === undefined ? [] : await waiting(world, known, link, scope);
    if (known === undefined || watches.length === 0) {
      return { ...(known === undefined || known === recipient ? {} : { save: known }), result: [] };
    }
    // With all of them goes what is still owed for those that are over.
    const ids = scope === 'all' ? Object.keys(known.watches) : watches.map(({ id }) => id);
    return { save: unsubscribed(known, ids, world.clock()), result: inWords(watches) };
  });
  if (stopped.length > 0) {
    world.report({ event: 'unsubscribed', recipientId: link.recipientId, watches: stopped.length });
  }
  return stopped;
};
