import type { DeadLetterCounts } from '#adapters/dead-letters.ts';
import type { Caller } from '#adapters/http/caller.ts';
import type { MayCreate } from '#adapters/http/may-create.ts';
import { operationFor } from '#adapters/http/operation.ts';
import { Problem } from '#adapters/http/problem.ts';
import type { Board } from '#domain/board.ts';
import type { GuardBoard } from '#domain/guardrails/guard-board.ts';
import type { LedgerEntry } from '#domain/guardrails/ledger.ts';
import type { GuardRules } from '#domain/guardrails/policy.ts';
import type { OfferKey } from '#domain/offer.ts';
import type { OfferState, PastWindow } from '#domain/offer-state.ts';
import type { Instant } from '#domain/time.ts';
import type { ApiWatchesWorld } from '#workflows/api-watches/watches.ts';

/** Everything that the operations of the API need of the world. */
export type ApiWorld = {
  readonly watches: ApiWatchesWorld;
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
