import { createWithin } from '#domain/creating/creation.ts';
import {
  type CreatingLimits,
  type Expense,
  type Order,
  overTheLimit,
  stillThere,
  usdPerHourOf,
} from '#domain/creating/limits.ts';
import type { Versioned } from '#domain/guardrails/guard-board.ts';
import type { Listing } from '#domain/listing.ts';
import type { Runtime } from '#domain/runtime.ts';
import { decideOver, type VersionedItem } from '#workflows/decide-over.ts';
import type { CreatingWorld } from './create-once.ts';

/** What Warden made and is still there, as it is kept: written only over the version that was read. */
export type ExpenseStore = {
  readExpenses(): Promise<Versioned<readonly Expense[]>>;
  saveExpenses(expenses: readonly Expense[], version: number): Promise<boolean>;
};

export type ExpensesWorld = Pick<CreatingWorld, 'clock'> & {
  readonly provider: Pick<CreatingWorld['provider'], 'listRuntimes'>;
  readonly store: ExpenseStore;
};

const itemOf = ({ store }: ExpensesWorld): VersionedItem<readonly Expense[]> => ({
  what: 'What runtimes cost',
  read: store.readExpenses,
  save: store.saveExpenses,
});

/** Lists the projects in which something was made. Of one that cannot be listed nothing is concluded: what was made there counts on. */
const listingsFor = async (
  { provider, clock }: ExpensesWorld,
  expenses: readonly Expense[],
): Promise<ReadonlyMap<string, Listing<Runtime>>> => {
  const bounds = { deadline: clock() + createWithin / 2 };
  const projects = [...new Set(expenses.map(({ project }) => project))];
  const listed = await Promise.allSettled(
    projects.map(async (project) => [project, await provider.listRuntimes(project, bounds)] as const),
  );
  return new Map(listed.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
};

/** One thing is made for one purpose: what was taken for it by a call that died, or that goes on beside this one, is the same. */
const ofOthers = (expenses: readonly Expense[], purpose: string | undefined): readonly Expense[] =>
  expenses.filter((expense) => purpose === undefined || expense.purpose !== purpose);

/** The expenses as they count for an order: where it would be too much, without those for runtimes that are gone. */
const countedFor = async (
  world: ExpensesWorld,
  limits: CreatingLimits,
  expenses: readonly Expense[],
  order: Order,
  purpose?: string,
): Promise<readonly Expense[]> =>
  overTheLimit(limits, ofOthers(expenses, purpose), order) === undefined
    ? expenses
    : stillThere(expenses, await listingsFor(world, expenses));

/**
 * Takes what a runtime costs from what may be spent, before it is asked for: a crash loses it for some minutes, and never lets
 * more be spent. Looks what is still there only where it would be too much. A text says why nothing may be made.
 */
export const takeExpense = (
  world: ExpensesWorld,
  limits: CreatingLimits,
  { project, name, purpose }: Pick<Expense, 'project' | 'name'> & { readonly purpose: string },
  order: Order,
): Promise<string | undefined> =>
  decideOver(itemOf(world), async (known) => {
    // A write of ours whose answer was lost is found when it is repeated.
    if (known.some((expense) => expense.name === name)) return { result: undefined };
    const counted = await countedFor(world, limits, known, order, purpose);
    const because = overTheLimit(limits, ofOthers(counted, purpose), order);
    if (because !== undefined) return { result: because };
    const taken: Expense = { purpose, project, name, usdPerHour: usdPerHourOf(order), since: world.clock() };
    return { save: [...counted, taken], result: undefined };
  });

/** Gives back what a runtime that was not made would have cost. */
export const giveBackExpense = async (world: ExpensesWorld, name: string): Promise<void> => {
  await decideOver(itemOf(world), async (known) => {
    const left = known.filter((expense) => expense.name !== name);
    return left.length === known.length ? { result: undefined } : { save: left, result: undefined };
  });
};

/** What runtimes that Warden made cost now, in USD an hour, and why another may not be made beside them. Changes nothing. */
export const roomFor = async (
  world: ExpensesWorld,
  limits: CreatingLimits,
  order: Order,
): Promise<{ readonly spent: number; readonly because?: string }> => {
  const { value: known } = await world.store.readExpenses();
  const counted = await countedFor(world, limits, known, order);
  const because = overTheLimit(limits, counted, order);
  const spent = counted.reduce((sum, { usdPerHour }) => sum + usdPerHour, 0);
  return { spent, ...(because === undefined ? {} : { because }) };
};
