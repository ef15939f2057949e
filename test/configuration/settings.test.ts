import { describe, expect, test } from 'vitest';
import { defineConfig, readSettings } from '#adapters/configuration/define-config.ts';
import config from '../../warden.config.ts';
import { leastSettings, settingsWith, settingsWithWatches } from './example.ts';
import { faultLines } from './fault-lines.ts';

describe('defaults', () => {
  const { mappings, ...provider } = readSettings(leastSettings()).provider;

  test('of everything but the watches', () => {
    expect({ ...readSettings(leastSettings()), provider }).toEqual({
      stages: ['prod'],
      provider: {
        runtimesUrl: 'https://api.ai.neevcloud.com/gpu',
        inventoryUrl: 'https://api.ai.neevcloud.com/inventory',
        tenantUrl: 'https://api.ai.neevcloud.com/tenant',
        consoleUrl: 'https://ai.neevcloud.com',
        organisation: 'org-1',
        projects: ['prj-1'],
        callsAtOnce: 10,
        callsPerSecond: 20,
        callTimeoutSeconds: 10,
      },
      mail: { sender: 'warden@gpu.dev', operator: 'ops@gpu.dev', identity: 'existing', timeZone: 'UTC' },
      availability: { pollSeconds: 60, mailsPerHour: 10, readRequestsMinutes: 5, registerUpstream: false, watches: [] },
      guardrails: {
        mode: 'observe',
        observeTo: 'operator',
        limits: { deletionsPerTick: 5, deletionsPerHour: 20 },
        sampleOffsetSeconds: 30,
        dailyMailAt: '08:00',
        assumeOnDemand: false,
        minimumAge: '30m',
        keepChoices: ['4h', '1d', '7d'],
        keepAtMost: '7d',
        unsafeShortLadder: false,
        owners: [],
        exemptions: [],
        policies: [],
      },
      api: { audience: [], groupsClaim: 'cognito:groups', operatorGroup: 'operators', allowOrigins: [] },
      creating: { allowed: 'nobody', whenAvailable: false, maxGpus: 8, maxRuntimes: 5 },
      runs: { leaseSeconds: 58 },
      deployment: { keepData: true, logRetentionDays: 30 },
    });
  });

  test('of the mappings, also when the object is given empty', () => {
    expect(mappings).toBeDefined();
    expect(readSettings(settingsWith({ provider: { mappings: {} } })).provider.mappings).toEqual(mappings);
  });

  test('of a watch', () => {
    expect(readSettings(settingsWithWatches({})).availability.watches).toEqual([
      { to: 'me@gpu.dev', gpus: 1, notify: 'once' },
    ]);
  });
});

describe('what is legitimate passes', () => {
  test.each(['UTC', 'Asia/Kolkata', 'Asia/Calcutta', 'US/Pacific', 'Europe/Kyiv', 'Etc/GMT+5', 'GMT'])(
    'zone %s',
    (timeZone) => {
      expect(readSettings(settingsWith({ mail: { timeZone } })).mail.timeZone).toBe(timeZone);
    },
  );

  test.each(["o'brien+gpu@mail.gpu.dev", 'a&b@gpu.dev', 'x@xn--80ak6aa92e.xn--p1ai', 'A.B@GPU.DEV', 'a@b.co'])(
    'mail address %s',
    (operator) => {
      expect(faultLines(settingsWith({ mail: { operator } }))).toEqual([]);
    },
  );

  test.each([
    'http://127.0.0.1:7100/gpu',
    'http://localhost:7100',
    'https://api.dev.ai.neevcloud.com/gpu',
    'http://[::1]:80',
  ])('address %s', (runtimesUrl) => {
    expect(readSettings(settingsWith({ provider: { runtimesUrl, inventoryUrl: runtimesUrl } })).provider).toMatchObject(
      { runtimesUrl, inventoryUrl: runtimesUrl },
    );
  });

  test.each([
    [{}],
    [{ region: 'as-south-1', configId: 'gpu-h100-80g-20cpu-125g', gpus: 8, maxPricePerGpuHour: 1.99, notify: 'every' }],
    [{ configId: 'gpu-h100-80g-20cpu-125g', model: 'H100' }],
    [{ region: 'as-south-1', vendor: 'NVIDIA', vramMinGib: 80, vramMaxGib: 80 }],
    [{ model: 'H100', region: undefined, until: '2028-02-29' }],
    [{ until: '2026-12-31T18:00:00+05:30' }],
    [{ until: '2026-12-31T18:00:00Z' }],
  ])('watch %j', (watch) => {
    expect(faultLines(settingsWithWatches(watch))).toEqual([]);
  });

  test('watches that differ in one field only', () => {
    const fields = [
      {},
      { to: 'you@gpu.dev' },
      { notify: 'every' },
      { gpus: 2 },
      { region: 'r' },
      { until: '2030-01-01' },
    ];
    expect(faultLines(settingsWithWatches(...fields.map((field) => ({ model: 'H100', ...field }))))).toEqual([]);
  });
});

test('values are tidied: blanks around texts, slashes after addresses', () => {
  const input = settingsWith({ provider: { organisation: ' org-1 ', runtimesUrl: 'https://api.gpu.dev/gpu//' } });
  expect(readSettings(input).provider).toMatchObject({ organisation: 'org-1', runtimesUrl: 'https://api.gpu.dev/gpu' });
});

test('what is there but undefined is as good as left out', () => {
  const input = { ...settingsWithWatches({ model: 'H100', region: undefined, gpus: undefined }), stages: undefined };
  expect(readSettings(input).stages).toEqual(['prod']);
  expect(readSettings(input).availability.watches).toStrictEqual([
    { to: 'me@gpu.dev', model: 'H100', gpus: 1, notify: 'once' },
  ]);
});

test('defineConfig hands back what it is given', () => {
  const input = leastSettings();
  expect(defineConfig(input)).toBe(input);
});

test('the shipped warden.config.ts is valid', () => {
  expect(faultLines(config)).toEqual([]);
});
