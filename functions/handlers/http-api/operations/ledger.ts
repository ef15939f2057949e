import * as z from 'zod/mini';
import type { Caller } from '#adapters/http/caller.ts';
import { pageAfter, pageOf, paging } from '#adapters/http/cursor.ts';
import { Problem } from '#adapters/http/problem.ts';
import { id, iso, isoTime, time } from '#adapters/http/shapes/fields.ts';
import { actShape, ledgerBody, ledgerShape } from '#adapters/http/shapes/ledger-shape.ts';
import { sortable } from '#adapters/store/table.ts';
import type { LedgerEntry } from '#domain/guardrails/ledger.ts';
import { stoppedIn, wastedIn } from '#domain/guardrails/money-sums.ts';
import { ownerOfEntry } from '#domain/guardrails/ownership.ts';
import { day, type Instant } from '#domain/time.ts';
import { type ApiWorld, operation } from '../world.ts';

/** How far back is read where nothing is said. */
const usualSpan = 31 * day;

const isForThem = (caller: Caller, entry: LedgerEntry, { rules }: ApiWorld): boolean =>
  caller.operator ||
  (caller.recipientId !== undefined && entry.runtime?.madeFor === caller.recipientId) ||
  (caller.address !== undefined && ownerOfEntry(rules, entry)?.toLowerCase() === caller.address.toLowerCase());

const span = { from: z.exactOptional(time()), to: z.exactOptional(time()) };

/** From when to when is read. @throws Problem where that ends before it begins */
const spanOf = (query: { readonly from?: string; readonly to?: string }, now: Instant) => {
  const to = query.to === undefined ? now : Date.parse(query.to);
  const from = query.from === undefined ? to - usualSpan : Date.parse(query.from);
  if (from <= to) return { from, to };
  const detail = `from is ${iso(from)}, after to, which is ${iso(to)}`;
  throw new Problem('not-acceptable', `${detail}.`, { faults: [{ in: 'query', pointer: '/from', detail }] });
};

const tag = 'Ledger: what was done about idle runtimes, and why';

const list = operation({
  id: 'listLedger',
  method: 'get',
  path: '/v1/ledger',
  tag,
  summary: 'What was done, the newest first: about your runtimes; for an operator about all',
  who: 'person',
  query: z.strictObject({
    ...span,
    act: z.exactOptional(actShape),
    project_id: z.exactOptional(id('a project, such as prj-1')),
    runtime_id: z.exactOptional(id('the id of a runtime')),
    ...paging,
  }),
  answers: { 200: { description: 'Entries of the last 31 days, or from `from` to `to`', schema: pageOf(ledgerShape) } },
  problems: ['not-acceptable'],
  run: async ({ query }, caller, world) => {
    const { from, to } = spanOf(query, world.watches.clock());
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

const sums = z.object({
  of: z.string(),
  usd_wasted: z.number(),
  idle_times: z.int(),
  idle_times_without_price: z.int(),
  deletions: z.int(),
  usd_per_hour_stopped: z.number(),
  usd_not_spent_since: z.number(),
});

const keysOf = {
  project: ({ runtime }: LedgerEntry) => runtime?.project,
  owner: (entry: LedgerEntry, { rules }: ApiWorld) => ownerOfEntry(rules, entry),
  month: ({ at, runtime }: LedgerEntry) => (runtime === undefined ? undefined : iso(at).slice(0, 7)),
};

const money = operation({
  id: 'readMoney',
  method: 'get',
  path: '/v1/money',
  tag,
  summary: 'What idle runtimes cost and what their deletion stopped, by project, owner or month (UTC)',
  who: 'person',
  query: z.strictObject({ ...span, by: z._default(z.enum(['project', 'owner', 'month']), 'project') }),
  answers: {
    200: {
      description:
        'Sums over the ledger of the last 31 days, or from `from` to `to`. `usd_wasted`: price × GPUs × observed idle hours. `usd_not_spent_since`: price × GPUs × hours since the deletion, had the runtime gone on',
      schema: z.object({ from: isoTime(), to: isoTime(), data: z.array(sums) }),
    },
  },
  problems: ['not-acceptable'],
  run: async ({ query }, caller, world) => {
    const { from, to } = spanOf(query, world.watches.clock());
    const entries = (await world.store.readLedger(from, to)).filter((entry) => isForThem(caller, entry, world));
    const groups = Map.groupBy(entries, (entry) => keysOf[query.by](entry, world));
    const data = [...groups].flatMap(([of, group]) => {
      if (of === undefined) return [];
      const { wasted, spans, unpriced } = wastedIn(group);
      const { deletions, ratePerHour, notSpent } = stoppedIn(group, world.watches.clock());
      return [
        {
          of,
          usd_wasted: wasted,
          idle_times: spans,
          idle_times_without_price: unpriced,
          deletions,
          usd_per_hour_stopped: ratePerHour,
          usd_not_spent_since: notSpent,
        },
      ];
    });
    return { status: 200, body: { from: iso(from), to: iso(to), data } };
  },
});

export const ledger = [list, money];
