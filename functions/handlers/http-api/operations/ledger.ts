import * as z from 'zod/mini';
import type { Caller } from '#adapters/http/caller.ts';
import { pageAfter, pageOf, paging } from '#adapters/http/cursor.ts';
import { Problem } from '#adapters/http/problem.ts';
import { id, time } from '#adapters/http/shapes/fields.ts';
import { actShape, ledgerBody, ledgerShape } from '#adapters/http/shapes/ledger-shape.ts';
import { sortable } from '#adapters/store/table.ts';
import type { LedgerEntry } from '#domain/guardrails/ledger.ts';
import { ownerOfEntry } from '#domain/guardrails/ownership.ts';
import { day } from '#domain/time.ts';
import { type ApiWorld, operation } from '../world.ts';

/** How far back is read where nothing is said. */
const usualSpan = 31 * day;

const isForThem = (caller: Caller, entry: LedgerEntry, { rules }: ApiWorld): boolean =>
  caller.operator ||
  (caller.address !== undefined && ownerOfEntry(rules, entry)?.toLowerCase() === caller.address.toLowerCase());

const list = operation({
  id: 'listLedger',
  method: 'get',
  path: '/v1/ledger',
  tag: 'Ledger: what was done about idle runtimes, and why',
  summary: 'What was done, the newest first: about your runtimes; for an operator about all',
  who: 'person',
  query: z.strictObject({
    from: z.exactOptional(time()),
    to: z.exactOptional(time()),
    act: z.exactOptional(actShape),
    project_id: z.exactOptional(id('a project, such as prj-1')),
    runtime_id: z.exactOptional(id('the id of a runtime')),
    ...paging,
  }),
  answers: { 200: { description: 'Entries of the last 31 days, or from `from` to `to`', schema: pageOf(ledgerShape) } },
  problems: ['not-acceptable'],
  run: async ({ query }, caller, world) => {
    const to = query.to === undefined ? world.watches.clock() : Date.parse(query.to);
    const from = query.from === undefined ? to - usualSpan : Date.parse(query.from);
    if (from > to) {
      const detail = `from is ${new Date(from).toISOString()}, after to, which is ${new Date(to).toISOString()}`;
      throw new Problem('not-acceptable', `${detail}.`, { faults: [{ in: 'query', pointer: '/from', detail }] });
    }
    const entries = (await world.store.readLedger(from, to)).filter(
      (entry) =>
        isForThem(caller, entry, world) &&
        (query.act ?? entry.act) === entry.act &&
        (query.project_id ?? entry.runtime?.project) === entry.runtime?.project &&
        (query.runtime_id ?? entry.runtime?.id) === entry.runtime?.id,
    );
    const { rows, next } = pageAfter(
      entries.toReversed(),
      ({ at, id: entryId }) => `${sortable(at)}#${entryId}`,
      query,
    );
    return { status: 200, body: { data: rows.map(ledgerBody), next_cursor: next } };
  },
});

export const ledger = [list];
