import { z } from '@hono/zod-openapi';
import type { Session } from '../state/accounts.ts';

export const sessionBody = z
  .object({
    access_token: z.string(),
    refresh_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.int().describe('seconds'),
  })
  .openapi('Session');

export const toSessionBody = (session: Session): z.output<typeof sessionBody> => ({
  access_token: session.accessToken,
  refresh_token: session.refreshToken,
  token_type: 'Bearer',
  expires_in: session.expiresInSeconds,
});
