import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Instant, second } from '#domain/time.ts';
import { beginRun, longestRunFor } from '#workflows/runs.ts';
import { start } from '../domain/given.ts';

/** A lease as the table holds it, and a clock that the test moves. */
const leased = () => {
  const world = { now: start, until: 0, holder: '', skipped: [] as string[] };
  const store = {
    takeLease: async (holder: string, now: Instant, until: Instant): Promise<boolean> => {
      if (world.until > now && world.holder !== holder) return false;
      Object.assign(world, { holder, until });
      return true;
    },
  };
  const begin = (holder: string, works: number) =>
    beginRun(
      {
        store,
        clock: () => world.now,
        report: (event) => world.skipped.push('because' in event ? `${event.because}` : ''),
      },
      { holder, deadline: world.now + works, signal: AbortSignal.timeout(60_000) },
    );
  return { world, begin };
};

/** What a run begins last: a last look and its DELETE, 12 s before its deadline; both are given up within 10 s. */
const lastDeletion = { begunBefore: 12 * second, lasts: 10 * second };

describe('the lease', () => {
  test('holds 58 seconds for the longest run, and another run of the same minute does nothing', async () => {
    const { world, begin } = leased();
    expect(await begin('one', longestRunFor(58 * second))).toBe(start + 58 * second);
    world.now += 57 * second;
    expect(await begin('two', 50 * second)).toBeUndefined();
    expect(world.skipped).toEqual(['another run holds the lease']);
    world.now += second;
    expect(await begin('two', 50 * second)).toBe(start + 116 * second);
  });

  test('is shorter for a run that has less time: one that crashed holds nobody up for longer than it could have worked', async () => {
    const { world, begin } = leased();
    await begin('one', 20 * second);
    world.now += 28 * second;
    expect(await begin('two', 50 * second)).toBeDefined();
  });

  test('a run without time takes none', async () => {
    const { world, begin } = leased();
    expect(await begin('one', 0)).toBeUndefined();
    expect(world.until).toBe(0);
  });

  test('law: whatever its length, a deletion is over before another run can begin', async () => {
    const runs = fc.record({ lease: fc.integer({ min: 40, max: 58 }), lambdaGives: fc.integer({ min: 15, max: 60 }) });
    await fc.assert(
      fc.asyncProperty(runs, async ({ lease, lambdaGives }) => {
        const { begin } = leased();
        const works = Math.min(longestRunFor(lease * second), lambdaGives * second);
        const until = (await begin('one', works)) ?? Number.NaN;
        expect(until).toBeLessThanOrEqual(start + lease * second);
        expect(until).toBeGreaterThan(start + works - lastDeletion.begunBefore + lastDeletion.lasts + 5 * second);
      }),
    );
  });
});
