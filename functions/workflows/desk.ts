import type { Versioned } from '#domain/guardrails/guard-board.ts';
import type { OperatorDesk } from '#domain/guardrails/trouble.ts';
import { CaseBusyError, mostTries } from './cases.ts';

/** The operator's desk as it is kept: read with a version, written only over that version (0: not there yet). */
export type DeskStore = {
  readDesk(): Promise<Versioned<OperatorDesk>>;
  saveDesk(desk: OperatorDesk, version: number): Promise<boolean>;
};

/** Changes the operator's desk by a pure function; where it stays the same object nothing is written. */
export const changeDesk = async (store: DeskStore, change: (desk: OperatorDesk) => OperatorDesk): Promise<void> => {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const { value, version } = await store.readDesk();
    const changed = change(value);
    if (changed === value || (await store.saveDesk(changed, version))) return;
  }
  throw new CaseBusyError(`The operator's desk could not be written in ${mostTries} tries.`);
};
