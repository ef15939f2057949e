import { z } from '@hono/zod-openapi';
import type { NotifyRequest } from '../state/state.ts';

export const notifyBody = z
  .object({
    id: z.uuid(),
    region_id: z.string(),
    config_id: z.string(),
    status: z.string().describe('pending, notified or cancelled'),
    created_at: z.iso.datetime(),
    notified_at: z.iso.datetime().nullable(),
  })
  .openapi('NotifyRequest');

export const toNotifyBody = (request: NotifyRequest): z.output<typeof notifyBody> => ({
  id: request.id,
  region_id: request.regionId,
  config_id: request.configId,
  status: request.status,
  created_at: new Date(request.createdAt).toISOString(),
  notified_at: request.notifiedAt === undefined ? null : new Date(request.notifiedAt).toISOString(),
});
