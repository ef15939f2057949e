import { describe, expect, test } from 'vitest';
import { type Hours, mayActAt, nextActAt, type Weekday } from '#domain/guardrails/hours.ts';
import { day, type Instant, minute, second } from '#domain/time.ts';

const names = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** What the wall clock shows, by the platform's own calendar. */
const wallClock = (timeZone: string) => {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return (at: Instant) => {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
    return { weekday: names.indexOf(parts.weekday ?? ''), minuteOfDay: Number(parts.hour) * 60 + Number(parts.minute) };
  };
};

type Wall = ReturnType<ReturnType<typeof wallClock>>;

const isInside = ({ days, fromMinute, toMinute }: Omit<Hours, 'timeZone'>, { weekday, minuteOfDay }: Wall): boolean => {
  const listed = (asked: number) => days.some((each) => each === asked);
  if (fromMinute < toMinute) return listed(weekday) && minuteOfDay >= fromMinute && minuteOfDay < toMinute;
  const yesterday = (weekday + 6) % 7;
  return (listed(weekday) && minuteOfDay >= fromMinute) || (listed(yesterday) && minuteOfDay < toMinute);
};

const at = (hours: number, minutes = 0) => hours * 60 + minutes;

type Span = readonly [name: string, days: readonly Weekday[], fromMinute: number, toMinute: number];

const workdays: readonly Weekday[] = [1, 2, 3, 4, 5];
const weekend: readonly Weekday[] = [6, 0];

/** Spans of ordinary days, looked at for a whole week. */
const ordinary: readonly Span[] = [
  ['workdays from 09:00 to 18:00', workdays, at(9), at(18)],
  ['workdays from 22:00 to 06:00', workdays, at(22), at(6)],
];

/** Spans over, around, within and beside the hours in which clocks change, looked at for the days around that. */
const special: readonly Span[] = [
  ['Sunday from 00:00 to 24:00', [0], at(0), at(24)],
  ['weekends from 17:30 to 00:00', weekend, at(17, 30), at(0)],
  ['Sunday from 02:00 to 03:00', [0], at(2), at(3)],
  ['Sunday from 02:30 to 03:00', [0], at(2, 30), at(3)],
  ['weekends from 01:00 to 02:30', weekend, at(1), at(2, 30)],
  ['Sunday from 01:30 to 02:00', [0], at(1, 30), at(2)],
  ['Sunday from 02:00 to 02:30', [0], at(2), at(2, 30)],
  ['Saturday from 23:00 to 02:30', [6], at(23), at(2, 30)],
  ['weekends from 02:30 to 02:00', weekend, at(2, 30), at(2)],
];

/** Weeks whose Sunday puts the clocks forward or back (2026), and one in which they stay; from Thursday. */
const weeks: readonly (readonly [string, string])[] = [
  ['Europe/Berlin', '2026-03-26'],
  ['Europe/Berlin', '2026-10-22'],
  ['America/New_York', '2026-03-05'],
  ['America/New_York', '2026-10-29'],
  ['Asia/Kolkata', '2026-03-26'],
  ['Australia/Lord_Howe', '2026-04-02'],
  ['Australia/Lord_Howe', '2026-10-01'],
];

const texts = (instants: readonly Instant[]) => instants.map((instant) => new Date(instant).toISOString());

describe.each(weeks)('every minute of the week in %s from %s', (timeZone, from) => {
  const start = Date.parse(`${from}T00:00:00Z`);
  const wallAt = wallClock(timeZone);
  // The hours of the last days may begin in the week after. Clocks are set on a quarter of an hour.
  const quarters = Array.from({ length: (15 * day) / (15 * minute) }, (_, index) =>
    wallAt(start + index * 15 * minute),
  );
  const walls = quarters.flatMap((quarter) =>
    Array.from({ length: 15 }, (_, index) => ({ ...quarter, minuteOfDay: quarter.minuteOfDay + index })),
  );

  const compare = ([, days, fromMinute, toMinute]: Span, fromDay: number, toDay: number) => {
    const hours: Hours = { days, fromMinute, toMinute, timeZone };
    const inside = walls.map((wall) => isInside(hours, wall));
    const nextInside = (index: number) => start + inside.indexOf(true, index) * minute;
    const wrong: Instant[] = [];
    const wrongNext: Instant[] = [];
    for (let index = (fromDay * day) / minute; index < (toDay * day) / minute; index += 1) {
      const now = start + index * minute;
      if (mayActAt(hours, now) !== inside[index]) wrong.push(now);
      const changes = inside[index] !== inside[index - 1] || inside[index] !== inside[index + 1];
      if ((changes || index % 29 === 0) && nextActAt(hours, now) !== nextInside(index)) wrongNext.push(now);
    }
    expect({ mayActAt: texts(wrong), nextActAt: texts(wrongNext) }).toEqual({ mayActAt: [], nextActAt: [] });
  };

  test.each(ordinary)('%s', (...span) => compare(span, 0, 7));
  test.each(special)('%s', (...span) => compare(span, 2.5, 4));
});

describe('within a minute', () => {
  const hours: Hours = { days: [1], fromMinute: at(9), toMinute: at(18), timeZone: 'UTC' };
  const monday = Date.parse('2026-03-02T00:00:00Z');
  const nine = monday + at(9) * minute;
  const six = monday + at(18) * minute;

  test('hours begin with their first millisecond and end before their last minute is over', () => {
    expect([nine - 1, nine, six - 1, six].map((now) => mayActAt(hours, now))).toEqual([false, true, true, false]);
  });

  test('less than a minute is too little to act in', () => {
    expect(nextActAt(hours, six - minute)).toBe(six - minute);
    expect(nextActAt(hours, six - 59 * second)).toBe(nine + 7 * day);
    expect(nextActAt(hours, nine - second)).toBe(nine);
    expect(nextActAt(hours, nine + second)).toBe(nine + second);
  });
});

test('without hours a policy may always act', () => {
  expect(mayActAt(undefined, 5)).toBe(true);
  expect(nextActAt(undefined, 5)).toBe(5);
});
