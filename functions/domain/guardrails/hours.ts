import { TZDate } from '@date-fns/tz';
import { type Instant, minute } from '#domain/time.ts';

/** 0 is Sunday, as in `Date`. */
export type Weekday = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/**
 * When a policy may act, by the clock on the wall: on these days, from one minute of the day (included) to another
 * (excluded). A span that ends at or before its beginning goes on after midnight and belongs to the day on which it begins.
 * What a wall clock shows twice, when it is put back, is within the hours both times.
 */
export type Hours = {
  readonly days: readonly Weekday[];
  readonly fromMinute: number;
  readonly toMinute: number;
  readonly timeZone: string;
};

const dayMinutes = 24 * 60;

/** What a clock on the wall shows. */
const wallAt = (at: Instant, timeZone: string): { weekday: number; minuteOfDay: number } => {
  const local = new TZDate(at, timeZone);
  return { weekday: local.getDay(), minuteOfDay: local.getHours() * 60 + local.getMinutes() };
};

const isListed = ({ days }: Hours, weekday: number): boolean => days.some((day) => day === weekday % 7);

const isWithin = (hours: Hours, at: Instant): boolean => {
  const { fromMinute, toMinute, timeZone } = hours;
  const { weekday, minuteOfDay } = wallAt(at, timeZone);
  const begun = isListed(hours, weekday) && minuteOfDay >= fromMinute;
  if (fromMinute < toMinute) return begun && minuteOfDay < toMinute;
  return begun || (isListed(hours, weekday + 6) && minuteOfDay < toMinute);
};

/** Whether a policy may act now. */
export const mayActAt = (hours: Hours | undefined, now: Instant): boolean =>
  hours === undefined || isWithin(hours, now);

/** When the next span begins, as if the wall clock were not put forward or back until then. */
const nextBeginning = (hours: Hours, at: Instant): Instant => {
  const { weekday, minuteOfDay } = wallAt(at, hours.timeZone);
  const minutesAhead = [0, 1, 2, 3, 4, 5, 6, 7]
    .filter((daysAhead) => isListed(hours, weekday + daysAhead))
    .map((daysAhead) => daysAhead * dayMinutes + hours.fromMinute - minuteOfDay)
    .filter((ahead) => ahead > 0);
  return at + Math.min(...minutesAhead) * minute;
};

const offsetAt = (at: Instant, timeZone: string): number => new TZDate(at, timeZone).getTimezoneOffset();

/** The first minute after `from`, up to `to`, at which the offset is not that of `from`; undefined where both are equal. */
const offsetChange = (from: Instant, to: Instant, timeZone: string): Instant | undefined => {
  const offset = offsetAt(from, timeZone);
  if (offsetAt(to, timeZone) === offset) return undefined;
  let [before, after] = [from, to];
  while (after - before > minute) {
    const middle = before + Math.floor((after - before) / minute / 2) * minute;
    if (offsetAt(middle, timeZone) === offset) before = middle;
    else after = middle;
  }
  return after;
};

/** The earliest instant, `now` or later, at which a policy may act and has at least a minute for it. */
export const nextActAt = (hours: Hours | undefined, now: Instant): Instant => {
  if (hours === undefined || (isWithin(hours, now) && isWithin(hours, now + minute - 1))) return now;
  // Hours begin and offsets change on whole minutes.
  let at = Math.ceil(now / minute) * minute;
  while (!isWithin(hours, at)) {
    const beginning = nextBeginning(hours, at);
    at = offsetChange(at, beginning, hours.timeZone) ?? beginning;
  }
  return at;
};

/** The instant at which a wall clock first shows at least this minute of a day; `dayOffset` counts days from that of `now`. */
const instantOf = (now: Instant, dayOffset: number, minuteOfDay: number, timeZone: string): Instant => {
  const local = new TZDate(now, timeZone);
  return new TZDate(
    local.getFullYear(),
    local.getMonth(),
    local.getDate() + dayOffset,
    0,
    minuteOfDay,
    timeZone,
  ).getTime();
};

/** The latest instant, `now` or earlier, at which a wall clock showed this minute of a day. */
export const latestAtMinute = (minuteOfDay: number, timeZone: string, now: Instant): Instant => {
  const today = instantOf(now, 0, minuteOfDay, timeZone);
  return today <= now ? today : instantOf(now, -1, minuteOfDay, timeZone);
};
