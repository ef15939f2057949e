import type { WardenEvent } from '#domain/event.ts';
import type { Instant } from '#domain/time.ts';
import type { FaultKind, OperationId } from '#local/emulator/emulator.ts';
import type { FaultName } from './faults.ts';
import type { AcceptedMail } from './mail.ts';
import type { CrashPlan, FunctionName } from './plan.ts';

/** One run of a function, and of which deployment it was. */
export type InvocationFacts = {
  readonly invocation: number;
  readonly function: FunctionName;
  /** Counts the deployments from 0. */
  readonly deployment: number;
  /** Of a call that came in over HTTP: its method. */
  readonly method?: string;
};

/** Something that can be seen from outside, and when it truly was. */
export type Entry = { readonly at: Instant } & (
  | ({ readonly kind: 'invoked' } & InvocationFacts)
  | ({
      readonly kind: 'ended';
      readonly outcome: 'done' | 'failed' | 'crashed' | 'timed-out';
      readonly because?: string;
    } & InvocationFacts)
  /** A call that reached the provider. `status` 0: no answer came back. */
  | ({
      readonly kind: 'provider-call';
      readonly operation: OperationId;
      readonly runtimeId?: string;
      readonly status: number;
      readonly faults: readonly FaultKind[];
      /** When it was sent; `at` is when it was answered. */
      readonly sentAt: Instant;
    } & InvocationFacts)
  | ({ readonly kind: 'mail-accepted'; readonly mail: AcceptedMail } & InvocationFacts)
  /** Something was written to the table, or at least tried. */
  | ({ readonly kind: 'table-write'; readonly operation: string; readonly item: string } & InvocationFacts)
  | ({ readonly kind: 'queued'; readonly messages: number } & InvocationFacts)
  | ({ readonly kind: 'told'; readonly event: WardenEvent } & InvocationFacts)
  | ({ readonly kind: 'struck'; readonly fault: FaultName; readonly call: string } & InvocationFacts)
  | ({ readonly kind: 'crashed'; readonly crash: CrashPlan; readonly call: string } & InvocationFacts)
  | { readonly kind: 'deployed'; readonly deployment: number; readonly change: string }
  /** A person, a mail service or a scanner did something, and what our page answered. */
  | {
      readonly kind: 'acted';
      readonly act: string;
      readonly method: string;
      readonly link: string;
      readonly status: number;
      readonly page: string;
    }
  | { readonly kind: 'dead-letter'; readonly body: string }
  | { readonly kind: 'world'; readonly what: string }
);

export type EntryOf<K extends Entry['kind']> = Extract<Entry, { kind: K }>;

/** What a history showed, in the order of time. */
export const createJournal = (now: () => Instant) => {
  const entries: Entry[] = [];
  return {
    note: (entry: Entry extends infer E ? (E extends Entry ? Omit<E, 'at'> : never) : never): void => {
      entries.push({ at: now(), ...entry } as Entry);
    },
    entries: entries as readonly Entry[],
  };
};

export type Journal = ReturnType<typeof createJournal>;

/** The entries of one kind. */
export const ofKind = <K extends Entry['kind']>(entries: readonly Entry[], kind: K): EntryOf<K>[] =>
  entries.filter((entry): entry is EntryOf<K> => entry.kind === kind);
