import { dequal } from 'dequal';
import type { Wanted } from '#domain/board.ts';
import { isConfirmedFor } from '#domain/confirmation.ts';
import { bareOrder, type RuntimeOrder } from '#domain/creating/order.ts';
import { awaitsCreation, isUnderWay } from '#domain/creating/watch-creation.ts';
import {
  cancelled,
  type KeptWatch,
  newRecipient,
  type Recipient,
  withChangedWatch,
  withoutOldOnes,
  withRoom,
  withWatch,
} from '#domain/recipient.ts';
import { day } from '#domain/time.ts';
import { type Watch, type Wish, wishKey } from '#domain/watch.ts';
import { indexWatch, type MakeWatchesWorld, markRecipient, recipientIdOf } from '#workflows/make-watches.ts';
import { decideOnRecipient } from '#workflows/recipients.ts';

/** What making watches by the API needs of the world. `registerUpstream`: whether those of one offer are also registered at the provider. */
export type ApiWatchesWorld = MakeWatchesWorld & {
  readonly store: { putWanted(wanted: Wanted): Promise<void> };
  readonly registerUpstream: boolean;
};

/** How long a watch waits that says nothing of it. */
const usuallyWaits = 90 * day;

/** Watches of one address at most: they share its item. */
export const mostWatches = 200;

/** Of these, so many that wait and that one person has made for an address which is not theirs: the rest is left to its owner. */
export const mostForOthers = 20;

/** Of these, so many that create something: what they create is in that item, too. */
export const mostCreating = 10;

/** A watch as it was made, and for which address. `same`: this very request was answered before, with this watch. */
export type Making =
  | { readonly outcome: 'made' | 'same'; readonly address: string; readonly kept: KeptWatch }
  | { readonly outcome: 'key-used-otherwise' | 'not-confirmed' }
  | { readonly outcome: 'waits-already'; readonly kept: KeptWatch }
  | { readonly outcome: 'too-many' | 'too-many-creating' | 'too-many-for-others' };

export type Changing =
  | { readonly outcome: 'changed'; readonly kept: KeptWatch }
  | { readonly outcome: 'unknown' | 'changed-meanwhile' }
  | { readonly outcome: 'listed-elsewhere' | 'over' | 'being-created'; readonly kept: KeptWatch };

/** What of an order tells it from another one. */
const plain = ({ byOperator: _, ...order }: RuntimeOrder) => order;

/** Whether a watch was made with this order; of one whose runtime was made, or is made no more, only the bare order is left. */
const isOfOrder = (kept: KeptWatch, wanted: RuntimeOrder | undefined): boolean => {
  const { create: known } = kept.made ?? kept.watch;
  if (known === undefined || wanted === undefined) return known === wanted;
  return (
    dequal(plain(known), plain(wanted)) || (!awaitsCreation(kept) && dequal(plain(known), plain(bareOrder(wanted))))
  );
};

const sameWish = (a: Wish, b: Wish): boolean =>
  wishKey(a.criteria) === wishKey(b.criteria) &&
  a.notify === b.notify &&
  (b.expiresAt === undefined || a.expiresAt === b.expiresAt);

/** Every watch of a recipient, from whichever source, the newest first. */
export const watchesIn = ({ watches }: Pick<Recipient, 'watches'>): readonly KeptWatch[] =>
  Object.values(watches).sort((a, b) => b.watch.madeAt - a.watch.madeAt || (a.watch.id < b.watch.id ? -1 : 1));

/** The same, of the recipient as it is now. */
export const watchesOf = async (world: MakeWatchesWorld, recipientId: string): Promise<readonly KeptWatch[]> =>
  watchesIn((await world.store.readRecipient(recipientId))?.recipient ?? { watches: {} });

/** Everything by which the watch is found comes before the watch: a crash leaves hints that lead nowhere, and no deaf watch. */
const prepareIndex = async (world: MakeWatchesWorld, recipientId: string, watch: Watch): Promise<void> => {
  await world.store.addShape(watch.criteria);
  await indexWatch(world, recipientId, watch);
  await markRecipient(world, recipientId);
};

/** Marks an offer to be registered at the provider, which watch-availability does: it holds the credential. */
const wantRegistered = async (world: ApiWatchesWorld, { region, configId }: Wish['criteria']): Promise<void> => {
  if (!world.registerUpstream || region === undefined || configId === undefined) return;
  await world.store.putWanted({ region, configId, stamp: world.newId(), putAt: world.clock() });
};

type MakeOptions = {
  readonly key?: string;
  readonly onlyOne?: boolean;
  readonly admit?: () => void;
  readonly madeBy?: string;
};

/**
 * Makes a watch for an address. `key` (Idempotency-Key) makes the same request again give the same watch, however often it is
 * sent. `onlyOne`: a wish that waits already is not made a second time. `admit` throws where a new one may not be made: what was
 * made before is answered all the same. `madeBy`: who makes it for an address that is not their own.
 */
export const makeWatch = async (
  world: ApiWatchesWorld,
  address: string,
  wish: Wish,
  { key, onlyOne = false, admit = () => undefined, madeBy }: MakeOptions,
): Promise<Making> => {
  const now = world.clock();
  const recipientId = recipientIdOf(world, address);
  const id = world.digest(
    JSON.stringify(['api', recipientId, key ?? world.newId(), ...(madeBy === undefined ? [] : [madeBy])]),
  );
  const by = madeBy === undefined ? {} : { madeBy };
  const watch: Watch = { expiresAt: now + usuallyWaits, ...wish, id, source: 'api', madeAt: now, ...by };
  let indexed = false;
  return decideOnRecipient<Making>(world.store, recipientId, async (known) => {
    const current = withoutOldOnes(known ?? newRecipient(recipientId, address), now);
    const { address: writtenAs } = current;
    if (madeBy !== undefined && !isConfirmedFor(current, madeBy)) return { result: { outcome: 'not-confirmed' } };
    const before = current.watches[id];
    if (before !== undefined) {
      const isSame = sameWish(before.made ?? before.watch, wish) && isOfOrder(before, wish.create);
      const outcome = isSame ? 'same' : 'key-used-otherwise';
      return { result: outcome === 'same' ? { outcome, address: writtenAs, kept: before } : { outcome } };
    }
    admit();
    const waiting = onlyOne
      ? Object.values(current.watches).find(
          (kept) => kept.standing.state === 'armed' && wishKey(kept.watch.criteria) === wishKey(wish.criteria),
        )
      : undefined;
    if (waiting !== undefined) return { result: { outcome: 'waits-already', kept: waiting } };
    const roomy = withRoom(current, mostWatches);
    if (Object.keys(roomy.watches).length >= mostWatches) return { result: { outcome: 'too-many' } };
    const theirs = Object.values(current.watches).filter(
      ({ watch: { madeBy: by }, standing }) => by === madeBy && standing.state === 'armed',
    );
    if (madeBy !== undefined && theirs.length >= mostForOthers) return { result: { outcome: 'too-many-for-others' } };
    const creating = Object.values(current.watches).filter((kept) => awaitsCreation(kept) || isUnderWay(kept));
    if (wish.create !== undefined && creating.length >= mostCreating)
      return { result: { outcome: 'too-many-creating' } };
    if (!indexed) {
      await prepareIndex(world, recipientId, watch);
      await wantRegistered(world, watch.criteria);
    }
    indexed = true;
    const made = withWatch(roomy, watch, now);
    const kept = made.watches[id];
    return kept === undefined
      ? { result: { outcome: 'too-many' } }
      : { save: made, result: { outcome: 'made', address: writtenAs, kept } };
  });
};

/** What may be changed of a watch; what is missing stays. */
export type WatchChange = Partial<Pick<Wish, 'notify' | 'expiresAt'>> & {
  readonly criteria?: Partial<Wish['criteria']>;
};

const changed = ({ watch }: KeptWatch, { criteria, ...change }: WatchChange): Watch => ({
  ...watch,
  ...change,
  criteria: { ...watch.criteria, ...criteria },
});

/**
 * Changes a watch that waits. One that asks for something else now has been told nothing of it. `isAsSeen`: whether the watch is
 * still as whoever changes it has seen it.
 */
export const changeWatch = async (
  world: MakeWatchesWorld,
  recipientId: string,
  watchId: string,
  change: WatchChange,
  isAsSeen: (kept: KeptWatch) => boolean,
): Promise<Changing> =>
  decideOnRecipient<Changing>(world.store, recipientId, async (recipient) => {
    const before = recipient?.watches[watchId];
    if (recipient === undefined || before === undefined) return { result: { outcome: 'unknown' } };
    if (before.watch.source !== 'api') return { result: { outcome: 'listed-elsewhere', kept: before } };
    if (!isAsSeen(before)) return { result: { outcome: 'changed-meanwhile' } };
    if (before.standing.state !== 'armed') return { result: { outcome: 'over', kept: before } };
    if (before.creation?.creation.state === 'creating') return { result: { outcome: 'being-created', kept: before } };
    const watch = changed(before, change);
    const save = withChangedWatch(recipient, before, watch);
    await prepareIndex(world, recipientId, watch);
    return { save, result: { outcome: 'changed', kept: save.watches[watchId] ?? before } };
  });

/** Ends a watch, from whichever source. Ending it again changes nothing. */
export const cancelWatch = async (
  world: MakeWatchesWorld,
  recipientId: string,
  watchId: string,
  isAsSeen: (kept: KeptWatch) => boolean,
): Promise<Changing> =>
  decideOnRecipient<Changing>(world.store, recipientId, (recipient) => {
    const before = recipient?.watches[watchId];
    if (recipient === undefined || before === undefined) return { result: { outcome: 'unknown' } };
    if (!isAsSeen(before)) return { result: { outcome: 'changed-meanwhile' } };
    if (before.standing.state === 'ended') return { result: { outcome: 'changed', kept: before } };
    const save = cancelled(recipient, [watchId], world.clock());
    return { save, result: { outcome: 'changed', kept: save.watches[watchId] ?? before } };
  });
