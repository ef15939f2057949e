import { dequal } from 'dequal';
import { type Capacity, capacityOf, covers } from './capacity.ts';
import type { Listed } from './listing.ts';
import type { GpuConfig, Offer, OfferCounts, OfferKey } from './offer.ts';
import { offerKey } from './offer.ts';
import type { Instant } from './time.ts';

/** One number of GPUs that somebody waits for, and whether that many can be rented. `goneFor` is in observed milliseconds. */
export type Track =
  | { readonly state: 'open'; readonly openedAt: Instant; readonly goneFor?: number }
  | { readonly state: 'closed'; readonly since: Instant; readonly observedAtClose: number; readonly last?: PastWindow };

/** A window that is over. */
export type PastWindow = { readonly openedAt: Instant; readonly closedAt: Instant };

/**
 * What we remember of an offer: the newest facts, and one track per number of GPUs that watches ask for. `lookAgainAt` is
 * the next time at which an `every` watch may become due while nothing changes; `matchPending` says that watches have not
 * yet been matched with the newest change.
 */
export type OfferState = {
  readonly region: string;
  readonly hardware: GpuConfig;
  readonly listed: boolean;
  readonly availability?: string;
  readonly counts?: OfferCounts;
  /** When the facts in here were asked for at the provider; older facts never replace newer ones. */
  readonly askedAt: Instant;
  /** Since when the price stands, and what it was before. */
  readonly price?: { readonly now: number; readonly since: Instant; readonly before?: number };
  readonly tracks: Readonly<Record<string, Track>>;
  readonly matchPending: boolean;
  readonly lookAgainAt?: Instant;
};

/** The smallest number of GPUs; its track is the offer's own window, the one that history keeps. */
export const baseGpus = 1;

/** When a look happened, and how much time had been observed until then (milliseconds on the odometer). */
export type Look = { readonly askedAt: Instant; readonly observed: number };

const nextTrack = (track: Track | undefined, rentable: boolean, look: Look): Track => {
  if (rentable) {
    if (track?.state === 'open') return track;
    const goneFor = track === undefined ? undefined : look.observed - track.observedAtClose;
    return { state: 'open', openedAt: look.askedAt, ...(goneFor === undefined ? {} : { goneFor }) };
  }
  if (track?.state === 'closed') return track;
  const last = track && { last: { openedAt: track.openedAt, closedAt: look.askedAt } };
  return { state: 'closed', since: look.askedAt, observedAtClose: look.observed, ...last };
};

const nextTracks = (state: OfferState | undefined, capacity: Capacity, sizes: readonly number[], look: Look) => {
  const tracks: Record<string, Track> = { ...state?.tracks };
  for (const gpus of new Set([baseGpus, ...sizes])) {
    const rentable = covers(capacity, gpus);
    if (rentable !== undefined) tracks[gpus] = nextTrack(tracks[gpus], rentable, look);
  }
  return tracks;
};

const nextPrice = (state: OfferState | undefined, price: number, askedAt: Instant) => {
  const known = state?.price;
  if (known?.now === price) return known;
  return { now: price, since: askedAt, ...(known === undefined ? {} : { before: known.now }) };
};

const roseSince = (before: OfferState | undefined, after: OfferState): boolean =>
  Object.entries(after.tracks).some(
    ([gpus, track]) => track.state === 'open' && before?.tracks[gpus]?.state !== 'open',
  ) ||
  (before?.price !== undefined && after.price !== undefined && after.price.now < before.price.now);

/** The offer's state after a row was seen. Facts asked for before the ones we have change nothing. */
export const seeRow = (
  state: OfferState | undefined,
  row: Listed<Offer>,
  sizes: readonly number[],
  observed: number,
): OfferState => {
  if (state !== undefined && row.askedAt <= state.askedAt) return state;
  const offer = row.value;
  const { region, availability, counts, ...rest } = offer;
  const look = { askedAt: row.askedAt, observed };
  const next: OfferState = {
    region,
    hardware: rest,
    listed: true,
    availability,
    ...(counts === undefined ? {} : { counts }),
    askedAt: row.askedAt,
    price: nextPrice(state, offer.pricePerGpuHour, row.askedAt),
    tracks: nextTracks(state, capacityOf(offer), sizes, look),
    matchPending: state?.matchPending ?? false,
    ...(state?.lookAgainAt === undefined ? {} : { lookAgainAt: state.lookAgainAt }),
  };
  return roseSince(state, next) ? { ...next, matchPending: true } : next;
};

/** The offer's state after a complete listing did not show it: nothing of it is free. */
export const seeAbsence = (state: OfferState, look: Look, sizes: readonly number[]): OfferState => {
  if (look.askedAt <= state.askedAt) return state;
  const { counts: _counts, availability: _availability, ...rest } = state;
  const none: Capacity = { kind: 'gpus', gpus: 0, blockKnown: true };
  return { ...rest, listed: false, askedAt: look.askedAt, tracks: nextTracks(state, none, sizes, look) };
};

/** An offer that somebody waits for and no listing has ever shown; its hardware comes from the provider's gpuconfig. */
export const neverListed = (region: string, hardware: GpuConfig): OfferState => ({
  region,
  hardware,
  listed: false,
  askedAt: 0,
  tracks: {},
  matchPending: false,
});

export const stateKey = (state: OfferState): OfferKey =>
  offerKey({ region: state.region, configId: state.hardware.configId });

/** Whether two states tell the same story, whenever they were asked for: then nothing needs to be written. */
export const tellsTheSame = (before: OfferState | undefined, after: OfferState): boolean => {
  if (before === undefined) return false;
  return dequal({ ...before, askedAt: after.askedAt }, after);
};

/** A need: how many GPUs, and the highest price in USD per GPU-hour. */
export type Need = { readonly gpus: number; readonly maxPricePerGpuHour?: number };

/** How things stand for a need: when its window opened and how long it had been gone, or when the last one was. */
export type NeedWindow =
  | { readonly state: 'open'; readonly openedAt: Instant; readonly goneFor?: number }
  | { readonly state: 'closed'; readonly last?: PastWindow }
  | { readonly state: 'unknown' };

/** The window of an offer as a need sees it: open while enough GPUs are free at a price within its limit. */
export const windowFor = (state: OfferState, need: Need): NeedWindow => {
  const track = state.tracks[need.gpus];
  if (track === undefined) return { state: 'unknown' };
  const limit = need.maxPricePerGpuHour ?? Number.POSITIVE_INFINITY;
  const price = state.price;
  if (track.state === 'closed') {
    return track.last === undefined ? { state: 'closed' } : { state: 'closed', last: track.last };
  }
  if (price === undefined) return { state: 'unknown' };
  const wasWithin = price.before === undefined || price.before <= limit;
  if (price.now > limit) {
    const last = wasWithin && price.since > track.openedAt;
    return last ? { state: 'closed', last: { openedAt: track.openedAt, closedAt: price.since } } : { state: 'closed' };
  }
  // A price that came down opens the window for this need only then, however long the GPUs had been free.
  if (!wasWithin && price.since > track.openedAt) return { state: 'open', openedAt: price.since };
  return {
    state: 'open',
    openedAt: track.openedAt,
    ...(track.goneFor === undefined ? {} : { goneFor: track.goneFor }),
  };
};
