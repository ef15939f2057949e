import type { RuntimeAddress } from '#domain/runtime.ts';
import type { Instant } from '#domain/time.ts';
import type { Evidence, LedgerEntry } from './ledger.ts';
import type { Money } from './money.ts';
import type { SpecPart } from './particulars.ts';
import type { HeldExemption } from './policy.ts';
import type { Thresholds } from './reading.ts';
import type { Trouble } from './trouble.ts';

/** How long a Keep link offers to keep a runtime: a duration, such as `4h`. */
export type KeepChoice = string;

/** A runtime as a mail or a page names it. */
export type ToldRuntime = RuntimeAddress & {
  readonly name: string;
  readonly region?: string;
  readonly gpuModel?: string;
  readonly gpuConfigId?: string;
  readonly gpus?: number;
};

/** The rule that a warning stands on, in numbers. Times are milliseconds of observed idle time. */
export type ToldRule = {
  readonly policy: string;
  readonly thresholds: Thresholds;
  readonly deleteAfter: number;
};

/**
 * One runtime in a warning. `unsaved`: what could not be saved to make it again; `recreatable`: whether the rest suffices.
 * `keepUrl` opens the page on which it can be kept; `for=4h` and so on may be appended as a further parameter.
 */
export type WarningRow = {
  readonly step: 'first' | 'last';
  readonly runtime: ToldRuntime;
  readonly rule: ToldRule;
  readonly evidence: Evidence;
  readonly money?: Money;
  readonly deleteAt: Instant;
  readonly volume: 'network' | 'other' | 'unknown';
  readonly unsaved: readonly SpecPart[];
  readonly recreatable: boolean;
  readonly keepChoices: readonly KeepChoice[];
  readonly keepUrl: string;
  /** Why the warning before this one counts no more. */
  readonly againBecause?: string;
};

/** Warnings to one recipient, in one mail. `would`: observe mode, nothing is going to be deleted. */
export type WarningMail = {
  readonly kind: 'warning';
  readonly writtenAt: Instant;
  readonly rows: readonly WarningRow[];
  /** Set where there are several rows. */
  readonly keepAllUrl?: string;
  readonly would: boolean;
};

/** A runtime that we deleted. */
export type DeletedRow = {
  readonly runtime: ToldRuntime;
  readonly deletedAt: Instant;
  readonly because: string;
  readonly evidence?: Evidence;
  readonly money?: Money;
  /** The page that makes it again, and until when it can; missing where that is not possible. */
  readonly recreate?: { readonly url: string; readonly until: Instant };
  readonly unsaved: readonly SpecPart[];
};

export type DeletedMail = {
  readonly kind: 'deleted';
  readonly writtenAt: Instant;
  readonly rows: readonly DeletedRow[];
};

/** Troubles that stand, or are over. `rearmUrl` is set where the breaker is among them and open. */
export type TroubleMail = {
  readonly kind: 'trouble';
  readonly writtenAt: Instant;
  readonly troubles: readonly Trouble[];
  readonly rearmUrl?: string;
};

/** An exemption as the daily mail lists it: what it is about, in words, until when, and who made it. */
export type ToldExemption = {
  readonly about: string;
  readonly until: Instant | 'forever';
  readonly because?: string;
  readonly by: HeldExemption['by'];
};

/**
 * The daily mail to the operator about the time from `from` to `to`. `entries`: the ledger of that time, oldest first.
 * `observing`: runtimes that would have been deleted and run on. `troubles`: everything that stands, unknown and not running
 * runtimes among them. `endingSoon`: exemptions that end within the next 7 days. `freed`: what did not have to be paid since
 * the deletions of the last 30 days, under the assumption that the runtimes would have run on; `rateStopped` USD per hour.
 */
export type DailyMail = {
  readonly kind: 'daily';
  readonly writtenAt: Instant;
  readonly from: Instant;
  readonly to: Instant;
  readonly entries: readonly LedgerEntry[];
  readonly observing: readonly {
    readonly runtime: ToldRuntime;
    readonly evidence?: Evidence;
    readonly money?: Money;
    readonly since: Instant;
  }[];
  readonly troubles: readonly Trouble[];
  readonly exemptions: readonly ToldExemption[];
  readonly endingSoon: readonly ToldExemption[];
  readonly freed: { readonly rateStopped: number; readonly notSpent: number; readonly deletions: number };
};

export type RuntimeMail = WarningMail | DeletedMail | TroubleMail | DailyMail;
