import { TZDate } from '@date-fns/tz';
import type { Instant } from '#domain/time.ts';

/** When something ends: at the end of that day in the time zone, where only a date is given. */
export const endOf = (until: string, timeZone: string): Instant => {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(until) ?? [];
  if (year === undefined) return Date.parse(until);
  return new TZDate(Number(year), Number(month) - 1, Number(day) + 1, timeZone).getTime();
};
