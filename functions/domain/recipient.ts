import type { Confirmation } from './confirmation.ts';
import { type CreationNews, newWatchCreation, type WatchCreation, withoutSpec } from './creating/watch-creation.ts';
import type { Told } from './firing.ts';
import type { OfferKey } from './offer.ts';
import { day, type Instant } from './time.ts';
import { type Watch, type Wish, wishKey } from './watch.ts';

/** Whether a watch still waits. A `done` or `ended` one is kept as long as its source lists it, so that it stays silent. */
export type WatchStanding =
  | { readonly state: 'armed' }
  | { readonly state: 'done'; readonly at: Instant }
  | { readonly state: 'ended'; readonly at: Instant; readonly because: 'expired' | 'unsubscribed' | 'cancelled' };

/**
 * A watch with what has become of it: its standing, and per offer what was last told. `made`: what was asked for at first, where
 * it was changed since. `creation`: how far its runtime is, where it is to make one.
 */
export type KeptWatch = {
  readonly watch: Watch;
  readonly made?: Wish;
  readonly standing: WatchStanding;
  readonly told: Readonly<Record<OfferKey, Told>>;
  readonly creation?: WatchCreation;
};

/** Something that a recipient is to be told and has not been yet. */
export type OwedRow =
  | {
      readonly kind: 'window';
      readonly watchId: string;
      readonly offer: OfferKey;
      readonly openedAt: Instant;
      readonly owedAt: Instant;
    }
  | { readonly kind: 'expired'; readonly watchId: string; readonly owedAt: Instant }
  | {
      readonly kind: 'creation';
      readonly watchId: string;
      readonly offer: OfferKey;
      /** The window in which it was to be made. */
      readonly openedAt: Instant;
      readonly owedAt: Instant;
      readonly news: CreationNews;
    };

/** Why nothing is sent to an address: until somebody acts, or until `retryAt`. */
export type Undeliverable = { readonly because: string; readonly since: Instant; readonly retryAt?: Instant };

/**
 * Everything about one mail address, in one item, so that a claim and what is owed for it are written together. `owed` is
 * keyed by the fact, so that the same fact is owed once. `mailedAt`: the accepted mails of the last hour; `sending`: the claim of
 * a sender at work; `failure`: what came of the last try; `takesMailSince`: when somebody said that the address takes mail again.
 * `confirmations`: who may have it mailed, or waits for that, by their ids; `askedForMailAt`: when it was last mailed a link for that;
 * `declined`: since and until when it wants nobody to ask.
 */
export type Recipient = {
  readonly id: string;
  readonly address: string;
  readonly watches: Readonly<Record<string, KeptWatch>>;
  readonly owed: Readonly<Record<string, OwedRow>>;
  readonly mailedAt: readonly Instant[];
  readonly sending?: { readonly mailId: string; readonly until: Instant };
  readonly failure?: { readonly count: number; readonly retryAt: Instant; readonly because: string };
  readonly undeliverable?: Undeliverable;
  readonly takesMailSince?: Instant;
  readonly confirmations?: Readonly<Record<string, Confirmation>>;
  readonly askedForMailAt?: Instant;
  readonly declined?: { readonly at: Instant; readonly until: Instant };
};

export const newRecipient = (id: string, address: string): Recipient => ({
  id,
  address,
  watches: {},
  owed: {},
  mailedAt: [],
});

export const expiredKey = (watchId: string) => `${watchId} expired`;

/**
 * Adds a watch, armed. One that is there already keeps its standing and what it was told, but takes over the new expiry;
 * if it had run out and the new expiry lies ahead, it waits again, and nobody is told any more that it ran out.
 */
export const withWatch = (recipient: Recipient, watch: Watch, now: Instant): Recipient => {
  const known = recipient.watches[watch.id];
  const ranOut = known?.standing.state === 'ended' && known.standing.because === 'expired';
  const waitsAgain = ranOut && (watch.expiresAt ?? Number.POSITIVE_INFINITY) > now;
  const standing: WatchStanding = known === undefined || waitsAgain ? { state: 'armed' } : known.standing;
  const creation = known?.creation ?? (watch.create === undefined ? undefined : newWatchCreation);
  const kept: KeptWatch = {
    watch,
    standing,
    told: known?.told ?? {},
    ...(creation === undefined ? {} : { creation }),
  };
  const { [expiredKey(watch.id)]: _ranOut, ...owed } = recipient.owed;
  const watches = { ...recipient.watches, [watch.id]: kept };
  return { ...recipient, watches, owed: waitsAgain ? owed : recipient.owed };
};

const withoutOwedOf = (owed: Recipient['owed'], watchIds: ReadonlySet<string>): Recipient['owed'] =>
  Object.fromEntries(Object.entries(owed).filter(([, row]) => !watchIds.has(row.watchId)));

/** Forgets watches altogether, with what is owed for them: their source no longer lists them. */
export const withoutWatches = (recipient: Recipient, watchIds: readonly string[]): Recipient => {
  const gone = new Set(watchIds);
  return {
    ...recipient,
    watches: Object.fromEntries(Object.entries(recipient.watches).filter(([id]) => !gone.has(id))),
    owed: withoutOwedOf(recipient.owed, gone),
  };
};

const wishOf = ({ criteria, notify, expiresAt, create }: Wish): Wish => ({
  criteria,
  notify,
  ...(expiresAt === undefined ? {} : { expiresAt }),
  ...(create === undefined ? {} : { create }),
});

/**
 * Puts a watch in the place of itself as it was. One that asks for something else now was told nothing, is owed nothing, and was
 * refused nothing.
 */
export const withChangedWatch = (recipient: Recipient, before: KeptWatch, watch: Watch): Recipient => {
  const isOther = wishKey(watch.criteria) !== wishKey(before.watch.criteria);
  const made = before.made ?? wishOf(before.watch);
  const anew = before.creation?.creation.state === 'available' ? { creation: newWatchCreation } : {};
  const kept: KeptWatch = { ...before, watch, made, ...(isOther ? { told: {}, ...anew } : {}) };
  return {
    ...recipient,
    watches: { ...recipient.watches, [watch.id]: kept },
    owed: isOther ? withoutOwedOf(recipient.owed, new Set([watch.id])) : recipient.owed,
  };
};

const mayBill = ({ state }: CreationNews): boolean => state === 'created' || state === 'unclear';

/** A watch that is over. What it was to make is forgotten, unless it was asked for. */
export const ended = (kept: KeptWatch, standing: WatchStanding): KeptWatch => {
  const over = { ...kept, standing };
  return kept.creation?.creation.state === 'creating' ? over : withoutSpec(over);
};

const endedBecause =
  (because: 'unsubscribed' | 'cancelled') =>
  (recipient: Recipient, watchIds: readonly string[], now: Instant): Recipient => {
    const ending = new Set(watchIds.filter((id) => recipient.watches[id]?.standing.state !== 'ended'));
    const watches = Object.fromEntries(
      Object.entries(recipient.watches).map(([id, kept]) => [
        id,
        ending.has(id) ? ended(kept, { state: 'ended', at: now, because }) : kept,
      ]),
    );
    const waiting = withoutOwedOf(recipient.owed, new Set(watchIds));
    // What was made, or may have been, is told all the same: it costs money.
    const made = Object.entries(recipient.owed).filter(([, row]) => row.kind === 'creation' && mayBill(row.news));
    return { ...recipient, watches, owed: { ...waiting, ...Object.fromEntries(made) } };
  };

/** Ends watches because their recipient said so in a mail, and drops what is owed for them. Ending one twice changes nothing. */
export const unsubscribed = endedBecause('unsubscribed');

/** The same, said by the HTTP API. */
export const cancelled = endedBecause('cancelled');

/** How long a watch of the API that is over can still be read. */
const overKept = 30 * day;

/** Forgets the watches of the API that are over for long: no source lists them, and they would fill the item. */
export const withoutOldOnes = (recipient: Recipient, now: Instant): Recipient => {
  const old = Object.values(recipient.watches).filter(
    ({ watch, standing }) => watch.source === 'api' && standing.state !== 'armed' && now - standing.at > overKept,
  );
  return old.length === 0
    ? recipient
    : withoutWatches(
        recipient,
        old.map(({ watch }) => watch.id),
      );
};

/**
 * A recipient with room for one watch more among so many of the API, if forgetting those that are over makes it: the oldest first.
 * The same recipient where there is room.
 */
export const withRoom = (recipient: Recipient, most: number): Recipient => {
  const tooMany = Object.keys(recipient.watches).length + 1 - most;
  if (tooMany <= 0) return recipient;
  const over = Object.values(recipient.watches).flatMap(({ watch, standing, creation }) => {
    const isOver = watch.source === 'api' && standing.state !== 'armed' && creation?.creation.state !== 'creating';
    return isOver ? [{ id: watch.id, at: standing.at }] : [];
  });
  const oldest = over.sort((a, b) => a.at - b.at).slice(0, tooMany);
  return withoutWatches(
    recipient,
    oldest.map(({ id }) => id),
  );
};
