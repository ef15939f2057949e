import type { OfferKey } from '#domain/offer.ts';
import { type OfferState, priceOf, stateKey, windowFor } from '#domain/offer-state.ts';
import type { KeptWatch, OwedRow, Recipient } from '#domain/recipient.ts';
import { day, type Instant } from '#domain/time.ts';
import { describes, wishKey } from '#domain/watch.ts';
import type { Creation } from './creation.ts';
import { usdPerHourOf } from './limits.ts';
import { bareOrder } from './order.ts';

/** A window of an offer, by its opening. */
export type Opening = { readonly offer: OfferKey; readonly openedAt: Instant };

/**
 * How far the making of a watch's runtime is. `due`: the window in which it is to be made now, since `since`; while the making has
 * begun, the one in which that was, and `pricePerGpuHour` what a GPU cost then (USD). `refusedIn`: windows that are still open in
 * which the provider refused, or somebody was faster: it is asked again in others. `toldAt`: when something that is not the end of
 * it was last owed to somebody.
 */
export type WatchCreation = {
  readonly creation: Creation;
  readonly due?: Opening & { readonly since: Instant };
  readonly pricePerGpuHour?: number;
  readonly refusals: number;
  readonly refusedIn?: readonly Opening[];
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

const openingOf = ({ offer, openedAt }: Opening): Opening => ({ offer, openedAt });

const isSame = (a: Opening | undefined, b: Opening): boolean => a?.offer === b.offer && a.openedAt === b.openedAt;

/** The open windows that a watch waits for, the cheapest first. */
const openingsFor = ({ watch }: KeptWatch, offers: readonly OfferState[]): Opening[] =>
  offers
    .flatMap((state) => {
      const window = windowFor(state, watch.criteria);
      const price = priceOf(state);
      if (window.state !== 'open' || price === undefined) return [];
      if (!describes(watch.criteria, { ...state.hardware, region: state.region })) return [];
      const opening = { offer: stateKey(state), openedAt: window.openedAt };
      return [{ opening, price }];
    })
    .sort((a, b) => a.price - b.price || (a.opening.offer < b.opening.offer ? -1 : 1))
    .map(({ opening }) => opening);

/** News that are not the end of it are told at once, and then once a day. */
const quiet = day;

/** `mark` tells news apart that are owed beside each other; of what only goes on there is one row. */
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

/** Whether nothing was told lately: neither a flapping offer nor a limit floods. */
const mayTell = ({ toldAt }: WatchCreation, now: Instant): boolean => toldAt === undefined || now - toldAt >= quiet;

const withoutClosed = (refusedIn: readonly Opening[] = [], openings: readonly Opening[]): readonly Opening[] =>
  refusedIn.filter((refused) => openings.some((opening) => isSame(refused, opening)));

/** What is due of a watch as the offers are now; the same creation where nothing changed. */
const dueNow = (
  kept: KeptWatch,
  creation: WatchCreation,
  offers: readonly OfferState[],
  now: Instant,
): WatchCreation => {
  const open = awaitsCreation(kept) ? openingsFor(kept, offers) : [];
  const { due, refusedIn, ...rest } = creation;
  const refused = withoutClosed(refusedIn, open);
  const left = open.filter((opening) => !refused.some((one) => isSame(one, opening)));
  const isStillDue = due !== undefined && left.some((opening) => isSame(due, opening));
  const [next] = left;
  const nextDue = next === undefined ? undefined : { ...next, since: now };
  const after = isStillDue ? due : nextDue;
  if (after === due && refused.length === (refusedIn ?? []).length) return creation;
  return {
    ...rest,
    ...(after === undefined ? {} : { due: after }),
    ...(refused.length === 0 ? {} : { refusedIn: refused }),
  };
};

/** One watch's due window, as the offers are now. The same recipient where nothing changed. */
const withDue = (recipient: Recipient, kept: KeptWatch, offers: readonly OfferState[], now: Instant): Recipient => {
  const { creation } = kept;
  if (creation === undefined || creation.creation.state !== 'available') return recipient;
  const after = dueNow(kept, creation, offers, now);
  if (after === creation) return recipient;
  const { due } = creation;
  const isMissed = due !== undefined && after.due === undefined && awaitsCreation(kept) && mayTell(creation, now);
  if (!isMissed) return withNews(recipient, { ...kept, creation: after }, undefined, now);
  const missed = { told: { state: 'missed' }, opening: openingOf(due), mark: '' } as const;
  return withNews(recipient, { ...kept, creation: { ...after, toldAt: now } }, missed, now);
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
  const pricePerGpuHour = creation?.pricePerGpuHour;
  return {
    state: 'created',
    project: watch.create?.project ?? '',
    name,
    runtimeId,
    ...(pricePerGpuHour === undefined
      ? {}
      : { usdPerHour: usdPerHourOf({ gpus: watch.criteria.gpus, pricePerGpuHour }) }),
  };
};

type Made = Extract<Creation, { state: 'created' }>;

/** A watch that makes nothing any more, without the spec: it may hold what nobody else should see. */
export const withoutSpec = (kept: KeptWatch): KeptWatch => {
  const { watch, made } = kept;
  return {
    ...kept,
    watch: { ...watch, ...(watch.create === undefined ? {} : { create: bareOrder(watch.create) }) },
    ...(made?.create === undefined ? {} : { made: { ...made, create: bareOrder(made.create) } }),
  };
};

/** What was made is told, and ends a `once` watch. */
const withMade = (recipient: Recipient, kept: KeptWatch, made: Made, opening: Opening, now: Instant): Recipient => {
  const isDone = kept.watch.notify === 'once' && kept.standing.state === 'armed';
  const bare = withoutSpec(kept);
  const done: KeptWatch = isDone ? { ...bare, standing: { state: 'done', at: now } } : bare;
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
  const after: KeptWatch = { ...kept, creation: { ...creation, ...price, creation: next } };
  // Over meanwhile, and nothing is asked for any more: what it was to be made of is forgotten.
  const changed = next.state === 'available' && kept.standing.state === 'ended' ? withoutSpec(after) : after;
  return next.state === 'created' && creation.due !== undefined
    ? withMade(recipient, changed, next, openingOf(creation.due), now)
    : withNews(recipient, changed, undefined, now);
};

/** A refusal that says nothing of the order (somebody was faster) counts for its window alone. */
export type TryNews =
  | Extract<CreationNews, { state: 'held' | 'unclear' }>
  | { readonly state: 'refused'; readonly because: string; readonly counts: boolean };

const withRefusal = (
  recipient: Recipient,
  kept: KeptWatch,
  { creation, opening }: { readonly creation: WatchCreation; readonly opening: Opening },
  { because, counts }: Extract<TryNews, { state: 'refused' }>,
  now: Instant,
): Recipient => {
  const { due: _refused, ...rest } = creation;
  const refusals = creation.refusals + (counts ? 1 : 0);
  const last = refusals >= mostRefusals;
  const wasTold = Object.values(kept.told).some(({ closed }) => closed === undefined);
  const isDone = last && wasTold && kept.watch.notify === 'once' && kept.standing.state === 'armed';
  const tells = counts || mayTell(creation, now);
  const refusedIn = [...(creation.refusedIn ?? []), opening];
  const after: KeptWatch = {
    ...kept,
    creation: { ...rest, refusals, refusedIn, ...(tells ? { toldAt: now } : {}) },
    ...(isDone ? { standing: { state: 'done', at: now } } : {}),
  };
  const told = { state: 'refused', because, last } as const;
  const mark = counts ? refusals : '';
  return withNews(recipient, last ? withoutSpec(after) : after, tells ? { told, opening, mark } : undefined, now);
};

/** What came of a try that is not the end of it, or not yet. What is no news changes nothing. */
export const withTry = (recipient: Recipient, watchId: string, news: TryNews, now: Instant): Recipient => {
  const kept = recipient.watches[watchId];
  const { creation } = kept ?? {};
  if (kept === undefined || creation?.due === undefined) return recipient;
  // Of a watch that is over only what may bill is news, and what was begun by another is not refused.
  const isBegun = creation.creation.state === 'creating';
  if (news.state === 'unclear' ? !isBegun : isBegun || kept.standing.state === 'ended') return recipient;
  const opening = openingOf(creation.due);
  if (news.state === 'refused') return withRefusal(recipient, kept, { creation, opening }, news, now);
  if (!mayTell(creation, now)) return recipient;
  const told = { ...kept, creation: { ...creation, toldAt: now } };
  return withNews(recipient, told, { told: news, opening, mark: '' }, now);
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

/**
 * Whether a watch still asks for what somebody saw it ask for: the same window, the same number of GPUs and the same price. What was
 * seen may be old by the time that it is acted on.
 */
export const isStillDue = (now: KeptWatch, seen: KeptWatch): boolean =>
  now.standing.state === 'armed' &&
  now.creation?.due !== undefined &&
  isSame(seen.creation?.due, now.creation.due) &&
  wishKey(now.watch.criteria) === wishKey(seen.watch.criteria);
