import type { Instant } from './time.ts';

/** One row of a listing with the time at which its page was asked for. */
export type Listed<T> = { readonly askedAt: Instant; readonly value: T };

/**
 * What one walk over all pages of a listing brought. `askedAt` is when its first page was asked for. It is complete only
 * if every page came, the totals agree and the pages held together; from an incomplete one nothing may be concluded
 * about what it does not show.
 */
export type Listing<T> = {
  readonly askedAt: Instant;
  readonly rows: readonly Listed<T>[];
} & ({ readonly complete: true } | { readonly complete: false; readonly because: readonly string[] });
