import pLimit from 'p-limit';
import type { Board, IndexEntry } from '#domain/board.ts';
import { quietAfterMail } from '#domain/firing.ts';
import type { OfferKey } from '#domain/offer.ts';
import { type OfferState, stateKey } from '#domain/offer-state.ts';
import { matched, offersToMatch } from '#domain/poll.ts';
import { type Judgement, toldFor } from '#domain/recipient.ts';
import { type Instant, minute } from '#domain/time.ts';
import { exactOffer } from '#domain/watch.ts';
import { bucketsFor } from '#domain/watch-index.ts';
import { lookAtRecipient } from './look-at-recipient.ts';
import type { Run, WatchAvailabilityWorld } from './world.ts';

const recipientsAtOnce = 16;
/** An entry without its watch may belong to one that is being made this moment; older than this it is left over. */
const entrySettlesWithin = 10 * minute;

/** Takes away or puts off an index entry of which nothing can come for now. */
const tidyEntry = async (world: WatchAvailabilityWorld, entry: IndexEntry, judgement: Judgement | undefined) => {
  const kept = judgement?.recipient.watches[entry.watchId];
  const now = world.clock();
  if (judgement === undefined || kept === undefined || kept.standing.state !== 'armed') {
    if (now - entry.createdAt > entrySettlesWithin) await world.store.removeEntry(entry);
    return;
  }
  const offer = exactOffer(kept.watch.criteria);
  if (offer === undefined || kept.watch.notify === 'once') return;
  const told = toldFor(judgement.recipient, kept.watch, offer);
  const quietUntil = (told?.mailedAt ?? 0) + quietAfterMail;
  if (quietUntil > now && quietUntil > entry.notBefore) await world.store.postponeEntry(entry, quietUntil);
};

const sooner = (a: Instant | undefined, b: Instant | undefined): Instant | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);

/** Looks at the recipients of one page of entries; answers when the offer should be looked at again for them. */
const matchPage = async (
  world: WatchAvailabilityWorld,
  board: Board,
  offer: OfferKey,
  entries: readonly IndexEntry[],
  announced: Set<string>,
): Promise<Instant | undefined> => {
  const now = world.clock();
  const later = entries.filter((entry) => entry.notBefore > now);
  const due = Map.groupBy(
    entries.filter((entry) => entry.notBefore <= now),
    ({ recipientId }) => recipientId,
  );
  const owed: string[] = [];
  const limit = pLimit(recipientsAtOnce);
  const again = await limit.map(due, async ([recipientId, group]) => {
    const judgement = await lookAtRecipient(world, recipientId, board.offers);
    if (judgement !== undefined && judgement.fired.length > 0) owed.push(recipientId);
    for (const entry of group) await tidyEntry(world, entry, judgement);
    return judgement?.lookAgainAt[offer];
  });
  if (owed.length > 0) await world.queue.announce(owed);
  for (const recipientId of owed) announced.add(recipientId);
  return [...later.map(({ notBefore }) => notBefore), ...again].reduce<Instant | undefined>(sooner, undefined);
};

/** Looks at all watches that one offer may concern, unless time runs out: then the offer stays pending. */
const matchOffer = async (
  world: WatchAvailabilityWorld,
  run: Run,
  board: Board,
  state: OfferState,
  announced: Set<string>,
): Promise<void> => {
  let again: Instant | undefined;
  const offer = { ...state.hardware, region: state.region };
  for (const bucket of bucketsFor(offer, board.shapes)) {
    for await (const entries of world.store.readBucket(bucket)) {
      again = sooner(again, await matchPage(world, board, stateKey(state), entries, announced));
      if (world.clock() >= run.deadline) return;
    }
  }
  await world.store.saveOffer(matched(state, again));
};

/**
 * Matches the offers that need it with the watches that wait; answers the recipients that fired and were announced. An offer
 * whose match does not end (time, a failure) stays pending and is matched again by the next run; whoever fired already
 * stays silent then. One offer's failure does not stop the others.
 */
export const matchOffers = async (world: WatchAvailabilityWorld, run: Run, board: Board): Promise<Set<string>> => {
  const announced = new Set<string>();
  const failures: unknown[] = [];
  for (const state of offersToMatch(board.offers, world.clock())) {
    if (world.clock() >= run.deadline) break;
    try {
      await matchOffer(world, run, board, state, announced);
    } catch (failure) {
      failures.push(failure);
    }
  }
  if (failures.length > 0)
    throw new AggregateError(failures, `Offers that could not be matched: ${failures.join('; ')}`);
  return announced;
};
