import type { History } from './history.ts';
import { concludesFromWholeListings, failsForAReason, readsOnlyOnGet, tellsNoSecret } from './promises/conduct.ts';
import {
  asksOnce,
  keepsLimits,
  looksFirst,
  sparesTheProtected,
  sparesTheUsed,
  stopsAtTheBreaker,
  warnsFirst,
} from './promises/deletions.ts';
import { alertsArrive, alertsOnce, doesNotFlood, idleIsDeleted, warnsOnce } from './promises/notices.ts';
import type { Breach, Promised } from './promises/promise.ts';
import { truthOf } from './truth.ts';

/** Everything that never happens. A new promise is one more here. */
export const promises: readonly Promised[] = [
  looksFirst,
  sparesTheUsed,
  sparesTheProtected,
  warnsFirst,
  keepsLimits,
  asksOnce,
  stopsAtTheBreaker,
  idleIsDeleted,
  warnsOnce,
  alertsOnce,
  alertsArrive,
  doesNotFlood,
  readsOnlyOnGet,
  tellsNoSecret,
  concludesFromWholeListings,
  failsForAReason,
];

export type BrokenPromise = Breach & { readonly promise: string };

/** The promises that a history broke, the earliest breach first. */
export const brokenPromises = (history: History): readonly BrokenPromise[] => {
  const truth = truthOf(history);
  return promises
    .flatMap(({ name, breaches }) => breaches(history, truth).map((breach) => ({ promise: name, ...breach })))
    .sort((a, b) => a.at - b.at);
};
