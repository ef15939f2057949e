import { rowAt, type TraceRow } from '../trace/availability-trace.ts';
import { CATALOGUE, DEFAULT_REGION, type Hardware } from './catalogue.ts';
import { hardwareFromName } from './hardware-from-name.ts';
import { holdsGpus } from './runtimes.ts';
import { type Offer, offerKey, type State, type View } from './state.ts';

/** An offer as a caller sees it at one instant. */
export type ShownOffer = {
  readonly offer: Offer;
  readonly available: number;
  readonly largestBlock: number;
  readonly availability: string;
};

const WORDS_FOR_FREE = ['Low', 'Medium', 'High'];

/** The word that stands for a count of free GPUs. Thresholds: decision D5 in docs/emulator.md. */
export const availabilityWord = (available: number): string => {
  if (available <= 0) return 'None';
  if (available < 8) return 'Low';
  return available < 24 ? 'Medium' : 'High';
};

export const newOffer = (region: string, configId: string, hardware: Hardware = hardwareFromName(configId)): Offer => ({
  ...hardware,
  region,
  configId,
  available: 0,
  total: 0,
  smallestBlock: 1,
  countsMissing: false,
  heldWhenSet: 0,
});

export const catalogueOffers = (): ReadonlyMap<string, Offer> =>
  new Map(
    CATALOGUE.map(({ configId, available, total, ...hardware }) => [
      offerKey(DEFAULT_REGION, configId),
      { ...newOffer(DEFAULT_REGION, configId, hardware), available, total },
    ]),
  );

/** GPUs of this offer that runtimes hold: from their creation until they are gone. */
export const heldGpus = ({ state, now }: View, region: string, configId: string): number => {
  let held = 0;
  for (const runtime of state.runtimes.values()) {
    if (runtime.configId === configId && runtime.region === region && holdsGpus(runtime, now)) held += runtime.gpuCount;
  }
  return held;
};

export const replayedRows = (state: State, region: string, configId: string): readonly TraceRow[] | undefined =>
  state.replay?.trace.offers.find((each) => each.region === region && each.configId === configId)?.rows;

/** The count set or replayed; nothing while a replayed offer has not come to its first row. */
const baseCount = ({ state, now }: View, offer: Offer): number | undefined => {
  const rows = replayedRows(state, offer.region, offer.configId);
  if (!state.replay || !rows) return offer.available;
  return rowAt(rows, (now - state.replay.startsAt) / 1000)?.available;
};

const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);

export const shownOffer = (view: View, offer: Offer): ShownOffer | undefined => {
  const base = baseCount(view, offer);
  if (base === undefined) return undefined;
  const takenSince = heldGpus(view, offer.region, offer.configId) - offer.heldWhenSet;
  const available = clamp(base - takenSince, 0, Math.max(offer.total, base));
  const largest = offer.largestBlock ?? Math.min(available, offer.machineGpus);
  const derivedWord = offer.countsMissing ? 'Low' : availabilityWord(available);
  return {
    offer,
    available,
    largestBlock: Math.min(largest, available),
    availability: offer.availability ?? derivedWord,
  };
};

/** All offers listed at that instant, by region and config. */
export const shownOffers = (view: View): readonly ShownOffer[] =>
  [...view.state.offers.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, offer]) => shownOffer(view, offer) ?? []);

/** Whether the offer can be rented: by its count, or by its word where counts are missing. */
export const isAvailable = (view: View, region: string, configId: string): boolean => {
  const offer = view.state.offers.get(offerKey(region, configId));
  const shown = offer && shownOffer(view, offer);
  if (!shown) return false;
  return shown.offer.countsMissing ? WORDS_FOR_FREE.includes(shown.availability) : shown.available > 0;
};
