import * as z from 'zod/mini';
import { digest } from '#adapters/identity.ts';
import type { RuntimeOrder } from '#domain/creating/order.ts';
import { awaitsCreation, mostRefusals, type WatchCreation } from '#domain/creating/watch-creation.ts';
import type { KeptWatch, Recipient } from '#domain/recipient.ts';
import { watchInWords } from '#domain/watch.ts';
import { orderFields } from './creation-shape.ts';
import { id, iso, isoOrNull, isoTime, mailAddress, name, time, usdUpTo, wholeNumber } from './fields.ts';

const nullable = <Schema extends z.ZodMiniType>(schema: Schema) => z.nullable(schema);

const notify = () => z.enum(['once', 'every'], { error: "'once' or 'every'" });
const vram = () => wholeNumber(1, 4096);
const gpus = () => wholeNumber(1, 1024);

/** What a watch is made of, as it is sent. */
export const newWatchShape = z.strictObject({
  region_id: z.exactOptional(id('a region, such as as-south-1')),
  config_id: z.exactOptional(id('a GPU config, such as gpu-h100-80g-20cpu-125g')),
  gpu_model: z.exactOptional(name('whole words of the name of a GPU, such as H100')),
  gpu_vendor: z.exactOptional(name('the maker of a GPU, such as NVIDIA')),
  vram_min: z.exactOptional(vram()),
  vram_max: z.exactOptional(vram()),
  gpu_count: z._default(gpus(), 1),
  max_price_per_gpu_per_hour: z.exactOptional(usdUpTo(1000)),
  notify: z._default(notify(), 'once'),
  expires_at: z.exactOptional(time()),
  email: z.exactOptional(mailAddress()),
  create: z.exactOptional(
    z.strictObject({ project_id: id('a project of the settings, such as prj-1'), ...orderFields }),
  ),
});

/** What may be changed of one. */
export const watchChangeShape = z.strictObject({
  gpu_count: z.exactOptional(gpus()),
  max_price_per_gpu_per_hour: z.exactOptional(usdUpTo(1000)),
  notify: z.exactOptional(notify()),
  expires_at: z.exactOptional(time()),
});

/** What is created as soon as it can be rented; a spec of its own is not repeated: it may hold secrets. */
const createShape = z.object({
  project_id: z.string(),
  name: z.string(),
  template_id: nullable(z.string()),
  plan_id: nullable(z.string()),
});

/** How far that is. `asked`: without a clear answer yet. `given-up`: the provider refused three times. */
const creationShape = z.object({
  status: z.enum(['waiting', 'due', 'asked', 'created', 'given-up', 'over']),
  name: nullable(z.string()),
  runtime_id: nullable(z.string()),
  refusals: z.int(),
  refused_because: nullable(z.string()),
});

export const watchShape = z.object({
  id: z.string(),
  email: z.string(),
  source: z.enum(['config', 'account', 'api']),
  status: z.enum(['waiting', 'told', 'expired', 'unsubscribed', 'cancelled']),
  in_words: z.string(),
  region_id: nullable(z.string()),
  config_id: nullable(z.string()),
  gpu_model: nullable(z.string()),
  gpu_vendor: nullable(z.string()),
  vram_min: nullable(z.number()),
  vram_max: nullable(z.number()),
  gpu_count: z.int(),
  max_price_per_gpu_per_hour: nullable(z.number()),
  notify: z.enum(['once', 'every']),
  created_at: isoTime(),
  expires_at: nullable(isoTime()),
  over_since: nullable(isoTime()),
  create: nullable(createShape),
  creation: nullable(creationShape),
  told: z.array(
    z.object({ region_id: z.string(), config_id: z.string(), window_opened_at: isoTime(), mailed_at: isoTime() }),
  ),
});
export type WatchBody = z.output<typeof watchShape>;

/** An id that leads to a watch by itself: whose it is, and which. */
export const watchIdOf = (recipientId: string, watchId: string): string => `${recipientId}~${watchId}`;

export const watchIdShape = z
  .string()
  .check(z.regex(/^[\w-]{22}~[\w-]{22}$/, { error: 'the id of a watch, as GET /v1/watches gives it' }));

/** Takes an id apart again. */
export const readWatchId = (text: string): { readonly recipientId: string; readonly watchId: string } => {
  const [recipientId = '', watchId = ''] = text.split('~');
  return { recipientId, watchId };
};

const createBody = ({ project, name: wanted, templateId, planId }: RuntimeOrder): z.output<typeof createShape> => ({
  project_id: project,
  name: wanted,
  template_id: templateId ?? null,
  plan_id: planId ?? null,
});

const creationStatus = (kept: KeptWatch): z.output<typeof creationShape>['status'] => {
  const { creation } = kept;
  if (creation?.creation.state === 'created') return 'created';
  if (creation?.creation.state === 'creating') return 'asked';
  if (creation !== undefined && creation.refusals >= mostRefusals) return 'given-up';
  if (!awaitsCreation(kept)) return 'over';
  return creation?.due === undefined ? 'waiting' : 'due';
};

const creationBody = (kept: KeptWatch, { creation, refusals }: WatchCreation): z.output<typeof creationShape> => ({
  status: creationStatus(kept),
  name: 'name' in creation ? creation.name : null,
  runtime_id: creation.state === 'created' ? creation.runtimeId : null,
  refusals,
  refused_because: creation.state === 'available' ? (creation.refusedBecause ?? null) : null,
});

const statusOf = ({ standing }: KeptWatch): WatchBody['status'] => {
  if (standing.state === 'armed') return 'waiting';
  return standing.state === 'done' ? 'told' : standing.because;
};

export const watchBody = (
  { id: recipientId, address: email }: Pick<Recipient, 'id' | 'address'>,
  kept: KeptWatch,
): WatchBody => {
  const { watch, standing, told } = kept;
  const { criteria } = watch;
  return {
    id: watchIdOf(recipientId, watch.id),
    email,
    source: watch.source,
    status: statusOf(kept),
    in_words: watchInWords(criteria),
    region_id: criteria.region ?? null,
    config_id: criteria.configId ?? null,
    gpu_model: criteria.model ?? null,
    gpu_vendor: criteria.vendor ?? null,
    vram_min: criteria.vramMinGib ?? null,
    vram_max: criteria.vramMaxGib ?? null,
    gpu_count: criteria.gpus,
    max_price_per_gpu_per_hour: criteria.maxPricePerGpuHour ?? null,
    notify: watch.notify,
    created_at: iso(watch.madeAt),
    expires_at: isoOrNull(watch.expiresAt),
    over_since: standing.state === 'armed' ? null : iso(standing.at),
    create: watch.create === undefined ? null : createBody(watch.create),
    creation: kept.creation === undefined ? null : creationBody(kept, kept.creation),
    told: Object.entries(told).map(([offer, news]) => {
      const [region_id = '', config_id = ''] = offer.split('/');
      return { region_id, config_id, window_opened_at: iso(news.openedAt), mailed_at: iso(news.mailedAt) };
    }),
  };
};

/** A strong ETag: another one as soon as anything of the body is another. */
export const etagOf = (body: unknown): string => `"${digest(JSON.stringify(body))}"`;

/** Whether an `If-Match` header names an ETag; `*` names any. */
export const namesEtag = (header: string, etag: string): boolean =>
  header.trim() === '*' || header.split(',').some((one) => one.trim() === etag);
