import { describe, expect, test } from 'vitest';
import { agoWords, createTimeWords, durationWords } from '#adapters/mail/time-words.ts';
import { day, hour, minute, second } from '#domain/time.ts';

describe('moments', () => {
  test.each([
    ['UTC', Date.UTC(2026, 2, 3, 14, 2), 'Tue 3 Mar 2026, 14:02 UTC'],
    ['Asia/Kolkata', Date.UTC(2026, 2, 3, 20, 0), 'Wed 4 Mar 2026, 01:30 IST'],
    ['America/New_York', Date.UTC(2026, 2, 3, 14, 2), 'Tue 3 Mar 2026, 09:02 EST'],
    ['America/New_York', Date.UTC(2026, 6, 3, 4, 0), 'Fri 3 Jul 2026, 00:00 EDT'],
    ['Europe/Berlin', Date.UTC(2026, 8, 3, 14, 2), 'Thu 3 Sep 2026, 16:02 CEST'],
    ['Asia/Kathmandu', Date.UTC(2026, 2, 3, 14, 2), 'Tue 3 Mar 2026, 19:47 GMT+5:45'],
  ])('%s %i: %s', (timeZone, at, words) => {
    expect(createTimeWords(timeZone).moment(at)).toBe(words);
  });

  test('an unknown zone is refused', () => {
    expect(() => createTimeWords('Mars/Olympus')).toThrow(RangeError);
  });

  test('the day is left out on the day itself only, not a year later', () => {
    const { near } = createTimeWords('UTC');
    const reference = Date.UTC(2026, 2, 3, 12);
    expect(near(Date.UTC(2026, 2, 3, 23, 59), reference)).toBe('23:59 UTC');
    expect(near(Date.UTC(2026, 2, 4, 0, 0), reference)).toBe('4 Mar, 00:00 UTC');
    expect(near(Date.UTC(2025, 2, 3, 12, 0), reference)).toBe('3 Mar, 12:00 UTC');
  });
});

describe('across the change of the clocks', () => {
  const berlin = createTimeWords('Europe/Berlin');

  test('autumn: half past two comes twice, the zone tells which', () => {
    const first = Date.UTC(2026, 9, 25, 0, 30);
    expect(berlin.span(first, first + hour, first)).toBe('from 02:30 CEST to 02:30 CET');
  });

  test('spring: the hour that does not exist is skipped', () => {
    const before = Date.UTC(2026, 2, 29, 0, 59);
    expect(berlin.span(before, before + minute, before)).toBe('from 01:59 CET to 03:00 CEST');
  });

  test('without a change one zone name is enough', () => {
    const at = Date.UTC(2026, 5, 1, 10, 0);
    expect(berlin.span(at, at + hour, at)).toBe('from 12:00 to 13:00 CEST');
  });
});

describe('durations', () => {
  test.each([
    [0, 'less than a minute'],
    [59 * second, 'less than a minute'],
    [minute, '1 min'],
    [59 * minute, '59 min'],
    [hour, '1 h'],
    [hour + 5 * minute, '1 h 5 min'],
    [47 * hour + 59 * minute, '47 h 59 min'],
    [2 * day, '2 days'],
    [9 * day + 5 * hour, '9 days 5 h'],
  ])('%i ms: %s', (milliseconds, words) => {
    expect(durationWords(milliseconds)).toBe(words);
  });

  test('how long ago', () => {
    expect(agoWords(0, 5 * minute)).toBe('5 min ago');
    expect(agoWords(0, 59 * second)).toBe('just now');
    expect(agoWords(minute, 0)).toBe('just now');
  });
});
