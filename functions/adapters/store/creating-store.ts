import { creationRequestSchema, expensesSchema } from '#adapters/store/creating-items.ts';
import { fleetSchema, readItem } from '#adapters/store/items.ts';
import { sweptAt, type Table } from '#adapters/store/table.ts';
import { saveOver, versionedSchema } from '#adapters/store/versioned.ts';
import type { Expense } from '#domain/creating/limits.ts';
import { type CreationRequest, type CreationTodo, requestKept } from '#domain/creating/request.ts';
import type { Versioned } from '#domain/guardrails/guard-board.ts';
import type { Instant } from '#domain/time.ts';

const expensesKey = { pk: 'creating', sk: 'expenses' };
const versionedExpenses = versionedSchema(expensesSchema);

/** On the board of watch-availability, which looks at them in its one query. */
const todoKey = ({ id }: CreationTodo) => ({ pk: 'availability', sk: `creation#${id}` });

const requestKey = (id: string) => ({ pk: `creation#${id}`, sk: 'creation' });
const versionedRequest = versionedSchema(creationRequestSchema);

/** What Warden made and is still there, in one item; and the requests to make something. */
export const createCreatingStore = (table: Table) => ({
  readExpenses: async (): Promise<Versioned<readonly Expense[]>> => {
    const item = await table.get(expensesKey);
    return item === undefined ? { value: [], version: 0 } : readItem(versionedExpenses, item, 'expenses');
  },
  /** False if somebody else wrote them meanwhile. */
  saveExpenses: (expenses: readonly Expense[], version: number): Promise<boolean> =>
    saveOver(table, expensesKey, expenses, version),
  putCreationTodo: async (todo: CreationTodo): Promise<void> => {
    await table.put({ ...todoKey(todo), ...todo });
  },
  /** Takes a marker away, unless it was put anew meanwhile. */
  removeCreationTodo: (todo: CreationTodo): Promise<boolean> =>
    table.delete(todoKey(todo), { condition: 'putAt = :putAt', values: { ':putAt': todo.putAt } }),
  /** When the whole inventory was last seen. */
  readInventoryAt: async (): Promise<Instant | undefined> => {
    const item = await table.get({ pk: 'availability', sk: 'fleet' });
    return item && readItem(fleetSchema, item, 'fleet').lastCompleteAt;
  },
  readCreation: async (id: string): Promise<Versioned<CreationRequest> | undefined> => {
    const item = await table.get(requestKey(id));
    return item && readItem(versionedRequest, item, 'creation');
  },
  /** False if somebody else wrote it meanwhile. */
  saveCreation: (request: CreationRequest, version: number): Promise<boolean> =>
    saveOver(table, requestKey(request.id), { ...request, spec: JSON.stringify(request.spec) }, version, {
      ttl: sweptAt(request.madeAt + requestKept),
    }),
});
