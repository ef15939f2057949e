import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backoffMilliseconds, retryAfterMilliseconds, retryWait } from '#adapters/provider/retry.ts';
import { answer, clientAt, noon, startServer } from './client-setup.ts';

const dateIn = (seconds: number) => new Date(noon + seconds * 1_000).toUTCString();

describe('Retry-After', () => {
  test.each([
    ['seconds', '7', 7_000],
    ['no time at all', '0', 0],
    ['a part of a second', '0.5', 500],
    ['blanks around', ' 3 ', 3_000],
    ['the most that is honoured', '30', 30_000],
    ['more than that', '31', 30_000],
    ['far more than that', '86400', 30_000],
    ['a date ahead', dateIn(12), 12_000],
    ['a date far ahead', dateIn(3_600), 30_000],
    ['a date that has passed', dateIn(-60), 0],
    ['nothing', null, undefined],
    ['an empty text', '', undefined],
    ['a negative number', '-5', undefined],
    ['words', 'soon', undefined],
    ['something like a number', '1.5.1', undefined],
  ])('%s', (_, header, expected) => {
    expect(retryAfterMilliseconds(header, noon)).toBe(expected);
  });
});

test("a date is counted from the provider's own clock", async () => {
  const hour = 3_600;
  let answered = 0;
  const server = await startServer((_, response) => {
    answered += 1;
    const headers = { date: dateIn(hour), 'retry-after': dateIn(hour + 5) };
    answer(response, {}, answered === 1 ? 429 : 200, headers);
  });
  const { client, world } = clientAt(server.bases, 'pat-nc-good');
  await client.getRuntimeMetrics({ project: 'prj-a', id: 'a' });
  expect(world.waits).toEqual([5_000]);
});

describe('back-off', () => {
  test.each([
    [0, 0, 125],
    [0, 0.5, 187.5],
    [0, 0.999_999, 250],
    [1, 0, 250],
    [2, 0, 500],
    [4, 0, 2_000],
    [5, 0, 4_000],
    [5, 0.999_999, 8_000],
    [20, 0, 4_000],
    [2_000, 0.5, 6_000],
  ])('retry %i with chance %f waits %f ms', (retry, chance, expected) => {
    expect(backoffMilliseconds(retry, chance)).toBeCloseTo(expected, 1);
  });

  test('is between half and the whole of what it is for that retry, and never above 8 s', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (retry, chance) => {
        const whole = Math.min(250 * 2 ** retry, 8_000);
        const wait = backoffMilliseconds(retry, chance);
        expect(wait).toBeGreaterThanOrEqual(whole / 2);
        expect(wait).toBeLessThanOrEqual(whole);
      }),
    );
  });
});

describe('whether to try again', () => {
  test.each([
    ['RateLimited', 0, undefined, 187.5],
    ['Unavailable', 1, undefined, 375],
    ['TimedOut', 0, undefined, 187.5],
    ['RateLimited', 0, 9_000, 9_000],
    ['Unavailable', 0, 0, 0],
    ['RateLimited', 2, 9_000, undefined],
    ['Unauthorized', 0, undefined, undefined],
    ['Refused', 0, 1_000, undefined],
    ['NotFound', 0, undefined, undefined],
    ['NotUnderstood', 0, undefined, undefined],
  ])('%s after %i retries, asked to wait %s', (name, retry, asked, expected) => {
    expect(retryWait({ name, retryAfterMilliseconds: asked }, retry, 2, 0.5)).toBe(expected);
  });
});
