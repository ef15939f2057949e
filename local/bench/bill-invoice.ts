import { type Billed, prices, type Usage } from './bill-prices.ts';

/** One position: so many units a month, and what they cost in USD with what is always free, and without. */
export type Position = {
  readonly billed: Billed;
  readonly service: string;
  readonly what: string;
  readonly units: number;
  readonly usd: number;
  readonly usdWithoutFree: number;
};

/** What so many units cost in USD, of which `free` cost nothing. */
export const costOf = (units: number, rate: { readonly usd: number; readonly per: number }, free = 0): number =>
  (Math.max(0, units - free) * rate.usd) / rate.per;

const isBilled = (name: string): name is Billed => Object.hasOwn(prices, name);

/** Everything that is billed, in the order of the price list. */
export const allBilled: readonly Billed[] = Object.keys(prices).filter(isBilled);

/** Prices what was used in a month. */
export const invoiceOf = (usage: Usage): readonly Position[] =>
  allBilled.map((billed) => {
    const { service, what, alwaysFree } = prices[billed];
    const units = usage[billed];
    return {
      billed,
      service,
      what,
      units,
      usd: costOf(units, prices[billed], alwaysFree),
      usdWithoutFree: costOf(units, prices[billed]),
    };
  });

type Sums = Pick<Position, 'usd' | 'usdWithoutFree'>;

export const totalOf = (positions: readonly Sums[]): Sums => ({
  usd: positions.reduce((sum, { usd }) => sum + usd, 0),
  usdWithoutFree: positions.reduce((sum, { usdWithoutFree }) => sum + usdWithoutFree, 0),
});

/** What one invoice is above another: negative where a position costs less. */
export const above = (one: Sums, other: Sums): Sums => ({
  usd: one.usd - other.usd,
  usdWithoutFree: one.usdWithoutFree - other.usdWithoutFree,
});
