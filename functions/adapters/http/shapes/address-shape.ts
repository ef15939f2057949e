import * as z from 'zod/mini';
import { type AskedAddress, confirmableUntil } from '#domain/confirmation.ts';
import { iso, isoTime, mailAddress } from './fields.ts';

export const newAddressShape = z.strictObject({ email: mailAddress() });

/** The id of whoever is mailed at an address. */
export const addressIdShape = z
  .string()
  .check(z.regex(/^[\w-]{22}$/, { error: 'the id of an address, as GET /v1/addresses gives it' }));

const when = () => z.nullable(isoTime());

/** `verified`: by the issuer, the caller's own. `expires_at`: until when it can confirm. */
export const addressShape = z.object({
  id: z.string(),
  email: z.string(),
  status: z.enum(['verified', 'waiting', 'confirmed']),
  asked_at: when(),
  expires_at: when(),
  confirmed_at: when(),
});
export type AddressBody = z.output<typeof addressShape>;

export const ownAddressBody = (own: { readonly recipientId: string; readonly address: string }): AddressBody => ({
  id: own.recipientId,
  email: own.address,
  status: 'verified',
  asked_at: null,
  expires_at: null,
  confirmed_at: null,
});

export const askedAddressBody = ({ recipientId: id, address: email, confirmation }: AskedAddress): AddressBody => ({
  id,
  email,
  status: confirmation.state,
  asked_at: iso(confirmation.askedAt),
  expires_at: confirmation.state === 'waiting' ? iso(confirmableUntil(confirmation)) : null,
  confirmed_at: confirmation.state === 'confirmed' ? iso(confirmation.confirmedAt) : null,
});
