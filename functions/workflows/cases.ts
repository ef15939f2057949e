import type { Versioned } from '#domain/guardrails/guard-board.ts';
import type { RuntimeCase, RuntimeKey } from '#domain/guardrails/runtime-case.ts';

/** Cases as they are kept: read with a version, written only over that version (0: not there yet). */
export type CaseStore = {
  readCase(key: RuntimeKey): Promise<Versioned<RuntimeCase> | undefined>;
  saveCase(kase: RuntimeCase, version: number): Promise<boolean>;
};

/** A case was written by others at every one of our tries. What was to be written is not; trying again later is safe. */
export class CaseBusyError extends Error {
  override readonly name = 'CaseBusyError';
}

/** How often something is read and decided anew when somebody else wrote meanwhile. */
export const mostTries = 8;

/**
 * Reads a case, decides, and writes the decision; when somebody else wrote meanwhile, reads and decides again. The result is
 * that of the decision which was written; where the case stays the same object nothing is.
 */
export const decideOnCase = async <Result>(
  store: CaseStore,
  key: RuntimeKey,
  decide: (kase: RuntimeCase | undefined) => { readonly kase: RuntimeCase | undefined; readonly result: Result },
): Promise<Result> => {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const found = await store.readCase(key);
    const { kase, result } = decide(found?.value);
    const same = kase === undefined || kase === found?.value;
    if (same || (await store.saveCase(kase, found?.version ?? 0))) return result;
  }
  throw new CaseBusyError(`The case of runtime ${key} could not be written in ${mostTries} tries.`);
};

/** Changes a case by a pure function; one that is not there any more is left alone. */
export const changeCase = (
  store: CaseStore,
  key: RuntimeKey,
  change: (kase: RuntimeCase) => RuntimeCase,
): Promise<void> => decideOnCase(store, key, (kase) => ({ kase: kase && change(kase), result: undefined }));
