import pLimit from 'p-limit';
import type { Todo } from '#domain/board.ts';
import { newRecipient, type Recipient, withWatch } from '#domain/recipient.ts';
import type { ListedWatch } from '#domain/sources.ts';
import type { Instant } from '#domain/time.ts';
import type { Criteria, Watch } from '#domain/watch.ts';
import { entryOf, type IndexEntry, shapeOf } from '#domain/watch-index.ts';
import { decideOnRecipient, type RecipientStore } from './recipients.ts';

/** Everything that making watches needs of the world. */
export type MakeWatchesWorld = {
  readonly store: RecipientStore & {
    putTodo(todo: Todo): Promise<void>;
    addShape(criteria: Criteria): Promise<void>;
    addEntry(entry: IndexEntry): Promise<void>;
    putExpiry(at: Instant, recipientId: string, watchId: string): Promise<void>;
  };
  readonly clock: () => Instant;
  readonly newId: () => string;
  /** A short text that stands for a longer one and does not give it away. */
  readonly digest: (text: string) => string;
};

/** The id of whoever is mailed at an address, however it is written. */
export const recipientIdOf = ({ digest }: Pick<MakeWatchesWorld, 'digest'>, address: string): string =>
  digest(address.toLowerCase());

/** Writes to the table under way at once, where many watches change. */
export const writesAtOnce = 16;

/** Puts the marker that makes every run look at a recipient until nothing is left to do. */
export const markRecipient = async (world: MakeWatchesWorld, recipientId: string): Promise<void> => {
  const now = world.clock();
  await world.store.putTodo({ recipientId, stamp: world.newId(), putAt: now, notBefore: now });
};

/**
 * Changes a recipient by a pure function; the marker is put first. An address is given where the recipient may be new.
 */
export const changeRecipient = async (
  world: MakeWatchesWorld,
  recipientId: string,
  change: (recipient: Recipient) => Recipient,
  address?: string,
): Promise<void> => {
  await markRecipient(world, recipientId);
  await decideOnRecipient(world.store, recipientId, (known) => {
    const current = known ?? (address === undefined ? undefined : newRecipient(recipientId, address));
    return current === undefined ? { result: undefined } : { save: change(current), result: undefined };
  });
};

const byRecipient = (world: MakeWatchesWorld, listed: readonly ListedWatch[]): Map<string, ListedWatch[]> =>
  Map.groupBy(listed, ({ address }) => recipientIdOf(world, address));

/** Writes everything by which a watch is found, but the shape of its wish. */
export const indexWatch = async (world: MakeWatchesWorld, recipientId: string, watch: Watch): Promise<void> => {
  await world.store.addEntry(entryOf(recipientId, watch, world.clock()));
  if (watch.expiresAt !== undefined) await world.store.putExpiry(watch.expiresAt, recipientId, watch.id);
};

/**
 * Makes watches: first everything by which they are found, then the watches themselves, one write for each recipient. Making
 * them again changes nothing.
 */
export const makeWatches = async (world: MakeWatchesWorld, listed: readonly ListedWatch[]): Promise<void> => {
  const shapes = new Map(listed.map(({ watch }) => [shapeOf(watch.criteria), watch.criteria]));
  for (const criteria of shapes.values()) await world.store.addShape(criteria);
  const limit = pLimit(writesAtOnce);
  await limit.map(listed, ({ address, watch }) => indexWatch(world, recipientIdOf(world, address), watch));
  await limit.map(byRecipient(world, listed), async ([recipientId, group]) => {
    const add = (recipient: Recipient) =>
      group.reduce((so, { watch }) => withWatch(so, watch, world.clock()), recipient);
    await changeRecipient(world, recipientId, add, group[0]?.address);
  });
};
