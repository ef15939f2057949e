import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkedDuration, durationInWords, durationOf, durationText } from '#domain/duration.ts';
import { day, hour, minute, second } from '#domain/time.ts';

describe('a duration', () => {
  test.each([
    ['90m', 90 * minute],
    ['2h', 2 * hour],
    ['7d', 7 * day],
    ['1h30m', 90 * minute],
    ['1d2h3m', day + 2 * hour + 3 * minute],
    ['90s', 90 * second],
    ['1m30s', 90 * second],
    ['1d2h3m4s', day + 2 * hour + 3 * minute + 4 * second],
    ['0m', 0],
    ['0s', 0],
    ['007h', 7 * hour],
  ])('%s', (text, milliseconds) => {
    expect(durationOf(text)).toBe(milliseconds);
  });

  test.each([
    '',
    ' ',
    '90',
    'm',
    '90 m',
    '1h 30m',
    '30m1h',
    '1h1h',
    '30s1m',
    '1.5h',
    '1.5s',
    '1ms',
    '-1h',
    '2H',
    '1w',
    'PT2H',
    '123456m',
  ])('not %j', (text) => {
    expect(durationOf(text)).toBeUndefined();
    expect(() => checkedDuration(text)).toThrow(TypeError);
  });

  test('is written the way it is read', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999 * 24 * 3600 }), (seconds) => {
        expect(durationOf(durationText(seconds * second))).toBe(seconds * second);
      }),
    );
    expect([0, 105 * minute, 2 * hour, 36 * hour].map(durationText)).toEqual(['0m', '1h45m', '2h', '1d12h']);
    expect([20 * second, 90 * second, hour + second].map(durationText)).toEqual(['20s', '1m30s', '1h1s']);
  });

  test.each([
    [0, '0 seconds'],
    [second, '1 second'],
    [45 * second, '45 seconds'],
    [90 * second, '1 minute 30 seconds'],
    [30 * minute, '30 minutes'],
    [4 * hour, '4 hours'],
    [90 * minute, '1 hour 30 minutes'],
    [day, '1 day'],
    [7 * day, '7 days'],
  ])('%i ms in words: %s', (milliseconds, words) => {
    expect(durationInWords(milliseconds)).toBe(words);
  });
});
