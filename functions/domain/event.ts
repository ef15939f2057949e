import type { MailIdentity } from './outgoing-mail.ts';
import type { Instant } from './time.ts';

/**
 * Something that happened and is worth a line: what the log, the metrics and the terminal show. No mail address, token or
 * link is ever in one; a person is named by `recipientId`.
 */
export type WardenEvent =
  | { readonly event: 'run-skipped'; readonly because: string }
  /** Nobody has set the provider's credential yet: the run did nothing. */
  | { readonly event: 'credential-missing'; readonly because: string }
  | {
      readonly event: 'polled';
      readonly complete: boolean;
      readonly offers: number;
      readonly rentable: number;
      readonly at: Instant;
    }
  | { readonly event: 'poll-failed'; readonly because: string }
  | { readonly event: 'part-failed'; readonly part: string; readonly because: string }
  | { readonly event: 'listing-incomplete'; readonly because: readonly string[] }
  | { readonly event: 'requests-unread'; readonly because: string }
  /** Warden asked the provider for a request of its own, and has it. */
  | { readonly event: 'request-registered'; readonly region: string; readonly configId: string }
  /** The provider wants no such request; it is not asked again until another watch wants it. */
  | {
      readonly event: 'request-refused';
      readonly region: string;
      readonly configId: string;
      readonly because: string;
    }
  | { readonly event: 'watches-changed'; readonly added: number; readonly removed: number }
  | { readonly event: 'watch-unknown-config'; readonly configId: string }
  | { readonly event: 'config-unchecked'; readonly configId: string; readonly because: string }
  | {
      readonly event: 'window-opened';
      readonly region: string;
      readonly configId: string;
      readonly gpuModel: string;
      readonly gpus?: number;
      readonly pricePerGpuHour: number;
      readonly at: Instant;
    }
  | {
      readonly event: 'window-closed';
      readonly region: string;
      readonly configId: string;
      readonly gpuModel: string;
      readonly openedAt: Instant;
      readonly at: Instant;
    }
  | {
      readonly event: 'watch-fired';
      readonly watchId: string;
      readonly recipientId: string;
      readonly region: string;
      readonly configId: string;
    }
  | { readonly event: 'watch-expired'; readonly watchId: string; readonly recipientId: string }
  | {
      readonly event: 'mail-sent';
      readonly recipientId: string;
      readonly mailId: string;
      readonly messageId: string;
      readonly subject: string;
      readonly rows: number;
      readonly at: Instant;
    }
  | { readonly event: 'mail-held'; readonly recipientId: string; readonly until: Instant; readonly because: string }
  | { readonly event: 'mail-failed'; readonly recipientId: string; readonly because: string; readonly retryAt: Instant }
  | { readonly event: 'mail-undeliverable'; readonly recipientId: string; readonly because: string }
  /** A mail that was sent came back, or was complained about. */
  | ({ readonly event: 'mail-returned'; readonly because: string } & MailIdentity)
  /** Nothing is sent to the address any more. */
  | { readonly event: 'address-suppressed'; readonly recipientId: string; readonly because: string }
  /** The operator cannot be told of anything any more. */
  | { readonly event: 'operator-suppressed'; readonly recipientId: string; readonly because: string }
  | ({ readonly event: 'runtime-created' } & RuntimeFacts)
  /** The provider did not make a runtime for a watch. */
  | {
      readonly event: 'creation-refused';
      readonly recipientId: string;
      readonly watchId: string;
      readonly because: string;
    }
  /** A runtime was asked for, and nobody can say yet whether it was made. */
  | {
      readonly event: 'creation-unclear';
      readonly recipientId: string;
      readonly watchId: string;
      readonly name: string;
      readonly because: string;
    }
  /** An address lets somebody have watches mailed to it. */
  | { readonly event: 'address-confirmed'; readonly recipientId: string; readonly personId: string }
  | { readonly event: 'unsubscribed'; readonly recipientId: string; readonly watches: number }
  | GuardEvent;

type RuntimeFacts = { readonly project: string; readonly runtimeId: string; readonly name: string };

/** What guard-runtimes and the links of its mails have to tell. */
export type GuardEvent =
  | {
      readonly event: 'guarded';
      readonly at: Instant;
      readonly complete: boolean;
      readonly runtimes: number;
      readonly idle: number;
      readonly busy: number;
      readonly unknown: number;
      /** False where not one of the readings that were asked for could be read. */
      readonly understood: boolean;
      readonly breakerOpen: boolean;
    }
  /** All readings of a run, packed and without names, from which the past can be replayed. */
  | { readonly event: 'readings'; readonly packed: string }
  | { readonly event: 'runtimes-unlisted'; readonly project: string; readonly because: string }
  | { readonly event: 'slowed-down'; readonly callsAtOnce: number; readonly because: string }
  | ({ readonly event: 'runtime-unknown'; readonly because: string } & RuntimeFacts)
  | ({ readonly event: 'runtime-reported'; readonly because: string } & RuntimeFacts)
  | ({
      readonly event: 'runtime-warned';
      readonly step: 'first' | 'last';
      readonly recipientId: string;
      readonly deleteAt: Instant;
    } & RuntimeFacts)
  | ({ readonly event: 'warnings-voided'; readonly because: string } & RuntimeFacts)
  | ({ readonly event: 'runtime-kept'; readonly until: Instant } & RuntimeFacts)
  | ({
      readonly event: 'runtime-would-be-deleted';
      readonly because: string;
      readonly usdPerHour?: number;
    } & RuntimeFacts)
  | ({ readonly event: 'runtime-deleting'; readonly because: string } & RuntimeFacts)
  | ({ readonly event: 'runtime-deleted'; readonly usdPerHour?: number } & RuntimeFacts)
  | ({ readonly event: 'runtime-spared'; readonly because: string } & RuntimeFacts)
  | ({ readonly event: 'runtime-stuck'; readonly because: string } & RuntimeFacts)
  | ({ readonly event: 'runtime-reappeared' } & RuntimeFacts)
  | ({ readonly event: 'runtime-recreated'; readonly createdId: string } & RuntimeFacts)
  | { readonly event: 'breaker-opened'; readonly runtimes: number; readonly fleet: number }
  | { readonly event: 'breaker-rearmed'; readonly recipientId: string };

/** Takes an event to wherever events go. Never throws. */
export type Report = (event: WardenEvent) => void;
