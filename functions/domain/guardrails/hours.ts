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

const minutesPerDay = 24 * 60;

type WallClock = { readonly minuteOfDay: number; readonly weekday: number; readonly offset: number };

const wallClockAt = (timeZone: string, at: Instant): WallClock => {
  const local = new TZDate(at, timeZone);
  const minuteOfDay = local.getHours() * 60 + local.getMinutes();
  return { minuteOfDay, weekday: local.getDay(), offset: local.getTimezoneOffset() };
};

const isWithin = ({ days, fromMinute, toMinute }: Hours, { minuteOfDay, weekday }: WallClock): boolean => {
  const isListed = (day: number) => days.some((listed) => listed === day);
  const yesterday = (weekday + 6) % 7;
  if (toMinute > fromMinute) return minuteOfDay >= fromMinute && minuteOfDay < toMinute && isListed(weekday);
  return (minuteOfDay >= fromMinute && isListed(weekday)) || (minuteOfDay < toMinute && isListed(yesterday));
};

/** Whether a policy may act now: what the clock on the wall shows counts, also on days on which it is set. */
export const mayActAt = (hours: Hours | undefined, now: Instant): boolean =>
  hours === undefined || isWithin(hours, wallClockAt(hours.timeZone, now));

/** How far to go on from a minute in which a policy may not act: to its next beginning, or, where the clock is set before, a minute. */
const stepFrom = ({ fromMinute, timeZone }: Hours, at: Instant, { minuteOfDay, offset }: WallClock): number => {
  const ahead = (fromMinute - minuteOfDay + minutesPerDay) % minutesPerDay || minutesPerDay;
  return wallClockAt(timeZone, at + ahead * minute).offset === offset ? ahead * minute : minute;
};

/** The earliest instant, `now` or later, from which a policy may act for a minute: now, or the beginning of a minute. */
export const nextActAt = (hours: Hours | undefined, now: Instant): Instant => {
  if (hours === undefined) return now;
  for (let at = now; at <= now + 9 * day; ) {
    const clock = wallClockAt(hours.timeZone, at);
    const isNow = isWithin(hours, clock);
    if (isNow && mayActAt(hours, at + minute - 1)) return at;
    at = at - (at % minute) + (isNow ? minute : stepFrom(hours, at, clock));
  }
  return now + 9 * day;
};

/** The latest instant, `now` or earlier, at which a wall clock began to show this minute of a day. */
export const latestAtMinute = (minuteOfDay: number, timeZone: string, now: Instant): Instant => {
  const at = (dayOffset: number) => {
    const local = new TZDate(now, timeZone);
    const date = local.getDate() + dayOffset;
    return new TZDate(local.getFullYear(), local.getMonth(), date, 0, minuteOfDay, timeZone).getTime();
  };
  return at(0) <= now ? at(0) : at(-1);
};
