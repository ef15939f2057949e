import type { SettingsInput } from '#adapters/configuration/settings.ts';
import { digest } from '#adapters/identity.ts';
import { createRecipientStore } from '#adapters/store/recipient-store.ts';
import { createTable } from '#adapters/store/table.ts';
import { day, type Instant, minute, second } from '#domain/time.ts';
import type { Notify } from '#domain/watch.ts';
import type { AvailabilityTrace, TraceOffer } from '#local/emulator/emulator.ts';
import { type MemoryWorld, type TakenMail, tableName } from './memory-world.ts';
import { usualStart as startsAt } from './past.ts';
import { brokenPromises, type PolicyScore, scorePolicy, type ToldWindow, windowsOf } from './score-windows.ts';

/**
 * Rows of the trace are 300 and 600 s apart on one grid: a look every 5 minutes sees every row at its own instant, and is as
 * far apart as two looks may be for the time between them to count as observed. Looks in between would only see the same
 * row again. (A deployment looks every minute; the rules count observed time, not looks.)
 */
export const pollEvery = 5 * minute;

/** Job 1 over a trace: its handlers, their table and the mails, on a clock that is moved. */
export type AvailabilityWorld = Pick<MemoryWorld, 'dynamodb' | 'tick' | 'deliver' | 'takeMails'> & {
  readonly advance: (milliseconds: number) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Makes a world in which the provider shows the trace from the start on, an offer until it ends. */
export type StartWorld = (
  trace: AvailabilityTrace,
  availability: NonNullable<SettingsInput['availability']>,
  startsAt: Instant,
) => Promise<AvailabilityWorld>;

const notifies: readonly Notify[] = ['once', 'every'];

const addressOf = (policy: Notify, index: number) => `${policy}-${index}@example.com`;

/** One `once` and one `every` watch for each offer, each with a recipient of its own, so that no mail holds back another. */
const watchesFor = (trace: AvailabilityTrace) =>
  trace.offers.flatMap(({ region, configId }, index) =>
    notifies.map((notify) => ({ to: addressOf(notify, index), region, configId, notify })),
  );

/** What the recipients of these mails have on record as told by them. */
const toldBy = async (world: AvailabilityWorld, mails: readonly TakenMail[]): Promise<ToldWindow[]> => {
  const store = createRecipientStore(createTable(world.dynamodb, tableName));
  const told = await Promise.all(
    mails.map(async ({ address, at }) => {
      const found = await store.readRecipient(digest(address));
      return Object.values(found?.recipient.watches ?? {}).flatMap(({ watch, told }) =>
        Object.entries(told).map(([offer, row]) => ({ policy: watch.notify, offer, ...row, at })),
      );
    }),
  );
  return told.flat().filter(({ mailedAt, at }) => mailedAt === at);
};

/** Past its last row nothing is known of an offer: it leaves the listing at the next look. */
export const leavesAt = ({ rows }: TraceOffer, startsAt: Instant): Instant =>
  startsAt + (rows.at(-1)?.atSeconds ?? 0) * second + pollEvery;

export type Replay = {
  readonly days: number;
  readonly polls: number;
  readonly scores: readonly PolicyScore[];
  readonly broken: readonly string[];
};

export type ReplayOptions = {
  /** How much of the trace, from its beginning; missing: all. */
  readonly days?: number;
  readonly onProgress?: (polls: number, ofPolls: number) => void;
};

const replayInto = async (world: AvailabilityWorld, polls: number, options: ReplayOptions) => {
  const told: ToldWindow[] = [];
  const mails: TakenMail[] = [];
  for (let poll = 0; poll < polls; poll += 1) {
    if (poll > 0) await world.advance(pollEvery);
    await world.tick();
    await world.deliver();
    const taken = world.takeMails();
    mails.push(...taken);
    told.push(...(await toldBy(world, taken)));
    options.onProgress?.(poll + 1, polls);
  }
  return { told, mails };
};

/** Replays an availability trace through the real handlers, and scores who was told what, and when. */
export const replayAvailability = async (
  trace: AvailabilityTrace,
  startWorld: StartWorld,
  options: ReplayOptions = {},
): Promise<Replay> => {
  const length = Math.min(trace.lengthSeconds * second, (options.days ?? Number.POSITIVE_INFINITY) * day);
  const polls = Math.floor(length / pollEvery) + 1;
  // The account has no requests of its own here; they are still read, but not in every look.
  const world = await startWorld(trace, { watches: watchesFor(trace), readRequestsMinutes: 15 }, startsAt);
  try {
    const { told, mails } = await replayInto(world, polls, options);
    const endsAt = startsAt + (polls - 1) * pollEvery;
    const windows = windowsOf(trace, startsAt, (offer) => Math.min(leavesAt(offer, startsAt), endsAt + pollEvery));
    const scores = notifies.map((policy) => {
      const count = mails.filter(({ address }) => address.startsWith(`${policy}-`)).length;
      return scorePolicy(windows, told, policy, count);
    });
    return { days: (endsAt - startsAt) / day, polls, scores, broken: brokenPromises(windows, told) };
  } finally {
    await world.close();
  }
};
