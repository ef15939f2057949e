import type { Report } from '#domain/event.ts';
import type { GuardBoard } from '#domain/guardrails/guard-board.ts';
import type { WarningRecord } from '#domain/guardrails/warning-record.ts';
import type { Instant } from '#domain/time.ts';
import type { CaseStore } from '#workflows/cases.ts';
import type { DeskStore } from '#workflows/desk.ts';
import type { RecipientStore } from '#workflows/recipients.ts';

/** What is read and written about a mail that came back. */
export type NoteBouncesStore = RecipientStore &
  CaseStore &
  DeskStore & {
    readMail(mailId: string): Promise<{ readonly writtenAt: Instant } | undefined>;
    readWarningRecord(mailId: string): Promise<WarningRecord | undefined>;
    readBoard(): Promise<Pick<GuardBoard, 'cases'>>;
  };

/** Everything that noting a mail that came back needs of the world. */
export type NoteBouncesWorld = {
  readonly store: NoteBouncesStore;
  /** The digest of the operator's address. */
  readonly operatorId: string;
  readonly clock: () => Instant;
  readonly digest: (text: string) => string;
  readonly report: Report;
};
