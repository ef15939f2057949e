import { type OfferState, seeRow } from '#domain/offer-state.ts';
import { newRecipient, type OwedRow, type Recipient, withWatch } from '#domain/recipient.ts';
import type { Criteria, Watch } from '#domain/watch.ts';

/** Monday, 2 November 2026, 09:00 UTC. */
export const now = Date.UTC(2026, 10, 2, 9);
export const region = 'as-south-1';
export const configId = 'gpu-h100-80g-20cpu-125g';
export const h100 = `${region}/${configId}`;

/** Four free H100 since ten minutes ago. */
export const openOffer: OfferState = seeRow(
  undefined,
  {
    askedAt: now - 600_000,
    value: {
      region,
      configId,
      gpuModel: 'NVIDIA H100',
      gpuVendor: 'NVIDIA',
      vramGib: 80,
      cpuCores: 20,
      memoryGib: 125,
      pricePerGpuHour: 1.99,
      availability: 'High',
      counts: { available: 4, smallestBlock: 1, largestBlock: 4 },
    },
  },
  [1],
  0,
);

const watchOf = (id: string, criteria: Omit<Criteria, 'gpus'>): Watch => ({
  id,
  source: 'config',
  madeAt: now - 900_000,
  criteria: { gpus: 1, ...criteria },
  notify: 'once',
});

/** Somebody who waits for what the criteria say, by the watches' ids. */
export const personWith = (id: string, watches: Readonly<Record<string, Omit<Criteria, 'gpus'>>>): Recipient =>
  Object.entries(watches).reduce(
    (person, [watchId, criteria]) => withWatch(person, watchOf(watchId, criteria), now),
    newRecipient(id, `${id}@example.com`),
  );

export const owedFor = (watchId: string): Readonly<Record<string, OwedRow>> => ({
  [`${watchId} ${h100}`]: { kind: 'window', watchId, offer: h100, openedAt: now - 600_000, owedAt: now },
});

/** Somebody who is owed a mail about the open offer. */
export const owedPerson = (id: string): Recipient => ({
  ...personWith(id, { w1: { region, configId } }),
  owed: owedFor('w1'),
});
