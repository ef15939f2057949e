import { expect, test } from 'vitest';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { settingsHash } from '#adapters/configuration/settings-hash.ts';

const provider = { organisation: 'org-a', projects: ['prj-a', 'prj-b'] };
const mail = { sender: 'warden@gpu.dev', operator: 'ops@gpu.dev' };
const hashOf = (input: unknown) => settingsHash(readSettings(input));

test('settings that mean the same have the same hash, in 64 hex digits', () => {
  const written = hashOf({ provider, mail });
  expect(written).toMatch(/^[0-9a-f]{64}$/);
  const { projects, organisation } = provider;
  expect(hashOf({ mail: { ...mail, timeZone: 'UTC' }, provider: { projects, organisation } })).toBe(written);
});

test('nor does the order in which they are held matter', () => {
  const settings = readSettings({ provider, mail });
  const turned = Object.fromEntries(Object.entries(settings.provider).reverse());
  expect(Object.keys(turned)).not.toEqual(Object.keys(settings.provider));
  expect(settingsHash({ ...settings, provider: { ...turned, ...settings.provider } })).toBe(settingsHash(settings));
});

test.each([
  ['a value', { provider, mail: { ...mail, timeZone: 'Asia/Kolkata' } }],
  ['an order that counts', { provider: { ...provider, projects: ['prj-b', 'prj-a'] }, mail }],
  ['one more', { provider, mail, guardrails: { mode: 'enforce' } }],
])('another one: %s', (_, changed) => {
  expect(hashOf(changed)).not.toBe(hashOf({ provider, mail }));
});
