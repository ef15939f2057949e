import { type OfferKey, offerKey } from '#domain/offer.ts';
import { hour, type Instant, second } from '#domain/time.ts';
import type { Notify } from '#domain/watch.ts';
import type { AvailabilityTrace, TraceOffer } from '#local/emulator/emulator.ts';
import { median } from '#local/quantiles.ts';

/** A span of rows with free GPUs. `closedAt` is the first row without, or when the offer or the replay ended. */
export type TraceWindow = { readonly offer: OfferKey; readonly openedAt: Instant; readonly closedAt: Instant };

/** A window of an offer that an accepted mail told to the watch of one policy, as the recipient's item records it. */
export type ToldWindow = {
  readonly policy: Notify;
  readonly offer: OfferKey;
  readonly openedAt: Instant;
  readonly mailedAt: Instant;
};

/** How one policy did. Delays are from a window's opening to its mail, of the told windows. */
export type PolicyScore = {
  readonly policy: Notify;
  readonly mails: number;
  readonly windows: number;
  readonly untold: number;
  readonly longUntold: number;
  readonly medianDelayMs?: number;
  readonly worstDelayMs?: number;
};

/** A window that lasts so long must not stay untold to an `every` watch. */
export const longWindow = 6 * hour;

/** The windows of one offer between the start and the end of a replay. `offeredUntil` is when it leaves the listing. */
const windowsOfOffer = (offer: TraceOffer, startsAt: Instant, offeredUntil: Instant): TraceWindow[] => {
  const windows: TraceWindow[] = [];
  const key = offerKey(offer);
  let openedAt: Instant | undefined;
  for (const { atSeconds, available } of offer.rows) {
    const at = startsAt + atSeconds * second;
    if (at >= offeredUntil) break;
    if (available > 0) openedAt ??= at;
    else if (openedAt !== undefined) {
      windows.push({ offer: key, openedAt, closedAt: at });
      openedAt = undefined;
    }
  }
  if (openedAt !== undefined) windows.push({ offer: key, openedAt, closedAt: offeredUntil });
  return windows;
};

/** The truth of a replay, read from the trace alone: every window, by offer and opening. */
export const windowsOf = (
  trace: AvailabilityTrace,
  startsAt: Instant,
  offeredUntil: (offer: TraceOffer) => Instant,
): TraceWindow[] => trace.offers.flatMap((offer) => windowsOfOffer(offer, startsAt, offeredUntil(offer)));

const windowKey = ({ offer, openedAt }: { readonly offer: OfferKey; readonly openedAt: Instant }) =>
  `${offer} ${openedAt}`;

/** The mail that told each window while it was open. */
const tellings = (windows: readonly TraceWindow[], told: readonly ToldWindow[], policy: Notify) => {
  const mailedAt = new Map(told.filter((row) => row.policy === policy).map((row) => [windowKey(row), row.mailedAt]));
  return windows.map((window) => {
    const at = mailedAt.get(windowKey(window));
    return { window, delayMs: at !== undefined && at < window.closedAt ? at - window.openedAt : undefined };
  });
};

/** Scores one policy: a window counts as told if a mail told it while it was open. */
export const scorePolicy = (
  windows: readonly TraceWindow[],
  told: readonly ToldWindow[],
  policy: Notify,
  mails: number,
): PolicyScore => {
  const all = tellings(windows, told, policy);
  const untold = all.filter(({ delayMs }) => delayMs === undefined);
  const delays = all.flatMap(({ delayMs }) => delayMs ?? []);
  const middle = median(delays);
  const long = untold.filter(({ window }) => window.closedAt - window.openedAt >= longWindow);
  return {
    policy,
    mails,
    windows: windows.length,
    untold: untold.length,
    longUntold: long.length,
    ...(middle === undefined ? {} : { medianDelayMs: middle, worstDelayMs: Math.max(...delays) }),
  };
};

const inWords = ({ offer, openedAt, closedAt }: TraceWindow) =>
  `${offer} from ${new Date(openedAt).toISOString()} to ${new Date(closedAt).toISOString()}`;

/** What the replay must not show; empty when all is well. */
export const brokenPromises = (windows: readonly TraceWindow[], told: readonly ToldWindow[]): string[] => {
  const firstOfEach = [...Map.groupBy(windows, ({ offer }) => offer).values()].flatMap(([first]) => first ?? []);
  const late = tellings(firstOfEach, told, 'once').filter(({ delayMs }) => delayMs !== 0);
  const missed = tellings(windows, told, 'every').filter(
    ({ window, delayMs }) => delayMs === undefined && window.closedAt - window.openedAt >= longWindow,
  );
  const known = new Set(windows.map(windowKey));
  return [
    ...late.map(({ window }) => `a once watch was not told at the first row of its first window: ${inWords(window)}`),
    ...missed.map(({ window }) => `an every watch was not told of a window of 6 h or more: ${inWords(window)}`),
    ...told
      .filter((row) => !known.has(windowKey(row)))
      .map((row) => `a mail told a window that the trace does not have: ${row.offer}, ${row.openedAt}`),
  ];
};
