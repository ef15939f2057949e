import type { RuntimeAddress } from '#domain/runtime.ts';
import type { Instant } from '#domain/time.ts';
import type { Money } from './money.ts';
import type { Use } from './reading.ts';

/** What was done, or, with `would-delete`, what would have been. */
export const acts = [
  'warned-first',
  'warned-last',
  'kept',
  'released',
  'exempted',
  'exemption-ended',
  'would-delete',
  'delete-asked',
  'deleted',
  'spared',
  'closed',
  'stuck',
  'reappeared',
  'reported',
  'recreated',
  'created',
  'breaker-opened',
  'breaker-rearmed',
] as const;
export type Act = (typeof acts)[number];

/** By whom: a rule of the settings, a person (with a link or by the API), or somebody who acted at the provider without us. */
export type Who =
  | { readonly kind: 'rule'; readonly policy: string }
  | { readonly kind: 'person'; readonly recipientId?: string }
  | { readonly kind: 'others' };

/** What a verdict stood on. `observedMs` of the time since `idleSince` was seen; `highest` is the most that was used in it. */
export type Evidence = {
  readonly idleSince: Instant;
  readonly until: Instant;
  readonly observedMs: number;
  readonly highest: Use;
};

/** The runtime that an entry is about, as it was then. */
export type LedgerRuntime = RuntimeAddress & {
  readonly name: string;
  readonly region?: string;
  readonly gpuConfigId?: string;
  readonly gpuModel?: string;
  readonly gpus?: number;
  /** Digest of the address for which GPU Warden made it. */
  readonly madeFor?: string;
};

/**
 * One line of the ledger: a verdict that led to an act. It is never rewritten and kept for a year. `id` is made of what
 * happened, so that writing the same entry again changes nothing.
 */
export type LedgerEntry = {
  readonly id: string;
  readonly at: Instant;
  readonly act: Act;
  readonly who: Who;
  readonly because: string;
  readonly runtime?: LedgerRuntime;
  readonly evidence?: Evidence;
  readonly money?: Money;
};
