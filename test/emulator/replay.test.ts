import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type AvailabilityTrace, loadAvailabilityTrace, TraceError } from '#local/emulator/emulator.ts';
import { H100, INVENTORY, NOON, NOTIFY, newRuntime, RTX5090, startProvider } from './provider.ts';

/** Measured series that lie beside the repository, and not in it. */
const MEASURED = join(import.meta.dirname, '../../../shared/traces/availability.csv.gz');

const HEADER = 'at,region,config,available_gpu_count';

const folderWith = async (files: Readonly<Record<string, string | Uint8Array>>) => {
  const folder = await mkdtemp(join(tmpdir(), 'trace-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
};

describe('load a trace', () => {
  test('gives the rows of each offer, sorted, in seconds from the first row of all', async () => {
    const csv = `${HEADER}\n1060,r2,b,3\n1000,r1,a,0\n1300,r1,a,1\n1060,r1,a,2\n1060,r1,a,4\n`;
    const folder = await folderWith({ 'one.csv': csv });
    expect(await loadAvailabilityTrace(join(folder, 'one.csv'))).toEqual({
      lengthSeconds: 300,
      offers: [
        { region: 'r2', configId: 'b', rows: [{ atSeconds: 60, available: 3 }] },
        {
          region: 'r1',
          configId: 'a',
          rows: [
            { atSeconds: 0, available: 0 },
            { atSeconds: 60, available: 4 },
            { atSeconds: 300, available: 1 },
          ],
        },
      ],
    });
  });

  test('reads a folder of files, gzipped or not, on one time axis, columns in any order', async () => {
    const folder = await folderWith({
      'a.csv.gz': gzipSync(`${HEADER}\n0,r1,a,1\n`),
      'b.csv': 'config,available_gpu_count,at,region,more\na,0,600,r1,x\n',
      'README.md': 'not a trace',
    });
    const { offers, lengthSeconds } = await loadAvailabilityTrace(folder);
    expect(lengthSeconds).toBe(600);
    expect(offers.map(({ rows }) => rows)).toEqual([
      [
        { atSeconds: 0, available: 1 },
        { atSeconds: 600, available: 0 },
      ],
    ]);
  });

  test.each([
    ['at,region,config\n0,a,b\n', /columns available_gpu_count are missing/],
    [`${HEADER}\nsoon,r,c,1\n`, /row 2: "at" must be a number/],
    [`${HEADER}\n,r,c,1\n`, /row 2: "at" must be a number/],
    [`${HEADER}\n0,r,c,1\n1,r,c,-1\n`, /row 3: "available_gpu_count" must be/],
    [`${HEADER}\n0,r,c,1.5\n`, /"available_gpu_count" must be/],
    [`${HEADER}\n0,,c,1\n`, /"region" and "config" must not be empty/],
    [`${HEADER}\n`, /there is no row/],
  ])('%j is refused with its row', async (csv, message) => {
    const folder = await folderWith({ 'bad.csv': csv });
    await expect(loadAvailabilityTrace(folder)).rejects.toThrow(message);
  });

  test('a missing file and an empty folder are said plainly', async () => {
    const folder = await folderWith({});
    await expect(loadAvailabilityTrace(join(folder, 'none.csv'))).rejects.toThrow(TraceError);
    await expect(loadAvailabilityTrace(folder)).rejects.toThrow(/no .csv or .csv.gz file/);
  });

  test.skipIf(!existsSync(MEASURED))('reads the measured series (skipped where they are absent)', async () => {
    const { offers, lengthSeconds } = await loadAvailabilityTrace(MEASURED);
    expect(offers).toHaveLength(11);
    expect(offers.reduce((rows, offer) => rows + offer.rows.length, 0)).toBe(43_879);
    expect(lengthSeconds / 86_400).toBeGreaterThan(27);
  });
});

/** Closed, open for a minute, closed; the second offer starts later. */
const TRACE: AvailabilityTrace = {
  lengthSeconds: 1200,
  offers: [
    {
      region: 'us-west-2a',
      configId: 'v100x8-1-node',
      rows: [
        { atSeconds: 0, available: 0 },
        { atSeconds: 600, available: 3 },
        { atSeconds: 660, available: 0 },
        { atSeconds: 1200, available: 16 },
      ],
    },
    { region: 'as-south-1', configId: H100, rows: [{ atSeconds: 300, available: 2 }] },
  ],
};

describe('replay', () => {
  test('shows the last row at or before now, and an offer from its first row on', async () => {
    const { control, get, wait } = await startProvider();
    control.replay(TRACE);
    const shown = async () =>
      (await get(INVENTORY)).body.data.map((row: Record<string, unknown>) => [row.config_id, row.available_gpu_count]);
    expect(await shown()).toEqual([['v100x8-1-node', 0]]);
    wait(9.99);
    expect(await shown()).toEqual([
      [H100, 2],
      ['v100x8-1-node', 0],
    ]);
    wait(0.01);
    expect(await shown()).toContainEqual(['v100x8-1-node', 3]);
    wait(1);
    expect(await shown()).toContainEqual(['v100x8-1-node', 0]);
    wait(10_000);
    expect(await shown()).toContainEqual(['v100x8-1-node', 16]);
  });

  test('gives hardware to names that the catalogue lacks, and keeps what it has', async () => {
    const { control, get, wait } = await startProvider();
    control.replay(TRACE);
    wait(20);
    const rows = (await get(INVENTORY)).body.data;
    expect(rows[0]).toMatchObject({ gpu_model: 'NVIDIA H100', price_per_gpu_per_hour: 1.99, max_gpu_count: 2 });
    expect(rows[1]).toMatchObject({
      gpu_model: 'NVIDIA V100',
      gpu_vendor: 'NVIDIA',
      vram_gib: 16,
      availability: 'Medium',
      max_gpu_count: 8,
      available_gpu_count: 16,
      total_gpu_count: 16,
    });
  });

  test('can start at another instant, and keep the other offers', async () => {
    const { control, get } = await startProvider();
    control.replay(TRACE, { startsAt: NOON - 630_000, others: 'keep' });
    const { body } = await get(INVENTORY);
    expect(body.pagination.total_items).toBe(13);
    expect((await get(`${INVENTORY}?gpu_model=v100`)).body.data[0].available_gpu_count).toBe(3);
    control.stopReplay();
    expect((await get(`${INVENTORY}?gpu_model=v100`)).body.data[0].available_gpu_count).toBe(0);
  });

  test('a runtime that is created meanwhile takes from the replayed count', async () => {
    const { call, control, get, runtimesPath, wait } = await startProvider();
    control.replay({
      lengthSeconds: 60,
      offers: [
        {
          region: 'as-south-1',
          configId: RTX5090,
          rows: [
            { atSeconds: 0, available: 2 },
            { atSeconds: 60, available: 5 },
          ],
        },
      ],
    });
    expect((await call('POST', runtimesPath, newRuntime())).status).toBe(201);
    const free = async () => (await get(INVENTORY)).body.data[0].available_gpu_count;
    expect(await free()).toBe(1);
    wait(1);
    expect(await free()).toBe(4);
  });

  test('notifies of a window that opened and closed while nobody looked, at the time it opened', async () => {
    const { call, control, get, wait } = await startProvider();
    control.replay(TRACE);
    await call('POST', NOTIFY, { region_id: 'us-west-2a', config_id: 'v100x8-1-node' });
    wait(15);
    expect((await get(NOTIFY)).body[0]).toMatchObject({ status: 'notified', notified_at: '2026-01-01T12:10:00.000Z' });
  });

  test('does not notify of a window that closed before the request was made', async () => {
    const { call, control, get, wait } = await startProvider();
    control.replay(TRACE, { startsAt: NOON - 900_000 });
    await call('POST', NOTIFY, { region_id: 'us-west-2a', config_id: 'v100x8-1-node' });
    wait(1);
    expect((await get(NOTIFY)).body[0].status).toBe('pending');
  });

  test('does not notify of a window that lay before the replay was started', async () => {
    const { call, control, get, wait } = await startProvider();
    await call('POST', NOTIFY, { region_id: 'as-south-1', config_id: H100 });
    wait(15);
    const rows = [0, 300, 600].map((atSeconds) => ({ atSeconds, available: atSeconds === 300 ? 1 : 0 }));
    const offers = [{ region: 'as-south-1', configId: H100, rows }];
    control.replay({ lengthSeconds: 600, offers }, { startsAt: NOON });
    expect((await get(NOTIFY)).body[0].status).toBe('pending');
  });

  test('stale data is the replay as it was', async () => {
    const { control, get, wait } = await startProvider();
    control.replay(TRACE);
    wait(15.5);
    control.addFault({ kind: 'staleData', minutes: 5 });
    expect((await get(`${INVENTORY}?gpu_model=v100`)).body.data[0].available_gpu_count).toBe(3);
  });
});
