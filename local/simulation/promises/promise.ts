import type { Instant } from '#domain/time.ts';
import type { History } from '../history.ts';
import type { Truth } from '../truth.ts';

/** How a history broke a promise: when, and in words for whoever has to find out why. */
export type Breach = { readonly at: Instant; readonly what: string };

/** Something that never happens, judged by what can be seen from outside: at each step of a history, whatever came before. */
export type Promised = {
  /** What holds, as a sentence. */
  readonly name: string;
  readonly breaches: (history: History, truth: Truth) => readonly Breach[];
};
