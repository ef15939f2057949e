import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packReadings, type SeenReading } from '#domain/guardrails/packed-readings.ts';
import { minute } from '#domain/time.ts';
import { metricsAt, statusAt, usualStart } from '#local/backtest/past.ts';
import { readPast } from '#local/backtest/read-past.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'warden-past-'));
});
afterAll(() => rm(folder, { recursive: true }));

const fileWith = async (content: string | Buffer, name = 'past.log'): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
};

const startsAt = Date.UTC(2026, 10, 20, 18);
const at = (look: number) => startsAt + look * minute;

const known = (look: number, gpuPercent: number, rest: object = {}): SeenReading => ({
  status: 'Running',
  reading: { state: 'known', at: at(look) + 9_000, gpus: 2, unitStated: true, use: { gpuPercent, ...rest } },
});

/** Three runs: `a` is there all the time, once unknown; `b` is stopped at the second, and gone at the third. */
const packed = [
  packReadings(
    at(0),
    new Map([
      ['a', known(0, 3, { cpu: { value: 0.5, unit: 'cores' } })],
      ['b', known(0, 50)],
    ]),
    (key) => key,
  ),
  packReadings(
    at(1),
    new Map<string, SeenReading>([
      ['a', { status: 'Running', reading: { state: 'unknown', at: at(1), because: 'the provider answered 503' } }],
      ['b', { status: 'Stopped' }],
    ]),
    (key) => key,
  ),
  packReadings(at(2), new Map([['a', known(2, 7)]]), (key) => key),
].flat();

const record = (text: string) => JSON.stringify({ level: 'INFO', event: 'readings', packed: text });

const expected = {
  startsAt,
  lookAtSeconds: [0, 60, 120],
  runtimes: [
    {
      name: 'a',
      gpus: 2,
      createdAtSeconds: -86_400,
      rows: [
        { atSeconds: 0, gpuPercent: 3, cpu: { value: 0.5, unit: 'cores' } },
        { atSeconds: 120, gpuPercent: 7 },
      ],
      statuses: [0, 60, 120].map((atSeconds) => ({ atSeconds, status: 'Running' })),
    },
    {
      name: 'b',
      gpus: 2,
      createdAtSeconds: -86_400,
      goneAtSeconds: 120,
      rows: [{ atSeconds: 0, gpuPercent: 50 }],
      statuses: [
        { atSeconds: 0, status: 'Running' },
        { atSeconds: 60, status: 'Stopped' },
      ],
    },
  ],
};

describe('the log of a deployment is read, however it was exported', () => {
  const records = packed.map(record);
  test.each([
    ['one record a line', records.join('\n')],
    ['the packed lines alone', packed.join('\n')],
    ['out of order', records.toReversed().join('\n')],
    ['told twice', [...records, ...records].join('\n')],
    ['with a time in front (an export to S3)', records.map((each) => `2026-11-20T18:00:00.000Z ${each}`).join('\n')],
    ['tabs between (--query events[].message --output text)', records.join('\t')],
    ['the answer of filter-log-events', JSON.stringify({ events: records.map((message) => ({ message })) }, null, 2)],
  ])('%s', async (_, content) => {
    const { past, source, passedOver } = await readPast(await fileWith(content), usualStart);
    expect({ past, source, passedOver }).toEqual({ past: expected, source: 'log', passedOver: 0 });
  });

  test('gzipped, and lines about other things are passed over and counted', async () => {
    const content = ['START RequestId: 1', record(packed[0] ?? ''), '{"event":"guarded"}', record(packed[1] ?? '')];
    const { past, passedOver } = await readPast(await fileWith(gzipSync(content.join('\n')), 'a.gz'), usualStart);
    expect([past.lookAtSeconds, passedOver]).toEqual([[0, 60], 2]);
  });

  test('a runtime that is not in the newest runs is listed no more', async () => {
    const { past } = await readPast(await fileWith(packed.join('\n')), usualStart);
    const gone = past.runtimes.find(({ name }) => name === 'b');
    expect(gone && [0, 60, 119, 120].map((seconds) => statusAt(gone, seconds))).toEqual([
      'Running',
      'Stopped',
      'Stopped',
      undefined,
    ]);
  });
});

test('a CSV with CPU is read with its CPU, and each GPU of the past tells the same', async () => {
  const csv = 'at,runtime,gpu_percent,cpu_cores,cpu_percent\n0,a,1,2.5,\n60,a,2,,40\n60,b,3,,\n';
  const { past, source } = await readPast(await fileWith(csv, 'past.csv'), usualStart);
  expect(source).toBe('csv');
  const [a] = past.runtimes;
  const metrics = a && metricsAt({ ...a, gpus: 2 }, usualStart, 90);
  expect(metrics?.gpu.samples.map(({ value, gpu }) => [value, gpu])).toEqual([
    [1, '0'],
    [1, '1'],
    [2, '0'],
    [2, '1'],
  ]);
  expect(metrics?.cpu.samples.map(({ value, unit }) => [value, unit])).toEqual([
    [2.5, 'cores'],
    [40, 'percent'],
  ]);
  expect(past.runtimes.map(({ createdAtSeconds }) => createdAtSeconds)).toEqual([-86_400, 60]);
});

test('nothing is told where the newest row is older than three minutes', async () => {
  const { past } = await readPast(await fileWith('at,runtime,gpu_percent\n0,a,1\n600,a,1\n', 'gap.csv'), usualStart);
  const told = (seconds: number) => past.runtimes[0] && metricsAt(past.runtimes[0], usualStart, seconds) !== undefined;
  expect([0, 180, 181, 599, 600].map(told)).toEqual([true, true, false, false, true]);
});

test.each([
  ['{"format":9,"at":1,"runtimes":[]}', /readings that this version does not know/],
  ['{"event":"guarded","format":"x"}', /none of its 1 lines has readings/],
  ['a,b\n1,2\n', /columns at, runtime, gpu_percent are missing/],
  ['', /columns .* are missing|there is no row/],
])('%j cannot be read, and it says why', async (content, message) => {
  await expect(readPast(await fileWith(content, 'bad.log'), usualStart)).rejects.toThrow(message);
});

test('a file that is not there, and one that is no gzip, are named', async () => {
  await expect(readPast(join(folder, 'none.csv'), usualStart)).rejects.toThrow(/none\.csv: cannot be read: ENOENT/);
  await expect(readPast(await fileWith('text', 'no.csv.gz'), usualStart)).rejects.toThrow(
    /no\.csv\.gz: cannot be read/,
  );
});
