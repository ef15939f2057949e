import type { GuardEvent } from '#domain/event.ts';
import type { Versioned } from '#domain/guardrails/guard-board.ts';
import type { LedgerEntry } from '#domain/guardrails/ledger.ts';
import type { RuntimeCase, RuntimeKey } from '#domain/guardrails/runtime-case.ts';
import { runtimeKey } from '#domain/guardrails/runtime-case.ts';
import type { GuardWorld } from './world.ts';

/** The cases as this run knows them: as they were read, and as it wrote them since. */
export type Cases = {
  readonly get: (key: RuntimeKey) => RuntimeCase | undefined;
  readonly all: () => ReadonlyMap<RuntimeKey, RuntimeCase>;
  /**
   * Writes a case if nobody else has written it since we read it; false if somebody has: then nothing more is decided about
   * it in this run.
   */
  readonly save: (kase: RuntimeCase) => Promise<boolean>;
  /** Forgets a case for good. */
  readonly remove: (kase: RuntimeCase) => Promise<boolean>;
  /** Reads a case anew, strongly consistent. */
  readonly refresh: (key: RuntimeKey) => Promise<RuntimeCase | undefined>;
};

const facts = ({ project, id, name }: RuntimeCase) => ({ project, runtimeId: id, name });

/** The event for an entry that a case has got; undefined for those that are told elsewhere. */
const eventOf = (kase: RuntimeCase, { act, because, money }: LedgerEntry): GuardEvent | undefined => {
  const usd = money === undefined ? {} : { usdPerHour: money.ratePerHour };
  switch (act) {
    case 'would-delete':
      return { event: 'runtime-would-be-deleted', because, ...usd, ...facts(kase) };
    case 'delete-asked':
      return { event: 'runtime-deleting', because, ...facts(kase) };
    case 'deleted':
      return { event: 'runtime-deleted', ...usd, ...facts(kase) };
    case 'spared':
      return { event: 'runtime-spared', because, ...facts(kase) };
    case 'stuck':
      return { event: 'runtime-stuck', because, ...facts(kase) };
    case 'reappeared':
      return { event: 'runtime-reappeared', ...facts(kase) };
    default:
      return undefined;
  }
};

/** Tells what is new in a case that was just written. */
const tellChange = (world: GuardWorld, before: RuntimeCase | undefined, after: RuntimeCase): void => {
  const known = new Set(before?.outbox.map(({ id }) => id));
  for (const entry of after.outbox) {
    const event = known.has(entry.id) ? undefined : eventOf(after, entry);
    if (event !== undefined) world.report(event);
  }
  if (after.reported !== undefined && after.reported !== before?.reported) {
    world.report({ event: 'runtime-reported', because: after.reported, ...facts(after) });
  }
  const voided = after.episode?.voided;
  if (voided !== undefined && voided.at !== before?.episode?.voided?.at && before?.episode?.last !== undefined) {
    world.report({ event: 'warnings-voided', because: voided.because, ...facts(after) });
  }
};

export const createCases = (world: GuardWorld, read: ReadonlyMap<RuntimeKey, Versioned<RuntimeCase>>): Cases => {
  const current = new Map(read);
  const values = () => new Map([...current].map(([key, { value }]) => [key, value]));
  return {
    get: (key) => current.get(key)?.value,
    all: values,
    save: async (kase) => {
      const key = runtimeKey(kase);
      const before = current.get(key);
      const version = before?.version ?? 0;
      if (!(await world.store.saveCase(kase, version))) return false;
      current.set(key, { value: kase, version: version + 1 });
      tellChange(world, before?.value, kase);
      return true;
    },
    remove: async (kase) => {
      const key = runtimeKey(kase);
      const removed = await world.store.removeCase(kase, current.get(key)?.version ?? 0);
      if (removed) current.delete(key);
      return removed;
    },
    refresh: async (key) => {
      const found = await world.store.readCase(key);
      if (found === undefined) current.delete(key);
      else current.set(key, found);
      return found?.value;
    },
  };
};

/** Writes what cases have for the ledger, and answers the cases without it. Writing an entry twice does no harm. */
export const flushed = async (world: GuardWorld, kase: RuntimeCase): Promise<RuntimeCase> => {
  if (kase.outbox.length === 0) return kase;
  for (const entry of kase.outbox) await world.store.appendLedger(entry);
  return { ...kase, outbox: [] };
};
