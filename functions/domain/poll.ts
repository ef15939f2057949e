import type { WardenEvent } from './event.ts';
import type { Listing } from './listing.ts';
import { type Offer, type OfferKey, offerKey } from './offer.ts';
import {
  baseGpus,
  type OfferState,
  type PastWindow,
  priceOf,
  seeAbsence,
  seeRow,
  tellsTheSame,
} from './offer-state.ts';
import { type Instant, minute } from './time.ts';

/** How much time the polls have really observed: milliseconds on an odometer that stands still while polls are missed. */
export type Odometer = { readonly observed: number; readonly lastCompleteAt?: Instant };

/** Two complete looks further apart than this leave the time between them unobserved. */
const longestObservedGap = 5 * minute;

/** Moves the odometer on by the time since the last complete listing. An incomplete listing observes nothing. */
export const advanceOdometer = (odometer: Odometer, listing: Listing<unknown>): Odometer => {
  if (!listing.complete) return odometer;
  const gap = listing.askedAt - (odometer.lastCompleteAt ?? listing.askedAt);
  if (gap < 0) return odometer;
  return {
    observed: odometer.observed + (gap <= longestObservedGap ? gap : 0),
    lastCompleteAt: listing.askedAt,
  };
};

/**
 * A listing without a single row says nothing: the provider lists an offer with nothing free as `None`, so an empty answer
 * is a fault of the answer, not of every machine at once.
 */
export const doubtEmpty = <T>(listing: Listing<T>): Listing<T> =>
  listing.complete && listing.rows.length === 0
    ? { askedAt: listing.askedAt, rows: [], complete: false, because: ['the listing came without a single offer'] }
    : listing;

/** What a listing taught: the states that changed and must be written, and all states as they are now. */
export type Seen = {
  readonly changed: readonly { readonly before: OfferState | undefined; readonly after: OfferState }[];
  readonly states: ReadonlyMap<OfferKey, OfferState>;
};

/**
 * Takes in a listing. Rows that it shows change what we know, whether it is complete or not; only a complete one closes the
 * windows of offers that it does not show. `sizes` are the numbers of GPUs that watches ask for.
 */
export const seeListing = (
  known: ReadonlyMap<OfferKey, OfferState>,
  listing: Listing<Offer>,
  sizes: readonly number[],
  observed: number,
): Seen => {
  const states = new Map(known);
  const shown = new Set<OfferKey>();
  for (const row of listing.rows) {
    const key = offerKey(row.value);
    shown.add(key);
    states.set(key, seeRow(states.get(key), row, sizes, observed));
  }
  if (listing.complete) {
    for (const [key, state] of known) {
      if (!shown.has(key)) states.set(key, seeAbsence(state, { askedAt: listing.askedAt, observed }, sizes));
    }
  }
  const changed = [...states]
    .map(([key, after]) => ({ before: known.get(key), after }))
    .filter(({ before, after }) => !tellsTheSame(before, after));
  return { changed, states };
};

/** The window of an offer that just closed, for its history; undefined where none did. */
export const windowJustClosed = (before: OfferState | undefined, after: OfferState): PastWindow | undefined => {
  const track = after.tracks[baseGpus];
  return before?.tracks[baseGpus]?.state === 'open' && track?.state === 'closed' ? track.last : undefined;
};

/** What a change is worth saying in a line: an offer's own window opened or closed. */
export const eventsOf = (before: OfferState | undefined, after: OfferState): WardenEvent[] => {
  const offer = { region: after.region, configId: after.hardware.configId, gpuModel: after.hardware.gpuModel };
  const closed = windowJustClosed(before, after);
  if (closed !== undefined) {
    return [{ event: 'window-closed', ...offer, openedAt: closed.openedAt, at: closed.closedAt }];
  }
  const track = after.tracks[baseGpus];
  const price = priceOf(after);
  if (before?.tracks[baseGpus]?.state === 'open' || track?.state !== 'open' || price === undefined) return [];
  const gpus = after.counts === undefined ? {} : { gpus: after.counts.available };
  return [{ event: 'window-opened', ...offer, ...gpus, pricePerGpuHour: price, at: track.openedAt }];
};

/** Offers whose watches must be looked at: something rose and was not matched yet, or time alone made a watch due. */
export const offersToMatch = (states: ReadonlyMap<OfferKey, OfferState>, now: Instant): OfferState[] =>
  [...states.values()].filter(
    (state) => state.matchPending || (state.lookAgainAt !== undefined && state.lookAgainAt <= now),
  );

/** An offer's state once its watches were looked at. */
export const matched = (state: OfferState, lookAgainAt: Instant | undefined): OfferState => {
  const { lookAgainAt: _old, ...rest } = state;
  return { ...rest, matchPending: false, ...(lookAgainAt === undefined ? {} : { lookAgainAt }) };
};

/** How many offers can be rented now. */
export const countRentable = (states: ReadonlyMap<OfferKey, OfferState>): number =>
  [...states.values()].filter((state) => state.tracks[baseGpus]?.state === 'open').length;
