import type { Report } from '#domain/event.ts';
import type { GuardBoard, Versioned } from '#domain/guardrails/guard-board.ts';
import type { LedgerEntry } from '#domain/guardrails/ledger.ts';
import type { RuntimeMail } from '#domain/guardrails/runtime-notice.ts';
import type { SavedRuntime } from '#domain/guardrails/saved-runtime.ts';
import type { WarningRecord } from '#domain/guardrails/warning-record.ts';
import type { RenderedMail, SendResult } from '#domain/notice.ts';
import type { OutgoingMail } from '#domain/outgoing-mail.ts';
import type { Instant } from '#domain/time.ts';
import { failIfAny } from '#workflows/attempts.ts';
import type { CaseStore } from '#workflows/cases.ts';
import type { DeskStore } from '#workflows/desk.ts';
import type { RecipientStore } from '#workflows/recipients.ts';

/** What the sender reads and writes of the guard's world. */
export type RuntimeNoticeStore = CaseStore &
  DeskStore & {
    readBoard(): Promise<GuardBoard>;
    saveWarningRecord(record: WarningRecord): Promise<void>;
    readLedger(from: Instant, to: Instant): Promise<readonly LedgerEntry[]>;
    readSaved(id: string): Promise<Versioned<SavedRuntime> | undefined>;
  };

/** Makes the links that need no login. */
export type RuntimeLinks = {
  keepUrl(link: { project: string; runtimeId: string; episodeId: string; mailId: string; expiresAt: Instant }): string;
  keepAllUrl(link: { recipientId: string; mailId: string; expiresAt: Instant }): string;
  rearmUrl(link: { breakerId: string; recipientId: string; expiresAt: Instant }): string;
  recreateUrl(link: { savedId: string; recipientId: string; expiresAt: Instant }): string;
};

/** Everything that sending the notices of job 2 needs of the world. */
export type RuntimeNoticeWorld = {
  readonly store: RecipientStore & RuntimeNoticeStore;
  readonly render: (mail: RuntimeMail) => RenderedMail | Promise<RenderedMail>;
  readonly mailer: { send(address: string, mail: OutgoingMail): Promise<SendResult> };
  readonly links: RuntimeLinks;
  readonly clock: () => Instant;
  readonly newId: () => string;
  readonly digest: (text: string) => string;
  readonly report: Report;
};

/** A mail that is due, and what is to be recorded when the mail service takes it, or refuses it for good. */
export type DueMail = {
  readonly mailId: string;
  readonly mail: RuntimeMail;
  readonly rows: number;
  readonly prepare?: () => Promise<void>;
  readonly accepted: (at: Instant) => Promise<void>;
  readonly refused: (at: Instant) => Promise<void>;
};

export type Addressee = { readonly id: string; readonly address: string };

/** Does each of several things, whatever becomes of the others; then fails if any failed. */
export const forAll = async <T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> => {
  const failures: unknown[] = [];
  for (const item of items) await act(item).catch((failure: unknown) => failures.push(failure));
  failIfAny(failures);
};
