import { CATALOGUE, type Hardware, REGIONS } from './catalogue.ts';
import type { State } from './state.ts';

/** The hardware of a config that is offered anywhere or stands in the vendor's price list. */
export const hardwareOf = (state: State, configId: string): Hardware | undefined =>
  [...state.offers.values(), ...CATALOGUE].find((each) => each.configId === configId);

/** The vendor's regions, and those of offers that were added. */
export const isRegion = (state: State, region: string): boolean =>
  REGIONS.includes(region) || [...state.offers.values()].some((offer) => offer.region === region);
