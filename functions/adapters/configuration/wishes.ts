import type { Wish } from '#domain/watch.ts';
import type { Settings } from './settings.ts';
import { endOf } from './until.ts';

type WatchSettings = Settings['availability']['watches'][number];

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
