import type { Caller } from '#adapters/http/caller.ts';
import { operationFor } from '#adapters/http/operation.ts';
import { Problem } from '#adapters/http/problem.ts';
import type { MakeWatchesWorld } from '#workflows/make-watches.ts';

/** Everything that the operations of the API need of the world. */
export type ApiWorld = { readonly watches: MakeWatchesWorld };

export const operation = operationFor<ApiWorld>();

/** Whom we may mail: the address that the issuer has verified. @throws Problem where it says of none */
export const addressOf = ({
  address,
  recipientId,
}: Caller): { readonly address: string; readonly recipientId: string } => {
  if (address !== undefined && recipientId !== undefined) return { address, recipientId };
  throw new Problem(
    'no-verified-address',
    'Your token names no verified mail address (claims `email` and `email_verified`). Send the ID token, not the access token, and confirm your address at the issuer.',
  );
};

/** Lets through whom a thing belongs to, and operators. For everybody else it is not there. */
export const isTheirs = (caller: Caller, recipientId: string): boolean =>
  caller.operator || caller.recipientId === recipientId;
