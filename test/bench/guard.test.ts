import { describe, expect, test } from 'vitest';
import { startGuardRig } from '#local/bench/guard-run.ts';
import { itemBytes } from '#local/bench/write-meter.ts';

describe('a tick over a fleet at a provider in another process', () => {
  test('is counted: one metrics call per runtime, one page, one item written', async () => {
    const rig = await startGuardRig(20);
    try {
      const fleet = await rig.startAt({ callsAtOnce: 10, callsPerSecond: 1000 });
      const first = await fleet.tick();
      expect(first.provider).toEqual({ listRuntimes: 1, listInventory: 1, getRuntimeMetrics: 20 });
      const quiet = await fleet.tick();
      expect(quiet).toMatchObject({
        runtimes: 20,
        read: 20,
        provider: { listRuntimes: 1, getRuntimeMetrics: 20 },
        table: { UpdateItem: 1, Query: 1, PutItem: 1 },
      });
      expect(new Set(quiet.writes.map(({ item }) => item))).toEqual(new Set(['guard/fleet']));
      expect(quiet.writes.every(({ bytes }) => bytes > 500 && bytes < 5_000)).toBe(true);
      // Three rounds of 50 ms at least: the page, and twice ten readings.
      expect(quiet.milliseconds).toBeGreaterThan(145);
      expect((await fleet.bare()).calls).toBe(21);
      fleet.close();
    } finally {
      await rig.close();
    }
  });
});

test('the size of an item is that of its names and values', () => {
  expect(itemBytes({ pk: { S: 'guard' }, n: { N: '1793610000000' } })).toBe(2 + 5 + 1 + 8);
  expect(itemBytes({ b: { B: new Uint8Array(100) }, yes: { BOOL: true } })).toBe(1 + 100 + 3 + 1);
  expect(itemBytes({ list: { L: [{ S: 'ab' }, { S: 'ü' }] }, map: { M: { a: { S: 'b' } } } })).toBe(4 + 9 + 3 + 6);
});
