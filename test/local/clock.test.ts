import { describe, expect, test } from 'vitest';
import { movableClock, realClock, scaledClock } from '#local/clock.ts';

const start = Date.UTC(2026, 2, 3, 12);

describe('a scaled clock', () => {
  test('begins at its start and passes speed times as fast', async () => {
    const clock = scaledClock({ speed: 1_000, start });
    const realBefore = performance.now();
    const before = clock.now();
    await clock.sleep(30_000);
    const slept = clock.now() - before;
    const really = performance.now() - realBefore;
    expect(before).toBeGreaterThanOrEqual(start);
    expect(before).toBeLessThan(start + 60_000);
    expect(slept).toBeGreaterThanOrEqual(30_000);
    expect(really).toBeGreaterThanOrEqual(29);
    // What it says has passed is what really passed, times the speed, up to the rounding of two instants.
    expect(Math.abs(slept - really * 1_000)).toBeLessThan(10_000);
  });

  test('a sleep ends with the reason of the abort, before and during it', async () => {
    const clock = scaledClock({ speed: 1 });
    const ending = new AbortController();
    const sleeping = clock.sleep(600_000, ending.signal);
    ending.abort(new Error('the end'));
    await expect(sleeping).rejects.toThrow('the end');
    await expect(clock.sleep(1, ending.signal)).rejects.toThrow('the end');
  });

  test('a sleep longer than any timer does not end at once', async () => {
    const clock = scaledClock({ speed: 1 });
    const ending = new AbortController();
    const sleeping = clock.sleep(2 ** 40, ending.signal).then(
      () => 'woke',
      () => 'aborted',
    );
    await clock.sleep(5);
    ending.abort();
    expect(await sleeping).toBe('aborted');
  });

  test.each([0, -1, Number.NaN])('the speed %s is refused', (speed) => {
    expect(() => scaledClock({ speed })).toThrow(RangeError);
  });
});

test('the real clock is the time, and sleeps in it', async () => {
  const clock = realClock();
  const before = Date.now();
  expect(clock.now()).toBeGreaterThanOrEqual(before);
  await clock.sleep(5);
  expect(clock.now() - before).toBeGreaterThanOrEqual(4);
});

describe('a movable clock', () => {
  test('stands still until it is moved', async () => {
    const clock = movableClock(start);
    expect(clock.now()).toBe(start);
    await clock.advance(1_500);
    expect(clock.now()).toBe(start + 1_500);
  });

  test('wakes sleepers in order, each at its instant, those that sleep again too', async () => {
    const clock = movableClock(start);
    const woken: [string, number][] = [];
    const every = async (name: string, durationMs: number) => {
      for (;;) {
        await clock.sleep(durationMs);
        woken.push([name, clock.now() - start]);
      }
    };
    void every('three', 3_000);
    void every('two', 2_000);
    await clock.advance(6_500);
    expect(woken).toEqual([
      ['two', 2_000],
      ['three', 3_000],
      ['two', 4_000],
      ['three', 6_000],
      ['two', 6_000],
    ]);
    expect(clock.now()).toBe(start + 6_500);
    expect(clock.sleepers()).toBe(2);
  });

  test('a sleeper leaves with the reason of the abort', async () => {
    const clock = movableClock(start);
    const ending = new AbortController();
    const sleeping = clock.sleep(1_000, ending.signal);
    expect(clock.sleepers()).toBe(1);
    ending.abort(new Error('the end'));
    await expect(sleeping).rejects.toThrow('the end');
    await expect(clock.sleep(1_000, ending.signal)).rejects.toThrow('the end');
    expect(clock.sleepers()).toBe(0);
  });

  test('no time at all is no sleep', async () => {
    await movableClock(start).sleep(0);
  });
});
