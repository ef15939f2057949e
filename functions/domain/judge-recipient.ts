import { awaitsCreation, judgeCreations } from './creating/watch-creation.ts';
import { type Firing, firingOf, type Told } from './firing.ts';
import { type OfferKey, offerKey } from './offer.ts';
import { type OfferState, stateKey, windowFor } from './offer-state.ts';
import { ended, expiredKey, type KeptWatch, type OwedRow, type Recipient } from './recipient.ts';
import type { Instant } from './time.ts';
import { describes, type Notify, type Watch, wishKey } from './watch.ts';

const rowKey = (watchId: string, offer: OfferKey) => `${watchId} ${offer}`;

type ToldByOffer = Readonly<Record<OfferKey, Told>>;

/** What was last told, per wish and offer, by whichever of the recipient's watches share the wish. */
const toldByWish = (recipient: Recipient): ReadonlyMap<string, ToldByOffer> => {
  const all = new Map<string, Record<OfferKey, Told>>();
  for (const { watch, told } of Object.values(recipient.watches)) {
    const key = wishKey(watch.criteria);
    const known = all.get(key) ?? {};
    for (const [offer, news] of Object.entries(told)) {
      if (news.openedAt > (known[offer]?.openedAt ?? Number.NEGATIVE_INFINITY)) known[offer] = news;
    }
    all.set(key, known);
  }
  return all;
};

/** What was last told of an offer for a watch's wish, by whichever of the recipient's watches that share it. */
export const toldFor = (recipient: Recipient, watch: Watch, offer: OfferKey): Told | undefined =>
  toldByWish(recipient).get(wishKey(watch.criteria))?.[offer];

/** What looking at a recipient's watches changed. `lookAgainAt` is per offer. */
export type Judgement = {
  readonly recipient: Recipient;
  readonly fired: readonly Extract<OwedRow, { kind: 'window' }>[];
  readonly expired: readonly string[];
  readonly lookAgainAt: Readonly<Record<OfferKey, Instant>>;
  /** Whether what is to be made for a watch is another than before. */
  readonly creationsChanged: boolean;
};

/** Whether a watch has run out: one that waits, or one of the account's requests that nobody lists any more. */
const hasRunOut = ({ owed }: Recipient, { watch, standing }: KeptWatch, now: Instant): boolean => {
  if (watch.expiresAt === undefined || watch.expiresAt > now) return false;
  if (watch.source !== 'account') return standing.state === 'armed';
  // What it fired for is told first.
  return !Object.values(owed).some(({ watchId }) => watchId === watch.id);
};

/** Ends the watches that have run out. Our own say so; a request that the provider closed was the provider's to announce. */
const expire = (recipient: Recipient, now: Instant): { recipient: Recipient; expired: string[] } => {
  const over = Object.values(recipient.watches).filter((kept) => hasRunOut(recipient, kept, now));
  const watches = { ...recipient.watches };
  const owed = { ...recipient.owed };
  for (const kept of over) {
    const { watch } = kept;
    if (watch.source === 'account') delete watches[watch.id];
    else {
      watches[watch.id] = ended(kept, { state: 'ended', at: now, because: 'expired' });
      owed[expiredKey(watch.id)] = { kind: 'expired', watchId: watch.id, owedAt: now };
    }
  }
  return { recipient: { ...recipient, watches, owed }, expired: over.map(({ watch }) => watch.id) };
};

/** A `once` watch that has told and still waits for its runtime tells as sparingly as one for `every` window. */
const notifyOf = (kept: KeptWatch): Notify => (awaitsCreation(kept) ? 'every' : kept.watch.notify);

const judgeWatch = (
  kept: KeptWatch,
  state: OfferState,
  told: ToldByOffer | undefined,
  now: Instant,
): Firing | undefined => {
  const { watch } = kept;
  const offer = { ...state.hardware, region: state.region };
  const window = windowFor(state, watch.criteria);
  // Most offers are not open: what they are called needs no look then.
  if (window.state !== 'open' || !describes(watch.criteria, offer)) return undefined;
  return firingOf(notifyOf(kept), window, told?.[offerKey(offer)], now);
};

/** Rows owed to one recipient at most: they share its item. What else fires becomes owed when these are told. */
const mostOwed = 500;

/**
 * Looks at every armed watch of a recipient against every offer: what fires becomes owed, what has run out ends. Looking
 * twice changes nothing the second time.
 */
export const judge = (recipient: Recipient, offers: Iterable<OfferState>, now: Instant): Judgement => {
  const { recipient: current, expired } = expire(recipient, now);
  const toldOf = toldByWish(current);
  const armed = Object.values(current.watches)
    .filter(({ standing }) => standing.state === 'armed')
    .map((kept) => ({ kept, told: toldOf.get(wishKey(kept.watch.criteria)) }));
  const owed: Record<string, OwedRow> = { ...current.owed };
  const fired: Extract<OwedRow, { kind: 'window' }>[] = [];
  const lookAgainAt: Record<OfferKey, Instant> = {};
  const mostFired = mostOwed - Object.keys(owed).length;
  const all = [...offers];
  for (const state of all) {
    const offer = stateKey(state);
    for (const { kept, told } of armed) {
      const { watch } = kept;
      if (owed[rowKey(watch.id, offer)] !== undefined) continue;
      const firing = judgeWatch(kept, state, told, now);
      if (firing?.fire && fired.length < mostFired) {
        const row = { kind: 'window', watchId: watch.id, offer, openedAt: firing.openedAt, owedAt: now } as const;
        owed[rowKey(watch.id, offer)] = row;
        fired.push(row);
      } else if (firing?.fire === false && firing.lookAgainAt !== undefined) {
        lookAgainAt[offer] = Math.min(lookAgainAt[offer] ?? Number.POSITIVE_INFINITY, firing.lookAgainAt);
      }
    }
  }
  const made = judgeCreations({ ...current, owed }, all, now);
  return { recipient: made.recipient, fired, expired, lookAgainAt, creationsChanged: made.changed };
};
