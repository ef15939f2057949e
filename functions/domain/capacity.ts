import type { Offer } from './offer.ts';

/**
 * How many GPUs can be rented as one runtime now. `unknown` concludes nothing; `some` is free hardware of which nobody says
 * how much; `gpus` is the largest number that can be had, 0 for none.
 */
export type Capacity =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'some' }
  | { readonly kind: 'gpus'; readonly gpus: number };

const wordsForSome = new Set(['low', 'medium', 'high']);

/**
 * The rule "rentable": free GPUs and the largest block cover the wanted number. A missing block size counts as unknown and
 * rentable; missing counts leave only the word, of which `Low`, `Medium` and `High` mean one block of unknown size. Fewer
 * GPUs than the smallest block are not rentable at all.
 */
export const capacityOf = (offer: Pick<Offer, 'counts' | 'availability'>): Capacity => {
  const { counts } = offer;
  if (counts === undefined) {
    return wordsForSome.has(offer.availability.toLowerCase()) ? { kind: 'some' } : { kind: 'unknown' };
  }
  const gpus = Math.min(counts.available, counts.largestBlock ?? counts.available);
  return { kind: 'gpus', gpus: gpus >= counts.smallestBlock ? gpus : 0 };
};

/** Whether so many GPUs can be rented together; undefined where nothing can be said. */
export const covers = (capacity: Capacity, gpus: number): boolean | undefined => {
  switch (capacity.kind) {
    case 'unknown':
      return undefined;
    case 'some':
      return true;
    case 'gpus':
      return capacity.gpus >= gpus;
  }
};
