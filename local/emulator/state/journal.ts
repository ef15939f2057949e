import type { OperationId } from '../operation-ids.ts';
import { OPERATION_IDS } from '../operation-ids.ts';

/** One request that came in. `status` 0: the connection was dropped without an answer. */
export type JournalEntry = {
  readonly at: number;
  readonly operation: OperationId;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly requestId: string;
  readonly faults: readonly string[];
};

const MOST_ENTRIES = 10_000;

/** Counts what was asked for: calls per operation, the latest requests, and the most that were under way at once. */
export const createJournal = (onEntry: (entry: JournalEntry) => void = () => {}) => {
  const calls = new Map<OperationId, number>();
  const entries: JournalEntry[] = [];
  let underWay = 0;
  let mostAtOnce = 0;
  return {
    begin: (operation: OperationId) => {
      calls.set(operation, (calls.get(operation) ?? 0) + 1);
      underWay += 1;
      mostAtOnce = Math.max(mostAtOnce, underWay);
    },
    end: (entry: JournalEntry) => {
      underWay -= 1;
      entries.push(entry);
      onEntry(entry);
      if (entries.length > MOST_ENTRIES) entries.shift();
    },
    calls: () => Object.fromEntries(OPERATION_IDS.map((id) => [id, calls.get(id) ?? 0])) as Record<OperationId, number>,
    entries: (): readonly JournalEntry[] => [...entries],
    mostAtOnce: () => mostAtOnce,
  };
};

export type Journal = ReturnType<typeof createJournal>;
