import { describe, expect, test } from 'vitest';
import { nearestName } from '#adapters/configuration/suggestion.ts';
import { leastSettings, settingsWith, settingsWithWatches } from './example.ts';
import { faultLines } from './fault-lines.ts';

const names = ['to', 'region', 'configId', 'model', 'vramMinGib', 'gpus', 'maxPricePerGpuHour', 'notify', 'until'];

describe('nearestName', () => {
  test.each([
    ['regoin', 'region'],
    ['Region', 'region'],
    ['region_id', 'region'],
    ['config_id', 'configId'],
    ['configID', 'configId'],
    ['gpuModel', 'model'],
    ['gpu', 'gpus'],
    ['price', 'maxPricePerGpuHour'],
    ['vram', 'vramMinGib'],
    ['notfy', 'notify'],
    ['t', 'to'],
    ['noxtify', 'notify'],
    ['nxoxtxify', undefined],
    ['ntfy', 'notify'],
    ['colour', undefined],
    ['token', undefined],
    ['', undefined],
  ])('%s → %s', (given, meant) => {
    expect(nearestName(given, names)).toBe(meant);
  });

  test('the nearer of two', () => {
    expect(nearestName('vramMaxGb', ['vramMinGib', 'vramMaxGib'])).toBe('vramMaxGib');
  });

  test('nothing is near to nothing', () => {
    expect(nearestName('region', [])).toBeUndefined();
  });
});

test('every unknown name has its own line with the names of its place', () => {
  const mail = 'sender, identity, operator, timeZone';
  expect(faultLines(settingsWith({ mail: { timezone: 'UTC', colour: 'red', 'reply-to': 'x' } }))).toEqual([
    `mail.timezone: given an unknown name; allowed: ${mail}; did you mean timeZone?`,
    `mail.colour: given an unknown name; allowed: ${mail}`,
    `mail["reply-to"]: given an unknown name; allowed: ${mail}`,
  ]);
  expect(faultLines({ ...leastSettings(), stage: ['prod'] })).toEqual([
    'stage: given an unknown name; allowed: stages, provider, mail, availability, guardrails, api, creating, runs, deployment; did you mean stages?',
  ]);
  expect(faultLines(settingsWithWatches({ gpuModel: 'H100' }))).toEqual([
    'availability.watches[0].gpuModel: given an unknown name; allowed: to, region, configId, model, vendor, vramMinGib, vramMaxGib, gpus, maxPricePerGpuHour, notify, until; did you mean model?',
  ]);
});
