import type { WardenEvent } from '#domain/event.ts';
import type { Summary } from './summary.ts';

/** What only a run on this machine has to tell. Addresses are on loopback. */
export type LocalEvent =
  | {
      readonly event: 'started';
      readonly provider: 'emulated' | 'real';
      readonly providerUrl: string;
      readonly inboxUrl: string;
      readonly tableUrl: string;
      /** Simulated seconds in one real second. */
      readonly speed: number;
      /** What else the head says, a sentence each. */
      readonly notes: readonly string[];
    }
  | { readonly event: 'job-failed'; readonly job: string; readonly because: string }
  | { readonly event: 'stopping'; readonly because: string };

/** Everything that the terminal shows. */
export type ConsoleEvent = WardenEvent | LocalEvent | Summary;
