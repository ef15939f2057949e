import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkedDuration, durationOf, durationText } from '#adapters/configuration/duration.ts';
import { day, hour, minute } from '#domain/time.ts';

describe('a duration', () => {
  test.each([
    ['90m', 90 * minute],
    ['2h', 2 * hour],
    ['7d', 7 * day],
    ['1h30m', 90 * minute],
    ['1d2h3m', day + 2 * hour + 3 * minute],
    ['0m', 0],
    ['007h', 7 * hour],
  ])('%s', (text, milliseconds) => {
    expect(durationOf(text)).toBe(milliseconds);
  });

  test.each([
    '',
    ' ',
    '90',
    'm',
    '90s',
    '90 m',
    '1h 30m',
    '30m1h',
    '1h1h',
    '1.5h',
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
      fc.property(fc.integer({ min: 0, max: 99_999 * 24 * 60 }), (minutes) => {
        expect(durationOf(durationText(minutes * minute))).toBe(minutes * minute);
      }),
    );
    expect([0, 105 * minute, 2 * hour, 36 * hour].map(durationText)).toEqual(['0m', '1h45m', '2h', '1d12h']);
  });
});
