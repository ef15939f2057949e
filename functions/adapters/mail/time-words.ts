import type { MailSettings } from '#domain/notice.ts';
import { hour, type Instant, minute, second } from '#domain/time.ts';

/** Instants in words, all in one time zone and with its name. */
export type TimeWords = {
  /** `Tue 3 Mar 2026, 14:02 UTC` */
  readonly moment: (at: Instant) => string;
  /** `14:02 UTC` on the day of `reference`, otherwise `3 Mar, 14:02 UTC` */
  readonly near: (at: Instant, reference: Instant) => string;
  /** `at 14:02 UTC` on the day of `reference`, otherwise `on 3 Mar at 14:02 UTC` */
  readonly when: (at: Instant, reference: Instant) => string;
  /** `from 14:02 to 15:10 UTC`, with the dates and both zone names where they are needed to understand it */
  readonly span: (from: Instant, to: Instant, reference: Instant) => string;
  /** `42 min`, see `durationWords`; where seconds are shown `2 min 40 s`. */
  readonly lasting: (milliseconds: number) => string;
};

type Local = { readonly weekday: string; readonly day: string; readonly year: string; readonly clock: string };

/** No locale knows the short names of all zones: India is `IST` only in India, New York `EST` only in America. */
const localesThatNameZones = ['en-GB', 'en-US', 'en-IN', 'en-AU'];

/**
 * Parts of a minute, or with `seconds` of a second, are cut off: a time that is told is never later than the one meant.
 *
 * @param timeZone IANA name, such as `Asia/Kolkata`
 */
export const createTimeWords = (timeZone: string, { seconds = false } = {}): TimeWords => {
  const local = createLocal(timeZone, seconds);
  const zone = createZoneName(timeZone);
  // Within one day the clock alone says enough.
  const short = (at: Instant, reference: Instant): string => {
    const there = local(at);
    const today = local(reference);
    return there.day === today.day && there.year === today.year ? there.clock : `${there.day}, ${there.clock}`;
  };
  const near = (at: Instant, reference: Instant): string => `${short(at, reference)} ${zone(at)}`;
  return {
    near,
    when: (at, reference) => {
      const words = near(at, reference);
      return words.includes(', ') ? `on ${words.replace(', ', ' at ')}` : `at ${words}`;
    },
    moment: (at) => {
      const { weekday, day, year, clock } = local(at);
      return `${weekday} ${day} ${year}, ${clock} ${zone(at)}`;
    },
    span: (from, to, reference) => {
      // When the clocks change in between, 02:30 to 02:30 is an hour; only the two names tell.
      const start = zone(from) === zone(to) ? short(from, reference) : near(from, reference);
      return `from ${start} to ${near(to, from)}`;
    },
    lasting: seconds ? exactDurationWords : durationWords,
  };
};

/** The times of what is said about runtimes: a ladder of seconds needs seconds. */
export const timeWordsFor = ({
  timeZone,
  unsafeShortLadder = false,
}: Pick<MailSettings, 'timeZone' | 'unsafeShortLadder'>): TimeWords =>
  createTimeWords(timeZone, { seconds: unsafeShortLadder });

const createLocal = (timeZone: string, seconds: boolean): ((at: Instant) => Local) => {
  // Parts, not the finished string: its commas and month names differ between ICU versions.
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds ? ({ second: '2-digit' } as const) : {}),
    hourCycle: 'h23',
  });
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
    const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
    return {
      weekday: part('weekday'),
      day: `${part('day')} ${part('month')}`,
      year: part('year'),
      clock: [part('hour'), part('minute'), ...(seconds ? [part('second')] : [])].join(':'),
    };
  };
};

const createZoneName = (timeZone: string): ((at: Instant) => string) => {
  const formats = localesThatNameZones.map(
    (locale) => new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'short' }),
  );
  return (at) => {
    const names = formats.map(
      (format) => format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? timeZone,
    );
    return names.find((name) => !/^(GMT|UTC)[+-]/.test(name)) ?? names[0] ?? timeZone;
  };
};

/** `42 min`, `3 h 20 min`, `4 days 2 h`; whatever is shorter than a minute says so. */
export const durationWords = (milliseconds: number): string => {
  const minutes = Math.floor(milliseconds / minute);
  if (minutes < 1) return 'less than a minute';
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(milliseconds / hour);
  if (hours < 48) return withRest(`${hours} h`, minutes % 60, 'min');
  return withRest(`${Math.floor(hours / 24)} days`, hours % 24, 'h');
};

/** `40 s`, `2 min 40 s`; from an hour on in minutes. */
export const exactDurationWords = (milliseconds: number): string => {
  const whole = Math.floor(milliseconds / second);
  if (milliseconds >= hour) return durationWords(milliseconds);
  return whole < 60 ? `${whole} s` : withRest(`${Math.floor(whole / 60)} min`, whole % 60, 's');
};

const withRest = (whole: string, rest: number, unit: string): string =>
  rest === 0 ? whole : `${whole} ${rest} ${unit}`;

/** `3 min ago`. A time that is not over by the clock that wrote the mail is `just now`: two clocks never agree to the second. */
export const agoWords = (since: Instant, now: Instant): string =>
  now - since < minute ? 'just now' : `${durationWords(now - since)} ago`;

/** `in 40 min`. A time that has come by the clock that wrote the mail is `now`. */
export const aheadWords = (at: Instant, now: Instant, { lasting }: Pick<TimeWords, 'lasting'>): string =>
  at <= now ? 'now' : `in ${lasting(at - now)}`;
