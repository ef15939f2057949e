import type { Listing } from './listing.ts';
import type { OfferKey } from './offer.ts';
import type { NotificationRequest } from './request.ts';
import { type Instant, minute } from './time.ts';
import type { Watch, WatchSource, Wish } from './watch.ts';

/** A watch as its source lists it, and for whom. */
export type ListedWatch = { readonly address: string; readonly watch: Watch };

/** A watch that a source listed before: enough to find it again. */
export type KnownWatch = { readonly watchId: string; readonly recipientId: string };

/** What a source lists now against what it listed before. */
export type SourceChange = { readonly added: readonly ListedWatch[]; readonly removed: readonly KnownWatch[] };

/** Compares by id: a changed entry has another id, so it is one watch removed and another one added. */
export const compareSource = (known: readonly KnownWatch[], listed: readonly ListedWatch[]): SourceChange => {
  const knownIds = new Set(known.map(({ watchId }) => watchId));
  const listedIds = new Set(listed.map(({ watch }) => watch.id));
  return {
    added: listed.filter(({ watch }) => !knownIds.has(watch.id)),
    removed: known.filter(({ watchId }) => !listedIds.has(watchId)),
  };
};

/**
 * The text from which a watch's id is made: the same for the same wish of the same person in the same source. The expiry is not
 * part of it, since the same written date may become another time; `reference` holds what else tells two entries apart.
 */
export const identityOf = (source: WatchSource, address: string, wish: Wish, reference = ''): string =>
  JSON.stringify([
    source,
    address.toLowerCase(),
    wish.criteria.region ?? null,
    wish.criteria.configId ?? null,
    wish.criteria.model ?? null,
    wish.criteria.vendor ?? null,
    wish.criteria.vramMinGib ?? null,
    wish.criteria.vramMaxGib ?? null,
    wish.criteria.gpus,
    wish.criteria.maxPricePerGpuHour ?? null,
    wish.notify,
    reference,
  ]);

/**
 * What we remember of a request: `waiting` while the provider lists it as open, `closing` since it turned `notified` or
 * vanished. `ours` marks one that Warden registered itself, and when it asked for it; it is never read back as a new watch.
 */
export type KnownRequest = {
  readonly state: 'waiting' | 'closing' | 'ended' | 'ours';
  readonly region: string;
  readonly configId: string;
  readonly madeAt?: Instant;
};

/**
 * All requests that we know of, by id, and who is told of them. `asking`: the offers that Warden itself asks the provider for, since
 * when; the answer is not known yet.
 */
export type KnownRequests = {
  readonly recipientId?: string;
  readonly requests: Readonly<Record<string, KnownRequest>>;
  readonly asking: Readonly<Record<OfferKey, Instant>>;
};

/** What to do about one request. */
export type RequestStep =
  | { readonly step: 'add'; readonly id: string; readonly request: KnownRequest; readonly expiresAt?: Instant }
  | { readonly step: 'close'; readonly id: string; readonly request: KnownRequest; readonly expiresAt: Instant }
  | { readonly step: 'end'; readonly id: string; readonly request: KnownRequest };

/** A closed request still fires for the current window: so long it waits for our own polls to see that window. */
export const closingGrace = 15 * minute;

const isCancelled = (status: string) => /^cancell?ed$/i.test(status);
const isNotified = (status: string) => /^notified$/i.test(status);

/** A status never seen before counts as still waiting. */
export const isWaiting = (status: string): boolean => !isCancelled(status) && !isNotified(status);

const stepForListed = (known: KnownRequest | undefined, request: NotificationRequest, now: Instant): RequestStep[] => {
  const { id, region, configId, status } = request;
  const expiresAt = now + closingGrace;
  if (known?.state === 'ours' || known?.state === 'ended') return [];
  if (isCancelled(status)) return known ? [{ step: 'end', id, request: { state: 'ended', region, configId } }] : [];
  if (isWaiting(status)) {
    return known?.state === 'waiting' ? [] : [{ step: 'add', id, request: { state: 'waiting', region, configId } }];
  }
  const closing = { state: 'closing', region, configId } as const;
  if (known?.state === 'waiting') return [{ step: 'close', id, request: closing, expiresAt }];
  // Made and answered between two of our looks: its window may still be open.
  const justNow = request.notifiedAt !== undefined && request.notifiedAt > now - closingGrace;
  return known === undefined && justNow ? [{ step: 'add', id, request: closing, expiresAt }] : [];
};

/** Whether nothing would come of a request if it were seen for the first time. */
export const comesToNothing = (request: NotificationRequest, now: Instant): boolean =>
  stepForListed(undefined, request, now).length === 0;

/**
 * The rule for the provider's own list: one that turns `notified` or vanishes still fires for the current window, only
 * `cancelled` ends it. A status never seen before counts as still waiting; from an incomplete list nothing vanishes. `known`
 * holds what we know of the requests, by id.
 */
export const stepsForRequests = (
  known: Readonly<Record<string, KnownRequest>>,
  listing: Listing<NotificationRequest>,
  now: Instant,
): RequestStep[] => {
  const listed = new Set(listing.rows.map(({ value }) => value.id));
  const missing = listing.complete ? Object.entries(known).filter(([id]) => !listed.has(id)) : [];
  const vanished = missing
    .filter(([, request]) => request.state === 'waiting')
    .map(
      ([id, request]): RequestStep => ({
        step: 'close',
        id,
        request: { ...request, state: 'closing' },
        expiresAt: now + closingGrace,
      }),
    );
  return [...listing.rows.flatMap(({ value }) => stepForListed(known[value.id], value, now)), ...vanished];
};

/** What is known of the requests after the steps. One that a complete list shows no more is forgotten
 * once it is closing or over: its watch, if it still waits, ends by itself. */
export const afterSteps = (
  known: Readonly<Record<string, KnownRequest>>,
  steps: readonly RequestStep[],
  listing: Listing<NotificationRequest>,
): Record<string, KnownRequest> => {
  const listed = new Set(listing.rows.map(({ value }) => value.id));
  const after = { ...known, ...Object.fromEntries(steps.map(({ id, request }) => [id, request])) };
  return Object.fromEntries(
    Object.entries(after).filter(
      ([id, { state }]) => !listing.complete || listed.has(id) || state === 'waiting' || state === 'ours',
    ),
  );
};
