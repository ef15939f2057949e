import type { OfferKey } from '#domain/offer.ts';
import { type OfferState, priceOf, stateKey, windowFor } from '#domain/offer-state.ts';
import type { KeptWatch, OwedRow, Recipient } from '#domain/recipient.ts';
import { hour, type Instant } from '#domain/time.ts';
import { describes } from '#domain/watch.ts';
import type { Creation } from './creation.ts';

/** A window of an offer, by its opening. */
export type Opening = { readonly offer: OfferKey; readonly openedAt: Instant };

/**
 * How far the making of a watch's runtime is. `due`: the window in which it is to be made now, since `since`; while the making has
 * begun, the one in which that was, and `pricePerGpuHour` what a GPU cost then (USD). `refusedIn`: the provider refused in that window, and is asked again in another one. `toldAt`:
 * when what came of it was last owed to somebody without being the end of it.
 */
export type WatchCreation = {
  readonly creation: Creation;
  readonly due?: Opening & { readonly since: Instant };
  readonly pricePerGpuHour?: number;
  readonly refusals: number;
  readonly refusedIn?: Opening;
  readonly toldAt?: Instant;
};

export const newWatchCreation: WatchCreation = { creation: { state: 'available' }, refusals: 0 };

/** A provider that refuses so often will not take it: the watch goes on without. */
export const mostRefusals = 3;

/** What came of making a watch's runtime, as its owner is told. `last`: it is not tried any more. */
export type CreationNews =
  | {
      readonly state: 'created';
      readonly project: string;
      readonly name: string;
      readonly runtimeId: string;
      readonly usdPerHour?: number;
    }
  | { readonly state: 'refused'; readonly because: string; readonly last: boolean }
  | { readonly state: 'held'; readonly because: string }
  | { readonly state: 'unclear'; readonly name: string }
  | { readonly state: 'missed' };

/** Whether a runtime may still be made for a watch. */
export const awaitsCreation = ({ watch, standing, creation }: KeptWatch): boolean =>
  watch.create !== undefined &&
  creation !== undefined &&
  creation.creation.state !== 'created' &&
  creation.refusals < mostRefusals &&
  standing.state !== 'ended';

/** Whether something is to be done about the runtime of a watch: it is to be made now, or was asked for without a clear answer. */
export const isUnderWay = ({ creation }: KeptWatch): boolean =>
  creation?.creation.state === 'creating' || (creation?.due !== undefined && creation.creation.state === 'available');

/** Whether something is to be done for any of a recipient's watches. */
export const creates = ({ watches }: Pick<Recipient, 'watches'>): boolean => Object.values(watches).some(isUnderWay);

const isSame = (a: Opening | undefined, b: Opening): boolean => a?.offer === b.offer && a.openedAt === b.openedAt;

/** The open windows in which a watch's runtime could be made, the cheapest first. */
const openingsFor = ({ watch, creation }: KeptWatch, offers: readonly OfferState[]): Opening[] =>
  offers
    .flatMap((state) => {
      const window = windowFor(state, watch.criteria);
      const price = priceOf(state);
      if (window.state !== 'open' || price === undefined) return [];
      if (!describes(watch.criteria, { ...state.hardware, region: state.region })) return [];
      const opening = { offer: stateKey(state), openedAt: window.openedAt };
      return isSame(creation?.refusedIn, opening) ? [] : [{ opening, price }];
    })
    .sort((a, b) => a.price - b.price || (a.opening.offer < b.opening.offer ? -1 : 1))
    .map(({ opening }) => opening);

const quiet = 6 * hour;

const rowKey = (watchId: string, state: CreationNews['state'], mark: string | number) =>
  `${watchId} creation ${state} ${mark}`;

/** Puts a watch in its place, with news of its creation that become owed. */
const withNews = (
  recipient: Recipient,
  kept: KeptWatch,
  news: { readonly told: CreationNews; readonly opening: Opening; readonly mark: string | number } | undefined,
  now: Instant,
): Recipient => {
  const { id } = kept.watch;
  const watches = { ...recipient.watches, [id]: kept };
  if (news === undefined) return { ...recipient, watches };
  const row: OwedRow = { kind: 'creation', watchId: id, owedAt: now, ...news.opening, news: news.told };
  return { ...recipient, watches, owed: { ...recipient.owed, [rowKey(id, news.told.state, news.mark)]: row } };
};

/** Whether nothing was told lately: a flapping offer does not flood. */
const mayTell = ({ toldAt }: WatchCreation, now: Instant): boolean => toldAt === undefined || now - toldAt >= quiet;

/** One watch's due window, as the offers are now. The same recipient where nothing changed. */
const withDue = (recipient: Recipient, kept: KeptWatch, offers: readonly OfferState[], now: Instant): Recipient => {
  const { creation } = kept;
  if (creation === undefined || creation.creation.state !== 'available') return recipient;
  const openings = awaitsCreation(kept) ? openingsFor(kept, offers) : [];
  const { due, ...rest } = creation;
  if (due !== undefined && openings.some((opening) => isSame(due, opening))) return recipient;
  const [next] = openings;
  if (next === undefined && due === undefined) return recipient;
  const isMissed = next === undefined && due !== undefined && awaitsCreation(kept) && mayTell(creation, now);
  const after: WatchCreation = {
    ...rest,
    ...(next === undefined ? {} : { due: { ...next, since: now } }),
    ...(isMissed ? { toldAt: now } : {}),
  };
  const missed = isMissed ? { told: { state: 'missed' } as const, opening: due, mark: due.openedAt } : undefined;
  return withNews(recipient, { ...kept, creation: after }, missed, now);
};

/** What looking at a recipient's creations came to. `changed`: something has to be written. */
export type CreationJudgement = { readonly recipient: Recipient; readonly changed: boolean };

/**
 * Looks at every watch that is to make a runtime against every offer: what can be made becomes due, and what closed meanwhile is
 * due no more. Looking twice changes nothing the second time.
 */
export const judgeCreations = (
  recipient: Recipient,
  offers: readonly OfferState[],
  now: Instant,
): CreationJudgement => {
  const making = Object.values(recipient.watches).filter(({ watch }) => watch.create !== undefined);
  const after = making.reduce((so, kept) => withDue(so, kept, offers, now), recipient);
  return { recipient: after, changed: after !== recipient };
};

/** The window rows of a watch that is done are told by what was created. */
const withoutWindowRows = (owed: Recipient['owed'], watchId: string): Recipient['owed'] =>
  Object.fromEntries(Object.entries(owed).filter(([, row]) => row.kind !== 'window' || row.watchId !== watchId));

const createdNews = ({ watch, creation }: KeptWatch, { name, runtimeId }: Made): CreationNews => {
  const price = creation?.pricePerGpuHour;
  return {
    state: 'created',
    project: watch.create?.project ?? '',
    name,
    runtimeId,
    ...(price === undefined ? {} : { usdPerHour: price * watch.criteria.gpus }),
  };
};

type Made = Extract<Creation, { state: 'created' }>;

/** What was made is told, and ends a `once` watch. */
const withMade = (recipient: Recipient, kept: KeptWatch, made: Made, opening: Opening, now: Instant): Recipient => {
  const isDone = kept.watch.notify === 'once' && kept.standing.state === 'armed';
  const done: KeptWatch = isDone ? { ...kept, standing: { state: 'done', at: now } } : kept;
  const owed = isDone ? withoutWindowRows(recipient.owed, kept.watch.id) : recipient.owed;
  const news = { told: createdNews(kept, made), opening, mark: made.name };
  return withNews({ ...recipient, owed }, done, news, now);
};

/** The creation of a watch as it is from now on. `pricePerGpuHour`: in USD, where it begins. */
export const withCreation = (
  recipient: Recipient,
  watchId: string,
  next: Creation,
  pricePerGpuHour: number | undefined,
  now: Instant,
): Recipient => {
  const kept = recipient.watches[watchId];
  if (kept?.creation === undefined) return recipient;
  const { creation } = kept;
  const price = next.state === 'creating' && pricePerGpuHour !== undefined ? { pricePerGpuHour } : {};
  const changed: KeptWatch = { ...kept, creation: { ...creation, ...price, creation: next } };
  return next.state === 'created' && creation.due !== undefined
    ? withMade(recipient, changed, next, { offer: creation.due.offer, openedAt: creation.due.openedAt }, now)
    : withNews(recipient, changed, undefined, now);
};

/** What came of a try that is not the end of it, or not yet. What is no news changes nothing. */
export const withTry = (
  recipient: Recipient,
  watchId: string,
  news: Exclude<CreationNews, { state: 'created' | 'missed' | 'refused' }> | { state: 'refused'; because: string },
  now: Instant,
): Recipient => {
  const kept = recipient.watches[watchId];
  const { creation } = kept ?? {};
  if (kept === undefined || creation?.due === undefined) return recipient;
  const { due, ...rest } = creation;
  const opening = { offer: due.offer, openedAt: due.openedAt };
  if (news.state === 'refused') {
    const refusals = creation.refusals + 1;
    const last = refusals >= mostRefusals;
    const told = { ...news, last };
    const isDone = last && kept.watch.notify === 'once' && Object.keys(kept.told).length > 0;
    const after: KeptWatch = {
      ...kept,
      creation: { ...rest, refusals, refusedIn: opening, toldAt: now },
      standing: isDone && kept.standing.state === 'armed' ? { state: 'done', at: now } : kept.standing,
    };
    return withNews(recipient, after, { told, opening, mark: refusals }, now);
  }
  const mark = news.state === 'held' ? due.openedAt : news.name;
  if (recipient.owed[rowKey(watchId, news.state, mark)] !== undefined || !mayTell(creation, now)) return recipient;
  return withNews(recipient, { ...kept, creation: { ...creation, toldAt: now } }, { told: news, opening, mark }, now);
};

/** The offer that a watch's runtime is to be made of now, as it is; undefined where it cannot be made of it any more. */
export const offerDue = (
  kept: KeptWatch,
  offers: ReadonlyMap<OfferKey, OfferState>,
): { readonly state: OfferState; readonly pricePerGpuHour: number } | undefined => {
  const state = kept.creation?.due && offers.get(kept.creation.due.offer);
  const pricePerGpuHour = state && priceOf(state);
  return state === undefined || pricePerGpuHour === undefined ? undefined : { state, pricePerGpuHour };
};
