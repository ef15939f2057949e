import type { RuntimeAddress } from '#domain/runtime.ts';
import type { Instant } from '#domain/time.ts';
import type { LedgerEntry } from './ledger.ts';
import type { Particulars } from './particulars.ts';

/** What tells one runtime from all others, as one string: `project/id`. */
export type RuntimeKey = string;

export const runtimeKey = ({ project, id }: RuntimeAddress): RuntimeKey => `${project}/${id}`;

/**
 * A warning that is owed or was accepted. `deleteAt`: the deletion that it names; the mail names it too, or, where the mail
 * is later, the earliest time that is still `ahead` milliseconds off. `notBefore`: it waits so long for others to the same
 * recipient. `to`: who is tried, in this order; `level`: whose turn it is. `counted`: when it was accepted, by the mail
 * service or, in observe mode, for the plan only. `mail`: whether one is still to be sent.
 */
export type Warning = {
  readonly step: 'first' | 'last';
  readonly owedAt: Instant;
  readonly notBefore: Instant;
  readonly deleteAt: Instant;
  readonly ahead: number;
  readonly to: readonly string[];
  readonly level: number;
  readonly mail: 'owed' | 'sent' | 'none';
  readonly mailId?: string;
  readonly counted?: Instant;
};

/** A mail about an idle time that came back, or was complained about, and the digest of the address that it went to. */
export type ReturnedWarning = { readonly mailId: string; readonly recipientId: string; readonly at: Instant };

/** An idle time that people were warned of. It ends when the runtime is used again, or is gone. */
export type Episode = {
  readonly id: string;
  /** First idle reading of the span that the warnings stand on. */
  readonly since: Instant;
  readonly first?: Warning;
  readonly last?: Warning;
  /** What took the ground from under the warnings: the next last warning is a fresh one, `freshLead` ahead. */
  readonly voided?: { readonly at: Instant; readonly because: string };
  /** Longest time, in milliseconds, that its links may keep the runtime for; missing: for any that is offered. */
  readonly keepAtMost?: number;
  /** Observe mode: it would have been deleted then. */
  readonly would?: Instant;
  /** Nobody could be told, since then; tried again at `retryAt`. */
  readonly unreachable?: { readonly since: Instant; readonly retryAt: Instant };
  /** The latest mails about it that came back, and to whom they went. */
  readonly returned?: readonly ReturnedWarning[];
};

/** Somebody wants the runtime to stay. */
export type Keep = {
  readonly until: Instant;
  readonly at: Instant;
  /** Which link said so, with which choice: the same one pressed again changes nothing. */
  readonly by: string;
};

/** The runtime is exempt by itself, made so by the API. `because`: why, in the words of whoever did. */
export type OwnExemption = { readonly until: Instant | 'forever'; readonly because: string; readonly at: Instant };

/** What is written down with the intent to delete: what it stood on, who is told once it is gone, and under which id it was saved. */
export type Intent = { readonly entry: LedgerEntry; readonly to: readonly string[]; readonly savedId?: string };

/**
 * Where a deletion stands. `condemned`: decided, before the last look. `deleting`: the intent is written, DELETE is asked
 * or may have been (`askedAt` missing: not known). `gone`: it answered 404.
 */
export type Deletion =
  | { readonly state: 'condemned'; readonly at: Instant }
  | (Intent & {
      readonly state: 'deleting';
      readonly since: Instant;
      readonly intentAt: Instant;
      readonly askedAt?: Instant;
      readonly asks: number;
      /** Why the latest DELETE was not accepted; `refused`: it is sure that it had no effect. */
      readonly because?: string;
      readonly refused?: true;
    })
  | { readonly state: 'gone'; readonly at: Instant };

/** A deletion that its owner is still to be told of. */
export type OwedGone = {
  readonly to: readonly string[];
  readonly level: number;
  readonly owedAt: Instant;
  /** None of them can be reached; tried again then. */
  readonly retryAt?: Instant;
  /** What the mail says of it. */
  readonly entry: LedgerEntry;
  readonly savedId?: string;
};

/**
 * Everything about one runtime but its clock, in one item, so that a decision and what follows from it are written together.
 * There is none for a runtime about which there is nothing to remember.
 */
export type RuntimeCase = RuntimeAddress & {
  readonly name: string;
  /** A digest of the rules that the warnings stand on: policy, thresholds, ladder, mode, addressees, name. */
  readonly ground: string;
  /** Who had GPU Warden make it: they own it, whatever the rules say. */
  readonly madeFor?: MadeFor;
  readonly particulars?: Particulars;
  readonly episode?: Episode;
  readonly keep?: Keep;
  readonly exemption?: OwnExemption;
  readonly deletion?: Deletion;
  /** The latest deletion time that an accepted mail named: no deletion before. */
  readonly named?: Instant;
  /** When a first warning was last accepted: at most one in 12 hours. */
  readonly firstWarnedAt?: Instant;
  /** It was asked to be deleted, and the case was closed since: should it vanish after all, it was our doing. */
  readonly asked?: Intent;
  /** Asked to be deleted and still there, since then. */
  readonly stuckSince?: Instant;
  /** It was gone and is there again, since then. */
  readonly reappearedAt?: Instant;
  /** A complete listing did not show it, since then. */
  readonly vanishedAt?: Instant;
  /** Why it is only reported, told once. */
  readonly reported?: string;
  readonly owedGone?: OwedGone;
  /** Entries that are still to be written into the ledger; writing one twice does no harm. */
  readonly outbox: readonly LedgerEntry[];
};

/** Somebody's mail address, and its digest. */
export type MadeFor = { readonly address: string; readonly recipientId: string };

export const newCase = ({ project, id }: RuntimeAddress, name: string, ground: string): RuntimeCase => ({
  project,
  id,
  name,
  ground,
  outbox: [],
});
