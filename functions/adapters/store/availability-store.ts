import { creationTodoSchema } from '#adapters/store/creating-items.ts';
import {
  expirySchema,
  fleetSchema,
  ItemNotUnderstoodError,
  indexEntrySchema,
  offerStateSchema,
  readItem,
  shapesSchema,
  todoSchema,
  wantedSchema,
} from '#adapters/store/items.ts';
import { takeLease } from '#adapters/store/lease.ts';
import { configSourceSchema, requestsSourceSchema } from '#adapters/store/source-items.ts';
import { type Item, sortable, sortKeyOf, sweptAt, type Table } from '#adapters/store/table.ts';
import type { Board, Fleet, Todo, Wanted } from '#domain/board.ts';
import type { CreationTodo } from '#domain/creating/request.ts';
import { historyKept } from '#domain/keeping.ts';
import { type OfferKey, offerKey } from '#domain/offer.ts';
import { type OfferState, type PastWindow, stateKey } from '#domain/offer-state.ts';
import type { KnownRequests, KnownWatch } from '#domain/sources.ts';
import type { Instant } from '#domain/time.ts';
import type { IndexEntry } from '#domain/watch-index.ts';
import { rankOfLimit, rankOfPrice, type Shape, shapeOf } from '#domain/watch-index.ts';

/** The partition that a run reads in one query: fleet, shapes, offers and the recipients to look at. */
const board = 'availability';
const fleetKey = { pk: board, sk: 'fleet' };
const shapesKey = { pk: board, sk: 'shapes' };
const offerPrefix = 'offer#';
const todoPrefix = 'todo#';
const wantedPrefix = 'wanted#';
const creationPrefix = 'creation#';

type ReadBoard = {
  fleet: Fleet;
  shapes: Shape[];
  readonly offers: Map<OfferKey, OfferState>;
  readonly todo: Todo[];
  readonly wanted: Wanted[];
  readonly creationTodos: CreationTodo[];
  readonly unreadable: string[];
};

/** Puts one item where it belongs on the board. */
const place = (read: ReadBoard, item: Item): void => {
  const sk = sortKeyOf(item);
  if (sk === fleetKey.sk) read.fleet = readItem(fleetSchema, item, 'fleet');
  else if (sk === shapesKey.sk) read.shapes = [...readItem(shapesSchema, item, 'shapes').shapes];
  else if (sk.startsWith(todoPrefix)) read.todo.push(readItem(todoSchema, item, sk));
  else if (sk.startsWith(wantedPrefix)) read.wanted.push(readItem(wantedSchema, item, sk));
  else if (sk.startsWith(creationPrefix)) read.creationTodos.push(readItem(creationTodoSchema, item, sk));
  else if (sk.startsWith(offerPrefix)) {
    const state = readItem(offerStateSchema, item.state, sk);
    read.offers.set(stateKey(state), state);
  }
};

const isOneOfMany = (item: Item) =>
  [todoPrefix, wantedPrefix, creationPrefix, offerPrefix].some((prefix) => sortKeyOf(item).startsWith(prefix));

/** One offer or marker that is not understood stops none of the others; without the fleet or the shapes nothing works. */
const readBoard = async (table: Table): Promise<Board> => {
  const read: ReadBoard = {
    fleet: { observed: 0 },
    shapes: [],
    offers: new Map(),
    todo: [],
    wanted: [],
    creationTodos: [],
    unreadable: [],
  };
  for await (const page of table.query(board)) {
    for (const item of page) {
      try {
        place(read, item);
      } catch (failure) {
        if (!(failure instanceof ItemNotUnderstoodError && isOneOfMany(item))) throw failure;
        read.unreadable.push(failure.message);
      }
    }
  }
  return read;
};

const fleetAndOffers = (table: Table) => ({
  /** Takes the one lease of the workflow; false while another run holds it. */
  takeLease: (holder: string, now: Instant, until: Instant) => takeLease(table, fleetKey, { holder, until }, now),
  /** Writes the fleet and how long the lease is still held (until now: no longer); false if it was lost meanwhile. */
  saveFleet: async (holder: string, fleet: Fleet, leaseUntil: Instant): Promise<boolean> =>
    table.put(
      { ...fleetKey, ...fleet, lease: { holder, until: leaseUntil } },
      { condition: 'lease.holder = :holder', values: { ':holder': holder } },
    ),
  readBoard: () => readBoard(table),
  /** Writes an offer's state unless a newer one is there; false if so. */
  saveOffer: (state: OfferState): Promise<boolean> =>
    table.put(
      { pk: board, sk: `${offerPrefix}${stateKey(state)}`, askedAt: state.askedAt, state },
      { condition: 'attribute_not_exists(pk) OR askedAt <= :askedAt', values: { ':askedAt': state.askedAt } },
    ),
  /** Keeps a window that closed. Writing the same window again replaces it. */
  saveWindow: async (offer: OfferKey, window: PastWindow): Promise<void> => {
    await table.put({
      pk: `window#${offer}`,
      sk: sortable(window.openedAt),
      ...window,
      ttl: sweptAt(window.closedAt + historyKept),
    });
  },
});

const todoMarkers = (table: Table) => ({
  putTodo: async (todo: Todo): Promise<void> => {
    await table.put({ pk: board, sk: `${todoPrefix}${todo.recipientId}`, ...todo });
  },
  /** Puts a marker off, unless it was put anew meanwhile. */
  postponeTodo: (todo: Todo, notBefore: Instant): Promise<boolean> =>
    table.put(
      { pk: board, sk: `${todoPrefix}${todo.recipientId}`, ...todo, notBefore },
      { condition: 'stamp = :stamp', values: { ':stamp': todo.stamp } },
    ),
  /** Takes a marker away, unless it was put anew meanwhile. */
  removeTodo: (todo: Todo): Promise<boolean> =>
    table.delete(
      { pk: board, sk: `${todoPrefix}${todo.recipientId}` },
      { condition: 'stamp = :stamp', values: { ':stamp': todo.stamp } },
    ),
});

const wantedKey = (wanted: Wanted) => ({ pk: board, sk: `${wantedPrefix}${offerKey(wanted)}` });

const wantedMarkers = (table: Table) => ({
  putWanted: async (wanted: Wanted): Promise<void> => {
    await table.put({ ...wantedKey(wanted), ...wanted });
  },
  /** Takes a marker away, unless it was put anew meanwhile. */
  removeWanted: (wanted: Wanted): Promise<boolean> =>
    table.delete(wantedKey(wanted), { condition: 'stamp = :stamp', values: { ':stamp': wanted.stamp } }),
});

const entryKey = ({ bucket, recipientId, watchId, maxPricePerGpuHour }: IndexEntry) => ({
  pk: `bucket#${bucket}`,
  sk: `${rankOfLimit(maxPricePerGpuHour)}#${recipientId}#${watchId}`,
});

const watchIndex = (table: Table) => ({
  addShape: async (criteria: Parameters<typeof shapeOf>[0]): Promise<void> => {
    await table.update(shapesKey, {
      expression: 'ADD shapes :shape',
      values: { ':shape': new Set([shapeOf(criteria)]) },
    });
  },
  addEntry: async (entry: IndexEntry): Promise<void> => {
    await table.put({ ...entryKey(entry), ...entry });
  },
  /**
   * The entries of a bucket, page by page, without those whose limit a price (USD per GPU-hour) exceeds. May lag behind by a
   * moment: new watches are found by their marker.
   */
  readBucket: async function* (bucket: string, price?: number): AsyncGenerator<IndexEntry[]> {
    const range = price === undefined ? {} : { from: rankOfPrice(price) };
    for await (const page of table.query(`bucket#${bucket}`, { ...range, consistent: false })) {
      yield page.map((item) => readItem(indexEntrySchema, item, 'index entry'));
    }
  },
  /** Says that an entry needs no look before a time, unless the watch was made anew meanwhile. */
  postponeEntry: (entry: IndexEntry, notBefore: Instant): Promise<boolean> =>
    table.put(
      { ...entryKey(entry), ...entry, notBefore },
      { condition: 'createdAt = :createdAt', values: { ':createdAt': entry.createdAt } },
    ),
  removeEntry: (entry: IndexEntry): Promise<boolean> =>
    table.delete(entryKey(entry), {
      condition: 'createdAt = :createdAt',
      values: { ':createdAt': entry.createdAt },
    }),
});

const expiries = (table: Table) => ({
  putExpiry: async (at: Instant, recipientId: string, watchId: string): Promise<void> => {
    await table.put({ pk: 'expiry', sk: `${sortable(at)}#${recipientId}#${watchId}`, recipientId });
  },
  /** The expiries that have come, oldest first; `done` takes one away. */
  readExpiries: async (now: Instant): Promise<{ recipientId: string; done: () => Promise<boolean> }[]> => {
    const come: { recipientId: string; done: () => Promise<boolean> }[] = [];
    for await (const page of table.query('expiry', { to: `${sortable(now)}~` })) {
      for (const item of page) {
        const { recipientId } = readItem(expirySchema, item, 'expiry');
        come.push({ recipientId, done: () => table.delete({ pk: 'expiry', sk: sortKeyOf(item) }) });
      }
    }
    return come;
  },
});

const sources = (table: Table) => ({
  /** The watches that `warden.config.ts` listed when it was last taken in. */
  readConfigSource: async (): Promise<KnownWatch[]> => {
    const item = await table.get({ pk: 'source', sk: 'config' });
    return item === undefined ? [] : readItem(configSourceSchema, item, 'config source').watches;
  },
  saveConfigSource: async (watches: readonly KnownWatch[]): Promise<void> => {
    await table.put({ pk: 'source', sk: 'config', watches });
  },
  /** The account's requests at the provider as last read, by id. */
  readRequestsSource: async (): Promise<KnownRequests> => {
    const item = await table.get({ pk: 'source', sk: 'requests' });
    return item === undefined ? { requests: {}, asking: {} } : readItem(requestsSourceSchema, item, 'requests source');
  },
  saveRequestsSource: async (known: KnownRequests): Promise<void> => {
    await table.put({ pk: 'source', sk: 'requests', ...known });
  },
});

/** What watch-availability keeps in the table. */
export const createAvailabilityStore = (table: Table) => ({
  ...fleetAndOffers(table),
  ...todoMarkers(table),
  ...wantedMarkers(table),
  ...watchIndex(table),
  ...expiries(table),
  ...sources(table),
});
