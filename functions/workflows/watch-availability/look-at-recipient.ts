import type { OfferKey } from '#domain/offer.ts';
import type { OfferState } from '#domain/offer-state.ts';
import { type Judgement, judge, newRecipient, type Recipient } from '#domain/recipient.ts';
import { decideOnRecipient } from '#workflows/recipients.ts';
import type { WatchAvailabilityWorld } from './world.ts';

/** Puts the marker that makes every run look at a recipient until nothing is left to do. */
const markRecipient = async (world: WatchAvailabilityWorld, recipientId: string): Promise<void> => {
  const now = world.clock();
  await world.store.putTodo({ recipientId, stamp: world.newId(), putAt: now, notBefore: now });
};

/**
 * Changes a recipient by a pure function; the marker is put first. An address is given where the recipient may be new.
 */
export const changeRecipient = async (
  world: WatchAvailabilityWorld,
  recipientId: string,
  change: (recipient: Recipient) => Recipient,
  address?: string,
): Promise<void> => {
  await markRecipient(world, recipientId);
  await decideOnRecipient(world.store, recipientId, (known) => {
    const current = known ?? (address === undefined ? undefined : newRecipient(recipientId, address));
    return current === undefined ? { result: undefined } : { save: change(current), result: undefined };
  });
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
  const judgement = await decideOnRecipient(world.store, recipientId, async (recipient) => {
    if (recipient === undefined) return { result: undefined };
    const result = judge(recipient, offers.values(), world.clock());
    if (!changes(result)) return { result };
    await markRecipient(world, recipientId);
    return { save: result.recipient, result };
  });
  if (judgement !== undefined) reportJudgement(world, judgement);
  return judgement;
};
