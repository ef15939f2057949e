import type { Wanted } from './board.ts';
import type { Listed, Listing } from './listing.ts';
import { offerKey } from './offer.ts';
import type { NotificationRequest } from './request.ts';
import { comesToNothing, isWaiting, type KnownRequest, type KnownRequests } from './sources.ts';
import { day, type Instant, minute } from './time.ts';

/**
 * What the provider says to being asked for one request. `registered`: its id is missing where the answer does not name it.
 * `refused`: asking again would bring the same. `not-now`: nothing was registered, and asking later may do.
 */
export type AskAnswer =
  | { readonly outcome: 'registered'; readonly requestId?: string }
  | { readonly outcome: 'refused'; readonly because: string }
  | { readonly outcome: 'not-now'; readonly failure: unknown };

/** An offer that was asked for, and what came of it; no answer: it may have been registered or not. */
export type Asked = { readonly wanted: Wanted; readonly answer?: AskAnswer };

/** So far the provider's clock may be from ours. */
const clocksDiffer = 5 * minute;

/** So long after it was asked for a request may take to appear in the provider's list. */
export const listedWithin = 2 * minute;

/** A list that loses rows for a while must not make our requests look new when they come back. */
const oursKept = 90 * day;

/** An older list showed none for this offer that waits: one that is new was made since, unless it says otherwise. */
const mayBeMadeSince = (since: Instant, { status, createdAt, notifiedAt }: NotificationRequest): boolean => {
  const madeBy = createdAt ?? notifiedAt;
  return madeBy === undefined ? isWaiting(status) : madeBy >= since - clocksDiffer;
};

const isForgotten = (
  { state, madeAt = Number.POSITIVE_INFINITY }: KnownRequest,
  row: Listed<NotificationRequest> | undefined,
  now: Instant,
): boolean => state === 'ours' && madeAt < now - oursKept && (row === undefined || comesToNothing(row.value, now));

const withoutOldOurs = (known: KnownRequests, listing: Listing<NotificationRequest>, now: Instant): KnownRequests => {
  if (!listing.complete) return known;
  const rows = new Map(listing.rows.map((row) => [row.value.id, row]));
  const kept = Object.entries(known.requests).filter(([id, request]) => !isForgotten(request, rows.get(id), now));
  return { ...known, requests: Object.fromEntries(kept) };
};

/**
 * Finds in the provider's list the requests that Warden asked for without learning which they are: for every offer that is being
 * asked for at most one, so that a second one is somebody else's. An offer of which a complete list shows none is not being
 * asked for any more. Our own of long ago are forgotten once nothing would come of reading them anew.
 */
export const recogniseOurs = (
  known: KnownRequests,
  listing: Listing<NotificationRequest>,
  now: Instant,
): KnownRequests => {
  const { requests, asking } = known;
  const found: Record<string, KnownRequest> = {};
  const stillAsking: Record<string, Instant> = {};
  for (const [offer, since] of Object.entries(asking)) {
    const row = listing.rows.find(
      ({ value }) => offerKey(value) === offer && requests[value.id] === undefined && mayBeMadeSince(since, value),
    );
    if (row !== undefined) {
      const { id, region, configId } = row.value;
      found[id] = { state: 'ours', region, configId, madeAt: since };
    } else if (!listing.complete || listing.askedAt < since + listedWithin) stillAsking[offer] = since;
  }
  return withoutOldOurs({ ...known, requests: { ...requests, ...found }, asking: stillAsking }, listing, now);
};

/** What is to be done about the offers wanted: `done` needs nothing any more, `ask` is to be asked for now. */
export type RegisteringPlan = { readonly done: readonly Wanted[]; readonly ask: readonly Wanted[] };

/**
 * One request that waits is enough for an offer, whoever made it, and so is one that Warden asked for since the offer was wanted. An
 * offer whose last answer is unclear is looked for in the list first. From an incomplete list nothing is concluded.
 *
 * @param most offers to ask for at once: the newest, so that those which fail again and again hold up no others
 */
export const planRegistering = (
  wanted: readonly Wanted[],
  { requests, asking }: KnownRequests,
  listing: Listing<NotificationRequest>,
  most: number,
): RegisteringPlan => {
  if (!listing.complete) return { done: [], ask: [] };
  const waiting = new Set(listing.rows.flatMap(({ value }) => (isWaiting(value.status) ? offerKey(value) : [])));
  const ours = Object.values(requests).filter(({ state }) => state === 'ours');
  const isDone = (one: Wanted): boolean =>
    waiting.has(offerKey(one)) ||
    ours.some((request) => offerKey(request) === offerKey(one) && (request.madeAt ?? 0) >= one.putAt);
  const open = wanted.filter((one) => asking[offerKey(one)] === undefined && !isDone(one));
  return { done: wanted.filter(isDone), ask: open.toSorted((a, b) => b.putAt - a.putAt).slice(0, most) };
};

/** What is known once offers are about to be asked for: written before, so that no answer that is lost makes ours look like another's. */
export const withAsking = (known: KnownRequests, ask: readonly Wanted[], since: Instant): KnownRequests => ({
  ...known,
  asking: { ...known.asking, ...Object.fromEntries(ask.map((one) => [offerKey(one), since])) },
});

const withAnswer = (known: KnownRequests, { wanted, answer }: Asked): KnownRequests => {
  // Whether one was made, and which one it is, the next complete list shows.
  if (answer === undefined || (answer.outcome === 'registered' && answer.requestId === undefined)) return known;
  const { [offerKey(wanted)]: madeAt, ...asking } = known.asking;
  const id = answer.outcome === 'registered' ? answer.requestId : undefined;
  if (id === undefined || madeAt === undefined || known.requests[id] !== undefined) return { ...known, asking };
  const { region, configId } = wanted;
  return { ...known, asking, requests: { ...known.requests, [id]: { state: 'ours', region, configId, madeAt } } };
};

/** What is known after the answers. */
export const withAnswers = (known: KnownRequests, asked: readonly Asked[]): KnownRequests =>
  asked.reduce(withAnswer, known);
