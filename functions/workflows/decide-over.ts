import type { Versioned } from '#domain/guardrails/guard-board.ts';

/** Something was written by others at every one of our tries. What was to be written is not; trying again later is safe. */
export class BusyError extends Error {
  override readonly name = 'BusyError';
}

const mostTries = 8;

/** An item that is written only over the version that was read. `what` names it, for an error. */
export type VersionedItem<T> = {
  readonly what: string;
  readonly read: () => Promise<Versioned<T> | undefined>;
  readonly save: (value: T, version: number) => Promise<boolean>;
};

/**
 * Reads an item, decides, and writes the decision; when somebody else wrote meanwhile, reads and decides again. The result is that of
 * the decision which was written; without `save` nothing is. Undefined where there is no such item.
 */
export const decideOver = async <T, Result>(
  { what, read, save }: VersionedItem<T>,
  decide: (value: T) => Promise<{ readonly save?: T; readonly result: Result }>,
): Promise<Result | undefined> => {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const found = await read();
    if (found === undefined) return undefined;
    const decision = await decide(found.value);
    if (decision.save === undefined || (await save(decision.save, found.version))) return decision.result;
  }
  throw new BusyError(`${what} could not be written in ${mostTries} tries.`);
};
