import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ItemNotUnderstoodError } from '#adapters/store/items.ts';
import { packClocks, unpackClocks } from '#adapters/store/packed-clocks.ts';
import type { Clock } from '#domain/guardrails/clock.ts';
import { day, hour, minute, second } from '#domain/time.ts';
import { now } from './facts.ts';
import { anyClocks } from './guard-facts.ts';

/** Numbers that look like chance and are the same in every run. */
const dice = (seed: number) => () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 32;
};

/** Half of them busy, a third idle, some unknown or stopped; uses have as many digits as an answer in JSON has. */
const believableFleet = (runtimes: number): Map<string, Clock> => {
  const chance = dice(runtimes);
  const below = (end: number) => Math.floor(chance() * end);
  const id = () => 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replaceAll('x', () => below(16).toString(16));
  const clock = (): Clock => {
    const readAt = now + below(20 * second);
    const sampledAt = Math.floor((readAt - below(50 * second)) / second) * second;
    const seen: Clock = { seenAt: now - below(30 * day), sampledAt };
    const kind = chance();
    if (kind < 0.55) return { ...seen, busyAt: readAt };
    if (kind >= 0.95) return { ...seen, notRunning: { since: now - below(10 * hour), status: 'Stopped' } };
    if (kind >= 0.9) return { ...seen, unknown: { since: now - below(hour), because: 'GPU 0: is not possible' } };
    const since = readAt - below(120) * minute - below(400);
    const highest = {
      gpuPercent: chance() * 5,
      cpu: { value: chance(), unit: 'cores' as const },
      memory: { value: chance() * 100, unit: 'percent' as const },
    };
    const observed = readAt - since;
    return { ...seen, span: { since, observed, idleAt: readAt, gap: 0, afterBusy: true, unitStated: true, highest } };
  };
  return new Map(Array.from({ length: runtimes }, () => [`research-${below(3)}/${id()}`, clock()]));
};

test('clocks are unpacked exactly as they were packed, and in their order', () => {
  fc.assert(
    fc.property(anyClocks, (clocks) => {
      const unpacked = unpackClocks(packClocks(clocks));
      expect(unpacked).toStrictEqual(clocks);
      expect([...unpacked.keys()]).toEqual([...clocks.keys()]);
    }),
    { numRuns: 300 },
  );
});

test('a use that is too large for a number does not make the fleet unreadable', () => {
  const highest = { gpuPercent: 0, memory: { value: Number.POSITIVE_INFINITY, unit: 'gib' as const } };
  const span = { since: now, observed: 0, idleAt: now, gap: 0, afterBusy: false, unitStated: true, highest };
  const clocks = new Map<string, Clock>([['a/b', { seenAt: now, span }]]);
  expect(unpackClocks(packClocks(clocks))).toStrictEqual(clocks);
});

test.each([
  [10, 57],
  [100, 52],
  [1_000, 49],
  [8_000, 49],
])('the clocks of %i runtimes take less than %i bytes each, and fit an item', (runtimes, most) => {
  const { bytes } = packClocks(believableFleet(runtimes));
  expect(bytes.length / runtimes).toBeLessThan(most);
  expect(bytes.length).toBeLessThan(400 * 1024 - 8 * 1024);
});

const packed = (content: string) => ({ format: 1, bytes: deflateRawSync(content) });

test.each([
  ['another format', { ...packClocks(new Map()), format: 2 }],
  ['no deflated bytes', { format: 1, bytes: new Uint8Array([255, 1, 2]) }],
  ['half of the bytes', { format: 1, bytes: packClocks(believableFleet(10)).bytes.subarray(0, 200) }],
  ['no JSON', packed('[1,[')],
  ['no list', packed('{"secret-name":1}')],
  ['a row with a field too few', packed('[1,[["secret-name",1,null,null,null,null,null]]]')],
  ['a row with a field too many', packed('[1,[["secret-name",1,null,null,null,null,null,0,0]]]')],
  ['a text in place of a time', packed('[1,[["a","secret-name",null,null,null,null,null,0]]]')],
])('%s is not understood, and the error does not quote it', (_what, given) => {
  let failure: unknown;
  try {
    unpackClocks(given);
  } catch (error) {
    failure = error;
  }
  expect(failure).toBeInstanceOf(ItemNotUnderstoodError);
  expect(String(failure)).not.toContain('secret-name');
});
