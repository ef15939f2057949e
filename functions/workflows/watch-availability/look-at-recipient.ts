import type { OfferKey } from '#domain/offer.ts';
import type { OfferState } from '#domain/offer-state.ts';
import { type Judgement, judge, newRecipient, type Recipient } from '#domain/recipient.ts';
import type { WatchAvailabilityWorld } from './world.ts';

/** A recipient was written by others at every one of our tries; the next run looks again. */
export class RecipientBusyError extends Error {
  override readonly name = 'RecipientBusyError';
}

const mostTries = 8;

/** Puts the marker that makes every run look at a recipient until nothing is left to do. */
export const markRecipient = async (world: WatchAvailabilityWorld, recipientId: string): Promise<void> => {
  const now = world.clock();
  await world.store.putTodo({ recipientId, stamp: world.newId(), putAt: now, notBefore: now });
};

/**
 * Changes a recipient by a pure function, over whatever others write meanwhile. The marker is put first. An address is
 * given where the recipient may be new.
 */
export const changeRecipient = async (
  world: WatchAvailabilityWorld,
  recipientId: string,
  change: (recipient: Recipient) => Recipient,
  address?: string,
): Promise<void> => {
  await markRecipient(world, recipientId);
  for (let tries = 0; tries < mostTries; tries += 1) {
    const found = await world.store.readRecipient(recipientId);
    if (found === undefined && address === undefined) return;
    const current = found?.recipient ?? newRecipient(recipientId, address ?? '');
    if (await world.store.saveRecipient(change(current), found?.version ?? 0)) return;
  }
  throw new RecipientBusyError(`Recipient ${recipientId} could not be written in ${mostTries} tries.`);
};

const changes = (judgement: Judgement) => judgement.fired.length > 0 || judgement.expired.length > 0;

const reportJudgement = (world: WatchAvailabilityWorld, { recipient, fired, expired }: Judgement): void => {
  for (const { watchId, offer } of fired) {
    const [region = '', configId = ''] = offer.split('/');
    world.report({ event: 'watch-fired', watchId, recipientId: recipient.id, region, configId });
  }
  for (const watchId of expired) world.report({ event: 'watch-expired', watchId, recipientId: recipient.id });
};

/**
 * Looks at one recipient against all offers. What fires or runs out is recorded in the recipient's item, the marker before
 * it; undefined if there is no such recipient.
 */
export const lookAtRecipient = async (
  world: WatchAvailabilityWorld,
  recipientId: string,
  offers: ReadonlyMap<OfferKey, OfferState>,
): Promise<Judgement | undefined> => {
  let marked = false;
  for (let tries = 0; tries < mostTries; tries += 1) {
    const found = await world.store.readRecipient(recipientId);
    if (found === undefined) return undefined;
    const judgement = judge(found.recipient, offers.values(), world.clock());
    if (!changes(judgement)) return judgement;
    if (!marked) await markRecipient(world, recipientId);
    marked = true;
    if (await world.store.saveRecipient(judgement.recipient, found.version)) {
      reportJudgement(world, judgement);
      return judgement;
    }
  }
  throw new RecipientBusyError(`Recipient ${recipientId} could not be written in ${mostTries} tries.`);
};
