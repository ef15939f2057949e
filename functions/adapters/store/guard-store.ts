import {
  breakerSchema,
  catalogueSchema,
  deskSchema,
  guardFleetSchema,
  runtimeCaseSchema,
  savedRuntimeSchema,
  warningRecordSchema,
} from '#adapters/store/guard-items.ts';
import { createGuardLedger } from '#adapters/store/guard-ledger.ts';
import { ItemNotUnderstoodError, readItem } from '#adapters/store/items.ts';
import { takeLease } from '#adapters/store/lease.ts';
import { packClocks, unpackClocks } from '#adapters/store/packed-clocks.ts';
import { type Item, sortKeyOf, sweptAt, type Table } from '#adapters/store/table.ts';
import { ifStill, saveOver, versionedSchema } from '#adapters/store/versioned.ts';
import { type Breaker, closedBreaker } from '#domain/guardrails/breaker.ts';
import type { Catalogue, GuardBoard, GuardFleet, Versioned } from '#domain/guardrails/guard-board.ts';
import type { Slot } from '#domain/guardrails/limits.ts';
import { type RuntimeCase, type RuntimeKey, runtimeKey } from '#domain/guardrails/runtime-case.ts';
import type { SavedRuntime } from '#domain/guardrails/saved-runtime.ts';
import { emptyDesk, type OperatorDesk } from '#domain/guardrails/trouble.ts';
import type { WarningRecord } from '#domain/guardrails/warning-record.ts';
import { mailKept } from '#domain/keeping.ts';
import { day, type Instant } from '#domain/time.ts';

/** The partition that a run reads in one query. */
const board = 'guard';
const fleetKey = { pk: board, sk: 'fleet' };
const breakerKey = { pk: board, sk: 'breaker' };
const deskKey = { pk: board, sk: 'desk' };
const catalogueKey = { pk: board, sk: 'catalogue' };
const casePrefix = 'runtime#';
const caseKey = (key: RuntimeKey) => ({ pk: board, sk: `${casePrefix}${key}` });

const versionedCase = versionedSchema(runtimeCaseSchema);
const versionedBreaker = versionedSchema(breakerSchema);
const versionedDesk = versionedSchema(deskSchema);
const versionedSaved = versionedSchema(savedRuntimeSchema);

const readFleet = (item: Item): GuardFleet => {
  const { clocks, ...rest } = readItem(guardFleetSchema, item, 'fleet');
  return { ...rest, clocks: clocks === undefined ? new Map() : unpackClocks(clocks) };
};

type ReadBoard = {
  fleet: GuardFleet;
  breaker: Versioned<Breaker>;
  desk: Versioned<OperatorDesk>;
  catalogue?: Catalogue;
  readonly cases: Map<RuntimeKey, Versioned<RuntimeCase>>;
  readonly unreadable: string[];
  readonly unreadableCases: Set<RuntimeKey>;
};

const emptyBoard = (): ReadBoard => ({
  fleet: { clocks: new Map(), slots: [] },
  breaker: { value: closedBreaker, version: 0 },
  desk: { value: emptyDesk, version: 0 },
  cases: new Map(),
  unreadable: [],
  unreadableCases: new Set(),
});

/** Puts one item where it belongs on the board. */
const place = (read: ReadBoard, item: Item): void => {
  const sk = sortKeyOf(item);
  if (sk === fleetKey.sk) read.fleet = readFleet(item);
  else if (sk === breakerKey.sk) read.breaker = readItem(versionedBreaker, item, 'breaker');
  else if (sk === deskKey.sk) read.desk = readItem(versionedDesk, item, 'desk');
  else if (sk === catalogueKey.sk) read.catalogue = readItem(catalogueSchema, item, 'catalogue');
  else if (sk.startsWith(casePrefix)) read.cases.set(sk.slice(casePrefix.length), readItem(versionedCase, item, sk));
};

/** What a run can do without: one case of many, and the catalogue, which the inventory gives again. */
const isDispensable = (sk: string) => sk.startsWith(casePrefix) || sk === catalogueKey.sk;

/**
 * One case that is not understood stops none of the others. Without the fleet, the breaker or the desk nothing is safe, or
 * nobody would be told, and it throws.
 */
const readBoard = async (table: Table): Promise<GuardBoard> => {
  const read = emptyBoard();
  for await (const page of table.query(board)) {
    for (const item of page) {
      const sk = sortKeyOf(item);
      try {
        place(read, item);
      } catch (failure) {
        if (!(failure instanceof ItemNotUnderstoodError && isDispensable(sk))) throw failure;
        read.unreadable.push(failure.message);
        if (sk.startsWith(casePrefix)) read.unreadableCases.add(sk.slice(casePrefix.length));
      }
    }
  }
  return read;
};

const fleetAndBoard = (table: Table) => ({
  /** Takes the one lease of the workflow; false while another run holds it. */
  takeLease: (holder: string, now: Instant, until: Instant) => takeLease(table, fleetKey, { holder, until }, now),
  readBoard: () => readBoard(table),
  /** Writes the fleet and how long the lease is still held (until now: no longer); false if it was lost meanwhile. */
  saveFleet: (holder: string, { clocks, ...rest }: GuardFleet, leaseUntil: Instant): Promise<boolean> =>
    table.put(
      { ...fleetKey, ...rest, clocks: packClocks(clocks), lease: { holder, until: leaseUntil } },
      { condition: 'lease.holder = :holder', values: { ':holder': holder } },
    ),
  /** Writes the slots, the new one among them, and nothing else of the fleet; false if the lease was lost meanwhile. */
  takeSlot: async (holder: string, slots: readonly Slot[]): Promise<boolean> =>
    (await table.update(fleetKey, {
      expression: 'SET slots = :slots',
      condition: 'lease.holder = :holder',
      values: { ':slots': slots, ':holder': holder },
    })) !== undefined,
  saveCatalogue: async (catalogue: Catalogue): Promise<void> => {
    await table.put({ ...catalogueKey, ...catalogue });
  },
});

const versionedItems = (table: Table) => ({
  readCase: async (key: RuntimeKey): Promise<Versioned<RuntimeCase> | undefined> => {
    const { pk, sk } = caseKey(key);
    const item = await table.get({ pk, sk });
    return item && readItem(versionedCase, item, sk);
  },
  saveCase: (kase: RuntimeCase, version: number): Promise<boolean> =>
    saveOver(table, caseKey(runtimeKey(kase)), kase, version),
  /** Forgets a case as it was read; false if somebody else wrote it meanwhile. */
  removeCase: (kase: RuntimeCase, version: number): Promise<boolean> =>
    table.delete(caseKey(runtimeKey(kase)), ifStill(version)),
  readBreaker: async (): Promise<Versioned<Breaker>> => {
    const item = await table.get(breakerKey);
    return item === undefined ? emptyBoard().breaker : readItem(versionedBreaker, item, 'breaker');
  },
  saveBreaker: (breaker: Breaker, version: number): Promise<boolean> => saveOver(table, breakerKey, breaker, version),
  readDesk: async (): Promise<Versioned<OperatorDesk>> => {
    const item = await table.get(deskKey);
    return item === undefined ? emptyBoard().desk : readItem(versionedDesk, item, 'desk');
  },
  saveDesk: (desk: OperatorDesk, version: number): Promise<boolean> => saveOver(table, deskKey, desk, version),
});

const savedKey = (id: string) => ({ pk: `saved#${id}`, sk: 'saved' });

/** It stays a day longer than it can be used, so that its page can say that it is over. */
const writeSaved = (table: Table, saved: SavedRuntime, version: number): Promise<boolean> =>
  saveOver(table, savedKey(saved.id), { ...saved, spec: JSON.stringify(saved.spec) }, version, {
    ttl: sweptAt(saved.expiresAt + day),
  });

const warningKey = (mailId: string) => ({ pk: `warning#${mailId}`, sk: 'warning' });

const records = (table: Table) => ({
  /** Keeps what a runtime is made again from. What is there under this id already stays as it is. */
  saveSaved: async (saved: SavedRuntime): Promise<void> => {
    await writeSaved(table, saved, 0);
  },
  readSaved: async (id: string): Promise<Versioned<SavedRuntime> | undefined> => {
    const item = await table.get(savedKey(id));
    return item && readItem(versionedSaved, item, 'saved runtime');
  },
  /** False if somebody else wrote it meanwhile, or it is gone. */
  updateSaved: (saved: SavedRuntime, version: number): Promise<boolean> => writeSaved(table, saved, version),
  /** Keeps which runtimes a warning names, before it is sent, so that its links and its bounces can be read. */
  saveWarningRecord: async (record: WarningRecord): Promise<void> => {
    await table.put({ ...warningKey(record.mailId), ...record, ttl: sweptAt(record.writtenAt + mailKept) });
  },
  readWarningRecord: async (mailId: string): Promise<WarningRecord | undefined> => {
    const item = await table.get(warningKey(mailId));
    return item && readItem(warningRecordSchema, item, 'warning');
  },
});

/** What guard-runtimes keeps in the table. */
export const createGuardStore = (table: Table) => ({
  ...fleetAndBoard(table),
  ...versionedItems(table),
  ...createGuardLedger(table),
  ...records(table),
});
