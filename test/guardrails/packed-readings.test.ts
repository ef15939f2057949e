import fc from 'fast-check';
import { expect, test } from 'vitest';
import { advance, newClock } from '#domain/guardrails/clock.ts';
import { packReadings, type SeenReading, unpackReadings } from '#domain/guardrails/packed-readings.ts';
import { type Before, type CpuUse, isIdleUse, type Reading, readUse } from '#domain/guardrails/reading.ts';
import type { RuntimeMetrics, UsageSample } from '#domain/runtime.ts';
import { minute } from '#domain/time.ts';

const now = Date.UTC(2026, 10, 2, 9);
const refOf = (key: string) => `#${key.length}${key.at(-1)}`;

type Known = Extract<Reading, { state: 'known' }>;
const known = (use: Known['use'], change: Partial<Known> = {}): SeenReading => ({
  status: 'Running',
  reading: { state: 'known', at: now + 1_200, gpus: 1, unitStated: true, use, ...change },
});
const failed = (because: string): SeenReading => ({
  status: 'Running',
  reading: { state: 'unknown', at: now + 5, because },
});

const only = (lines: readonly string[]): string => {
  expect(lines).toHaveLength(1);
  return lines[0] ?? '';
};
const oneLine = (readings: Record<string, SeenReading>) =>
  only(packReadings(now, new Map(Object.entries(readings)), (key) => key));
const packedAndBack = (reading: SeenReading) => unpackReadings(oneLine({ r: reading })).readings.get('r');

test('a line says the time and then a row for each runtime', () => {
  const line = oneLine({
    a: known({ gpuPercent: 1.239, cpu: { value: 0.128, unit: 'cores' }, memory: { value: 83.25, unit: 'percent' } }),
    b: known({ gpuPercent: 0, cpu: { value: 3.5, unit: 'percent' }, memory: { value: 12, unit: 'gib' } }, { gpus: 8 }),
    c: known({ gpuPercent: 97 }, { unitStated: false }),
    d: failed('the newest sample is older than 3 minutes'),
    e: { status: 'Terminating' },
    f: { status: 'Running' },
  });
  expect(JSON.parse(line)).toEqual({
    format: 1,
    at: now,
    runtimes: [
      ['a', 1_200, 1, 1.23, 0.12, 83.25],
      ['b', 1_200, 8, 0, '3.5 percent', '12 gib'],
      ['c', 1_200, 1, 97, null, null, 1],
      ['d', 5, 'stale'],
      ['e', 'Terminating'],
      ['f', 'Running'],
    ],
  });
});

const hundredth = fc.integer({ min: 0, max: 100_000 }).map((count) => count / 100);
const use = (amount: fc.Arbitrary<number>): fc.Arbitrary<Known['use']> =>
  fc.record(
    {
      gpuPercent: amount,
      cpu: fc.record({ value: amount, unit: fc.constantFrom('cores' as const, 'percent' as const) }),
      memory: fc.record({ value: amount, unit: fc.constantFrom('percent' as const, 'gib' as const) }),
    },
    { requiredKeys: ['gpuPercent'] },
  );

test('what has two decimals comes back as it was', () => {
  const drawn = fc.tuple(use(hundredth), fc.integer({ min: -60_000, max: 60_000 }), fc.nat(16), fc.boolean());
  fc.assert(
    fc.property(drawn, ([uses, later, gpus, unitStated]) => {
      const seen = known(structuredClone(uses), { at: now + later, gpus, unitStated });
      expect(packedAndBack(seen)).toStrictEqual(seen);
    }),
  );
  for (const seen of [{ status: 'Stopped' }, { status: 'Running' }]) expect(packedAndBack(seen)).toStrictEqual(seen);
});

const near = fc.tuple(hundredth, fc.constantFrom(0, 1e-15, -1e-15, 0.004, 0.006, 0.0099999, -0.0000001));
const amount = fc.oneof(
  near.map(([base, more]) => Math.max(0, base + more)),
  fc.double({ min: 0, max: 100, noNaN: true }),
);

test('whatever was read is idle by the packed numbers exactly if it is by its own, at any threshold of two decimals', () => {
  const limits = fc.tuple(hundredth, hundredth, hundredth);
  fc.assert(
    fc.property(use(amount), limits, fc.boolean(), (uses, [gpuBelowPercent, below, other], atTheNumber) => {
      const cut = (value: number) => Math.floor(value * 100) / 100;
      const thresholds = atTheNumber
        ? { gpuBelowPercent: cut(uses.gpuPercent), cpuBelowCores: cut(uses.cpu?.value ?? 0), cpuBelowPercent: below }
        : { gpuBelowPercent, cpuBelowCores: below, cpuBelowPercent: other };
      const back = packedAndBack(known(uses))?.reading;
      if (back?.state !== 'known') throw new Error('it was known');
      expect(isIdleUse(back.use, thresholds)).toBe(isIdleUse(uses, thresholds));
      expect(uses.gpuPercent - back.use.gpuPercent).toBeGreaterThanOrEqual(0);
      expect(uses.gpuPercent - back.use.gpuPercent).toBeLessThan(0.0100001);
    }),
    { numRuns: 2_000 },
  );
});

test('what is too large for a number is busy after all, not missing', () => {
  const back = packedAndBack(
    known({ gpuPercent: 0, cpu: { value: Number.POSITIVE_INFINITY, unit: 'cores' } }),
  )?.reading;
  expect(back).toMatchObject({ use: { cpu: { value: 1e12, unit: 'cores' } } });
});

test('the rules replayed over packed lines come to the same clock', () => {
  const rules = {
    thresholds: { gpuBelowPercent: 5, cpuBelowCores: 1, cpuBelowPercent: 5 },
    grownUpAt: now,
  };
  const cpu: CpuUse = { value: 0.25, unit: 'cores' };
  const ticks = Array.from({ length: 90 }, (_, tick): { at: number; seen: SeenReading } => {
    const at = now + tick * minute;
    if (tick % 7 === 3) return { at, seen: failed('the provider answered 500') };
    const gpuPercent = tick < 5 ? 80.25 : (tick % 4) * 1.25;
    return { at, seen: known({ gpuPercent, cpu }, { at: at + (tick % 13) * 1_000 }) };
  });
  let live = newClock(now);
  let replayed = newClock(now);
  for (const { at, seen } of ticks) {
    const line = only(packReadings(at, new Map([['p/r', seen]]), refOf));
    const back = unpackReadings(line).readings.get(refOf('p/r'));
    if (seen.reading !== undefined) live = advance(live, seen.reading, rules);
    if (back?.reading !== undefined) replayed = advance(replayed, back.reading, rules);
  }
  expect(live.span?.observed).toBeGreaterThan(80 * minute);
  expect(replayed.span).toEqual(live.span);
});

test('nothing that may be a name is told: no key, no reason', () => {
  const readings = new Map([
    ['secret-project/rt-1', known({ gpuPercent: 1 })],
    [
      'secret-project/rt-2',
      failed('getRuntimeMetrics: the provider answered 409, conflict: ada-notebook is not possible'),
    ],
    ['secret-project/rt-3', failed('ada-notebook')],
    ['secret-project/rt-4', failed('the unit "ada-notebook" is not known')],
  ]);
  const line = only(packReadings(now, readings, refOf));
  expect(line).not.toMatch(/secret|ada-notebook|rt-/);
  const told = [...unpackReadings(line).readings.values()].map(({ reading }) =>
    reading?.state === 'unknown' ? reading.because : undefined,
  );
  expect(told).toEqual([undefined, '409', 'other', 'unreadable']);
});

const sample = (change: Partial<UsageSample> = {}): UsageSample => ({
  value: 0,
  unit: 'percent',
  sampledAt: now - minute,
  gpu: '0',
  ...change,
});
const absent = {
  state: 'absent',
  samples: [],
  because: 'CPU: the answer says nothing where it is looked for',
} as const;
const metrics = (gpu: UsageSample, change: Partial<RuntimeMetrics> = {}): RuntimeMetrics => ({
  askedAt: now,
  gpu: { state: 'read', samples: [gpu] },
  cpu: absent,
  memory: absent,
  ...change,
});
const before = (change: Partial<Before> = {}): Before => ({ cpuReported: false, ...change });
const unreadable = { state: 'unreadable', samples: [], because: 'GPU: a number is missing' } as const;

test.each<[string, RuntimeMetrics, Before]>([
  ['stale', metrics(sample({ sampledAt: now - 4 * minute })), before()],
  ['ahead', metrics(sample({ sampledAt: now + 4 * minute })), before()],
  ['stands still', metrics(sample()), before({ sampledAt: now - minute })],
  ['GPUs missing', metrics(sample()), before({ gpuCount: 8 })],
  ['CPU missing', metrics(sample()), before({ cpuReported: true })],
  ['unit', metrics(sample({ unit: 'unstated', value: 0.5 })), before()],
  ['unit', metrics(sample({ unit: 'cores' })), before()],
  ['impossible', metrics(sample({ value: 101 })), before()],
  ['unreadable', metrics(sample(), { gpu: unreadable }), before()],
  ['unreadable', metrics(sample(), { gpu: absent }), before()],
])('a reading that the rules call unknown has the word "%s" (%#)', (word, answer, known) => {
  const reading = readUse(answer, known);
  expect(reading.state).toBe('unknown');
  expect(packedAndBack({ status: 'Running', reading })?.reading).toEqual({ state: 'unknown', at: now, because: word });
});

test('a tick of many runtimes is several lines, of at most 200 KB in a log record, with every runtime once', () => {
  const readings = new Map(
    Array.from({ length: 10_000 }, (_, number): [string, SeenReading] => [
      `r-${number}`,
      number % 2 === 0 ? { status: 'Wärmt auf '.repeat(9) } : known({ gpuPercent: number / 100 }),
    ]),
  );
  const lines = packReadings(now, readings, (key) => key);
  expect(lines.length).toBeGreaterThan(1);
  const record = (line: string) => Buffer.byteLength(JSON.stringify(line));
  for (const line of lines) expect(record(line)).toBeLessThanOrEqual(200_000);
  for (const line of lines.slice(0, -1)) expect(record(line)).toBeGreaterThan(199_000);
  const unpacked = lines.map(unpackReadings);
  expect(unpacked.every(({ at }) => at === now)).toBe(true);
  expect(unpacked.flatMap((part) => [...part.readings.keys()])).toEqual([...readings.keys()]);
  expect(unpacked[0]?.readings.get('r-0')?.status).toHaveLength(40);
});

test('a thousand runtimes are one line, and none are one too: the tick ran', () => {
  const uses = {
    gpuPercent: 1.25,
    cpu: { value: 0.31, unit: 'cores' as const },
    memory: { value: 83.2, unit: 'percent' as const },
  };
  const readings = new Map(Array.from({ length: 1_000 }, (_, number) => [`${number}`, known(uses)] as const));
  const line = only(packReadings(now, readings, (key) => key.padStart(10, '0')));
  expect(line.length / 1_000).toBeLessThan(40);
  expect(unpackReadings(only(packReadings(now, new Map(), refOf)))).toEqual({ at: now, readings: new Map() });
});

test.each([
  'no JSON',
  'null',
  '[]',
  '{"format":1,"at":1}',
  '{"format":2,"at":1,"runtimes":[]}',
  '{"format":1,"at":"1","runtimes":[]}',
  '{"format":1,"at":1,"runtimes":[7]}',
  '{"format":1,"at":1,"runtimes":[["a"]]}',
  '{"format":1,"at":1,"runtimes":[[1,"Running"]]}',
  '{"format":1,"at":1,"runtimes":[["a",0,1,"2",null,null]]}',
  '{"format":1,"at":1,"runtimes":[["a",0,1,2]]}',
  '{"format":1,"at":1,"runtimes":[["a",0,1,2,"3 bytes",null]]}',
  '{"format":1,"at":1,"runtimes":[["a",0,1,2,"x percent",null]]}',
])('%s is no line of readings', (line) => {
  expect(() => unpackReadings(line)).toThrow(TypeError);
});
