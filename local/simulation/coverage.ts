import type { Entry } from './journal.ts';
import { factsIn, linksIn } from './people.ts';

/** Where a history stands when something strikes it. Several may hold at once. */
export const states = [
  'quiet',
  'window open',
  'alert owed',
  'alert told',
  'warned',
  'last warned',
  'asked to go',
  'kept',
  'stuck',
  'breaker open',
] as const;
export type State = (typeof states)[number];

/** How often each trouble struck in each state: `trouble` to `state` to a count. */
export type Coverage = Record<string, Partial<Record<State, number>>>;

const troubleOf = (entry: Entry): string | undefined => {
  switch (entry.kind) {
    case 'struck':
      return entry.fault;
    case 'crashed':
      return `${entry.function} dies ${entry.crash.moment} ${entry.call}`;
    case 'deployed':
      return `deployment: ${entry.change}`;
    case 'ended':
      return entry.outcome === 'timed-out' ? `${entry.function} runs out of time` : undefined;
    case 'acted':
      return entry.method === 'POST' ? `somebody presses ${entry.act}` : undefined;
    case 'world':
      if (/is of another version/.test(entry.what)) return 'an item of another version';
      return /^a (bounce|complaint)/.exec(entry.what)?.[0];
    default:
      return undefined;
  }
};

/** Follows what a history shows, and knows at each entry in which states it is. */
const createFollower = () => {
  const of = new Map<string, State>();
  let breaker = false;
  const mark = (key: string, state: State | undefined): void => {
    if (state === undefined) of.delete(key);
    else of.set(key, state);
  };
  const follow = (entry: Entry): void => {
    if (entry.kind === 'mail-accepted') {
      if (/available in/.test(entry.mail.subject)) mark(`alert ${entry.mail.to}`, 'alert told');
      const step: State = entry.mail.subject.startsWith('Last warning') ? 'last warned' : 'warned';
      for (const link of linksIn(entry.mail)) if (link.purpose === 'keep') mark(String(factsIn(link)[1]), step);
    }
    if (entry.kind === 'provider-call' && entry.operation === 'deleteRuntime')
      mark(entry.runtimeId ?? '', 'asked to go');
    if (entry.kind !== 'told') return;
    const { event } = entry;
    if (event.event === 'window-opened') mark(`window ${event.configId}`, 'window open');
    if (event.event === 'window-closed') mark(`window ${event.configId}`, undefined);
    if (event.event === 'watch-fired') mark(`owed ${event.recipientId}`, 'alert owed');
    if (event.event === 'mail-sent') mark(`owed ${event.recipientId}`, undefined);
    if (event.event === 'runtime-kept') mark(event.runtimeId, 'kept');
    if (event.event === 'runtime-stuck') mark(event.runtimeId, 'stuck');
    if (event.event === 'warnings-voided' || event.event === 'runtime-deleted') mark(event.runtimeId, undefined);
    if (event.event === 'breaker-opened') breaker = true;
    if (event.event === 'breaker-rearmed') breaker = false;
  };
  return {
    follow,
    now: (): ReadonlySet<State> => {
      const all = new Set<State>(of.values());
      if (breaker) all.add('breaker open');
      return all.size === 0 ? new Set<State>(['quiet']) : all;
    },
  };
};

/** What struck a history, by the state in which it did. */
export const coverageOf = (entries: readonly Entry[]): Coverage => {
  const coverage: Coverage = {};
  const follower = createFollower();
  for (const entry of entries) {
    const trouble = troubleOf(entry);
    if (trouble !== undefined) {
      const row = coverage[trouble] ?? {};
      for (const state of follower.now()) row[state] = (row[state] ?? 0) + 1;
      coverage[trouble] = row;
    }
    follower.follow(entry);
  }
  return coverage;
};

/** Adds one coverage to another, which is changed. */
export const addCoverage = (sum: Coverage, more: Coverage): void => {
  for (const [trouble, row] of Object.entries(more)) {
    const all = sum[trouble] ?? {};
    for (const state of states) {
      const count = row[state];
      if (count !== undefined) all[state] = (all[state] ?? 0) + count;
    }
    sum[trouble] = all;
  }
};
