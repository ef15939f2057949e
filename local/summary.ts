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
  'mail-sent': 'mailsSent',
  'mail-held': 'mailsHeld',
  'mail-failed': 'mailsFailed',
  'mail-undeliverable': 'mailsUndeliverable',
  unsubscribed: 'unsubscribed',
  'run-skipped': 'runsSkipped',
  'listing-incomplete': 'listingsIncomplete',
  'poll-failed': 'failures',
  'requests-unread': 'failures',
  'part-failed': 'failures',
  'job-failed': 'failures',
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
