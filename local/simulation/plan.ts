import type { FaultName } from './faults.ts';

/** The functions that a history runs, as the deployment names them. */
export const functionNames = ['guard-runtimes', 'watch-availability', 'send-notice', 'links', 'note-bounces'] as const;
export type FunctionName = (typeof functionNames)[number];

/** The two that a schedule calls. */
export type ScheduledName = 'guard-runtimes' | 'watch-availability';

/** What a runtime does from a minute on; `gap`: it has no metrics. */
export type Use = 'idle' | 'busy' | 'busy-cpu' | 'gap';

export type UsePlan = { readonly minute: number; readonly use: Use };

/** A runtime of somebody. Minutes count from the start of the history. */
export type RuntimePlan = {
  /** Its owner's name and address go by it. */
  readonly owner: string;
  readonly gpus: number;
  readonly plan: 'on-demand' | 'reserved' | 'unreadable';
  /** Minutes from its creation to the start. Below 0: it is created so many minutes later. */
  readonly ageMinutes: number;
  /** In the order of time; before the first it is busy. */
  readonly uses: readonly UsePlan[];
  /** From the n-th look at its metrics on it is busy, whatever else: a last look may be that one. */
  readonly busyOnCall?: number;
  /** It stops running and runs again. */
  readonly stopped?: { readonly minute: number; readonly until: number };
  readonly conduct: 'usual' | 'ignores-delete' | 'refuses-delete' | 'terminates-slowly' | 'reappears';
};

/** One row of the inventory: how many GPUs are free from a minute on; `unlisted`: the row is not there. */
export type OfferPlan = {
  readonly free: readonly { readonly minute: number; readonly gpus: number | 'unlisted' }[];
};

export type WatchPlan = {
  readonly offer: number;
  readonly notify: 'once' | 'every';
  /** By its config and region, or by its model's name in any region. */
  readonly by: 'config' | 'model';
};

/** What people, their mail services and the operator do. `of`: which of the mails or runtimes that there are then. */
export type ActPlan = {
  readonly minute: number;
  readonly act: 'keep' | 'keep-all' | 'unsubscribe' | 'rearm' | 'bounce' | 'complaint';
  readonly of: number;
};

/** A fault strikes so many of the calls that it fits from a minute on, after it has passed over some. */
export type FaultPlan = {
  readonly fault: FaultName;
  readonly minute: number;
  readonly passesOver: number;
  readonly times: number;
};

/** The process of an invocation dies at one of its effects: the n-th of its function since the start. */
export type CrashPlan = {
  readonly function: FunctionName;
  /** Counted from 1 over all invocations of the function. */
  readonly effect: number;
  readonly moment: 'before' | 'after';
};

/** What is deployed at a minute: other rules, or a version that does not know the items of the one before, for a while. */
export type DeployPlan = {
  readonly minute: number;
  readonly change: 'longer-ladder' | 'higher-threshold' | 'exempt-first' | 'observe' | 'enforce' | 'nothing';
};

/** An item of another version stands in the table for some minutes: it cannot be read. */
export type UnreadablePlan = {
  readonly minute: number;
  readonly minutes: number;
  readonly item: 'case' | 'recipient' | 'offer';
};

/** A schedule is no clockwork. `tick` counts from 0. */
export type MishapPlan = {
  readonly tick: number;
  readonly function: ScheduledName;
  readonly mishap: 'late' | 'doubled' | 'skipped';
};

/**
 * How the queue departs from the usual: the n-th message is late, comes together with the next run, is delivered twice, or to
 * two receivers at once.
 */
export type DeliveryPlan = {
  readonly message: number;
  readonly delivery: 'late' | 'beside-run' | 'doubled' | 'shared' | 'out-of-order';
};

/**
 * Everything that makes one history what it is: the same plan gives the same history. All of it is data, so that it can be
 * printed, kept and shrunk.
 */
export type HistoryPlan = {
  /** Of ids, latencies and the order of readings. */
  readonly seed: number;
  /** Which of the two jobs runs. */
  readonly jobs: readonly ScheduledName[];
  readonly mode: 'enforce' | 'observe';
  readonly limits: { readonly perTick: number; readonly perHour: number };
  /** Minutes from a warning to the deletion after the ones before it were taken back; below 60 is for tests alone. */
  readonly freshLead: number;
  /** From one tick to the next. */
  readonly everyMinutes: number;
  /** So long things go wrong; after that everything is healthy until what is due must have happened. */
  readonly troubledMinutes: number;
  readonly healthyMinutes: number;
  /** Rows on a page of the provider's listings. */
  readonly rowsPerPage: number;
  readonly runtimes: readonly RuntimePlan[];
  /** All of the fleet that is busy then goes idle at once, at this minute. */
  readonly massIdleAt?: number;
  readonly offers: readonly OfferPlan[];
  readonly watches: readonly WatchPlan[];
  readonly acts: readonly ActPlan[];
  readonly faults: readonly FaultPlan[];
  readonly crashes: readonly CrashPlan[];
  readonly deploys: readonly DeployPlan[];
  readonly unreadable: readonly UnreadablePlan[];
  readonly mishaps: readonly MishapPlan[];
  readonly deliveries: readonly DeliveryPlan[];
  /** Milliseconds that the clocks of our functions and of the provider go ahead of the time that is. */
  readonly clocks: Readonly<Partial<Record<FunctionName | 'provider', number>>>;
  /** Each link in a mail is fetched by a scanner as soon as the mail is there. */
  readonly scanned: boolean;
};
