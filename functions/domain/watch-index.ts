import type { Offer } from './offer.ts';
import { type Criteria, modelNames } from './watch.ts';

/**
 * How the watches that an offer may concern are found without reading the others. A watch stands in one bucket, named by its
 * number of GPUs and the values that it binds; an offer that opens is looked up in every bucket that could hold a watch of
 * its kind. Which fields a bucket binds is its shape; only shapes in use are looked up, and there are few.
 */
export type Shape = string;

const bound = ['region', 'configId', 'model', 'vendor'] as const;
type Bound = (typeof bound)[number];

const squash = (text: string) => text.toLowerCase().replace(/[^a-z0-9]+/g, '');
const normal: Record<Bound, (value: string) => string> = {
  region: (value) => value,
  configId: (value) => value,
  model: squash,
  vendor: squash,
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
  vendor: [squash(offer.gpuVendor)],
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
