import { describe, expect, test } from 'vitest';
import { type Mappings, mappingSettings } from '#adapters/provider/mappings.ts';
import { readMetrics } from '#adapters/provider/metrics.ts';
import type { UsageSample } from '#domain/runtime.ts';
import { answer, clientAt, noon, startProvider, startServer } from './client-setup.ts';

const at = (seconds: number) => new Date(noon + seconds * 1_000).toISOString();

const read = (body: unknown, metrics: Partial<Mappings['metrics']> = {}) =>
  readMetrics(mappingSettings.parse({ metrics }).metrics, body, { askedAt: noon });

/** `gpu value unit @seconds`, as short as a table needs it. */
const short = ({ gpu, value, unit, sampledAt }: UsageSample): string =>
  [
    gpu === undefined ? '' : `${gpu}:`,
    value,
    ` ${unit}`,
    sampledAt === undefined ? '' : ` @${(sampledAt - noon) / 1_000}`,
  ].join('');

const gpuOf = (body: unknown, metrics?: Partial<Mappings['metrics']>) => read(body, metrics).gpu.samples.map(short);

describe('GPU use in likely shapes', () => {
  test.each<[string, unknown, readonly string[]]>([
    [
      "the emulator's",
      {
        samples: [
          {
            timestamp: at(0),
            gpus: [
              { index: 0, utilizationPercent: 3 },
              { index: 1, utilizationPercent: 0 },
            ],
          },
        ],
      },
      ['0:3 percent @0', '1:0 percent @0'],
    ],
    [
      'its series',
      {
        samples: [
          { timestamp: at(-15), gpus: [{ index: 0, utilizationPercent: 90 }] },
          { timestamp: at(0), gpus: [{ index: 0, utilizationPercent: 0 }] },
        ],
      },
      ['0:90 percent @-15', '0:0 percent @0'],
    ],
    ['one sample, no list', { timestamp: at(0), gpus: [{ utilizationPercent: 0 }] }, ['0:0 percent @0']],
    ['snake case', { timestamp: at(0), gpus: [{ gpu_index: 4, utilization_percent: 0 }] }, ['4:0 percent @0']],
    ['within data', { data: { timestamp: at(0), gpus: [{ utilization_percent: 1 }] } }, ['0:1 percent @0']],
    ['a list within data', { data: [{ timestamp: at(0), gpu: { utilization: 1, unit: '%' } }] }, ['0:1 percent @0']],
    [
      'within metrics, the time outside',
      { timestamp: at(0), metrics: { gpu: { usage_percent: 1 } } },
      ['0:1 percent @0'],
    ],
    ['a bare list', [{ timestamp: at(0), gpus: [{ utilization_percent: 1 }] }], ['0:1 percent @0']],
    ['one GPU as an object', { gpu: { utilizationPercent: 12.5 } }, ['0:12.5 percent']],
    ['one GPU as a number', { gpu: 0 }, ['0:0 unstated']],
    ['many GPUs as numbers', { gpus: [0, 55] }, ['0:0 unstated', '1:55 unstated']],
    ['numbers beside each other', { gpuUtilization: 0.5, cpuUtilization: 1 }, ['0:0.5 unstated']],
    ['such with the unit in the name', { gpu_utilization_percent: 0 }, ['0:0 percent']],
    ['such with a fraction', { gpuUtilizationRatio: 0 }, ['0:0 fraction']],
    ['such with a unit beside', { gpuUtilization: 7, unit: 'percent' }, ['0:7 percent']],
    [
      'a number and its unit, deeper',
      { gpus: [{ uuid: 'GPU-a', utilization: { value: 3, unit: 'percent' } }] },
      ['GPU-a:3 percent'],
    ],
    [
      'a series in each GPU',
      {
        gpus: [
          {
            index: 0,
            samples: [
              { timestamp: at(-60), utilizationPercent: 0 },
              { timestamp: at(0), utilizationPercent: 9 },
            ],
          },
          { index: 1, samples: [{ timestamp: at(0), utilizationPercent: 0 }] },
        ],
      },
      ['0:0 percent @-60', '0:9 percent @0', '1:0 percent @0'],
    ],
    [
      'a series of one GPU, by quantity',
      {
        gpu: [
          { timestamp: at(-60), value: 0, unit: 'percent' },
          { timestamp: at(0), value: 80, unit: 'percent' },
        ],
      },
      ['0:0 percent @-60', '0:80 percent @0'],
    ],
    [
      'two GPUs at one time are two GPUs',
      {
        gpu: [
          { timestamp: at(0), value: 0 },
          { timestamp: at(0), value: 80 },
        ],
      },
      ['0:0 unstated @0', '1:80 unstated @0'],
    ],
    [
      'points under a number',
      {
        gpuUtilization: [
          { timestamp: at(-60), value: 1 },
          { timestamp: at(0), value: 0 },
        ],
      },
      ['0:1 unstated @-60', '0:0 unstated @0'],
    ],
    ['a number in a text', { gpus: [{ utilizationPercent: '3.5' }] }, ['0:3.5 percent']],
    ['seconds since 1970', { timestamp: noon / 1_000, gpu: { utilizationPercent: 1 } }, ['0:1 percent @0']],
    ['milliseconds since 1970', { timestamp: noon, gpu: { utilizationPercent: 1 } }, ['0:1 percent @0']],
    ['impossible numbers are for others to judge', { gpu: { utilizationPercent: -1 } }, ['0:-1 percent']],
  ])('%s', (_, body, expected) => {
    expect(gpuOf(body)).toEqual(expected);
  });
});

describe('CPU and memory in likely shapes', () => {
  test.each<[string, unknown, readonly string[], readonly string[]]>([
    [
      "the emulator's",
      {
        samples: [{ timestamp: at(0), cpu: { usedCores: 0, totalCores: 20 }, memory: { usedBytes: 5, totalBytes: 9 } }],
      },
      ['0 cores @0'],
      ['5 bytes @0'],
    ],
    ['cores before per cent', { cpu: { utilizationPercent: 3, usage_cores: 0.6 } }, ['0.6 cores'], []],
    ['per cent', { cpu: { usagePercent: 0 }, memory: { used_percent: 20 } }, ['0 percent'], ['20 percent']],
    ['units beside', { cpu: { usage: 500, unit: 'm' }, ram: { used: 2, unit: 'GiB' } }, ['0.5 cores'], ['2 gib']],
    ['units that are converted', { memory: { used: 3, unit: 'MiB' } }, [], ['3145728 bytes']],
    ['plain numbers', { cpu: 0.5, memory: 0 }, ['0.5 unstated'], ['0 unstated']],
    ['numbers beside each other', { cpuUsageCores: 0.1, memory_used_bytes: 7 }, ['0.1 cores'], ['7 bytes']],
  ])('%s', (_, body, cpu, memory) => {
    const metrics = read(body);
    expect(metrics.cpu.samples.map(short)).toEqual(cpu);
    expect(metrics.memory.samples.map(short)).toEqual(memory);
  });
});

describe('what cannot be read', () => {
  test.each<[string, unknown]>([
    ['nothing at all', {}],
    ['null', { gpus: null }],
    ['no GPUs', { gpus: [] }],
    ['no samples', { samples: [] }],
    ['words of another language', { accelerator_stats: { load: 4 } }],
    ['a number alone', 42],
    ['a text alone', 'no metrics'],
    ['null alone', null],
  ])('%s: absent', (_, body) => {
    expect(read(body).gpu).toEqual({
      state: 'absent',
      samples: [],
      because: expect.stringMatching(/^gpu: the answer says nothing/),
    });
  });

  test.each<[string, unknown, RegExp]>([
    [
      'one GPU of two has no number',
      { gpus: [{ utilizationPercent: 0 }, { utilizationPercent: null }] },
      /^gpu: GPU 1: a number is missing/,
    ],
    ['a GPU without any name that we know', { gpus: [{ load: 3 }] }, /GPU 0: a number is missing/],
    ['a word for a number', { gpus: [{ utilizationPercent: 'N/A' }] }, /GPU 0: something is no number/],
    ['NaN in a text', { gpus: [{ utilizationPercent: 'NaN' }] }, /something is no number/],
    ['a per cent sign', { gpus: ['3 %'] }, /something is no number/],
    ['true', { gpus: [{ utilizationPercent: true }] }, /something is no number/],
    ['a unit that nobody knows', { gpu: { utilization: 3, unit: 'furlongs' } }, /the unit "furlongs" is not known/],
    ['a time that is none', { timestamp: 'yesterday', gpu: { utilizationPercent: 3 } }, /its time could not be read/],
    [
      'one sample of many',
      { samples: [{ gpus: [{ utilizationPercent: 1 }] }, { gpus: [{ utilizationPercent: {} }] }] },
      /a number is missing/,
    ],
  ])('%s: unreadable as a whole', (_, body, because) => {
    const { gpu } = read(body);
    expect(gpu).toMatchObject({ state: 'unreadable', samples: [] });
    expect(gpu.state === 'read' ? '' : gpu.because).toMatch(because);
  });

  test('one quantity does not sink another', () => {
    const metrics = read({ gpus: [{ utilizationPercent: 'N/A' }], cpu: { usedCores: 1 } });
    expect(metrics.gpu.state).toBe('unreadable');
    expect(metrics.cpu.state).toBe('read');
    expect(metrics.memory.state).toBe('absent');
  });
});

describe('settings', () => {
  test('a unit where the answer names none, and only there', () => {
    const unit = { gpuUnit: 'fraction', cpuUnit: 'cores' } as const;
    expect(gpuOf({ gpu: 0.5 }, unit)).toEqual(['0:0.5 fraction']);
    expect(gpuOf({ gpu: { utilizationPercent: 0.5 } }, unit)).toEqual(['0:0.5 percent']);
    expect(read({ cpu: 0.5 }, unit).cpu.samples.map(short)).toEqual(['0.5 cores']);
  });

  test('another shape altogether, without touching code', () => {
    const body = {
      result: {
        series: [
          {
            t: noon / 1_000,
            v: [
              { dev: 'a', sm: 0 },
              { dev: 'b', sm: 71 },
            ],
          },
        ],
      },
    };
    const metrics = { samples: 'result.series', sampledAt: 't', gpu: "v[].{gpu: dev, value: sm, unit: 'percent'}" };
    expect(gpuOf(body, metrics)).toEqual(['a:0 percent @0', 'b:71 percent @0']);
  });

  test('columns', () => {
    const body = { rows: [[noon, 3, 0.5]] };
    const metrics = { samples: 'rows[*].{at: [0], sm: [1], load: [2]}', sampledAt: 'at', gpu: 'sm', cpu: 'load' };
    expect(gpuOf(body, metrics)).toEqual(['0:3 unstated @0']);
  });

  test('an expression that cannot be used on the answer', () => {
    const { gpu, cpu } = read({ gpus: 'many', cpu: 1 }, { gpu: 'sum(gpus)' });
    expect(gpu).toMatchObject({
      state: 'unreadable',
      because: expect.stringMatching(/^gpu: the mapping cannot be used: .*sum/),
    });
    expect(cpu.state).toBe('read');
  });
});

describe('over the wire', () => {
  test('raw answers of the emulator, with the time by its clock', async () => {
    const { client, control, address } = await startProvider();
    const { id } = control.addRuntime({ metrics: { kind: 'raw', body: { data: { gpuUtilization: 0 } } } });
    const metrics = await client.getRuntimeMetrics(address(id));
    expect(metrics).toMatchObject({
      askedAt: noon,
      answeredAt: noon,
      gpu: { samples: [{ value: 0, unit: 'unstated' }] },
    });
  });

  test('without a Date, or with one that is none', async () => {
    const server = await startServer((_, response) => answer(response, { gpu: 1 }, 200, { date: 'today' }));
    const { client } = clientAt(server.bases, 'pat-nc-good');
    expect(await client.getRuntimeMetrics({ project: 'prj-a', id: 'a' })).not.toHaveProperty('answeredAt');
  });

  test('a runtime that is gone is no reading', async () => {
    const { client, address } = await startProvider();
    const gone = client.getRuntimeMetrics(address('00000000-0000-4000-8000-000000000000'));
    await expect(gone).rejects.toMatchObject({ name: 'NotFound', status: 404 });
  });
});
