import type { z } from '@hono/zod-openapi';
import { heldGpus, newOffer, type ShownOffer, shownOffer, shownOffers } from '../state/offers.ts';
import { type Offer, offerKey, withEntry, withoutEntry } from '../state/state.ts';
import type { World } from '../state/world.ts';
import { type OfferName, type OfferWish, offerName, offerWish } from './inputs.ts';

/** An offer as it shows now. */
export type OfferState = Pick<
  Offer,
  'region' | 'configId' | 'gpuModel' | 'pricePerGpuHour' | 'total' | 'countsMissing'
> &
  Pick<ShownOffer, 'available' | 'largestBlock' | 'availability'>;

const toOfferState = ({ offer, available, largestBlock, availability }: ShownOffer): OfferState => {
  const { region, configId, gpuModel, pricePerGpuHour, total, countsMissing } = offer;
  return { region, configId, gpuModel, pricePerGpuHour, total, countsMissing, available, largestBlock, availability };
};

/** Without the keys that carry nothing, so that they do not overwrite. */
const given = <T extends object>(wish: T) =>
  Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined && value !== null));

const merged = (offer: Offer, wish: z.output<typeof offerWish>, held: number): Offer => {
  const { availability: word, largestBlock: block, ...rest } = offer;
  const keptWord = word === undefined || wish.availability === null ? {} : { availability: word };
  const keptBlock = block === undefined || wish.largestBlock === null ? {} : { largestBlock: block };
  const next: Offer = { ...rest, ...keptWord, ...keptBlock, ...given(wish) };
  if (wish.available === undefined) return next;
  return { ...next, total: wish.total ?? Math.max(next.total, wish.available), heldWhenSet: held };
};

export const createOfferControl = (world: World) => ({
  offers: (): readonly OfferState[] => shownOffers(world.view()).map(toOfferState),

  setOffer: (wish: OfferWish): OfferState => {
    const checked = offerWish.parse(wish);
    const { region, configId } = checked;
    const key = offerKey(region, configId);
    const view = world.view();
    const before = view.state.offers.get(key) ?? {
      ...newOffer(region, configId),
      heldWhenSet: heldGpus(view, region, configId),
    };
    const offer = merged(before, checked, heldGpus(view, region, configId));
    world.change((state) => ({ ...state, offers: withEntry(state.offers, key, offer) }));
    return toOfferState(
      shownOffer(world.view(), offer) ?? { offer, available: 0, largestBlock: 0, availability: 'None' },
    );
  },

  /** Takes the row out of the listing; whether it was there. */
  removeOffer: (name: OfferName): boolean => {
    const { region, configId } = offerName.parse(name);
    const key = offerKey(region, configId);
    const there = world.view().state.offers.has(key);
    world.change((state) => ({ ...state, offers: withoutEntry(state.offers, key) }));
    return there;
  },

  clearOffers: (): void => world.change((state) => ({ ...state, offers: new Map() })),
});
