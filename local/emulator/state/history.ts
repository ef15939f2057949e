import type { State } from './state.ts';

type Entry = { readonly since: number; readonly state: State };

const MOST_ENTRIES = 500;

/** The states of the recent past with the time since when each held. */
export const createHistory = (first: State, since: number) => {
  const entries: Entry[] = [{ since, state: first }];
  return {
    push: (state: State, now: number) => {
      if (entries.at(-1)?.since === now) entries.pop();
      entries.push({ since: now, state });
      if (entries.length > MOST_ENTRIES) entries.shift();
    },
    /** The state that held at that time; the oldest one known if the time is before it. */
    at: (time: number): State =>
      (entries.findLast((entry) => entry.since <= time) ?? entries[0] ?? { state: first }).state,
  };
};
