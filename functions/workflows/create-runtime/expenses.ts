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
import type { CreatingWorld } from './create-once.ts';

/** What Warden made and is still there, as it is kept: written only over the version that was read. */
export type ExpenseStore = {
  readExpenses(): Promise<Versioned<readonly Expense[]>>;
  saveExpenses(expenses: readonly Expense[], version: number): Promise<boolean>;
};

export type ExpensesWorld = CreatingWorld & { readonly store: ExpenseStore };

/** The expenses were written by others at every one of our tries. Nothing was taken; trying again later is safe. */
export class ExpensesBusyError extends Error {
  override readonly name = 'ExpensesBusyError';
}

const mostTries = 8;

/** Lists the projects in which something was made. Of one that cannot be listed nothing is concluded. */
const listingsFor = async (
  { provider, clock }: ExpensesWorld,
  expenses: readonly Expense[],
): Promise<ReadonlyMap<string, Listing<Runtime>>> => {
  const listings = new Map<string, Listing<Runtime>>();
  for (const project of new Set(expenses.map((expense) => expense.project))) {
    try {
      listings.set(project, await provider.listRuntimes(project, { deadline: clock() + createWithin / 2 }));
    } catch {
      // What was made there counts on, as if it were there.
    }
  }
  return listings;
};

/**
 * Takes what a runtime costs from what may be spent, before it is asked for: a crash loses it for some minutes, and never lets
 * more be spent. Looks what is still there only where it would be too much. A text says why nothing may be made.
 */
export const takeExpense = async (
  world: ExpensesWorld,
  limits: CreatingLimits,
  { project, name }: Pick<Expense, 'project' | 'name'>,
  order: Order,
): Promise<string | undefined> => {
  const taken: Expense = { project, name, usdPerHour: usdPerHourOf(order), since: world.clock() };
  for (let tries = 0; tries < mostTries; tries += 1) {
    const { value: known, version } = await world.store.readExpenses();
    // A write of ours whose answer was lost is found when it is repeated.
    if (known.some((expense) => expense.name === name)) return undefined;
    const isTooMuch = overTheLimit(limits, known, order) !== undefined;
    const current = isTooMuch ? stillThere(known, await listingsFor(world, known)) : known;
    const because = overTheLimit(limits, current, order);
    if (because !== undefined) return because;
    if (await world.store.saveExpenses([...current, taken], version)) return undefined;
  }
  throw new ExpensesBusyError(`What ${name} costs could not be written in ${mostTries} tries.`);
};

/** Gives back what a runtime that was not made would have cost. */
export const giveBackExpense = async ({ store }: ExpensesWorld, name: string): Promise<void> => {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const { value: known, version } = await store.readExpenses();
    const left = known.filter((expense) => expense.name !== name);
    if (left.length === known.length || (await store.saveExpenses(left, version))) return;
  }
  throw new ExpensesBusyError(`What ${name} would have cost could not be given back in ${mostTries} tries.`);
};

/** What runtimes that Warden made cost now, in USD an hour, as far as is recorded, and why another may not be made beside them. */
export const roomFor = async (
  { store }: Pick<ExpensesWorld, 'store'>,
  limits: CreatingLimits,
  order: Order,
): Promise<{ readonly spent: number; readonly because?: string }> => {
  const { value: expenses } = await store.readExpenses();
  const because = overTheLimit(limits, expenses, order);
  const spent = expenses.reduce((sum, { usdPerHour }) => sum + usdPerHour, 0);
  return { spent, ...(because === undefined ? {} : { because }) };
};
