import { describe, expect, test } from 'vitest';
import { type Before, type Reading, readUse } from '#domain/guardrails/reading.ts';
import type { UsageSample } from '#domain/runtime.ts';
import type { MetricsProfile, MetricsShape } from '#local/emulator/emulator.ts';
import { noon, startProvider } from '../provider/client-setup.ts';

const second = 1_000;
const minute = 60 * second;

/** Two GPUs, 8 cores of 32 and 48 GiB of 192: a quarter of each. */
const level = { kind: 'constant' as const, gpuPercent: [3, 40], cpuCores: 8, memoryPercent: 25 };

/** A runtime with that profile, and its metrics as the real client reads them. */
const startWith = async (metrics: MetricsProfile, gpuCount = 2) => {
  const provider = await startProvider({ mostRetries: 0 });
  const { id } = provider.control.addRuntime({ gpuCount, metrics });
  const fetched = () => provider.client.getRuntimeMetrics(provider.address(id));
  const read = async (before: Partial<Before> = {}): Promise<Reading> =>
    readUse(await fetched(), { gpuCount, cpuReported: false, ...before });
  return { ...provider, id, fetched, read };
};

const short = ({ gpu, value, unit, sampledAt }: UsageSample): string =>
  [gpu === undefined ? '' : `${gpu}:`, value, ` ${unit}`, sampledAt === undefined ? ' untimed' : ''].join('');

const cores = ['8 cores'];
const bytes = [`${48 * 2 ** 30} bytes`];
const share = (unit: string) => [unit === 'fraction' ? '0.25 fraction' : `25 ${unit}`];

describe('every shape is read by the client', () => {
  test.each<[MetricsShape, readonly string[], readonly string[], readonly string[]]>([
    [{}, ['0:3 percent', '1:40 percent'], cores, bytes],
    [{ unit: 'field' }, ['0:3 percent', '1:40 percent'], share('percent'), share('percent')],
    [{ unit: 'fraction' }, ['0:0.03 fraction', '1:0.4 fraction'], share('fraction'), share('fraction')],
    [{ unit: 'none' }, ['0:3 unstated', '1:40 unstated'], share('unstated'), share('unstated')],
    [{ gpus: 'object' }, ['0:3 percent'], cores, bytes],
    [{ gpus: 'object', unit: 'field' }, ['0:3 percent'], share('percent'), share('percent')],
    [{ gpus: 'object', unit: 'fraction' }, ['0:0.03 fraction'], share('fraction'), share('fraction')],
    [{ gpus: 'object', unit: 'none' }, ['0:3 unstated'], share('unstated'), share('unstated')],
    [{ gpus: 'flat' }, ['0:3 percent'], cores, bytes],
    [{ gpus: 'flat', unit: 'field' }, ['0:3 percent'], share('percent'), share('percent')],
    [{ gpus: 'flat', unit: 'fraction' }, ['0:0.03 fraction'], share('fraction'), share('fraction')],
    [{ gpus: 'flat', unit: 'none' }, ['0:3 unstated'], share('unstated'), share('unstated')],
    [{ missingGpu: 0 }, ['1:40 percent'], cores, bytes],
  ])('%j', async (shape, gpu, cpu, memory) => {
    const { fetched, control, id } = await startWith({ ...level, shape: { ...shape, samples: 'single' } });
    const single = await fetched();
    expect(single.gpu.samples.map(short)).toEqual(gpu);
    expect(single.cpu.samples.map(short)).toEqual(cpu);
    expect(single.memory.samples.map(short)).toEqual(memory);
    expect(new Set(single.gpu.samples.map(({ sampledAt }) => sampledAt))).toEqual(new Set([noon]));

    control.setRuntime(id, { metrics: { ...level, shape } });
    const series = await fetched();
    expect(series.gpu.samples.map(short)).toEqual(Array.from({ length: 20 }, () => gpu).flat());
    expect(series.cpu.samples.map(short)).toEqual(Array.from({ length: 20 }, () => cpu).flat());
    expect(new Set(series.gpu.samples.map(({ sampledAt }) => sampledAt)).size).toBe(20);

    control.setRuntime(id, { metrics: { ...level, shape: { ...shape, samples: 'single', untimed: true } } });
    expect((await fetched()).gpu.samples.map(short)).toEqual(gpu.map((each) => `${each} untimed`));
  });

  test.each<MetricsProfile>([
    { kind: 'idle', shape: { unit: 'fraction' } },
    { kind: 'busy', shape: { unit: 'fraction' } },
    { kind: 'series', samples: [{ at: noon, gpuPercent: 50 }], shape: { unit: 'fraction' } },
  ])('whatever the profile: $kind', async (metrics) => {
    const { fetched } = await startWith(metrics, 1);
    const { gpu } = await fetched();
    expect(gpu.samples.length).toBeGreaterThan(0);
    expect(new Set(gpu.samples.map(({ unit }) => unit))).toEqual(new Set(['fraction']));
  });
});

describe('what a reading makes of it', () => {
  test.each<[MetricsShape, number, number]>([
    [{}, 2, 40],
    [{ unit: 'field' }, 2, 40],
    [{ unit: 'fraction' }, 2, 40],
    [{ unit: 'none' }, 2, 40],
    [{ samples: 'single', untimed: true }, 2, 40],
    [{ gpus: 'object' }, 1, 40],
    [{ gpus: 'flat', unit: 'field' }, 1, 40],
  ])('%j: known', async (shape, gpuCount, gpuPercent) => {
    const profile = { ...level, gpuPercent: gpuCount === 1 ? [40] : [3, 40] };
    const { read } = await startWith({ ...profile, shape }, gpuCount);
    expect(await read()).toMatchObject({
      state: 'known',
      gpus: gpuCount,
      unitStated: shape.unit !== 'none',
      use: { gpuPercent },
    });
  });

  test.each<[MetricsShape, string]>([
    [{ missingGpu: 1 }, '1 of 2 GPUs are reported'],
    [{ gpus: 'object' }, '1 of 2 GPUs are reported'],
    [{ gpus: 'flat' }, '1 of 2 GPUs are reported'],
    [{ stale: 181 }, 'GPU 0: the newest sample is older than 3 minutes'],
  ])('%j: unknown', async (shape, because) => {
    const { read } = await startWith({ ...level, shape });
    expect(await read()).toEqual({ state: 'unknown', at: noon, because });
  });

  test('a bare number up to 1 is unknown, whichever GPU it is of', async () => {
    const { read } = await startWith({ ...level, gpuPercent: [0, 0.4], shape: { unit: 'none' } });
    expect(await read()).toMatchObject({
      state: 'unknown',
      because: 'GPU use has no unit: it may be a fraction or per cent',
    });
  });

  test('stale samples stand still, and are too old after three minutes', async () => {
    const { read, time, control, id } = await startWith({ ...level, shape: { stale: 30 } });
    const first = await read();
    expect(first).toMatchObject({ state: 'known', sampledAt: noon - 30 * second });
    time.now += minute;
    expect(await read({ sampledAt: noon - 30 * second })).toMatchObject({
      because: 'GPU 0: the time of the samples does not advance',
    });
    expect(await read()).toMatchObject({ state: 'known', sampledAt: noon - 30 * second });
    time.now += 2 * minute;
    expect(await read()).toMatchObject({ because: 'GPU 0: the newest sample is older than 3 minutes' });
    control.setRuntime(id, { metrics: { ...level, shape: { stale: 60 } } });
    expect(await read()).toMatchObject({ state: 'known', sampledAt: time.now - minute });
  });
});

describe('gaps', () => {
  test('metrics fail within them, as the service does, and are there again after', async () => {
    const gaps = [{ from: noon + minute, to: noon + 3 * 60 * minute }];
    const { fetched, time } = await startWith({ kind: 'idle', shape: { gaps } });
    const unavailable = { name: 'Unavailable', status: 503 };
    expect((await fetched()).gpu.state).toBe('read');
    time.now = noon + minute;
    await expect(fetched()).rejects.toMatchObject(unavailable);
    time.now = noon + 3 * 60 * minute - 1;
    await expect(fetched()).rejects.toMatchObject(unavailable);
    time.now += 1;
    expect((await fetched()).gpu.state).toBe('read');
  });
});

describe('becoming busy', () => {
  test('from an instant on: the samples before it stay as they were', async () => {
    const { read, fetched, time } = await startWith({ kind: 'idle', busyFrom: noon + minute }, 1);
    expect(await read()).toMatchObject({ state: 'known', use: { gpuPercent: expect.toSatisfy((use) => use <= 1) } });
    time.now += minute;
    const { samples } = (await fetched()).gpu;
    expect(samples.filter(({ value }) => value > 70).map(({ sampledAt }) => sampledAt)).toEqual([noon + minute]);
    const reading = await read({ sampledAt: noon });
    expect(reading).toMatchObject({ use: { gpuPercent: expect.toSatisfy((use) => use > 70) } });
  });

  test('on the n-th call since it was set, at one and the same instant', async () => {
    const { read, control, id, time } = await startWith({ ...level, gpuPercent: 0, cpuCores: 0, busyOnCall: 3 }, 1);
    const useOf = async () => {
      const reading = await read();
      return reading.state === 'known' && reading.use.gpuPercent > 70;
    };
    expect([await useOf(), await useOf(), await useOf(), await useOf()]).toEqual([false, false, true, true]);
    control.setRuntime(id, { metrics: { kind: 'idle', busyOnCall: 2 } });
    expect([await useOf(), await useOf()]).toEqual([false, true]);
    time.now += minute;
    control.setRuntime(id, { message: 'something else' });
    expect(await useOf()).toBe(true);
  });

  test('an old view of the runtime counts the call and brings nothing old back', async () => {
    const { control, id, fetched, time } = await startWith({ kind: 'idle', busyOnCall: 2 }, 1);
    time.now += 10 * minute;
    control.setRuntime(id, { name: 'renamed' });
    control.addFault({ kind: 'staleData', minutes: 5, operation: 'getRuntimeMetrics', times: 1 });
    await fetched();
    expect(control.runtimes()).toMatchObject([{ name: 'renamed', metricsCalls: 1 }]);
  });
});

describe('what is asked for is checked', () => {
  test.each<[unknown, string]>([
    [{ kind: 'idle', shape: { unit: 'furlongs' } }, 'metrics.shape.unit'],
    [{ kind: 'idle', shape: { stale: -1 } }, 'metrics.shape.stale'],
    [{ kind: 'idle', shape: { missingGpu: 0.5 } }, 'metrics.shape.missingGpu'],
    [{ kind: 'idle', shape: { gaps: [{ from: noon }] } }, 'metrics.shape.gaps.0.to'],
    [{ kind: 'idle', shape: { untimd: true } }, 'metrics.shape'],
    [{ kind: 'idle', busyOnCall: 0 }, 'metrics.busyOnCall'],
  ])('%j is refused and names %s', async (metrics, field) => {
    const { emulator, id } = await startWith({ kind: 'idle' });
    const answer = await fetch(`${emulator.url}/_control/runtimes/${id}`, {
      method: 'PATCH',
      body: JSON.stringify({ metrics }),
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ details: expect.stringContaining(field) });
  });
});
