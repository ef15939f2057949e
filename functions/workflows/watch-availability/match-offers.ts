import pLimit from 'p-limit';
import type { Board } from '#domain/board.ts';
import { awaitsCreation, creates } from '#domain/creating/watch-creation.ts';
import { quietUntil } from '#domain/firing.ts';
import { type Judgement, toldFor } from '#domain/judge-recipient.ts';
import type { OfferKey } from '#domain/offer.ts';
import { type OfferState, priceOf, stateKey } from '#domain/offer-state.ts';
import { matched, offersToMatch } from '#domain/poll.ts';
import { type Instant, minute, sooner } from '#domain/time.ts';
import { exactOffer, fitsVram } from '#domain/watch.ts';
import type { IndexEntry } from '#domain/watch-index.ts';
import { bucketsFor, gpusOfShape, type Shape } from '#domain/watch-index.ts';
import type { Fail } from '#workflows/attempts.ts';
import type { Run } from '#workflows/runs.ts';
import { lookAtRecipient } from './look-at-recipient.ts';
import type { WatchAvailabilityWorld } from './world.ts';

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
  // A quiet time is one for mails: what is to be created is so in every window.
  if (offer === undefined || kept.watch.notify === 'once' || awaitsCreation(kept)) return;
  const until = quietUntil(toldFor(judgement.recipient, kept.watch, offer));
  if (until > now && until > entry.notBefore) await world.store.postponeEntry(entry, until);
};

/** A match at work: who was announced so far, whose watches create something, and whom to tell of what goes wrong. */
type Matching = { readonly announced: Set<string>; readonly creating: Set<string>; readonly fail: Fail };

/** Announces recipients who are owed something now. If that fails, their markers announce them in the next run. */
const announceNow = async (
  world: WatchAvailabilityWorld,
  owed: readonly string[],
  matching: Matching,
): Promise<void> => {
  if (owed.length === 0) return;
  try {
    await world.queue.announce(owed);
    for (const recipientId of owed) matching.announced.add(recipientId);
  } catch (failure) {
    matching.fail(failure);
  }
};

/** Looks at the recipients of one page of entries; answers when the offer should be looked at again for them. */
const matchPage = async (
  world: WatchAvailabilityWorld,
  board: Board,
  offer: OfferKey,
  entries: readonly IndexEntry[],
  matching: Matching,
): Promise<Instant | undefined> => {
  const now = world.clock();
  const later = entries.filter((entry) => entry.notBefore > now).map(({ notBefore }) => notBefore);
  const due = Map.groupBy(
    entries.filter((entry) => entry.notBefore <= now),
    ({ recipientId }) => recipientId,
  );
  const owed: string[] = [];
  const again = await pLimit(recipientsAtOnce).map(due, async ([recipientId, group]) => {
    try {
      const judgement = await lookAtRecipient(world, recipientId, board.offers);
      if (judgement !== undefined && judgement.fired.length > 0) owed.push(recipientId);
      if (judgement !== undefined && creates(judgement.recipient)) matching.creating.add(recipientId);
      for (const entry of group) await tidyEntry(world, entry, judgement);
      return judgement?.lookAgainAt[offer];
    } catch (failure) {
      // One recipient's trouble is no other's: this one is looked at again in the next minute.
      matching.fail(failure);
      return now;
    }
  });
  await announceNow(world, owed, matching);
  return [...later, ...again].reduce<Instant | undefined>(sooner, undefined);
};

/** The shapes whose number of GPUs can be rented: no other watch can fire. */
const openShapes = (state: OfferState, shapes: readonly Shape[]): Shape[] =>
  shapes.filter((shape) => state.tracks[gpusOfShape(shape)]?.state === 'open');

/** Looks at all watches that one offer may concern; undefined if time ran out, which leaves the offer pending. */
const matchOffer = async (
  world: WatchAvailabilityWorld,
  run: Run,
  board: Board,
  state: OfferState,
  matching: Matching,
): Promise<OfferState | undefined> => {
  let again: Instant | undefined;
  const offer = { ...state.hardware, region: state.region };
  for (const bucket of bucketsFor(offer, openShapes(state, board.shapes))) {
    for await (const page of world.store.readBucket(bucket, priceOf(state))) {
      const entries = page.filter((entry) => fitsVram(entry, offer.vramGib));
      again = sooner(again, await matchPage(world, board, stateKey(state), entries, matching));
      if (world.clock() >= run.deadline) return undefined;
    }
  }
  const after = matched(state, again);
  return (await world.store.saveOffer(after)) ? after : undefined;
};

/** Who fired and was announced, whose watches are to create something, and the offers as they stand after the match. */
export type MatchResult = {
  readonly creating: ReadonlySet<string>;
  readonly announced: ReadonlySet<string>;
  readonly offers: ReadonlyMap<OfferKey, OfferState>;
};

/**
 * Matches the offers that need it with the watches that wait. An offer whose match does not end (time, a failure) stays
 * pending and is matched again by the next run; whoever fired already stays silent then. Neither one offer's failure nor one
 * recipient's stops the others.
 */
export const matchOffers = async (
  world: WatchAvailabilityWorld,
  run: Run,
  board: Board,
  fail: Fail,
): Promise<MatchResult> => {
  const matching: Matching = { announced: new Set(), creating: new Set(), fail };
  const offers = new Map(board.offers);
  for (const state of offersToMatch(board.offers, world.clock())) {
    if (world.clock() >= run.deadline) break;
    try {
      const after = await matchOffer(world, run, board, state, matching);
      if (after !== undefined) offers.set(stateKey(after), after);
    } catch (failure) {
      matching.fail(failure);
    }
  }
  return { announced: matching.announced, creating: matching.creating, offers };
};
