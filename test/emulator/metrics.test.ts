import { describe, expect, test } from 'vitest';
import type { MetricsProfile } from '#local/emulator/emulator.ts';
import { NOON, startProvider } from './provider.ts';

type Sample = {
  timestamp: string;
  gpus: { index: number; utilizationPercent: number; memoryUsedBytes: number; memoryTotalBytes: number }[];
  cpu?: { usedCores: number; totalCores: number };
  memory?: { usedBytes: number; totalBytes: number };
};

const startWith = async (metrics: MetricsProfile, gpuCount = 2) => {
  const provider = await startProvider();
  const { id } = provider.control.addRuntime({ gpuCount, metrics });
  const read = async () => (await provider.get(`${provider.runtimesPath}/${id}/metrics`)).body;
  return { ...provider, id, read, samples: async (): Promise<Sample[]> => (await read()).samples };
};

describe('metrics', () => {
  test('are samples of the last five minutes, with the units in their names', async () => {
    const { id, read } = await startWith({
      kind: 'constant',
      gpuPercent: [40, 60],
      gpuMemoryPercent: 50,
      cpuCores: 3,
      memoryPercent: 25,
    });
    const body = await read();
    expect(body).toMatchObject({ airuntimeId: id, intervalSeconds: 15 });
    expect(body.samples).toHaveLength(20);
    expect(body.samples[0].timestamp).toBe('2026-01-01T11:55:15.000Z');
    expect(body.samples[19]).toEqual({
      timestamp: '2026-01-01T12:00:00.000Z',
      gpus: [
        { index: 0, utilizationPercent: 40, memoryUsedBytes: 16 * 2 ** 30, memoryTotalBytes: 32 * 2 ** 30 },
        { index: 1, utilizationPercent: 60, memoryUsedBytes: 16 * 2 ** 30, memoryTotalBytes: 32 * 2 ** 30 },
      ],
      cpu: { usedCores: 3, totalCores: 32 },
      memory: { usedBytes: 48 * 2 ** 30, totalBytes: 192 * 2 ** 30 },
    });
  });

  test('busy is above 70 %, idle at most 1 %, and looking twice shows the same', async () => {
    const { control, id, samples, wait } = await startWith({ kind: 'busy' });
    const percents = async () => (await samples()).flatMap(({ gpus }) => gpus.map((gpu) => gpu.utilizationPercent));
    expect(Math.min(...(await percents()))).toBeGreaterThan(70);
    expect(await percents()).toEqual(await percents());
    control.setRuntime(id, { metrics: { kind: 'idle' } });
    wait(10);
    expect(Math.max(...(await percents()))).toBeLessThanOrEqual(1);
    const cores = (await samples()).map(({ cpu }) => cpu?.usedCores ?? Number.NaN);
    expect(Math.max(...cores)).toBeLessThan(1);
  });

  test('advance with the clock', async () => {
    const { samples, wait } = await startWith({ kind: 'idle' });
    wait(1);
    expect((await samples()).at(-1)?.timestamp).toBe('2026-01-01T12:01:00.000Z');
  });

  test('a series shows its own samples when their time has come', async () => {
    const at = (minutes: number) => NOON + minutes * 60_000;
    const { samples, wait } = await startWith({
      kind: 'series',
      samples: [
        { at: at(-6), gpuPercent: 90 },
        { at: at(-1), gpuPercent: 3 },
        { at: at(1), gpuPercent: 80 },
      ],
    });
    const firstGpus = async () => (await samples()).map(({ gpus }) => gpus[0]?.utilizationPercent);
    expect(await firstGpus()).toEqual([3]);
    wait(2);
    expect(await firstGpus()).toEqual([3, 80]);
  });

  test('can lack CPU, memory or a GPU, can be impossible, can be absent', async () => {
    const profile = { kind: 'constant', gpuPercent: [140], cpuCores: null, memoryPercent: null } as const;
    const { control, id, samples } = await startWith({ ...profile, gpuPercent: [140] });
    const sample = (await samples())[0];
    expect(Object.keys(sample ?? {})).toEqual(['timestamp', 'gpus']);
    expect(sample?.gpus.map((gpu) => gpu.utilizationPercent)).toEqual([140]);
    control.setRuntime(id, { metrics: { kind: 'absent' } });
    expect(await samples()).toEqual([]);
  });

  test('can be any body at all, for trying other shapes', async () => {
    const { read } = await startWith({ kind: 'raw', body: { gpu: { utilization: 0.4 } } });
    expect(await read()).toEqual({ gpu: { utilization: 0.4 } });
  });

  test('begin when the runtime runs, and show nothing while it does not', async () => {
    const { control, get, runtimesPath } = await startProvider();
    const { id } = control.addRuntime({ createdMinutesAgo: 1 });
    const samples = async () => (await get(`${runtimesPath}/${id}/metrics`)).body.samples;
    expect(await samples()).toEqual([]);
    control.advanceClock(300);
    const count = (await samples()).length;
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(20);
    control.setRuntime(id, { status: 'Failed' });
    expect(await samples()).toEqual([]);
  });
});
