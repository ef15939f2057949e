import { type Catalogue, configsOf, type GuardBoard } from '#domain/guardrails/guard-board.ts';
import { hour } from '#domain/time.ts';
import type { Run } from '#workflows/runs.ts';
import type { GuardWorld } from './world.ts';

const catalogueEvery = hour;

/** Prices and models, asked anew every hour. An inventory that cannot be read leaves the old ones. */
export const catalogueOf = async (world: GuardWorld, run: Run, board: GuardBoard): Promise<Catalogue | undefined> => {
  const known = board.catalogue;
  if (known !== undefined && world.clock() - known.askedAt < catalogueEvery) return known;
  const listing = await world.provider.listOffers({}, { signal: run.signal, deadline: run.deadline });
  const { askedAt, rows, complete } = listing;
  if (rows.length === 0) return known;
  const configs = configsOf(rows.map(({ value }) => value));
  const catalogue = { askedAt, configs: complete ? configs : { ...known?.configs, ...configs } };
  await world.store.saveCatalogue(catalogue);
  return catalogue;
};
