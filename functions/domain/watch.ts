import type { RuntimeOrder } from './creating/order.ts';
import type { Offer } from './offer.ts';
import { offerKey } from './offer.ts';
import type { Need } from './offer-state.ts';
import type { Instant } from './time.ts';

/** What somebody waits for. Exact when `region` and `configId` are both given; what is missing may be anything. */
export type Criteria = Need & {
  readonly region?: string;
  readonly configId?: string;
  readonly model?: string;
  readonly vendor?: string;
  readonly vramMinGib?: number;
  readonly vramMaxGib?: number;
};

/** `once`: one mail, then done. `every`: a mail for every window that is news (see `firing.ts`). */
export type Notify = 'once' | 'every';

/**
 * Where a watch was made: `config` in `warden.config.ts`, `account` among the account's requests at the provider, `api` by our
 * own HTTP API.
 */
export type WatchSource = 'config' | 'account' | 'api';

/** A wish before it has an id and a place. `create`: what is to be made, once, as soon as it can be rented. */
export type Wish = {
  readonly criteria: Criteria;
  readonly notify: Notify;
  readonly expiresAt?: Instant;
  readonly create?: RuntimeOrder;
};

/**
 * Somebody's wish to be told. `id` is unique for its recipient. `madeBy`: the id of the person who made it for an address that is not
 * their own, and had confirmed.
 */
export type Watch = Wish & {
  readonly id: string;
  readonly source: WatchSource;
  readonly madeAt: Instant;
  readonly madeBy?: string;
};

const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');

/** A name as it is compared: small letters and digits alone. */
export const squashed = (text: string): string => wordsOf(text).join('');

/**
 * Every name by which a model may be asked for: each run of its words, written together. `NVIDIA GeForce RTX 5090` is
 * found as `rtx 5090`, `RTX5090` and `5090`, but `A100` never finds an `A1000`, nor `H100` a `GH100`.
 */
export const modelNames = (model: string): string[] => {
  const words = wordsOf(model);
  const runs = words.flatMap((_, from) =>
    words.slice(from).map((__, length) => words.slice(from, from + length + 1).join('')),
  );
  return [...new Set(runs)];
};

type Described = Pick<Offer, 'region' | 'configId' | 'gpuModel' | 'gpuVendor' | 'vramGib'>;

/** Whether a GPU with so much memory (GiB) lies within the bounds. */
export const fitsVram = (
  { vramMinGib = 0, vramMaxGib = Number.POSITIVE_INFINITY }: Pick<Criteria, 'vramMinGib' | 'vramMaxGib'>,
  vramGib: number,
): boolean => vramMinGib <= vramGib && vramGib <= vramMaxGib;

/** Whether an offer is of the kind that the criteria describe; price and counts are not looked at. */
export const describes = (criteria: Criteria, offer: Described): boolean =>
  (criteria.region === undefined || criteria.region === offer.region) &&
  (criteria.configId === undefined || criteria.configId === offer.configId) &&
  (criteria.model === undefined || modelNames(offer.gpuModel).includes(squashed(criteria.model))) &&
  (criteria.vendor === undefined || squashed(criteria.vendor) === squashed(offer.gpuVendor)) &&
  fitsVram(criteria, offer.vramGib);

/** The offer that exact criteria name, as its key; undefined for a description. */
export const exactOffer = (criteria: Criteria): string | undefined =>
  criteria.region === undefined || criteria.configId === undefined
    ? undefined
    : offerKey({ region: criteria.region, configId: criteria.configId });

/** The same text for the same wish, wherever it was made: by it the same wish in two sources is told once. */
export const wishKey = (criteria: Criteria): string =>
  [
    criteria.region ?? '',
    criteria.configId ?? '',
    squashed(criteria.model ?? ''),
    squashed(criteria.vendor ?? ''),
    criteria.vramMinGib ?? '',
    criteria.vramMaxGib ?? '',
    criteria.gpus,
    criteria.maxPricePerGpuHour ?? '',
  ].join('|');

const vramWords = ({ vramMinGib, vramMaxGib }: Criteria): string[] => {
  if (vramMinGib !== undefined && vramMaxGib !== undefined) return [`with ${vramMinGib} to ${vramMaxGib} GiB of VRAM`];
  if (vramMinGib !== undefined) return [`with at least ${vramMinGib} GiB of VRAM`];
  if (vramMaxGib !== undefined) return [`with at most ${vramMaxGib} GiB of VRAM`];
  return [];
};

/**
 * A watch in words, for mails and pages: `8 × any NVIDIA H100 in as-south-1 up to $1.99 per GPU-hour`. A config is also called by
 * the name of its GPU, where that is known and given.
 */
export const watchInWords = (criteria: Criteria, gpuModel?: string): string => {
  const kind = [criteria.vendor, criteria.model].filter((part) => part !== undefined).join(' ');
  const config = gpuModel === undefined ? criteria.configId : criteria.configId && `${gpuModel} (${criteria.configId})`;
  const what = config ?? (kind === '' ? 'any GPU' : `any ${kind}`);
  const limit = criteria.maxPricePerGpuHour;
  return [
    ...(criteria.gpus > 1 ? [`${criteria.gpus} ×`] : []),
    what,
    ...vramWords(criteria),
    criteria.region === undefined ? 'in any region' : `in ${criteria.region}`,
    ...(limit === undefined ? [] : [`up to $${limit} per GPU-hour`]),
  ].join(' ');
};
