import * as z from 'zod/mini';
import { readItem } from '#adapters/store/items.ts';
import type { Table } from '#adapters/store/table.ts';
import { saveOver, versionedSchema } from '#adapters/store/versioned.ts';
import type { Asked } from '#domain/confirmation.ts';
import type { Versioned } from '#domain/guardrails/guard-board.ts';

const versionedAsked = versionedSchema(z.record(z.string(), z.number()));

const keyOf = (personId: string) => ({ pk: `person#${personId}`, sk: 'asked' });

/** Which addresses a person asked for: one item, written only over the version that was read. What came of each is its recipient's. */
export const createPersonStore = (table: Table) => ({
  readAsked: async (personId: string): Promise<Versioned<Asked>> => {
    const item = await table.get(keyOf(personId));
    return item === undefined ? { value: {}, version: 0 } : readItem(versionedAsked, item, 'person');
  },
  /** False if somebody else wrote it meanwhile: read it and decide again. */
  saveAsked: (personId: string, asked: Asked, version: number): Promise<boolean> =>
    saveOver(table, keyOf(personId), asked, version),
});
