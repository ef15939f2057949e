import * as z from 'zod/mini';
import type { FieldsOf } from '#adapters/store/guard-ledger-items.ts';
import type { Item, Key, Table } from '#adapters/store/table.ts';
import type { Versioned } from '#domain/guardrails/guard-board.ts';

/** An item that is written only over the version that was read. */
export const versionedSchema = <T>(value: z.ZodMiniType<T>): z.ZodMiniType<Versioned<T>> =>
  z.object({ value, version: z.int().check(z.gte(1)) } satisfies FieldsOf<Versioned<T>>);

/** Holds while the item is as it was when it was read. */
export const ifStill = (version: number) =>
  version === 0
    ? { condition: 'attribute_not_exists(pk)' }
    : { condition: 'version = :version', values: { ':version': version } };

/** False if somebody else wrote the item meanwhile: read it and decide again. */
export const saveOver = (table: Table, key: Key, value: object, version: number, more: Item = {}): Promise<boolean> =>
  table.put({ ...key, ...more, version: version + 1, value }, ifStill(version));
