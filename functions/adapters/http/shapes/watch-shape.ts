import * as z from 'zod/mini';
import { digest } from '#adapters/identity.ts';
import type { KeptWatch, Recipient } from '#domain/recipient.ts';
import { watchInWords } from '#domain/watch.ts';
import { id, iso, isoOrNull, isoTime, name, time, usdUpTo, wholeNumber } from './fields.ts';

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
});

/** What may be changed of one. */
export const watchChangeShape = z.strictObject({
  gpu_count: z.exactOptional(gpus()),
  max_price_per_gpu_per_hour: z.exactOptional(usdUpTo(1000)),
  notify: z.exactOptional(notify()),
  expires_at: z.exactOptional(time()),
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

const statusOf = ({ standing }: KeptWatch): WatchBody['status'] => {
  if (standing.state === 'armed') return 'waiting';
  return standing.state === 'done' ? 'told' : standing.because;
};

export const watchBody = (
  { id: recipientId, address }: Pick<Recipient, 'id' | 'address'>,
  kept: KeptWatch,
): WatchBody => {
  const { watch, standing, told } = kept;
  const { criteria } = watch;
  return {
    id: watchIdOf(recipientId, watch.id),
    email: address,
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
