import type { RuntimeAddress } from '#domain/runtime.ts';
import type { Instant } from '#domain/time.ts';
import type { LedgerEntry } from './ledger.ts';
import { costOf } from './money.ts';
import { runtimeKey } from './runtime-case.ts';

/** USD that idle time has cost, over so many idle times; `unpriced`: those of which the price is not known. */
export type Wasted = { readonly wasted: number; readonly spans: number; readonly unpriced: number };

/** What is said of an idle time. */
type Idle = { readonly runtime?: RuntimeAddress } & Pick<LedgerEntry, 'evidence' | 'money'>;

/** Every verdict on an idle time tells what it has cost so far; of several on the same one the largest is all of it. */
export const wastedIn = (entries: readonly Idle[]): Wasted => {
  const bySpan = new Map<string, number | undefined>();
  for (const { runtime, evidence, money } of entries) {
    if (runtime === undefined || evidence === undefined) continue;
    const key = `${runtimeKey(runtime)}/${evidence.idleSince}`;
    const before = bySpan.get(key);
    bySpan.set(key, money === undefined ? before : Math.max(before ?? 0, money.wasted));
  }
  const priced = [...bySpan.values()].filter((wasted) => wasted !== undefined);
  return {
    wasted: priced.reduce((sum, wasted) => sum + wasted, 0),
    spans: priced.length,
    unpriced: bySpan.size - priced.length,
  };
};

/** What deletions have stopped, in USD an hour, and what was not spent since, had those runtimes gone on. */
export type Stopped = { readonly deletions: number; readonly ratePerHour: number; readonly notSpent: number };

export const stoppedIn = (entries: readonly LedgerEntry[], now: Instant): Stopped => {
  const deleted = entries.filter(({ act }) => act === 'deleted');
  return {
    deletions: deleted.length,
    ratePerHour: deleted.reduce((sum, { money }) => sum + (money?.ratePerHour ?? 0), 0),
    notSpent: deleted.reduce((sum, { money, at }) => sum + costOf(money?.ratePerHour ?? 0, now - at), 0),
  };
};
