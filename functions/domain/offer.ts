/**
 * One inventory row: a GPU config in a region, with price and counts. Source: `GET /api/v1beta1/inventory`.
 * `counts` is missing where the row carries no usable numbers.
 */
export type Offer = {
  readonly region: string;
  readonly configId: string;
  readonly gpuModel: string;
  readonly gpuVendor: string;
  readonly vramGib: number;
  readonly cpuCores: number;
  readonly memoryGib: number;
  /** USD for one GPU for one hour, on demand. */
  readonly pricePerGpuHour: number;
  /** As the provider says it: `None`, `Low`, `Medium`, `High` or a word never seen before. */
  readonly availability: string;
  readonly counts?: OfferCounts;
};

/** Numbers of GPUs. `largestBlock` (the most that one machine has free) is missing where the provider does not know it. */
export type OfferCounts = {
  readonly available: number;
  readonly total?: number;
  readonly smallestBlock: number;
  readonly largestBlock?: number;
};

/** The hardware half of an offer. Source: `GET /api/v1beta1/inventory/gpuconfig`. */
export type GpuConfig = Pick<Offer, 'configId' | 'gpuModel' | 'gpuVendor' | 'vramGib' | 'cpuCores' | 'memoryGib'> & {
  readonly pricePerGpuHour?: number;
};

/** What tells one offer from all others, as one string: `region/configId`. */
export type OfferKey = string;

/** Takes a key apart again. */
export const offerOf = (key: OfferKey): { readonly region: string; readonly configId: string } => {
  const [region = '', configId = ''] = key.split('/');
  return { region, configId };
};

export const offerKey = (offer: { readonly region: string; readonly configId: string }): OfferKey =>
  `${offer.region}/${offer.configId}`;
