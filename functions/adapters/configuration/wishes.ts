import { TZDate } from '@date-fns/tz';
import type { Instant } from '#domain/time.ts';
import type { Wish } from '#domain/watch.ts';
import type { Settings } from './settings.ts';

type WatchSettings = Settings['availability']['watches'][number];

/** The end of a watch: of that day in the time zone, where only a date is given. */
const endOf = (until: string, timeZone: string): Instant => {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(until) ?? [];
  if (year === undefined) return Date.parse(until);
  return new TZDate(Number(year), Number(month) - 1, Number(day) + 1, timeZone).getTime();
};

const wishOf = (settings: WatchSettings, timeZone: string): Wish => {
  const { to: _to, notify, until, ...criteria } = settings;
  return { criteria, notify, ...(until === undefined ? {} : { expiresAt: endOf(until, timeZone) }) };
};

/** The watches of `warden.config.ts` in the words of the domain, each with the address that is told. */
export const wishesOf = ({ availability, mail }: Settings): { address: string; wish: Wish; until?: string }[] =>
  availability.watches.map((watch) => ({
    address: watch.to,
    wish: wishOf(watch, mail.timeZone),
    ...(watch.until === undefined ? {} : { until: watch.until }),
  }));
