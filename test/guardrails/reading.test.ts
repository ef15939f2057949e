import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Before, isIdleUse, type Reading, readUse, type Use } from '#domain/guardrails/reading.ts';
import type { RuntimeMetrics, Usage, UsageSample, UsageUnit } from '#domain/runtime.ts';
import { minute, second } from '#domain/time.ts';

const noon = Date.UTC(2026, 0, 1, 12);
const limits = { gpuBelowPercent: 5, cpuBelowCores: 1, cpuBelowPercent: 5 };

/** A sample so many seconds after noon; without a time where that is undefined. */
const sample = (value: number, unit: UsageUnit, seconds?: number, gpu?: string): UsageSample => ({
  value,
  unit,
  ...(seconds === undefined ? {} : { sampledAt: noon + seconds * second }),
  ...(gpu === undefined ? {} : { gpu }),
});
const gpu = (value: number, seconds?: number, name = '0', unit: UsageUnit = 'percent') =>
  sample(value, unit, seconds, name);
const cpu = (value: number, seconds?: number, unit: UsageUnit = 'cores') => sample(value, unit, seconds);

const nothing: Usage = { state: 'absent', samples: [], because: 'the answer says nothing' };
const unreadable: Usage = { state: 'unreadable', samples: [], because: 'a number is missing' };
const usage = (samples: readonly UsageSample[]): Usage => (samples.length === 0 ? nothing : { state: 'read', samples });

type Given = {
  readonly gpu: readonly UsageSample[] | Usage;
  readonly cpu?: readonly UsageSample[] | Usage;
  readonly memory?: readonly UsageSample[] | Usage;
  readonly answeredAt?: number | undefined;
};

const usageOf = (given: readonly UsageSample[] | Usage = nothing): Usage => ('state' in given ? given : usage(given));

/** Asked for and answered at noon, unless said otherwise. */
const metricsOf = (given: Given): RuntimeMetrics => {
  const answeredAt = 'answeredAt' in given ? given.answeredAt : noon;
  return {
    askedAt: noon,
    ...(answeredAt === undefined ? {} : { answeredAt }),
    gpu: usageOf(given.gpu),
    cpu: usageOf(given.cpu),
    memory: usageOf(given.memory),
  };
};

const readingOf = (given: Given, before: Partial<Before> = {}): Reading =>
  readUse(metricsOf(given), { gpuCount: 1, cpuReported: false, ...before });

const becauseOf = (reading: Reading): string | undefined => (reading.state === 'unknown' ? reading.because : undefined);

const useOf = (reading: Reading): Use | undefined => (reading.state === 'known' ? reading.use : undefined);

/** idle, busy, or unknown with its reason. */
const judged = (reading: Reading): string => {
  if (reading.state === 'unknown') return `unknown: ${reading.because}`;
  return isIdleUse(reading.use, limits) ? 'idle' : 'busy';
};

describe('a reading is known', () => {
  test.each<[string, Given, Partial<Before>, Omit<Extract<Reading, { state: 'known' }>, 'state' | 'at'>]>([
    [
      'with all that an answer says',
      { gpu: [gpu(3, 0)], cpu: [cpu(0.5, 0)], memory: [sample(2 ** 31, 'bytes', 0)] },
      {},
      {
        sampledAt: noon,
        gpus: 1,
        unitStated: true,
        use: { gpuPercent: 3, cpu: { value: 0.5, unit: 'cores' }, memory: { value: 2, unit: 'gib' } },
      },
    ],
    ['without a CPU', { gpu: [gpu(0, 0)] }, {}, { sampledAt: noon, gpus: 1, unitStated: true, use: { gpuPercent: 0 } }],
    ['without times', { gpu: [gpu(0)] }, { sampledAt: noon }, { gpus: 1, unitStated: true, use: { gpuPercent: 0 } }],
    [
      'by the busiest of many GPUs',
      { gpu: [gpu(1, 0, 'a'), gpu(80, 0, 'b'), gpu(2, 0, 'c')] },
      { gpuCount: 3 },
      { sampledAt: noon, gpus: 3, unitStated: true, use: { gpuPercent: 80 } },
    ],
    [
      'up to the time that every GPU has been seen at',
      { gpu: [gpu(1, -60, 'a'), gpu(1, 0, 'a'), gpu(1, -30, 'b')] },
      { gpuCount: 2 },
      { sampledAt: noon - 30 * second, gpus: 2, unitStated: true, use: { gpuPercent: 1 } },
    ],
    [
      'in fractions',
      { gpu: [gpu(0.5, 0, '0', 'fraction')], cpu: [cpu(0.25, 0, 'fraction')], memory: [sample(0.5, 'fraction')] },
      {},
      {
        sampledAt: noon,
        gpus: 1,
        unitStated: true,
        use: { gpuPercent: 50, cpu: { value: 25, unit: 'percent' }, memory: { value: 50, unit: 'percent' } },
      },
    ],
    [
      'of a number without a unit that can be per cent only, which it says',
      { gpu: [gpu(1.5, 0, '0', 'unstated')] },
      {},
      { sampledAt: noon, gpus: 1, unitStated: false, use: { gpuPercent: 1.5 } },
    ],
    [
      'of a series in which one number has no unit, which it says',
      { gpu: [gpu(2, -15, '0', 'unstated'), gpu(2, 0)] },
      {},
      { sampledAt: noon, gpus: 1, unitStated: false, use: { gpuPercent: 2 } },
    ],
    [
      'of a 0 in whatever unit',
      { gpu: [gpu(0, 0, '0', 'unstated')], cpu: [cpu(0, 0, 'unstated')] },
      {},
      { sampledAt: noon, gpus: 1, unitStated: false, use: { gpuPercent: 0, cpu: { value: 0, unit: 'cores' } } },
    ],
    [
      'whatever memory says, which is evidence only',
      { gpu: [gpu(0, 0)], memory: [sample(-1, 'bytes')] },
      {},
      { sampledAt: noon, gpus: 1, unitStated: true, use: { gpuPercent: 0 } },
    ],
    [
      'where nobody says how many GPUs there are',
      { gpu: [gpu(0, 0)] },
      { gpuCount: undefined as never },
      { sampledAt: noon, gpus: 1, unitStated: true, use: { gpuPercent: 0 } },
    ],
    [
      'from a sample just not too old',
      { gpu: [gpu(0, -180)] },
      {},
      { sampledAt: noon - 3 * minute, gpus: 1, unitStated: true, use: { gpuPercent: 0 } },
    ],
  ])('%s', (_, given, before, expected) => {
    expect(readingOf(given, before)).toEqual({ state: 'known', at: noon, ...expected });
  });
});

describe('a reading is unknown', () => {
  test.each<[string, Given, Partial<Before>, RegExp]>([
    ['no GPU use', { gpu: nothing }, {}, /^the answer says nothing$/],
    ['GPU use that cannot be read', { gpu: unreadable }, {}, /^a number is missing$/],
    ['fewer GPUs than the runtime has', { gpu: [gpu(0, 0, 'a')] }, { gpuCount: 2 }, /^1 of 2 GPUs are reported$/],
    [
      'fewer GPUs in all of a series',
      { gpu: [gpu(0, -60, 'a'), gpu(0, 0, 'a')] },
      { gpuCount: 2 },
      /^1 of 2 GPUs are reported$/,
    ],
    ['a negative number', { gpu: [gpu(-0.1, 0)] }, {}, /^GPU use of -0.1 is not possible$/],
    ['more than all of a GPU', { gpu: [gpu(100.5, 0)] }, {}, /^GPU use of 100.5 is not possible$/],
    ['more than 1 as a fraction', { gpu: [gpu(1.5, 0, '0', 'fraction')] }, {}, /^GPU use of 1.5 is not possible$/],
    ['no number', { gpu: [gpu(Number.NaN, 0)] }, {}, /^GPU use of NaN is not possible$/],
    ['one impossible number of many', { gpu: [gpu(0, -15), gpu(300, 0)] }, {}, /^GPU use of 300 is not possible$/],
    ['one of another GPU', { gpu: [gpu(0, 0, 'a'), gpu(-5, 0, 'b')] }, { gpuCount: 2 }, /^GPU use of -5 is not/],
    ['GPU use in cores', { gpu: [gpu(0, 0, '0', 'cores')] }, {}, /^GPU use cannot be in cores$/],
    ['GPU use in bytes', { gpu: [gpu(0, 0, '0', 'bytes')] }, {}, /^GPU use cannot be in bytes$/],
    ['GPU use in GiB', { gpu: [gpu(0, 0, '0', 'gib')] }, {}, /^GPU use cannot be in gib$/],
    ['1 without a unit', { gpu: [gpu(1, 0, '0', 'unstated')] }, {}, /^GPU use has no unit/],
    ['a little without a unit', { gpu: [gpu(0.001, 0, '0', 'unstated')] }, {}, /^GPU use has no unit/],
    [
      'a little without a unit, elsewhere in the series',
      { gpu: [gpu(0.4, -15, '0', 'unstated'), gpu(0, 0, '0', 'unstated')] },
      {},
      /^GPU use has no unit/,
    ],
    ['an old sample', { gpu: [gpu(0, -181)] }, {}, /^GPU 0: the newest sample is older than 3 minutes$/],
    [
      'an old one of one GPU',
      { gpu: [gpu(0, 0, 'a'), gpu(0, -181, 'b')] },
      { gpuCount: 2 },
      /^GPU b: the newest sample is older than 3 minutes$/,
    ],
    [
      'one that is old by the clock of the answer, not by ours',
      { gpu: [gpu(0, 0)], answeredAt: noon + 4 * minute },
      {},
      /older than 3 minutes$/,
    ],
    [
      'one that is old by ours, where the answer has no clock',
      { gpu: [gpu(0, -181)], answeredAt: undefined },
      {},
      /older than 3 minutes$/,
    ],
    ['a sample from the future', { gpu: [gpu(0, 181)] }, {}, /^GPU 0: the newest sample lies in the future$/],
    [
      'a time that stands still',
      { gpu: [gpu(0, -15), gpu(0, 0)] },
      { sampledAt: noon },
      /^GPU 0: the time of the samples does not advance$/,
    ],
    ['a time that goes back', { gpu: [gpu(0, -15)] }, { sampledAt: noon }, /^GPU 0: the time of the samples does not/],
    [
      'a time that stands still on one GPU',
      { gpu: [gpu(0, 0, 'a'), gpu(0, -60, 'b')] },
      { gpuCount: 2, sampledAt: noon - minute },
      /^GPU b: the time of the samples does not advance$/,
    ],
    ['a CPU that cannot be read', { gpu: [gpu(0, 0)], cpu: unreadable }, {}, /^a number is missing$/],
    [
      'a CPU that was reported and is missing',
      { gpu: [gpu(0, 0)] },
      { cpuReported: true },
      /^CPU use was reported before and is missing$/,
    ],
    ['a negative CPU', { gpu: [gpu(0, 0)], cpu: [cpu(-1, 0)] }, {}, /^CPU use of -1 is not possible$/],
    ['a CPU of no number', { gpu: [gpu(0, 0)], cpu: [cpu(Number.NaN, 0)] }, {}, /^CPU use of NaN is not possible$/],
    ['a CPU in bytes', { gpu: [gpu(0, 0)], cpu: [cpu(0, 0, 'bytes')] }, {}, /^CPU use cannot be in bytes$/],
    ['a CPU in GiB', { gpu: [gpu(0, 0)], cpu: [cpu(0, 0, 'gib')] }, {}, /^CPU use cannot be in gib$/],
    ['a CPU of 0.5 of something', { gpu: [gpu(0, 0)], cpu: [cpu(0.5, 0, 'unstated')] }, {}, /^CPU use has no unit/],
    [
      'a CPU in two units',
      { gpu: [gpu(0, 0)], cpu: [cpu(0.5, -15), cpu(0.5, 0, 'percent')] },
      {},
      /^CPU use comes in several units$/,
    ],
    ['an old CPU', { gpu: [gpu(0, 0)], cpu: [cpu(0, -181)] }, {}, /^CPU: the newest sample is older than 3 minutes$/],
    [
      'a CPU whose time stands still',
      { gpu: [gpu(0, 60)], cpu: [cpu(0, 0)] },
      { sampledAt: noon },
      /^CPU: the time of the samples does not advance$/,
    ],
  ])('%s', (_, given, before, because) => {
    const reading = readingOf(given, before);
    expect(becauseOf(reading)).toMatch(because);
    expect(reading.at).toBe(noon);
  });
});

describe('a series is judged whole, since the last reading', () => {
  const burst = [gpu(0, -60), gpu(0, -45), gpu(90, -30), gpu(0, -15), gpu(0, 0)];

  test('not by its newest sample, and not by its mean', () => {
    expect(useOf(readingOf({ gpu: burst }))).toMatchObject({ gpuPercent: 90 });
    const short = [...Array.from({ length: 50 }, (_, index) => gpu(0, -60 + index)), gpu(6, -5), gpu(0, 0)];
    expect(judged(readingOf({ gpu: short }))).toBe('busy');
  });

  test('in whatever order it comes', () => {
    expect(useOf(readingOf({ gpu: burst.toReversed() }))).toMatchObject({ gpuPercent: 90 });
  });

  test('what was judged before is not judged again', () => {
    expect(judged(readingOf({ gpu: burst }, { sampledAt: noon - 30 * second }))).toBe('idle');
    expect(judged(readingOf({ gpu: burst }, { sampledAt: noon - 31 * second }))).toBe('busy');
  });

  test('a sample that lies too far back is still judged, if nobody looked since', () => {
    const old = [gpu(90, -290), gpu(0, 0)];
    expect(judged(readingOf({ gpu: old }, { sampledAt: noon - 5 * minute }))).toBe('busy');
  });

  test('samples without a time are always judged', () => {
    expect(judged(readingOf({ gpu: [gpu(90), gpu(0, 0)] }, { sampledAt: noon - minute }))).toBe('busy');
  });

  test('of the CPU too', () => {
    const cores = [cpu(0, -45), cpu(3, -30), cpu(0, 0)];
    const given = { gpu: [gpu(0, -30), gpu(0, 0)], cpu: cores };
    expect(useOf(readingOf(given))).toMatchObject({ cpu: { value: 3, unit: 'cores' } });
    expect(judged(readingOf(given))).toBe('busy');
    expect(judged(readingOf(given, { sampledAt: noon - 30 * second }))).toBe('idle');
  });
});

describe('idle or busy', () => {
  test.each<[string, Given, string]>([
    ['just below 5 %', { gpu: [gpu(4.99, 0)] }, 'idle'],
    ['5 %', { gpu: [gpu(5, 0)] }, 'busy'],
    ['a fraction of 0.05', { gpu: [gpu(0.05, 0, '0', 'fraction')] }, 'busy'],
    ['just below a core', { gpu: [gpu(0, 0)], cpu: [cpu(0.99, 0)] }, 'idle'],
    ['a core', { gpu: [gpu(0, 0)], cpu: [cpu(1, 0)] }, 'busy'],
    ['just below 5 % of the CPU', { gpu: [gpu(0, 0)], cpu: [cpu(4.99, 0, 'percent')] }, 'idle'],
    ['5 % of the CPU', { gpu: [gpu(0, 0)], cpu: [cpu(0.05, 0, 'fraction')] }, 'busy'],
    ['3 of something of the CPU', { gpu: [gpu(0, 0)], cpu: [cpu(3, 0, 'unstated')] }, 'busy'],
    ['all of the memory', { gpu: [gpu(0, 0)], memory: [sample(100, 'percent', 0)] }, 'idle'],
  ])('%s: %s', (_, given, expected) => {
    expect(judged(readingOf(given))).toBe(expected);
  });
});

describe('laws', () => {
  const unit = fc.constantFrom<UsageUnit>('percent', 'fraction', 'unstated');
  // Mostly what can be judged: few numbers that may be a fraction, few samples that are too old.
  const value = fc.oneof(fc.constantFrom(0, 2, 4.9, 5, 60, 100), fc.double({ min: 1.01, max: 12, noNaN: true }), {
    weight: 1,
    arbitrary: fc.double({ min: 0, max: 110, noNaN: true }),
  });
  const seconds = fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: -170, max: 20 }) },
    { weight: 1, arbitrary: fc.integer({ min: -240, max: 200 }) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
  const gpuSample = fc.record({ value, seconds, name: fc.constantFrom('a', 'b') });
  const cpuUnit = fc.constantFrom<UsageUnit>('cores', 'percent', 'unstated');
  /** An answer of one unit per quantity, as answers are. */
  const world = fc
    .record({
      gpus: fc.array(gpuSample, { minLength: 1, maxLength: 8 }),
      cpus: fc.array(
        fc.record({ value: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 8, noNaN: true })), seconds }),
        { maxLength: 4 },
      ),
      gpuUnit: unit,
      cpuUnit,
      sampledAt: fc.option(fc.integer({ min: -240, max: -60 }), { nil: undefined, freq: 2 }),
      gpuCount: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
    })
    .map(({ gpus, cpus, ...rest }) => ({
      ...rest,
      gpu: gpus.map((each) =>
        gpu(rest.gpuUnit === 'fraction' ? each.value / 100 : each.value, each.seconds, each.name, rest.gpuUnit),
      ),
      cpu: cpus.map((each) => cpu(each.value, each.seconds, rest.cpuUnit)),
    }));
  type World = Pick<Given, 'gpu' | 'cpu'> & {
    readonly sampledAt: number | undefined;
    readonly gpuCount: number | undefined;
  };
  const read = ({ gpu, cpu = [], sampledAt, gpuCount }: World): Reading =>
    readUse(metricsOf({ gpu, cpu }), {
      cpuReported: false,
      ...(sampledAt === undefined ? {} : { sampledAt: noon + sampledAt * second }),
      ...(gpuCount === undefined ? {} : { gpuCount }),
    });

  const raised = (samples: readonly UsageSample[], place: number, by: number): readonly UsageSample[] =>
    samples.map((each, index) => (index === place % samples.length ? { ...each, value: each.value + by } : each));

  test('raising any sample never turns busy into idle', () => {
    let seen = 0;
    fc.assert(
      fc.property(
        world,
        fc.boolean(),
        fc.nat(20),
        fc.double({ min: 0, max: 40, noNaN: true }),
        (given, ofCpu, place, by) => {
          if (judged(read(given)) !== 'busy') return;
          seen += 1;
          const next = ofCpu
            ? { ...given, cpu: raised(given.cpu, place, by) }
            : { ...given, gpu: raised(given.gpu, place, by) };
          expect(judged(read(next))).not.toBe('idle');
        },
      ),
      { seed: 1, numRuns: 2_000 },
    );
    expect(seen).toBeGreaterThan(300);
  });

  test('more samples after the last reading never lower the use', () => {
    let seen = 0;
    fc.assert(
      fc.property(world, fc.array(gpuSample, { minLength: 1, maxLength: 4 }), (given, more) => {
        const before = useOf(read(given));
        const own = given.gpuUnit === 'fraction' ? 100 : 1;
        const added = more.map((each) => gpu(each.value / own, each.seconds, each.name, given.gpuUnit));
        const after = useOf(read({ ...given, gpu: [...given.gpu, ...added] }));
        if (before === undefined || after === undefined) return;
        seen += 1;
        expect(after.gpuPercent).toBeGreaterThanOrEqual(before.gpuPercent);
        expect(after.cpu).toEqual(before.cpu);
      }),
      { seed: 1, numRuns: 2_000 },
    );
    expect(seen).toBeGreaterThan(300);
  });

  test('an answer means the same in whatever order its samples come', () => {
    fc.assert(
      fc.property(world, (given) => {
        const turned = { ...given, gpu: given.gpu.toReversed(), cpu: given.cpu.toReversed() };
        expect(read(turned).state).toBe(read(given).state);
        expect(useOf(read(turned))).toEqual(useOf(read(given)));
      }),
      { seed: 1, numRuns: 1_000 },
    );
  });

  test('what is known was seen on every GPU after the last reading and within 3 minutes', () => {
    fc.assert(
      fc.property(world, (given) => {
        const reading = read(given);
        if (reading.state === 'unknown' || reading.sampledAt === undefined) return;
        expect(reading.sampledAt).toBeGreaterThanOrEqual(noon - 3 * minute);
        if (given.sampledAt !== undefined) expect(reading.sampledAt).toBeGreaterThan(noon + given.sampledAt * second);
        if (given.gpuCount !== undefined) expect(reading.gpus).toBeGreaterThanOrEqual(given.gpuCount);
      }),
      { seed: 1, numRuns: 1_000 },
    );
  });
});
