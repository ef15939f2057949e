import { type Judgement, judge } from '#domain/judge-recipient.ts';
import type { OfferKey } from '#domain/offer.ts';
import type { OfferState } from '#domain/offer-state.ts';
import { markRecipient } from '#workflows/make-watches.ts';
import { decideOnRecipient } from '#workflows/recipients.ts';
import type { WatchAvailabilityWorld } from './world.ts';

const changes = ({ fired, expired, creationsChanged }: Judgement) =>
  fired.length > 0 || expired.length > 0 || creationsChanged;

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
