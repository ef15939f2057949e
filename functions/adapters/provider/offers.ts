import * as z from 'zod/mini';
import type { Listing } from '#domain/listing.ts';
import { type GpuConfig, type Offer, type OfferCounts, offerKey } from '#domain/offer.ts';
import type { CallOptions } from './abort.ts';
import { type Api, addressOf } from './api.ts';
import { unlessNotFound } from './errors.ts';
import { found, foundEach } from './expression.ts';
import { count, notNegative, text } from './fields.ts';
import type { RowReading } from './page-agreement.ts';
import { answerJson, orThrow, type Understood, understand, understandFields } from './understand.ts';
import { walkPages } from './walk.ts';

/** Which offers to list; the provider compares model and vendor in any case. GiB of one GPU; a bound of 0 is none. */
export type OfferFilter = {
  readonly region?: string;
  readonly gpuModel?: string;
  readonly gpuVendor?: string;
  readonly vramMinGib?: number;
  readonly vramMaxGib?: number;
};

const offerRow = z.object({
  region: text(),
  config_id: text(),
  gpu_model: text(),
  gpu_vendor: z.string(),
  vram_gib: notNegative(),
  default_cpu_cores: notNegative(),
  default_memory_gib: notNegative(),
  price_per_gpu_per_hour: notNegative(),
  availability: text(),
});

const counts = z.object({
  available_gpu_count: count(),
  total_gpu_count: z.nullish(count()),
  min_gpu_count: z.nullish(count()),
  max_gpu_count: z.nullish(count()),
});

/** Counts that make no sense say nothing; half of them would say something wrong. */
const readCounts = (row: unknown): OfferCounts | undefined => {
  const read = counts.safeParse(row);
  if (!read.success) return undefined;
  const { available_gpu_count: available, total_gpu_count: total, min_gpu_count, max_gpu_count } = read.data;
  return {
    available,
    ...(total === undefined || total === null ? {} : { total }),
    smallestBlock: min_gpu_count || 1,
    ...(max_gpu_count ? { largestBlock: max_gpu_count } : {}),
  };
};

const readOffer = (row: unknown): Understood<Offer> => {
  const read = understand(offerRow, row);
  if (!read.understood) return read;
  const wire = read.value;
  const rowCounts = readCounts(row);
  const value = {
    region: wire.region,
    configId: wire.config_id,
    gpuModel: wire.gpu_model,
    gpuVendor: wire.gpu_vendor,
    vramGib: wire.vram_gib,
    cpuCores: wire.default_cpu_cores,
    memoryGib: wire.default_memory_gib,
    pricePerGpuHour: wire.price_per_gpu_per_hour,
    availability: wire.availability,
    ...(rowCounts === undefined ? {} : { counts: rowCounts }),
  };
  return { understood: true, value };
};

const offerReading: RowReading<Offer> = { read: readOffer, keyOf: offerKey };

const gpuConfig = z.object({
  configId: text(),
  gpuModel: text(),
  gpuVendor: z.string(),
  vramGib: notNegative(),
  cpuCores: notNegative(),
  memoryGib: notNegative(),
  pricePerGpuHour: z.exactOptional(notNegative()),
});

const needed = ['configId', 'gpuModel', 'gpuVendor', 'vramGib', 'cpuCores', 'memoryGib'];

const readGpuConfig = (api: Api, body: unknown): Understood<GpuConfig> => {
  const { item, ...fields } = api.mappings.gpuConfig;
  return understandFields(gpuConfig, foundEach(fields, found(item, body)), needed, fields);
};

const filterQuery = (filter: OfferFilter) => ({
  region: filter.region,
  gpu_model: filter.gpuModel,
  gpu_vendor: filter.gpuVendor,
  vram_min: filter.vramMinGib,
  vram_max: filter.vramMaxGib,
});

export const createOfferCalls = (api: Api) => ({
  /** All offers that fit, one row for each config in a region. A row with nothing free is listed too. */
  listOffers: async (filter: OfferFilter = {}, options: CallOptions = {}): Promise<Listing<Offer>> => {
    const url = addressOf(api.inventoryUrl, ['api', 'v1beta1', 'inventory']);
    for (const [name, value] of Object.entries(filterQuery(filter))) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return walkPages(api, 'listOffers', url, offerReading, options);
  },

  /** The hardware of a config, listed or not; undefined if there is no such config. */
  getGpuConfig: async (configId: string, options: CallOptions = {}): Promise<GpuConfig | undefined> => {
    const operation = 'getGpuConfig';
    const url = addressOf(api.inventoryUrl, ['api', 'v1beta1', 'inventory', 'gpuconfig']);
    url.searchParams.set('config_id', configId);
    const asked = api.send({ operation, method: 'GET', url: url.href, repeat: 'freely' }, options);
    const answer = await unlessNotFound(asked);
    if (answer === undefined) return undefined;
    return orThrow(operation, answer, readGpuConfig(api, answerJson(operation, answer)), api.redact);
  },
});
