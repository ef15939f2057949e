import type { CreationTodo } from './creating/request.ts';
import type { OfferKey } from './offer.ts';
import type { OfferState } from './offer-state.ts';
import type { Odometer } from './poll.ts';
import type { Instant } from './time.ts';
import type { Shape } from './watch-index.ts';

/**
 * A recipient that must be looked at: a watch of theirs is new, or something is owed. It is put before the recipient is
 * changed, so that a crash leaves a marker without a cause and never a cause without a marker. `stamp` tells one putting
 * from the next.
 */
export type Todo = {
  readonly recipientId: string;
  readonly stamp: string;
  readonly putAt: Instant;
  readonly notBefore: Instant;
};

/**
 * An offer that a new watch of our API names, to be registered at the provider too. It is put before the watch is made, so that a
 * crash leaves a marker without a watch and never a watch without a marker. `stamp` tells one putting from the next.
 */
export type Wanted = {
  readonly region: string;
  readonly configId: string;
  readonly stamp: string;
  readonly putAt: Instant;
};

/** What all runs of watch-availability share beside the offers. */
export type Fleet = Odometer & {
  readonly configDigest?: string;
  readonly requestsReadAt?: Instant;
  readonly expiryReadAt?: Instant;
  /** When the last run ended of which no part failed. */
  readonly succeededAt?: Instant;
};

/** Everything that a run needs to know when nothing has changed; read in one query. */
export type Board = {
  readonly fleet: Fleet;
  readonly shapes: readonly Shape[];
  readonly offers: ReadonlyMap<OfferKey, OfferState>;
  readonly todo: readonly Todo[];
  readonly wanted: readonly Wanted[];
  readonly creationTodos: readonly CreationTodo[];
  /** What is wrong with the items that could not be understood; the others are read without them. */
  readonly unreadable: readonly string[];
};
