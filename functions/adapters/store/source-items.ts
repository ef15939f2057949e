import * as z from 'zod/mini';
import type { KnownRequests, KnownWatch } from '#domain/sources.ts';

export const configSourceSchema: z.ZodMiniType<{ watches: KnownWatch[] }> = z.object({
  watches: z.array(z.object({ watchId: z.string(), recipientId: z.string() })),
});

export const requestsSourceSchema: z.ZodMiniType<KnownRequests> = z.object({
  recipientId: z.exactOptional(z.string()),
  requests: z.record(
    z.string(),
    z.object({
      state: z.enum(['waiting', 'closing', 'ended', 'ours']),
      region: z.string(),
      configId: z.string(),
      madeAt: z.exactOptional(z.number()),
    }),
  ),
  asking: z._default(z.record(z.string(), z.number()), {}),
});
