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

/** A price in USD per GPU-hour and since when it stands, as a time and on the odometer of observed milliseconds. */
export type PriceSpan = { readonly usd: number; readonly since: Instant; readonly observed: number };

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
  /** The last prices, the newest at the end; none while no listing has shown one. */
  readonly prices: readonly PriceSpan[];
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

/** Prices change a few times a year; more of them than this only a fault brings. */
const mostPrices = 16;

const nextPrices = (state: OfferState | undefined, usd: number, look: Look): readonly PriceSpan[] => {
  const known = state?.prices ?? [];
  if (known.at(-1)?.usd === usd) return known;
  return [...known, { usd, since: look.askedAt, observed: look.observed }].slice(-mostPrices);
};

/** USD per GPU-hour now; undefined where nobody has said it. */
export const priceOf = (state: OfferState): number | undefined => state.prices.at(-1)?.usd;

/** Whether more watches may fire than before: more GPUs, a lower price, or another description. */
const roseSince = (before: OfferState | undefined, after: OfferState): boolean =>
  Object.entries(after.tracks).some(
    ([gpus, track]) => track.state === 'open' && before?.tracks[gpus]?.state !== 'open',
  ) ||
  (before !== undefined && (priceOf(after) ?? 0) < (priceOf(before) ?? 0)) ||
  (before !== undefined && !dequal(before.hardware, after.hardware));

/** The offer's state after a row was seen. Facts asked for before the ones we have change nothing. */
export const seeRow = (
  state: OfferState | undefined,
  row: Listed<Offer>,
  sizes: readonly number[],
  observed: number,
): OfferState => {
  if (state !== undefined && row.askedAt <= state.askedAt) return state;
  const offer = row.value;
  const { region, availability, counts, pricePerGpuHour, ...hardware } = offer;
  const look = { askedAt: row.askedAt, observed };
  const next: OfferState = {
    region,
    hardware,
    listed: true,
    availability,
    ...(counts === undefined ? {} : { counts }),
    askedAt: row.askedAt,
    prices: nextPrices(state, pricePerGpuHour, look),
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
  const none: Capacity = { kind: 'gpus', gpus: 0 };
  return { ...rest, listed: false, askedAt: look.askedAt, tracks: nextTracks(state, none, sizes, look) };
};

/** An offer that somebody waits for and no listing has ever shown; its hardware comes from the provider's gpuconfig. */
export const neverListed = (region: string, hardware: GpuConfig): OfferState => ({
  region,
  hardware,
  listed: false,
  askedAt: 0,
  prices: [],
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

/** A span in which the price stood on one side of a limit; the first one is taken to have begun before all memory. */
type PriceRun = { readonly within: boolean; readonly from: Instant; readonly to: Instant; readonly observed: number };

const priceRuns = (prices: readonly PriceSpan[], limit: number): PriceRun[] => {
  const turns = prices.filter(({ usd }, index) => {
    const before = prices[index - 1];
    return before === undefined || before.usd <= limit !== usd <= limit;
  });
  return turns.map(({ usd, since, observed }, index) => ({
    within: usd <= limit,
    from: index === 0 ? Number.NEGATIVE_INFINITY : since,
    to: turns[index + 1]?.since ?? Number.POSITIVE_INFINITY,
    observed,
  }));
};

const openWindow = (openedAt: Instant, goneFor: number | undefined): NeedWindow => ({
  state: 'open',
  openedAt,
  ...(goneFor === undefined ? {} : { goneFor }),
});

/** The last part of a span in which the price was within the limit. */
const lastWithin = (runs: readonly PriceRun[], span: PastWindow): NeedWindow => {
  const last = runs
    .filter(({ within }) => within)
    .map(({ from, to }) => ({ openedAt: Math.max(span.openedAt, from), closedAt: Math.min(span.closedAt, to) }))
    .findLast(({ openedAt, closedAt }) => openedAt < closedAt);
  return last === undefined ? { state: 'closed' } : { state: 'closed', last };
};

/**
 * The window of an offer as a need sees it: open while enough GPUs are free at a price within its limit. A price that comes
 * down opens it only then, however long the GPUs had been free; one that goes up closes it.
 */
export const windowFor = (state: OfferState, need: Need): NeedWindow => {
  const track = state.tracks[need.gpus];
  if (track === undefined) return { state: 'unknown' };
  const runs = priceRuns(state.prices, need.maxPricePerGpuHour ?? Number.POSITIVE_INFINITY);
  const run = runs.at(-1);
  if (track.state === 'closed') return track.last === undefined ? { state: 'closed' } : lastWithin(runs, track.last);
  if (run === undefined) return { state: 'unknown' };
  if (!run.within) return lastWithin(runs, { openedAt: track.openedAt, closedAt: run.from });
  if (run.from <= track.openedAt) return openWindow(track.openedAt, track.goneFor);
  const above = runs.at(-2);
  return openWindow(run.from, above && run.observed - above.observed);
};
