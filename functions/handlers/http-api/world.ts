import type { DeadLetterCounts } from '#adapters/dead-letters.ts';
import type { Caller } from '#adapters/http/caller.ts';
import type { MayCreate } from '#adapters/http/may-create.ts';
import { operationFor } from '#adapters/http/operation.ts';
import { Problem } from '#adapters/http/problem.ts';
import type { Board } from '#domain/board.ts';
import { isConfirmedFor } from '#domain/confirmation.ts';
import type { GuardBoard } from '#domain/guardrails/guard-board.ts';
import type { LedgerEntry } from '#domain/guardrails/ledger.ts';
import type { GuardRules } from '#domain/guardrails/policy.ts';
import type { OfferKey } from '#domain/offer.ts';
import type { OfferState, PastWindow } from '#domain/offer-state.ts';
import type { KeptWatch, Recipient } from '#domain/recipient.ts';
import type { Instant } from '#domain/time.ts';
import type { AddressesWorld } from '#workflows/api-watches/addresses.ts';
import type { ApiWatchesWorld } from '#workflows/api-watches/watches.ts';
import { recipientIdOf } from '#workflows/make-watches.ts';

/** Everything that the operations of the API need of the world. */
export type ApiWorld = {
  readonly watches: ApiWatchesWorld & AddressesWorld;
  readonly store: {
    readBoard(): Promise<Board>;
    readOffer(offer: OfferKey): Promise<OfferState | undefined>;
    readWindows(offer: OfferKey, since: Instant): Promise<readonly PastWindow[]>;
    readLedger(from: Instant, to: Instant): Promise<readonly LedgerEntry[]>;
  };
  readonly guard: { readBoard(): Promise<GuardBoard> };
  readonly deadLetters: { count(): Promise<DeadLetterCounts> };
  readonly rules: GuardRules;
  readonly projects: readonly string[];
  /** Whether a watch may have something made; missing: it may not. */
  readonly creating?: MayCreate;
};

export const operation = operationFor<ApiWorld>();

type Addressee = { readonly address: string; readonly recipientId: string };

/** The address that the issuer has verified, and whose it is; undefined where it says of none. */
export const ownAddress = ({ address, recipientId }: Caller): Addressee | undefined =>
  address === undefined || recipientId === undefined ? undefined : { address, recipientId };

/** Whom we may mail without asking. @throws Problem where the issuer says of none */
export const addressOf = (caller: Caller): Addressee => {
  const own = ownAddress(caller);
  if (own !== undefined) return own;
  throw new Problem(
    'no-verified-address',
    'Your token names no verified mail address (claims `email` and `email_verified`). Send the ID token, not the access token, and confirm your address at the issuer; or name, as `email`, an address that has confirmed for you: POST /v1/addresses asks it.',
  );
};

/**
 * Whom a watch is to be mailed to: the caller, or the address that they name, which must have confirmed for them (`madeBy`).
 *
 * @throws Problem where no address is named and the issuer says of none
 */
export const addresseeFor = (
  email: string | undefined,
  caller: Caller,
  { watches }: Pick<ApiWorld, 'watches'>,
): Addressee & { readonly madeBy?: string } => {
  const recipientId = email === undefined ? undefined : recipientIdOf(watches, email);
  if (email === undefined || recipientId === undefined || recipientId === caller.recipientId) return addressOf(caller);
  return { address: email, recipientId, madeBy: caller.personId };
};

/** Whether a watch is there for somebody: it is mailed to them, or they made it for an address that has confirmed for them. */
export const maySee = (caller: Caller, owner: Recipient, { watch }: KeptWatch): boolean =>
  isTheirs(caller, owner.id) || (watch.madeBy === caller.personId && isConfirmedFor(owner, caller.personId));

/** Lets through whom a thing belongs to, and operators. For everybody else it is not there. */
export const isTheirs = (caller: Caller, recipientId: string): boolean =>
  caller.operator || caller.recipientId === recipientId;
