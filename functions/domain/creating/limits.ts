import type { Listing } from '#domain/listing.ts';
import type { Runtime } from '#domain/runtime.ts';
import { type Instant, minute } from '#domain/time.ts';
import { settlesAfter } from './creation.ts';

/** What may be made at most. Money is in USD. */
export type CreatingLimits = {
  /** For all runtimes together that Warden made and that are still there. */
  readonly maxUsdPerHour: number;
  readonly maxPricePerGpuHour?: number;
  readonly maxGpus: number;
  /** Runtimes that Warden made and that are still there, at most. */
  readonly maxRuntimes: number;
};

/** A runtime that Warden made, or is about to make, with what it costs. Its name is no other's; `purpose`: the watch or request it is for. */
export type Expense = {
  readonly purpose?: string;
  readonly project: string;
  readonly name: string;
  readonly usdPerHour: number;
  readonly since: Instant;
};

/** What is to be made, as far as limits are concerned. */
export type Order = { readonly gpus: number; readonly pricePerGpuHour: number };

export const usdPerHourOf = ({ gpus, pricePerGpuHour }: Order): number => gpus * pricePerGpuHour;

/** By an older inventory nothing is made: what it shows may be gone, or cost something else. */
const inventoryCounts = 10 * minute;

/** Whether things are made by an inventory that was last complete then. */
export const isFresh = (inventoryAt: Instant | undefined, now: Instant): boolean =>
  inventoryAt !== undefined && now - inventoryAt <= inventoryCounts;

/** Prices are sums of cents in binary. */
const hair = 1e-9;

/** Whether an amount is not more than what may be spent, both in USD. */
export const isWithin = (amount: number, most: number): boolean => amount <= most + hair;

const usd = (amount: number): string => `$${amount.toFixed(2)}`;

/** Why an order may never be made, whatever else runs; undefined if it may. */
export const overItsLimit = (limits: CreatingLimits, order: Order): string | undefined => {
  const { gpus, pricePerGpuHour } = order;
  if (gpus > limits.maxGpus) return `it has ${gpus} GPUs; the limit is ${limits.maxGpus} (creating.maxGpus)`;
  if (pricePerGpuHour > (limits.maxPricePerGpuHour ?? Number.POSITIVE_INFINITY)) {
    return `a GPU costs ${usd(pricePerGpuHour)} an hour; the limit is ${usd(limits.maxPricePerGpuHour ?? 0)} (creating.maxPricePerGpuHour)`;
  }
  const rate = usdPerHourOf(order);
  if (isWithin(rate, limits.maxUsdPerHour)) return undefined;
  return `it costs ${usd(rate)} an hour; the limit is ${usd(limits.maxUsdPerHour)} (creating.maxUsdPerHour)`;
};

/** Why an order may not be made beside what was made already; undefined if it may. */
export const overTheLimit = (
  limits: CreatingLimits,
  expenses: readonly Expense[],
  order: Order,
): string | undefined => {
  const alone = overItsLimit(limits, order);
  if (alone !== undefined) return alone;
  if (expenses.length >= limits.maxRuntimes) {
    return `${expenses.length} runtimes that GPU Warden made are still there; the limit is ${limits.maxRuntimes} (creating.maxRuntimes)`;
  }
  const running = expenses.reduce((sum, { usdPerHour }) => sum + usdPerHour, 0);
  if (isWithin(running + usdPerHourOf(order), limits.maxUsdPerHour)) return undefined;
  return `it costs ${usd(usdPerHourOf(order))} an hour, and what GPU Warden made before ${usd(running)}; the limit is ${usd(limits.maxUsdPerHour)} (creating.maxUsdPerHour)`;
};

/**
 * The expenses without those for runtimes that are gone: a complete listing of their project does not show them, and they have
 * been made long enough ago to be listed. `listings`: by project; of one that is missing nothing is concluded.
 */
export const stillThere = (
  expenses: readonly Expense[],
  listings: ReadonlyMap<string, Listing<Runtime>>,
): readonly Expense[] =>
  expenses.filter(({ project, name, since }) => {
    const listing = listings.get(project);
    if (listing === undefined || !listing.complete || listing.askedAt - since < settlesAfter) return true;
    return listing.rows.some(({ value }) => value.name === name);
  });
