import type { Offer } from './offer.ts';
import type { Instant } from './time.ts';
import { type Criteria, modelNames, squashed, type Watch } from './watch.ts';

/**
 * How the watches that an offer may concern are found without reading the others. A watch stands in one bucket, named by its
 * number of GPUs and the values that it binds; an offer that opens is looked up in every bucket that could hold a watch of
 * its kind. Which fields a bucket binds is its shape; only shapes in use are looked up, and there are few.
 */
export type Shape = string;

const bound = ['region', 'configId', 'model', 'vendor'] as const;
type Bound = (typeof bound)[number];

const normal: Record<Bound, (value: string) => string> = {
  region: (value) => value,
  configId: (value) => value,
  model: squashed,
  vendor: squashed,
};

/** Which fields the criteria bind, and for how many GPUs: `1:region+model`. */
export const shapeOf = (criteria: Criteria): Shape =>
  `${criteria.gpus}:${bound.filter((field) => criteria[field] !== undefined).join('+')}`;

const bucket = (shape: Shape, values: readonly string[]) => [shape, ...values].join('#');

/** The bucket in which a watch stands. */
export const bucketOf = (criteria: Criteria): string =>
  bucket(
    shapeOf(criteria),
    bound.flatMap((field) => {
      const value = criteria[field];
      return value === undefined ? [] : [normal[field](value)];
    }),
  );

const valuesIn = (offer: Pick<Offer, 'region' | 'configId' | 'gpuModel' | 'gpuVendor'>): Record<Bound, string[]> => ({
  region: [offer.region],
  configId: [offer.configId],
  model: modelNames(offer.gpuModel),
  vendor: [squashed(offer.gpuVendor)],
});

/** The number of GPUs of a shape. */
export const gpusOfShape = (shape: Shape): number => Number.parseInt(shape, 10);

/** All buckets of the given shapes that may hold a watch which the offer answers. */
export const bucketsFor = (
  offer: Pick<Offer, 'region' | 'configId' | 'gpuModel' | 'gpuVendor'>,
  shapes: readonly Shape[],
): string[] => {
  const values = valuesIn(offer);
  return shapes.flatMap((shape) => {
    const fields = bound.filter((field) =>
      shape
        .slice(shape.indexOf(':') + 1)
        .split('+')
        .includes(field),
    );
    const combinations = fields.reduce<string[][]>(
      (so, field) => so.flatMap((chosen) => values[field].map((value) => [...chosen, value])),
      [[]],
    );
    return combinations.map((chosen) => bucket(shape, chosen));
  });
};

/** What an entry of the index says of its watch, so that those that cannot fire need not be read. */
export type IndexBounds = Pick<Criteria, 'maxPricePerGpuHour' | 'vramMinGib' | 'vramMaxGib'>;

const boundsOf = ({ maxPricePerGpuHour, vramMinGib, vramMaxGib }: Criteria): IndexBounds => ({
  ...(maxPricePerGpuHour === undefined ? {} : { maxPricePerGpuHour }),
  ...(vramMinGib === undefined ? {} : { vramMinGib }),
  ...(vramMaxGib === undefined ? {} : { vramMaxGib }),
});

/** A hint that a watch stands in a bucket. What it says of the watch only saves reading its recipient in vain. */
export type IndexEntry = IndexBounds & {
  readonly bucket: string;
  readonly recipientId: string;
  readonly watchId: string;
  readonly createdAt: Instant;
  readonly notBefore: Instant;
};

/** The entry of a watch that is made now. */
export const entryOf = (recipientId: string, { id, criteria }: Watch, now: Instant): IndexEntry => ({
  bucket: bucketOf(criteria),
  recipientId,
  watchId: id,
  ...boundsOf(criteria),
  createdAt: now,
  notBefore: now,
});

const ranked = (millionths: number) => String(millionths).padStart(14, '0');

/**
 * Where a price limit sorts among others as text; no limit sorts after all. Every watch that a price is within stands at or after
 * `rankOfPrice` of it.
 */
export const rankOfLimit = (limit: number | undefined): string =>
  limit === undefined ? '~' : ranked(Math.ceil(limit * 1e6));
export const rankOfPrice = (price: number): string => ranked(Math.floor(price * 1e6));
