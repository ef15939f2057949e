import { TZDate } from '@date-fns/tz';
import { day, type Instant, minute } from '#domain/time.ts';

/** 0 is Sunday, as in `Date`. */
export type Weekday = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/**
 * When a policy may act, by the clock on the wall: on these days, from one minute of the day (included) to another
 * (excluded). A span that ends at or before its beginning goes on after midnight and belongs to the day on which it begins.
 */
export type Hours = {
  readonly days: readonly Weekday[];
  readonly fromMinute: number;
  readonly toMinute: number;
  readonly timeZone: string;
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

/** The span that begins on a day counted from that of `now`; nothing on days that are not listed. */
const spanOf = (hours: Hours, now: Instant, dayOffset: number): { from: Instant; to: Instant } | undefined => {
  const { fromMinute, toMinute, timeZone, days } = hours;
  const weekday = new TZDate(instantOf(now, dayOffset, 12 * 60, timeZone), timeZone).getDay();
  if (!days.some((listed) => listed === weekday)) return undefined;
  const from = instantOf(now, dayOffset, fromMinute, timeZone);
  const to = instantOf(now, toMinute <= fromMinute ? dayOffset + 1 : dayOffset, toMinute, timeZone);
  return { from, to };
};

/** Whether a policy may act now. */
export const mayActAt = (hours: Hours | undefined, now: Instant): boolean =>
  hours === undefined ||
  [-1, 0].some((dayOffset) => {
    const span = spanOf(hours, now, dayOffset);
    return span !== undefined && span.from <= now && now < span.to;
  });

/** The earliest instant, `now` or later, at which a policy may act and has at least a minute for it. */
export const nextActAt = (hours: Hours | undefined, now: Instant): Instant => {
  if (hours === undefined) return now;
  for (let dayOffset = -1; dayOffset <= 8; dayOffset += 1) {
    const span = spanOf(hours, now, dayOffset);
    if (span !== undefined && Math.max(span.from, now) <= span.to - minute) return Math.max(span.from, now);
  }
  return now + 8 * day;
};

/** The latest instant, `now` or earlier, at which a wall clock showed this minute of a day. */
export const latestAtMinute = (minuteOfDay: number, timeZone: string, now: Instant): Instant => {
  const today = instantOf(now, 0, minuteOfDay, timeZone);
  return today <= now ? today : instantOf(now, -1, minuteOfDay, timeZone);
};
