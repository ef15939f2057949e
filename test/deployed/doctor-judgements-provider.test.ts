import { describe, expect, test } from 'vitest';
import { NotFound, NotUnderstood, Refused, Unauthorized, Unavailable } from '#adapters/provider/errors.ts';
import { readMetrics } from '#adapters/provider/metrics.ts';
import { readUse } from '#domain/guardrails/reading.ts';
import type { Offer } from '#domain/offer.ts';
import { judgeMetrics } from '#local/deployed/checks/metrics.ts';
import { judgeInventory, judgeRuntimes, providerFault } from '#local/deployed/checks/provider.ts';
import { noon, providerSettings } from '../provider/client-setup.ts';
import { judgements } from './doctor-judged.ts';

const settings = providerSettings({ organisation: 'org-mine' });
const setToken = { words: 'Set it:', command: 'aws ssm put-parameter' };

const offer = (region: string, available: number): Offer => ({
  region,
  configId: 'gpu-h100',
  gpuModel: 'H100',
  gpuVendor: 'NVIDIA',
  vramGib: 80,
  cpuCores: 20,
  memoryGib: 125,
  pricePerGpuHour: 1.99,
  availability: 'Low',
  counts: { available, smallestBlock: 1 },
});
const rowOf = <T>(value: T) => ({ askedAt: noon, value });
const whole = { askedAt: noon, complete: true } as const;
const cut = { askedAt: noon, complete: false, because: ['page 2 did not come'] } as const;
const runtime = (id: string, status: string) => ({
  project: 'prj-a',
  id,
  name: id,
  region: 'r',
  status,
  gpuConfigId: 'g',
});

describe('listings', () => {
  judgements([
    [
      'offers',
      () => judgeInventory({ ...whole, rows: [offer('b', 0), offer('a', 4)].map(rowOf) }),
      'ok',
      /^2 offers in a, b, 1 with GPUs free$/,
    ],
    ['no offers', () => judgeInventory({ ...whole, rows: [] }), 'broken', /without a single offer/],
    [
      'not all offers',
      () => judgeInventory({ ...cut, rows: [rowOf(offer('a', 1))] }),
      'broken',
      /not whole(.|\n)*page 2(.|\n)*#provider-not-understood/,
    ],
    [
      'runtimes',
      () => judgeRuntimes('prj-a', { ...whole, rows: [runtime('x', 'Running'), runtime('y', 'Pending')].map(rowOf) }),
      'ok',
      /^project prj-a: 2 runtimes \(1 Running, 1 Pending\)$/,
    ],
    ['no runtimes', () => judgeRuntimes('prj-a', { ...whole, rows: [] }), 'ok', /^project prj-a: 0 runtimes$/],
    ['not all runtimes', () => judgeRuntimes('prj-a', { ...cut, rows: [] }), 'broken', /page 2 did not come/],
  ]);
});

describe('calls that fail', () => {
  const operation = 'listRuntimes';
  const fault = (failure: unknown) => () => providerFault(failure, settings, setToken);
  judgements([
    [
      '401',
      fault(new Unauthorized('the provider answered 401', { operation, status: 401 })),
      'broken',
      /does not accept the credential(.|\n)*put-parameter/,
    ],
    [
      '403',
      fault(new Refused('the provider answered 403', { operation, status: 403 })),
      'broken',
      /provider\.organisation \(org-mine\)/,
    ],
    [
      '404',
      fault(new NotFound('the provider answered 404', { operation, status: 404 })),
      'broken',
      /provider\.projects/,
    ],
    [
      'no connection',
      fault(new Unavailable('no whole answer', { operation, cause: new Error('ECONNREFUSED') })),
      'broken',
      /\(ECONNREFUSED\)(.|\n)*provider\.runtimesUrl/,
    ],
    [
      'not understood',
      fault(new NotUnderstood('id: expected string', { operation })),
      'broken',
      /docs\/provider-mappings\.md/,
    ],
  ]);

  test('anything else is a fault of ours', () => {
    expect(fault(new TypeError('ours'))).toThrow(new TypeError('ours'));
  });
});

describe('metrics', () => {
  const read = (body: unknown) => () => {
    const metrics = readMetrics(settings.mappings.metrics, body, { askedAt: noon, answeredAt: noon });
    return judgeMetrics({ name: "ana's" }, metrics, readUse(metrics, { cpuReported: false }), JSON.stringify(body));
  };
  const gpu = (value: number, unit?: string) => ({ gpus: [{ utilization: { value, ...(unit && { unit }) } }] });
  judgements([
    ['read', read(gpu(93, 'percent')), 'ok', /^ana's: GPU 93 %, CPU not reported(.|\n)*\n {2}GPU 0, percent: 93\n/],
    ['without a unit', read(gpu(93)), 'warning', /nobody says what unit(.|\n)*gpuUnit/],
    ['a fraction or per cent', read(gpu(0.4)), 'broken', /unknown.*may be a fraction(.|\n)*explain -- 'anas' --raw/],
    ['another shape', read({ usage: 'high' }), 'broken', /its use is unknown(.|\n)*docs\/provider-mappings\.md/],
  ]);

  test('the answer stands beside it as it came', () => {
    expect(read(gpu(93, 'percent'))().raw).toEqual(gpu(93, 'percent'));
  });
});
