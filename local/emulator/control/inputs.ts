import { z } from '@hono/zod-openapi';
import { DEFAULT_REGION } from '../state/catalogue.ts';
import { metricsProfile, metricsShape } from '../state/metrics-profile.ts';
import { DETAIL_FIELDS, ROW_FIELDS } from '../wire/runtime-body.ts';

const count = z.int().min(0);

export const offerName = z.strictObject({
  configId: z.string().min(1),
  region: z.string().min(1).default(DEFAULT_REGION),
});

/** What is left out stays as it was; an offer that is not there yet is added, its hardware taken from its name. */
export const offerWish = offerName.extend({
  available: count.optional(),
  total: count.optional(),
  smallestBlock: count.optional(),
  /** 0 says "unknown"; null goes back to the derived one. */
  largestBlock: count.nullable().optional(),
  /** Any word; null goes back to the one that follows from the counts. */
  availability: z.string().nullable().optional(),
  /** Leaves all four counts out of the row. */
  countsMissing: z.boolean().optional(),
  pricePerGpuHour: z.number().min(0).optional(),
  gpuModel: z.string().optional(),
  gpuVendor: z.string().optional(),
  vramGib: z.number().optional(),
  cpuCores: z.number().optional(),
  memoryGib: z.number().optional(),
});

const seconds = z.number().min(0);

/** How a runtime departs from what is usual; null goes back to that. */
const conduct = {
  /** From the first DELETE on, DELETE answers 202 and does nothing. */
  ignoreDeleteFor: seconds.nullable().optional(),
  /** DELETE answers with this status and does nothing. */
  refuseDelete: z.literal([403, 409]).nullable().optional(),
  /** Terminating for so long. */
  terminatingFor: seconds.nullable().optional(),
  /** Running again, with the same id, so long after it was gone by a DELETE; once. */
  reappearAfter: seconds.nullable().optional(),
  /** Fields, by their names on the wire, that rows of the list and the detail (also the answer to DELETE) leave out. */
  hide: z
    .strictObject({ list: z.array(z.enum(ROW_FIELDS)).default([]), detail: z.array(z.enum(DETAIL_FIELDS)).default([]) })
    .nullable()
    .optional(),
};

/** A runtime that was there already: by default an hour old, Running and busy. */
export const runtimeWish = z.strictObject({
  name: z.string().optional(),
  project: z.string().optional(),
  region: z.string().default(DEFAULT_REGION),
  configId: z.string().default('gpu-rtx5090-32g-16cpu-96g'),
  gpuCount: z.int().min(1).default(1),
  planId: z.string().optional(),
  templateId: z.string().default('tpl-jupyterlab-pytorch'),
  createdMinutesAgo: z.number().min(0).default(60),
  /** Any word; missing: where its life would be. */
  status: z.string().optional(),
  metrics: metricsProfile.default({ kind: 'busy' }),
  ...conduct,
});

export const runtimeChange = z.strictObject({
  /** Any word, which then holds until a DELETE; null goes back to where its life would be. */
  status: z.string().nullable().optional(),
  metrics: metricsProfile.optional(),
  name: z.string().optional(),
  planId: z.string().optional(),
  message: z.string().optional(),
  ...conduct,
});

export const notifyChange = z.strictObject({ status: z.string().min(1) });

export const tokenWish = z.strictObject({
  kind: z.enum(['personal', 'access', 'refresh', 'inference']).optional(),
  expired: z.boolean().optional(),
  lifetimeSeconds: z.number().optional(),
  organisation: z.string().optional(),
  user: z.string().optional(),
});

export const replayWish = z.strictObject({
  /** The instant (epoch milliseconds) of the trace's first row; by default now. */
  startsAt: z.number().optional(),
  /** What becomes of the offers that the trace does not name. */
  others: z.enum(['keep', 'remove']).default('remove'),
});

export const utilisationReplayWish = z.strictObject({
  project: z.string().min(1).optional(),
  /** The instant (epoch milliseconds) of the trace's first row; by default now. */
  startsAt: z.number().optional(),
  region: z.string().min(1).default(DEFAULT_REGION),
  configId: z.string().min(1).default('gpu-h200-141g-20cpu-192g'),
  /** `single` shows the newest row only; or a whole shape. */
  shape: z
    .union([z.enum(['series', 'single']).transform((samples) => metricsShape.parse({ samples })), metricsShape])
    .default(metricsShape.parse({})),
});

export const projectWish = z.strictObject({ project: z.string().min(1), organisation: z.string().min(1).optional() });

export type OfferName = z.input<typeof offerName>;
export type OfferWish = z.input<typeof offerWish>;
export type RuntimeWish = z.input<typeof runtimeWish>;
export type RuntimeChange = z.input<typeof runtimeChange>;
export type NotifyChange = z.input<typeof notifyChange>;
export type ReplayWish = z.input<typeof replayWish>;
export type UtilisationReplayWish = z.input<typeof utilisationReplayWish>;
export type ProjectWish = z.input<typeof projectWish>;
