import * as z from 'zod/mini';
import type { KeptWatch } from '#domain/recipient.ts';
import { iso, isoTime } from './fields.ts';
import { watchIdOf } from './watch-shape.ts';

/**
 * The provider's request "mail me when it becomes available", as Warden answers it.
 * Source: `notify-availability` in the provider's reference; unknown keys are ignored, as there.
 */
export const newRequestShape = z.object({
  region_id: z.string({ error: 'a region, such as as-south-1' }).check(z.regex(/^[A-Za-z0-9._~-]{1,128}$/)),
  config_id: z.string({ error: 'a GPU config' }).check(z.regex(/^[A-Za-z0-9._~-]{1,128}$/)),
});

export const requestShape = z.object({
  id: z.string(),
  region_id: z.string(),
  config_id: z.string(),
  status: z.enum(['pending', 'notified', 'cancelled']),
  created_at: isoTime(),
  notified_at: z.nullable(isoTime()),
});
export type RequestBody = z.output<typeof requestShape>;

/** Undefined for a watch that waits for no offer in particular: the provider knows no such requests. */
export const requestBody = (recipientId: string, { watch, standing }: KeptWatch): RequestBody | undefined => {
  const { region, configId } = watch.criteria;
  if (region === undefined || configId === undefined) return undefined;
  const status = { armed: 'pending', done: 'notified', ended: 'cancelled' } as const;
  return {
    id: watchIdOf(recipientId, watch.id),
    region_id: region,
    config_id: configId,
    status: status[standing.state],
    created_at: iso(watch.madeAt),
    notified_at: standing.state === 'done' ? iso(standing.at) : null,
  };
};
