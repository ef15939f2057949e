import type { Listed, Listing } from '#domain/listing.ts';
import type { Offer, OfferCounts, OfferKey } from '#domain/offer.ts';
import { offerKey } from '#domain/offer.ts';
import { type OfferState, seeRow } from '#domain/offer-state.ts';
import { newRecipient, type OwedRow, type Recipient, type WatchStanding, withWatch } from '#domain/recipient.ts';
import type { NotificationRequest } from '#domain/request.ts';
import { type Instant, minute } from '#domain/time.ts';
import type { Criteria, Watch } from '#domain/watch.ts';

/** Monday, 2 November 2026, 09:00 UTC: the zero of every test here. */
export const start: Instant = Date.UTC(2026, 10, 2, 9);

/** So many minutes after the start. */
export const at = (minutes: number): Instant => start + minutes * minute;

export const h100: Offer = {
  region: 'as-south-1',
  configId: 'gpu-h100-80g-20cpu-125g',
  gpuModel: 'NVIDIA H100',
  gpuVendor: 'NVIDIA',
  vramGib: 80,
  cpuCores: 20,
  memoryGib: 125,
  pricePerGpuHour: 1.99,
  availability: 'Low',
  counts: { available: 4, total: 8, smallestBlock: 1, largestBlock: 2 },
};

export const rtx5090: Offer = {
  ...h100,
  configId: 'gpu-rtx5090-32g-16cpu-96g',
  gpuModel: 'NVIDIA GeForce RTX 5090',
  vramGib: 32,
  pricePerGpuHour: 0.98,
};

export const h100Key: OfferKey = offerKey(h100);
export const rtxKey: OfferKey = offerKey(rtx5090);

/** Counts of so many GPUs, all of them on one machine. */
export const free = (gpus: number): OfferCounts => ({
  available: gpus,
  total: 8,
  smallestBlock: 1,
  largestBlock: gpus,
});

/** The offer with so many GPUs free on one machine, for so much. */
export const withFree = (gpus: number, pricePerGpuHour = h100.pricePerGpuHour, offer = h100): Offer => ({
  ...offer,
  pricePerGpuHour,
  counts: free(gpus),
});

export const listed = <T>(value: T, askedAt: Instant): Listed<T> => ({ askedAt, value });

export const complete = <T>(askedAt: Instant, ...values: T[]): Listing<T> => ({
  askedAt,
  rows: values.map((value) => listed(value, askedAt)),
  complete: true,
});

export const incomplete = <T>(askedAt: Instant, ...values: T[]): Listing<T> => ({
  ...complete(askedAt, ...values),
  complete: false,
  because: ['page 2 is missing'],
});

/** One look at an offer: when, what it showed, and how many minutes had been observed by then. */
export type Seen = { readonly minutes: number; readonly offer: Offer; readonly observedMinutes?: number };

/** What is known of an offer after looks at it; every minute counts as observed unless said otherwise. */
export const afterLooks = (looks: readonly Seen[], sizes: readonly number[] = [1, 8]): OfferState => {
  const state = looks.reduce<OfferState | undefined>(
    (known, { minutes, offer, observedMinutes = minutes }) =>
      seeRow(known, listed(offer, at(minutes)), sizes, observedMinutes * minute),
    undefined,
  );
  if (state === undefined) throw new RangeError('There must be at least one look.');
  return state;
};

/** An offer that opened once, with all eight GPUs on one machine. */
export const openSince = (minutes: number, offer = h100): OfferState =>
  afterLooks([{ minutes, offer: withFree(8, offer.pricePerGpuHour, offer) }]);

/** An offer that was seen once with nothing free. */
export const closedSince = (minutes: number, offer = h100): OfferState =>
  afterLooks([{ minutes, offer: withFree(0, offer.pricePerGpuHour, offer) }]);

export const anyGpu: Criteria = { gpus: 1 };
export const exactH100: Criteria = { region: h100.region, configId: h100.configId, gpus: 1 };
export const anyH100: Criteria = { model: 'H100', gpus: 1 };

export const watch = (id: string, criteria: Criteria, changes: Partial<Watch> = {}): Watch => ({
  id,
  source: 'config',
  madeAt: start,
  notify: 'once',
  criteria,
  ...changes,
});

/** A recipient with these watches, all armed. */
export const recipientWith = (...watches: Watch[]): Recipient =>
  watches.reduce((recipient, each) => withWatch(recipient, each, start), newRecipient('r1', 'me@example.com'));

export const standingOf = (recipient: Recipient, watchId: string): WatchStanding['state'] | undefined =>
  recipient.watches[watchId]?.standing.state;

/** The recipient with a watch that was told of an offer. */
export const withTold = (
  recipient: Recipient,
  watchId: string,
  offer: OfferKey,
  told: { openedAt: Instant; mailedAt: Instant; closed?: true },
): Recipient => {
  const kept = recipient.watches[watchId];
  if (kept === undefined) throw new RangeError(`There is no watch ${watchId}.`);
  return {
    ...recipient,
    watches: { ...recipient.watches, [watchId]: { ...kept, told: { ...kept.told, [offer]: told } } },
  };
};

export const windowRow = (
  watchId: string,
  openedAt: Instant,
  offer = h100Key,
): Extract<OwedRow, { kind: 'window' }> => ({
  kind: 'window',
  watchId,
  offer,
  openedAt,
  owedAt: openedAt,
});

/** The recipient with a window owed for each of these watches, open since the start. */
export const owing = (recipient: Recipient, ...watchIds: string[]): Recipient => ({
  ...recipient,
  owed: {
    ...recipient.owed,
    ...Object.fromEntries(watchIds.map((id) => [`${id} ${h100Key}`, windowRow(id, start)])),
  },
});

export const request = (changes: Partial<NotificationRequest> = {}): NotificationRequest => ({
  id: 'q1',
  region: h100.region,
  configId: h100.configId,
  status: 'pending',
  ...changes,
});
