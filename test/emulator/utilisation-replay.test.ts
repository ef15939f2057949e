import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readUse } from '#domain/guardrails/reading.ts';
import {
  loadUtilisationTrace,
  TraceError,
  type UtilisationReplayWish,
  type UtilisationTrace,
} from '#local/emulator/emulator.ts';
import { startProvider as startClient } from '../provider/client-setup.ts';
import { NOON, startProvider } from './provider.ts';

/** Measured series that lie beside the repository, and not in it. */
const MEASURED = join(import.meta.dirname, '../../../shared/traces/utilisation.csv.gz');
const absent = !existsSync(MEASURED);
if (absent) console.log(`Tests on the measured trace are skipped: there is none at ${MEASURED}.`);

const HEADER = 'at,runtime,gpu_percent,gpu_memory_bytes,memory_percent';

const fileWith = async (content: string | Uint8Array, name = 'trace.csv') => {
  const folder = await mkdtemp(join(tmpdir(), 'trace-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
};

describe('load a trace', () => {
  const csv = `${HEADER}\n1060,b,3.5,70,20\n1000,a,0,5e9,1.5\n1120,a,99.9,,\n1060,a,1,2,3\n1060,a,4,5,6\n`;
  const trace: UtilisationTrace = {
    lengthSeconds: 120,
    runtimes: [
      {
        name: 'a',
        rows: [
          { atSeconds: 0, gpuPercent: 0, gpuMemoryBytes: 5e9, memoryPercent: 1.5 },
          { atSeconds: 60, gpuPercent: 4, gpuMemoryBytes: 5, memoryPercent: 6 },
          { atSeconds: 120, gpuPercent: 99.9 },
        ],
      },
      { name: 'b', rows: [{ atSeconds: 60, gpuPercent: 3.5, gpuMemoryBytes: 70, memoryPercent: 20 }] },
    ],
  };

  test('gives the rows of each runtime, sorted, in seconds from the first row of all', async () => {
    expect(await loadUtilisationTrace(await fileWith(csv))).toEqual(trace);
  });

  test('gzipped too', async () => {
    expect(await loadUtilisationTrace(await fileWith(gzipSync(csv), 'trace.csv.gz'))).toEqual(trace);
  });

  test.each([
    ['at,runtime\n0,a\n', /columns gpu_percent are missing/],
    ['at,runtime,gpu_percent,cpu_core\n0,a,1,1\n', /unknown columns cpu_core; allowed are at, .*cpu_cores/],
    ['at,runtime,gpu_percent,cpu_cores\n0,a,1,-1\n', /row 2: "cpu_cores" must be a number of at least 0/],
    ['at,runtime,gpu_percent,cpu_percent\n0,a,1,101\n', /row 2: "cpu_percent" must be a number from 0 to 100/],
    [`${HEADER}\nsoon,a,1,2,3\n`, /row 2: "at" must be a number/],
    [`${HEADER}\n0,,1,2,3\n`, /row 2: "runtime" must not be empty/],
    [`${HEADER}\n0,a,1,2,3\n\n9,a,,2,3\n`, /row 4: "gpu_percent" must be a number from 0 to 100/],
    [`${HEADER}\n0,a,100.1,2,3\n`, /row 2: "gpu_percent" must be/],
    [`${HEADER}\n0,a,-1,2,3\n`, /row 2: "gpu_percent" must be/],
    [`${HEADER}\n0,a,1,much,3\n`, /row 2: "gpu_memory_bytes" must be/],
    [`${HEADER}\n0,a,1,2,101\n`, /row 2: "memory_percent" must be/],
    [`${HEADER}\n0,a,1,2\n`, /Invalid Record Length.* on line 2/],
    [`${HEADER}\n`, /there is no row/],
  ])('%j is refused with its row and column', async (content, message) => {
    const work = loadUtilisationTrace(await fileWith(content));
    await expect(work).rejects.toThrow(message);
    await expect(work).rejects.toThrow(TraceError);
  });

  test('a missing file and one that is no gzip are said plainly', async () => {
    await expect(loadUtilisationTrace('/nowhere/trace.csv')).rejects.toThrow(/trace.csv: cannot be read/);
    await expect(loadUtilisationTrace(await fileWith('a', 'b.csv.gz'))).rejects.toThrow(TraceError);
  });
});

const minutely = (from: number, to: number, gpuPercent = 0) =>
  Array.from({ length: to - from + 1 }, (_, index) => ({
    atSeconds: (from + index) * 60,
    gpuPercent,
    gpuMemoryBytes: 1e9,
    memoryPercent: 50,
  }));

/** An hour: one that is always there, one that starts late, one that ends early, one with a gap. */
const TRACE: UtilisationTrace = {
  lengthSeconds: 3600,
  runtimes: [
    { name: 'always', rows: minutely(0, 60) },
    { name: 'late', rows: minutely(30, 60, 90) },
    { name: 'short', rows: minutely(0, 20) },
    { name: 'gapped', rows: [...minutely(0, 10), ...minutely(20, 60)] },
  ],
};

const startReplay = async (wish: UtilisationReplayWish = {}) => {
  const provider = await startProvider();
  const ids = provider.control.replayUtilisation(TRACE, wish);
  const path = (name: string) => `${provider.runtimesPath}/${ids[name]}`;
  const metrics = (name: string) => provider.get(`${path(name)}/metrics`);
  const listed = async (): Promise<string[]> =>
    (await provider.get(provider.runtimesPath)).body.data.map(({ name }: { name: string }) => name);
  return { ...provider, ids, path, metrics, listed };
};

describe('replayed runtimes', () => {
  test('of the first row were created a day earlier; of a later row, then; on one H200 each, on demand', async () => {
    const { get, path, wait } = await startReplay();
    expect((await get(path('always'))).body).toMatchObject({
      name: 'always',
      status: 'Running',
      gpuConfigID: 'gpu-h200-141g-20cpu-192g',
      gpuCount: 1,
      planId: 'gpu-h200-on-demand-1h',
      createdAt: '2025-12-31T12:00:00.000Z',
    });
    wait(29.99);
    expect((await get(path('late'))).status).toBe(404);
    wait(0.01);
    expect((await get(path('late'))).body).toMatchObject({ status: 'Running', createdAt: '2026-01-01T12:30:00.000Z' });
  });

  test('that end early vanish ten minutes after their last row; others stay', async () => {
    const { listed, get, path, wait } = await startReplay();
    wait(29.99);
    expect((await listed()).sort()).toEqual(['always', 'gapped', 'short']);
    wait(0.01);
    expect((await get(path('short'))).status).toBe(404);
    expect((await listed()).sort()).toEqual(['always', 'gapped', 'late']);
    wait(10_000);
    expect((await listed()).sort()).toEqual(['always', 'gapped', 'late']);
  });

  test('are found by their names in the trace, with the same ids from the same seed', async () => {
    const { control, ids, call } = await startReplay();
    expect(Object.keys(ids)).toEqual(['always', 'late', 'short', 'gapped']);
    expect(control.replayedRuntimes()).toEqual(ids);
    control.removeRuntime(ids.always ?? '');
    expect(control.replayedRuntimes()).toEqual(ids);
    expect((await call('GET', '/_control/utilisation')).body).toEqual(ids);
    expect((await startReplay()).ids).toEqual(ids);
    control.reset();
    expect(control.replayedRuntimes()).toEqual({});
  });

  test('take from the free count when they come, and give back when they go', async () => {
    const { control, wait } = await startReplay();
    const free = () => control.offers().find(({ configId }) => configId.includes('h200'))?.available;
    expect(free()).toBe(5);
    wait(29.99);
    expect(free()).toBe(5);
    // The short one went, the late one came.
    wait(0.01);
    expect(free()).toBe(5);
    control.removeRuntime(control.replayedRuntimes().late ?? '');
    expect(free()).toBe(6);
  });

  test('get names that the provider takes, each its own', async () => {
    const { control } = await startProvider();
    control.addRuntime({ name: 'a-b' });
    const rows = minutely(0, 1);
    const names = ['a b', 'a/b', '-c', 'x'.repeat(80), `${'x'.repeat(80)}y`];
    control.replayUtilisation({ lengthSeconds: 60, runtimes: names.map((name) => ({ name, rows })) });
    const given = control.runtimes().map(({ name }) => name);
    expect(given).toEqual(['a-b', 'a-b-2', 'a-b-3', 'r-c', 'x'.repeat(63), `${'x'.repeat(61)}-2`]);
    expect(Object.keys(control.replayedRuntimes())).toEqual(names);
  });

  test('in another project, on another config, from another instant', async () => {
    const { control } = await startReplay({
      project: 'prj-replay',
      configId: 'gpu-t4-16g-12cpu-128g',
      startsAt: NOON - 1_860_000,
    });
    expect(control.runtimes()).toHaveLength(3);
    expect(control.runtimes().find(({ name }) => name === 'late')).toMatchObject({
      project: 'prj-replay',
      configId: 'gpu-t4-16g-12cpu-128g',
      planId: 'gpu-t4-on-demand-1h',
      createdAt: NOON - 60_000,
    });
  });

  test('that are deleted stay deleted', async () => {
    const { call, metrics, path, listed, wait } = await startReplay();
    wait(5);
    expect((await call('DELETE', path('gapped'))).status).toBe(202);
    wait(2);
    expect((await metrics('gapped')).status).toBe(404);
    for (const minutes of [10, 20, 30, 600]) {
      wait(minutes);
      expect(await listed()).not.toContain('gapped');
    }
  });

  test('can be changed like any other', async () => {
    const { control, ids, metrics } = await startReplay();
    control.setRuntime(ids.always ?? '', { metrics: { kind: 'busy' } });
    expect((await metrics('always')).body.samples.at(-1).gpus[0].utilizationPercent).toBeGreaterThan(70);
  });
});

describe('replayed metrics', () => {
  test('are the rows of the last five minutes, without a CPU', async () => {
    const { metrics, wait } = await startReplay();
    wait(7.5);
    const { samples } = (await metrics('always')).body;
    expect(samples.map(({ timestamp }: { timestamp: string }) => timestamp)).toEqual([
      '2026-01-01T12:03:00.000Z',
      '2026-01-01T12:04:00.000Z',
      '2026-01-01T12:05:00.000Z',
      '2026-01-01T12:06:00.000Z',
      '2026-01-01T12:07:00.000Z',
    ]);
    expect(samples[0]).toEqual({
      timestamp: '2026-01-01T12:03:00.000Z',
      gpus: [{ index: 0, utilizationPercent: 0, memoryUsedBytes: 1e9, memoryTotalBytes: 141 * 2 ** 30 }],
      memory: { usedBytes: 96 * 2 ** 30, totalBytes: 192 * 2 ** 30 },
    });
  });

  test('leave out what the row leaves out', async () => {
    const { control, get, runtimesPath } = await startProvider();
    const runtimes = [{ name: 'a', rows: [{ atSeconds: 0, gpuPercent: 7 }] }];
    const { a } = control.replayUtilisation({ lengthSeconds: 0, runtimes });
    expect((await get(`${runtimesPath}/${a}/metrics`)).body.samples[0]).toEqual({
      timestamp: '2026-01-01T12:00:00.000Z',
      gpus: [{ index: 0, utilizationPercent: 7, memoryTotalBytes: 141 * 2 ** 30 }],
    });
  });

  test('fail once the newest row is older than three minutes, and are there again with the next', async () => {
    const { metrics, wait } = await startReplay();
    const status = async () => (await metrics('gapped')).status;
    wait(13);
    expect(await status()).toBe(200);
    wait(0.01);
    expect(await status()).toBe(503);
    wait(6.98);
    expect(await status()).toBe(503);
    wait(0.01);
    expect(await status()).toBe(200);
    expect((await metrics('gapped')).body.samples).toHaveLength(1);
  });

  test('fail after the last row, until the runtime vanishes', async () => {
    const { metrics, wait } = await startReplay();
    wait(25);
    expect((await metrics('short')).status).toBe(503);
    wait(5);
    expect((await metrics('short')).status).toBe(404);
  });

  test('are the newest row only, or in any other shape', async () => {
    const { metrics, wait } = await startReplay({ shape: 'single' });
    wait(7);
    expect((await metrics('always')).body).toMatchObject({
      timestamp: '2026-01-01T12:07:00.000Z',
      gpus: [{ index: 0, utilizationPercent: 0 }],
    });
    const fractions = await startReplay({ shape: { unit: 'fraction', gpus: 'flat' } });
    fractions.wait(30);
    const { samples } = (await fractions.metrics('late')).body;
    expect(samples).toEqual([
      { timestamp: '2026-01-01T12:30:00.000Z', gpuUtilizationFraction: 0.9, memoryUtilizationFraction: 0.5 },
    ]);
  });

  test('are those of some minutes ago in stale data', async () => {
    const { control, metrics, wait } = await startReplay();
    wait(12);
    control.addFault({ kind: 'staleData', minutes: 5 });
    expect((await metrics('always')).body.samples.at(-1).timestamp).toBe('2026-01-01T12:07:00.000Z');
  });
});

describe('over HTTP', () => {
  test('starts from a file, and says which runtimes there are', async () => {
    const { call, control } = await startProvider();
    const path = await fileWith(`${HEADER}\n0,a,0,1,2\n60,a,0,1,2\n`);
    const { status, body } = await call('POST', '/_control/utilisation', { path, project: 'prj-x', shape: 'single' });
    expect(status).toBe(200);
    expect(body).toEqual({ runtimes: control.replayedRuntimes(), lengthSeconds: 60 });
    expect(control.runtimes()).toMatchObject([{ name: 'a', project: 'prj-x' }]);
  });

  test.each<[Record<string, unknown>, RegExp]>([
    [{}, /path/],
    [{ path: '/nowhere.csv' }, /cannot be read/],
    [{ path: '/nowhere.csv', shape: 'curve' }, /shape/],
    [{ path: '/nowhere.csv', others: 'keep' }, /others/],
  ])('%j is refused', async (wish, message) => {
    const { call } = await startProvider();
    const { status, body } = await call('POST', '/_control/utilisation', wish);
    expect(status).toBe(400);
    expect(body.details).toMatch(message);
  });
});

describe.skipIf(absent)('the measured trace (skipped where it is absent)', () => {
  test('has 46 runtimes over 23 hours, and one row without memory', async () => {
    const { runtimes, lengthSeconds } = await loadUtilisationTrace(MEASURED);
    expect(runtimes).toHaveLength(46);
    expect(lengthSeconds).toBe(82_080);
    const rows = runtimes.flatMap((each) => each.rows);
    expect(rows).toHaveLength(49_333);
    expect(rows.filter(({ memoryPercent }) => memoryPercent === undefined)).toHaveLength(1);
  });

  test('shows through the client, at many times, what its rows say', async () => {
    const trace = await loadUtilisationTrace(MEASURED);
    const { client, control, time, address } = await startClient({ mostRetries: 0 });
    const startsAt = time.now;
    const ids = control.replayUtilisation(trace);
    const seen = { known: 0, failed: 0, gone: 0 };
    for (let minutes = 0; minutes <= 82_080 / 60; minutes += 97) {
      time.now = startsAt + minutes * 60_000;
      for (const { name, rows } of trace.runtimes) {
        const recent = rows.filter(({ atSeconds }) => atSeconds <= minutes * 60 && atSeconds > minutes * 60 - 300);
        const newest = recent.at(-1)?.atSeconds ?? Number.NEGATIVE_INFINITY;
        const metrics = await client.getRuntimeMetrics(address(ids[name] ?? '')).catch(({ name: fault }) => fault);
        if (metrics === 'NotFound') {
          const [first] = rows;
          const last = rows.at(-1)?.atSeconds ?? 0;
          expect(minutes * 60 < (first?.atSeconds ?? 0) || minutes * 60 >= last + 600).toBe(true);
          seen.gone += 1;
        } else if (metrics === 'Unavailable') {
          expect(minutes * 60 - newest).toBeGreaterThan(180);
          seen.failed += 1;
        } else {
          const reading = readUse(metrics, { gpuCount: 1, cpuReported: false });
          const highest = Math.max(...recent.map(({ gpuPercent }) => gpuPercent));
          expect(reading).toMatchObject({ state: 'known', sampledAt: startsAt + newest * 1000 });
          expect(reading).toMatchObject({ use: { gpuPercent: highest } });
          expect(reading).not.toHaveProperty('use.cpu');
          seen.known += 1;
        }
      }
    }
    expect(seen.known).toBeGreaterThan(450);
    expect(seen.gone).toBeGreaterThan(100);
    expect(seen.known + seen.failed + seen.gone).toBe(15 * 46);
  });
});
