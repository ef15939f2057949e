import type { Report } from '#domain/event.ts';
import type { Breaker } from '#domain/guardrails/breaker.ts';
import type { Catalogue, GuardBoard, GuardFleet, Versioned } from '#domain/guardrails/guard-board.ts';
import type { LedgerEntry } from '#domain/guardrails/ledger.ts';
import type { Slot } from '#domain/guardrails/limits.ts';
import type { GuardRules } from '#domain/guardrails/policy.ts';
import type { RuntimeCase, RuntimeKey } from '#domain/guardrails/runtime-case.ts';
import type { SavedRuntime } from '#domain/guardrails/saved-runtime.ts';
import type { OperatorDesk } from '#domain/guardrails/trouble.ts';
import type { Listing } from '#domain/listing.ts';
import type { Offer } from '#domain/offer.ts';
import type { Runtime, RuntimeAddress, RuntimeDetail, RuntimeMetrics } from '#domain/runtime.ts';
import type { Instant } from '#domain/time.ts';
import type { MissingCredential } from '#workflows/credential.ts';

/** What a run reads and writes. A write that answers false was refused because somebody else's is newer. */
export type GuardStore = {
  takeLease(holder: string, now: Instant, until: Instant): Promise<boolean>;
  readBoard(): Promise<GuardBoard>;
  saveFleet(holder: string, fleet: GuardFleet, leaseUntil: Instant): Promise<boolean>;
  takeSlot(holder: string, slots: readonly Slot[]): Promise<boolean>;
  readCase(key: RuntimeKey): Promise<Versioned<RuntimeCase> | undefined>;
  saveCase(kase: RuntimeCase, version: number): Promise<boolean>;
  removeCase(kase: RuntimeCase, version: number): Promise<boolean>;
  saveBreaker(breaker: Breaker, version: number): Promise<boolean>;
  saveDesk(desk: OperatorDesk, version: number): Promise<boolean>;
  saveCatalogue(catalogue: Catalogue): Promise<void>;
  appendLedger(entry: LedgerEntry): Promise<void>;
  saveSaved(saved: SavedRuntime): Promise<void>;
};

/** How a call to the provider is bounded. */
export type CallBounds = { readonly signal?: AbortSignal; readonly deadline?: Instant };

/** What a run asks the provider. Each call throws if the provider did not answer understandably; a DELETE is sent once. */
export type Provider = {
  listRuntimes(project: string, bounds: CallBounds): Promise<Listing<Runtime>>;
  listOffers(filter: Record<string, never>, bounds: CallBounds): Promise<Listing<Offer>>;
  getRuntime(runtime: RuntimeAddress, bounds: CallBounds): Promise<RuntimeDetail | undefined>;
  getRuntimeMetrics(runtime: RuntimeAddress, bounds: CallBounds): Promise<RuntimeMetrics>;
  deleteRuntime(runtime: RuntimeAddress, bounds: CallBounds): Promise<{ outcome: 'accepted' | 'already-gone' }>;
};

/** Everything that a run needs of the world. */
export type GuardWorld = {
  readonly store: GuardStore;
  readonly provider: Provider;
  readonly missingCredential: MissingCredential;
  /** Puts recipients on the queue to whom something is due, by the digest of their address in small letters. */
  readonly announce: (recipientIds: readonly string[]) => Promise<void>;
  readonly clock: () => Instant;
  /** Waits so many milliseconds; ends early when aborted. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** In [0, 1). */
  readonly chance: () => number;
  readonly newId: () => string;
  readonly digest: (text: string) => string;
  readonly report: Report;
};

/** What the user set. */
export type GuardSettings = {
  readonly rules: GuardRules;
  readonly projects: readonly string[];
  /** Calls to the provider at once, and begun in a second, at most. */
  readonly callsAtOnce: number;
  readonly callsPerSecond: number;
  /** Each run begins its readings up to so many seconds late, by chance. */
  readonly sampleOffsetSeconds: number;
  /** Minute of the day, in the rules' time zone, at which the daily mail is due. */
  readonly dailyMailMinute: number;
};
