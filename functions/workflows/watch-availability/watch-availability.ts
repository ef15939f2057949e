import type { Board, Fleet } from '#domain/board.ts';
import { isFresh } from '#domain/creating/limits.ts';
import type { Listing } from '#domain/listing.ts';
import type { Offer, OfferKey } from '#domain/offer.ts';
import { type OfferState, stateKey } from '#domain/offer-state.ts';
import {
  advanceOdometer,
  countRentable,
  doubtEmpty,
  eventsOf,
  type Seen,
  seeListing,
  windowJustClosed,
} from '#domain/poll.ts';
import { type Instant, minute, second } from '#domain/time.ts';
import type { Watch } from '#domain/watch.ts';
import { gpusOfShape } from '#domain/watch-index.ts';
import { createAttempts, type Fail, failIfAny } from '#workflows/attempts.ts';
import { hasCredential } from '#workflows/credential.ts';
import { beginRun, type Run } from '#workflows/runs.ts';
import { announceOwed } from './announce.ts';
import { createForWatches } from './create-for-watches.ts';
import { lookAtRecipient } from './look-at-recipient.ts';
import { matchOffers } from './match-offers.ts';
import { registerUpstream } from './register-upstream.ts';
import { settleRequests } from './settle-requests.ts';
import { checkConfigs, type ReadRequests, type TakenIn, takeInConfig, takeInRequests } from './take-in-watches.ts';
import type { WatchAvailabilitySettings, WatchAvailabilityWorld } from './world.ts';

/** A run came to its deadline before it could record what it saw. */
export class RunLateError extends Error {
  override readonly name = 'RunLateError';
}

const expiriesEvery = 10 * minute;

/** Writes what a listing changed: the window that closed first, so that a crash never loses one from the history. */
const recordSeen = async (
  world: WatchAvailabilityWorld,
  { changed, states }: Seen,
): Promise<Map<OfferKey, OfferState>> => {
  const current = new Map(states);
  for (const { before, after } of changed) {
    const key = stateKey(after);
    const closed = windowJustClosed(before, after);
    if (closed !== undefined) await world.store.saveWindow(key, closed);
    if (await world.store.saveOffer(after)) for (const event of eventsOf(before, after)) world.report(event);
    // Somebody wrote newer data: what we saw is history, and nothing is concluded from it.
    else if (before === undefined) current.delete(key);
    else current.set(key, before);
  }
  return current;
};

const reportListing = (
  world: WatchAvailabilityWorld,
  listing: Listing<Offer>,
  offers: ReadonlyMap<OfferKey, OfferState>,
) => {
  if (!listing.complete) world.report({ event: 'listing-incomplete', because: listing.because });
  const rentable = countRentable(offers);
  const { complete, askedAt: at } = listing;
  world.report({ event: 'polled', complete, offers: listing.rows.length, rentable, at });
};

/** Asks for the inventory and takes it in. Answers the board as it stands afterwards. */
const poll = async (world: WatchAvailabilityWorld, run: Run, board: Board): Promise<Board> => {
  const listing = doubtEmpty(await world.inventory.listOffers(run.signal));
  // Past the deadline the lease may be another run's: what we saw is that run's to see.
  if (world.clock() >= run.deadline) throw new RunLateError('The listing came after the time of this run.');
  const odometer = advanceOdometer(board.fleet, listing);
  const sizes = [...new Set(board.shapes.map(gpusOfShape))];
  const offers = await recordSeen(world, seeListing(board.offers, listing, sizes, odometer.observed));
  reportListing(world, listing, offers);
  return { ...board, offers, fleet: { ...board.fleet, ...odometer } };
};

/** Looks at the recipients of watches that have run out, every ten minutes. One recipient's trouble is no other's. */
const takeOutExpired = async (world: WatchAvailabilityWorld, board: Board, fail: Fail): Promise<Fleet> => {
  const now = world.clock();
  if (now - (board.fleet.expiryReadAt ?? 0) < expiriesEvery) return board.fleet;
  for (const { recipientId, done } of await world.store.readExpiries(now)) {
    try {
      await lookAtRecipient(world, recipientId, board.offers);
      await done();
    } catch (failure) {
      fail(failure);
    }
  }
  return { ...board.fleet, expiryReadAt: now };
};

type Part =
  | 'board'
  | 'watches'
  | 'requests'
  | 'poll'
  | 'configs'
  | 'match'
  | 'expiry'
  | 'announce'
  | 'create'
  | 'register';

const attemptsOf = (world: WatchAvailabilityWorld, failures: unknown[]) =>
  createAttempts<Part>(failures, (part, because) =>
    world.report(part === 'poll' ? { event: 'poll-failed', because } : { event: 'part-failed', part, because }),
  );

type Prepared = {
  readonly board: Board;
  readonly added: readonly Watch[];
  readonly requests: ReadRequests | undefined;
};

const nothingTakenIn: TakenIn = { added: [], changed: false, remember: {} };

/** Reads the board, and takes in what its sources of watches changed. */
const prepare = async (
  world: WatchAvailabilityWorld,
  run: Run,
  settings: WatchAvailabilitySettings,
  { attempt, failIn }: ReturnType<typeof attemptsOf>,
): Promise<Prepared> => {
  const before = await world.store.readBoard();
  const { fleet } = before;
  const config = await attempt('watches', () => takeInConfig(world, settings, fleet), nothingTakenIn);
  const requests = await attempt('requests', () => takeInRequests(world, run, settings, fleet), nothingTakenIn);
  const board = config.changed || requests.changed ? await world.store.readBoard() : before;
  for (const because of board.unreadable) failIn('board')(because);
  const remembered = { ...fleet, ...config.remember, ...requests.remember };
  const added = [...config.added, ...requests.added];
  return { board: { ...board, fleet: remembered }, added, requests: requests.requests };
};

/** One look at the provider and everything that follows from it. Answers the fleet to be remembered. */
const lookOnce = async (
  world: WatchAvailabilityWorld,
  run: Run,
  settings: WatchAvailabilitySettings,
  failures: unknown[],
): Promise<Fleet> => {
  const attempts = attemptsOf(world, failures);
  const { attempt } = attempts;
  const { board: prepared, added, requests } = await prepare(world, run, settings, attempts);
  const board = await attempt('poll', () => poll(world, run, prepared), prepared);
  await attempt('configs', () => checkConfigs(world, run, board.offers, added), undefined);
  const nobody: ReadonlySet<string> = new Set();
  const unmatched = { announced: nobody, creating: nobody, offers: board.offers };
  const { announced, creating, offers } = await attempt(
    'match',
    (fail) => matchOffers(world, run, board, fail),
    unmatched,
  );
  const fleet = await attempt('expiry', (fail) => takeOutExpired(world, board, fail), board.fleet);
  const { todo, wanted, creationTodos } = board;
  const owed = { todo, offers };
  const waiting = await attempt(
    'announce',
    (fail) => announceOwed(world, run, settings, owed, announced, fail),
    nobody,
  );
  // Last: nobody's mail waits for what is asked of the provider.
  const current = isFresh(fleet.lastCompleteAt, world.clock()) ? offers : undefined;
  const look = { world, run, settings: settings.creating, offers: current };
  await attempt('create', (fail) => createForWatches(look, creating.union(waiting), fail), undefined);
  await attempt('create', (fail) => settleRequests(world, run, creationTodos, fail), undefined);
  await attempt('register', (fail) => registerUpstream(world, run, settings, wanted, requests, fail), undefined);
  return fleet;
};

/** When the looks of one run are due. */
const looksOf = (startedAt: Instant, pollSeconds: number): Instant[] =>
  Array.from(
    { length: Math.max(1, Math.floor(60 / pollSeconds)) },
    (_, index) => startedAt + index * pollSeconds * second,
  );

/**
 * The whole of job 1 up to the queue: looks at the inventory one or several times within one run, takes in watches from
 * their sources, records what opened and closed, and announces who is owed a mail. Only one run works at a time; one that
 * finds another at work does nothing. Fails, after everything else was done, if any part failed.
 */
export const watchAvailability = async (
  world: WatchAvailabilityWorld,
  run: Run,
  settings: WatchAvailabilitySettings,
): Promise<void> => {
  const startedAt = world.clock();
  if (!(await hasCredential(world))) return;
  const leaseUntil = await beginRun(world, run);
  if (leaseUntil === undefined) return;
  const failures: unknown[] = [];
  for (const dueAt of looksOf(startedAt, settings.pollSeconds)) {
    if (dueAt >= run.deadline) break;
    if (dueAt > world.clock()) await world.sleep(dueAt - world.clock(), run.signal);
    if (world.clock() >= run.deadline) break;
    const fleet = await lookOnce(world, run, settings, failures);
    const next = dueAt + settings.pollSeconds * second;
    const last = next >= startedAt + minute || next >= run.deadline;
    const now = world.clock();
    const remembered = last && failures.length === 0 ? { ...fleet, succeededAt: now } : fleet;
    if (!(await world.store.saveFleet(run.holder, remembered, last ? now : leaseUntil))) break;
  }
  failIfAny(failures);
};
