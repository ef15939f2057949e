import { setTimeout as wait } from 'node:timers/promises';
import { createFaultList, type FaultList } from '../faults/fault-list.ts';
import { type Accounts, createAccounts } from './accounts.ts';
import { type Chance, createChance } from './chance.ts';
import { createHistory } from './history.ts';
import { createJournal, type Journal, type JournalEntry } from './journal.ts';
import { settleNotifyRequests } from './notify-requests.ts';
import { catalogueOffers } from './offers.ts';
import type { State, View } from './state.ts';
import { initialTemplates } from './templates.ts';

type Wait = (milliseconds: number, signal: AbortSignal) => Promise<void>;

const realWait: Wait = async (milliseconds, signal) => {
  await wait(milliseconds, undefined, { signal });
};

export type WorldOptions = {
  readonly clock: () => number;
  readonly seed: string | number;
  readonly organisation?: string | undefined;
  readonly projects?: readonly string[] | undefined;
  /** Rows on a page of a listing, whatever is asked for; missing: as many as are asked for. */
  readonly mostPerPage?: number | undefined;
  /** What delays wait with; missing: real time. */
  readonly sleep?: Wait | undefined;
  /** Is told of each request once it is answered. */
  readonly onRequest?: ((entry: JournalEntry) => void) | undefined;
};

/** What a reset makes anew. */
type Parts = {
  accounts: Accounts;
  faults: FaultList;
  journal: Journal;
  /** Ids and life times. Faults and tokens have sequences of their own. */
  chance: Chance;
};

/** Everything that one emulator knows. Nothing of it lives in a module. */
export type World = Parts & {
  readonly seed: string;
  readonly now: () => number;
  readonly mostPerPage: number;
  readonly sleep: Wait;
  /** Moves the emulator's clock ahead of the one that it was given. */
  readonly advance: (seconds: number) => void;
  /** The state now, or as it was some minutes ago. */
  readonly view: (minutesAgo?: number) => View;
  readonly change: (next: (state: State) => State) => void;
  readonly reset: () => void;
  /** Aborts delays that are under way when the emulator closes. */
  readonly closing: AbortController;
};

const freshParts = (options: WorldOptions, now: () => number): Parts => {
  const chance = createChance(options.seed);
  const { organisation, projects } = options;
  return {
    accounts: createAccounts({ chance: chance.branch('accounts'), now, organisation, projects }),
    faults: createFaultList(chance.branch('faults')),
    journal: createJournal(options.onRequest),
    chance: chance.branch('ids'),
  };
};

export const createWorld = (options: WorldOptions): World => {
  let aheadMs = 0;
  const now = () => options.clock() + aheadMs;
  const parts = freshParts(options, now);

  const freshState = (): State => ({
    offers: catalogueOffers(),
    runtimes: new Map(),
    notifyRequests: new Map(),
    templates: initialTemplates(parts.accounts.organisation),
    replayedRuntimes: new Map(),
  });

  let state = freshState();
  let settledAt = now();
  let history = createHistory(state, settledAt);

  const put = (next: State) => {
    if (next === state) return;
    state = next;
    history.push(state, now());
  };

  const settle = () => {
    put(settleNotifyRequests(state, settledAt, now()));
    settledAt = now();
  };

  const world: World = {
    ...parts,
    seed: String(options.seed),
    now,
    mostPerPage: options.mostPerPage ?? Number.POSITIVE_INFINITY,
    sleep: options.sleep ?? realWait,
    advance: (seconds) => {
      aheadMs += seconds * 1000;
    },
    view: (minutesAgo = 0) => {
      settle();
      const at = now() - minutesAgo * 60_000;
      return { state: minutesAgo === 0 ? state : history.at(at), now: at };
    },
    change: (next) => {
      settle();
      put(next(state));
      settle();
    },
    reset: () => {
      aheadMs = 0;
      Object.assign(world, Object.assign(parts, freshParts(options, now)));
      state = freshState();
      settledAt = now();
      history = createHistory(state, settledAt);
    },
    closing: new AbortController(),
  };
  return world;
};
