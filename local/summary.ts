import type { WardenEvent } from '#domain/event.ts';
import type { LocalEvent } from './local-event.ts';

/** What happened in a run, counted. `failures` are polls, jobs and looks at the account's requests that came to nothing. */
export type Summary = {
  readonly event: 'summary';
  readonly polls: number;
  readonly windowsOpened: number;
  readonly windowsClosed: number;
  readonly watchesFired: number;
  readonly watchesExpired: number;
  readonly mailsSent: number;
  readonly mailsHeld: number;
  readonly mailsFailed: number;
  readonly mailsUndeliverable: number;
  readonly unsubscribed: number;
  /** Runs of guard-runtimes that judged. */
  readonly guarded: number;
  /** Warnings that were accepted, one for each runtime in a mail. */
  readonly warned: number;
  readonly kept: number;
  readonly deleted: number;
  readonly spared: number;
  /** Times that a runtime could not be read for longer than 5 minutes. */
  readonly unknown: number;
  /** Idle runtimes that are only reported, since deleting them saves nothing. */
  readonly reportedOnly: number;
  readonly wouldBeDeleted: number;
  readonly runsSkipped: number;
  readonly listingsIncomplete: number;
  readonly failures: number;
};

export const nothingYet: Summary = {
  event: 'summary',
  polls: 0,
  windowsOpened: 0,
  windowsClosed: 0,
  watchesFired: 0,
  watchesExpired: 0,
  mailsSent: 0,
  mailsHeld: 0,
  mailsFailed: 0,
  mailsUndeliverable: 0,
  unsubscribed: 0,
  guarded: 0,
  warned: 0,
  kept: 0,
  deleted: 0,
  spared: 0,
  unknown: 0,
  reportedOnly: 0,
  wouldBeDeleted: 0,
  runsSkipped: 0,
  listingsIncomplete: 0,
  failures: 0,
};

type Count = Exclude<keyof Summary, 'event'>;

/** The count that each event adds to; undefined for those that are only told. */
const countOf = {
  polled: 'polls',
  'window-opened': 'windowsOpened',
  'window-closed': 'windowsClosed',
  'watch-fired': 'watchesFired',
  'watch-expired': 'watchesExpired',
  'runtime-created': undefined,
  'creation-refused': undefined,
  'creation-unclear': undefined,
  'mail-sent': 'mailsSent',
  'mail-held': 'mailsHeld',
  'mail-failed': 'mailsFailed',
  'mail-undeliverable': 'mailsUndeliverable',
  'mail-returned': undefined,
  'address-suppressed': undefined,
  'operator-suppressed': undefined,
  'address-confirmed': undefined,
  unsubscribed: 'unsubscribed',
  guarded: 'guarded',
  readings: undefined,
  'runtimes-unlisted': 'listingsIncomplete',
  'slowed-down': undefined,
  'runtime-unknown': 'unknown',
  'runtime-reported': 'reportedOnly',
  'runtime-warned': 'warned',
  'warnings-voided': undefined,
  'runtime-kept': 'kept',
  'runtime-would-be-deleted': 'wouldBeDeleted',
  'runtime-deleting': undefined,
  'runtime-deleted': 'deleted',
  'runtime-spared': 'spared',
  'runtime-stuck': 'failures',
  'runtime-reappeared': undefined,
  'runtime-recreated': undefined,
  'breaker-opened': undefined,
  'breaker-rearmed': undefined,
  'run-skipped': 'runsSkipped',
  'credential-missing': 'runsSkipped',
  'listing-incomplete': 'listingsIncomplete',
  'poll-failed': 'failures',
  'requests-unread': 'failures',
  'part-failed': 'failures',
  'job-failed': 'failures',
  'request-registered': undefined,
  'request-refused': undefined,
  'watches-changed': undefined,
  'watch-unknown-config': undefined,
  'config-unchecked': 'failures',
  started: undefined,
  stopping: undefined,
} as const satisfies Record<(WardenEvent | LocalEvent)['event'], Count | undefined>;

/** The summary with one more event in it. */
export const withEvent = (summary: Summary, event: WardenEvent | LocalEvent): Summary => {
  const count = countOf[event.event];
  return count === undefined ? summary : { ...summary, [count]: summary[count] + 1 };
};
