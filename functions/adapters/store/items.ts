import * as z from 'zod/mini';
import { newsSchema, orderSchema, watchCreationSchema } from '#adapters/store/creating-items.ts';
import type { Fleet } from '#domain/board.ts';
import type { OfferState } from '#domain/offer-state.ts';
import type { Recipient } from '#domain/recipient.ts';

/** Thrown where an item in the table is not of the shape that this version writes; names the item, never its content. */
export class ItemNotUnderstoodError extends Error {
  override readonly name = 'ItemNotUnderstoodError';
}

/** Names of our own fields; the keys of a record may be anybody's words. */
const fieldsOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => (/^[a-zA-Z]{1,24}$/.test(String(part)) ? String(part) : '…')).join('.');

/** Reads an item with its schema. `what` names the item in the error. */
export const readItem = <T>(schema: z.ZodMiniType<T>, item: unknown, what: string): T => {
  const parsed = schema.safeParse(item);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, code }) => `${fieldsOf(path)}: ${code}`).join(', ');
  throw new ItemNotUnderstoodError(`The ${what} item in the table is not understood (${faults}).`);
};

const instant = z.number();
const optional = z.exactOptional;
const pastWindow = z.object({ openedAt: instant, closedAt: instant });

const track = z.discriminatedUnion('state', [
  z.object({ state: z.literal('open'), openedAt: instant, goneFor: optional(z.number()) }),
  z.object({ state: z.literal('closed'), since: instant, observedAtClose: z.number(), last: optional(pastWindow) }),
]);

const hardware = z.object({
  configId: z.string(),
  gpuModel: z.string(),
  gpuVendor: z.string(),
  vramGib: z.number(),
  cpuCores: z.number(),
  memoryGib: z.number(),
  pricePerGpuHour: optional(z.number()),
});

export const offerStateSchema: z.ZodMiniType<OfferState> = z.object({
  region: z.string(),
  hardware,
  listed: z.boolean(),
  availability: optional(z.string()),
  counts: optional(
    z.object({
      available: z.number(),
      total: optional(z.number()),
      smallestBlock: z.number(),
      largestBlock: optional(z.number()),
    }),
  ),
  askedAt: instant,
  prices: z.array(z.object({ usd: z.number(), since: instant, observed: z.number() })),
  tracks: z.record(z.string(), track),
  matchPending: z.boolean(),
  lookAgainAt: optional(instant),
});

const wish = {
  criteria: z.object({
    gpus: z.number(),
    maxPricePerGpuHour: optional(z.number()),
    region: optional(z.string()),
    configId: optional(z.string()),
    model: optional(z.string()),
    vendor: optional(z.string()),
    vramMinGib: optional(z.number()),
    vramMaxGib: optional(z.number()),
  }),
  notify: z.enum(['once', 'every']),
  expiresAt: optional(instant),
  create: optional(orderSchema),
};

const watch = z.object({
  id: z.string(),
  source: z.enum(['config', 'account', 'api']),
  madeAt: instant,
  madeBy: optional(z.string()),
  ...wish,
});

const standing = z.discriminatedUnion('state', [
  z.object({ state: z.literal('armed') }),
  z.object({ state: z.literal('done'), at: instant }),
  z.object({ state: z.literal('ended'), at: instant, because: z.enum(['expired', 'unsubscribed', 'cancelled']) }),
]);

const owedRow = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('window'),
    watchId: z.string(),
    offer: z.string(),
    openedAt: instant,
    owedAt: instant,
  }),
  z.object({ kind: z.literal('expired'), watchId: z.string(), owedAt: instant }),
  z.object({
    kind: z.literal('creation'),
    watchId: z.string(),
    offer: z.string(),
    openedAt: instant,
    owedAt: instant,
    news: newsSchema,
  }),
]);

const asked = { askedBy: z.string(), askedAt: instant };

const confirmation = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('waiting'),
    ...asked,
    mailedAt: optional(instant),
    mails: optional(z.number()),
    withdrawn: optional(z.literal(true)),
  }),
  z.object({ state: z.literal('confirmed'), ...asked, confirmedAt: instant }),
]);

const recipientSchema: z.ZodMiniType<Recipient> = z.object({
  id: z.string(),
  address: z.string(),
  watches: z.record(
    z.string(),
    z.object({
      watch,
      made: optional(z.object(wish)),
      standing,
      told: z.record(z.string(), z.object({ openedAt: instant, mailedAt: instant, closed: optional(z.literal(true)) })),
      creation: optional(watchCreationSchema),
    }),
  ),
  owed: z.record(z.string(), owedRow),
  mailedAt: z.array(instant),
  sending: optional(z.object({ mailId: z.string(), until: instant })),
  failure: optional(z.object({ count: z.number(), retryAt: instant, because: z.string() })),
  undeliverable: optional(z.object({ because: z.string(), since: instant, retryAt: optional(instant) })),
  takesMailSince: optional(instant),
  confirmations: optional(z.record(z.string(), confirmation)),
  askedForMailAt: optional(instant),
  declined: optional(z.object({ at: instant, until: instant })),
});

export const versionedSchema = z.object({ recipient: recipientSchema, version: z.int().check(z.gte(1)) });

export const fleetSchema: z.ZodMiniType<Fleet> = z.object({
  observed: z._default(z.number(), 0),
  lastCompleteAt: optional(instant),
  configDigest: optional(z.string()),
  requestsReadAt: optional(instant),
  expiryReadAt: optional(instant),
  succeededAt: optional(instant),
});

export const shapesSchema = z.object({ shapes: z.set(z.string()) });

export const todoSchema = z.object({
  recipientId: z.string(),
  stamp: z.string(),
  putAt: instant,
  notBefore: instant,
});

export const wantedSchema = z.object({
  region: z.string(),
  configId: z.string(),
  stamp: z.string(),
  putAt: instant,
});

export const indexEntrySchema = z.object({
  bucket: z.string(),
  recipientId: z.string(),
  watchId: z.string(),
  createdAt: instant,
  notBefore: instant,
  maxPricePerGpuHour: optional(z.number()),
  vramMinGib: optional(z.number()),
  vramMaxGib: optional(z.number()),
});

export const expirySchema = z.object({ recipientId: z.string() });

export const pastWindowSchema = pastWindow;

export const mailRecordSchema = z.object({
  recipientId: z.string(),
  watches: z.array(z.object({ id: z.string(), words: z.string() })),
  writtenAt: instant,
});
