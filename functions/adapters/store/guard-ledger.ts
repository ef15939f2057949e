import { ledgerEntrySchema } from '#adapters/store/guard-ledger-items.ts';
import { readItem } from '#adapters/store/items.ts';
import { sortable, sweptAt, type Table } from '#adapters/store/table.ts';
import type { LedgerEntry } from '#domain/guardrails/ledger.ts';
import { day, type Instant } from '#domain/time.ts';

/** The ledger is kept for a year, whichever: a leap year is whole. */
const ledgerKept = 366 * day;

/** In UTC, as `2026-11`. */
const monthOf = (at: Instant): string => new Date(at).toISOString().slice(0, 7);

/** Every month of which a part lies within the bounds, oldest first. */
const monthsBetween = (from: Instant, to: Instant): string[] => {
  const months: string[] = [];
  const first = new Date(from);
  const startOf = (number: number): Instant => Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + number);
  for (let number = 0; startOf(number) <= to; number += 1) months.push(monthOf(startOf(number)));
  return months;
};

const partitionOf = (month: string) => `ledger#${month}`;

/** What was done and why: a partition for each month, in the order of time. Nothing in it is ever rewritten. */
export const createGuardLedger = (table: Table) => ({
  /** Writes an entry unless one of the same time and id is there already: that one stays as it is. */
  appendLedger: async (entry: LedgerEntry): Promise<void> => {
    await table.put(
      {
        pk: partitionOf(monthOf(entry.at)),
        sk: `${sortable(entry.at)}#${entry.id}`,
        entry,
        ttl: sweptAt(entry.at + ledgerKept),
      },
      { condition: 'attribute_not_exists(pk)' },
    );
  },
  /**
   * The entries from one time to another (both included), oldest first. Those that were more than a year old at `to` are gone,
   * whether they are swept already or not.
   */
  readLedger: async (from: Instant, to: Instant): Promise<LedgerEntry[]> => {
    const earliest = Math.max(0, from, to - ledgerKept);
    if (earliest > to) return [];
    const range = { from: sortable(earliest), to: `${sortable(to)}~` };
    const entries: LedgerEntry[] = [];
    for (const month of monthsBetween(earliest, to)) {
      for await (const page of table.query(partitionOf(month), range)) {
        entries.push(...page.map((item) => readItem(ledgerEntrySchema, item.entry, 'ledger entry')));
      }
    }
    return entries;
  },
});
