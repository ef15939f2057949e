import { describe, expect, test } from 'vitest';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { guardRulesOf } from '#adapters/configuration/guard-rules.ts';
import { day, hour, minute } from '#domain/time.ts';
import { settingsWith, settingsWithGuardrails, settingsWithPolicy } from './example.ts';
import { faultLines } from './fault-lines.ts';

const rulesOf = (input: unknown) => guardRulesOf(readSettings(input));
const firstPolicy = (policy: object) => rulesOf(settingsWithPolicy(policy)).policies[0];

const builtIn = {
  name: 'default',
  match: {},
  mode: 'observe',
  thresholds: { gpuBelowPercent: 5, cpuBelowCores: 1, cpuBelowPercent: 5 },
  ladder: {
    firstWarningAfter: 60 * minute,
    lastWarningAfter: 105 * minute,
    deleteAfter: 120 * minute,
    lead: 15 * minute,
    freshLead: 60 * minute,
  },
  minimumAge: 30 * minute,
  keepAtMost: 7 * day,
  assumeOnDemand: false,
};

test('without guardrails: the design, observed', () => {
  expect(rulesOf(settingsWith({ mail: { timeZone: 'Asia/Kolkata' } }))).toStrictEqual({
    policies: [builtIn],
    exemptions: [],
    owners: [],
    operator: 'ops@gpu.dev',
    timeZone: 'Asia/Kolkata',
    observeTo: 'operator',
    limits: { perTick: 5, perHour: 20 },
    keepChoices: ['4h', '1d', '7d'],
  });
});

test('all that a policy may say', () => {
  const match = {
    project: 'prj-1',
    id: 'x',
    name: 'a-*',
    model: 'H100',
    minPricePerGpuHour: 1,
    maxPricePerGpuHour: 2.5,
  };
  const policy = {
    match,
    mode: 'enforce',
    idle: { gpuBelowPercent: 2.5, cpuBelowCores: 0.5, cpuBelowPercent: 1 },
    ladder: { firstWarningAfter: '1h30m', lastWarningAfter: '5h', deleteAfter: '1d', lead: '2h', freshLead: '90m' },
    hours: { days: ['sun', 'mon', 'sat'], from: '22:15', to: '06:00', timeZone: 'Europe/Berlin' },
    limits: { deletionsPerTick: 1, deletionsPerHour: 3 },
    keepAtMost: '1d',
    assumeOnDemand: true,
    fallback: 'team@gpu.dev',
  };
  expect(firstPolicy(policy)).toStrictEqual({
    name: 'p',
    match,
    mode: 'enforce',
    thresholds: policy.idle,
    ladder: {
      firstWarningAfter: 90 * minute,
      lastWarningAfter: 5 * hour,
      deleteAfter: day,
      lead: 2 * hour,
      freshLead: 90 * minute,
    },
    minimumAge: 30 * minute,
    hours: { days: [0, 1, 6], fromMinute: 22 * 60 + 15, toMinute: 360, timeZone: 'Europe/Berlin' },
    limits: { perTick: 1, perHour: 3 },
    keepAtMost: day,
    assumeOnDemand: true,
    fallback: 'team@gpu.dev',
  });
});

test('what a policy leaves open is that of the guardrails', () => {
  const given = { mode: 'enforce', keepAtMost: '4h', assumeOnDemand: true, fallback: 'team@gpu.dev' };
  const own = { mode: 'off', keepAtMost: '2d', assumeOnDemand: false, fallback: 'own@gpu.dev' };
  const policies = [
    { name: 'bare', match: { name: 'a' } },
    { name: 'own', match: { name: 'b' }, ...own },
  ];
  const [bare, full, last] = rulesOf(settingsWithGuardrails({ ...given, policies })).policies;
  expect(bare).toMatchObject({ ...given, keepAtMost: 4 * hour });
  expect(full).toMatchObject({ ...own, keepAtMost: 2 * day });
  expect(last).toEqual({ ...builtIn, ...given, keepAtMost: 4 * hour });
});

test('hours are in the zone of the mails unless they say their own; all seven days', () => {
  const hours = { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '24:00' };
  const input = settingsWith({
    mail: { timeZone: 'Asia/Kolkata' },
    guardrails: { policies: [{ name: 'p', hours }] },
  });
  expect(rulesOf(input).policies[0]?.hours).toEqual({
    days: [1, 2, 3, 4, 5, 6, 0],
    fromMinute: 0,
    toMinute: 1440,
    timeZone: 'Asia/Kolkata',
  });
});

test('limits of a policy may name one alone', () => {
  expect(firstPolicy({ limits: { deletionsPerHour: 2 } })?.limits).toStrictEqual({ perHour: 2 });
  expect(firstPolicy({ limits: {} })?.limits).toStrictEqual({});
});

test('a policy called default takes the place of the built-in one', () => {
  const policies = [
    { name: 'a', match: { name: 'a' } },
    { name: 'Default', idle: { gpuBelowPercent: 1 } },
  ];
  const names = rulesOf(settingsWithGuardrails({ policies })).policies.map(({ name }) => name);
  expect(names).toEqual(['a', 'Default']);
});

describe('an exemption ends', () => {
  test.each([
    ['2026-12-31', 'UTC', '2027-01-01T00:00:00.000Z'],
    ['2026-12-31', 'Asia/Kolkata', '2026-12-31T18:30:00.000Z'],
    ['2026-03-29', 'Europe/Berlin', '2026-03-29T22:00:00.000Z'],
    ['2026-12-31T18:00:00+05:30', 'Europe/Berlin', '2026-12-31T12:30:00.000Z'],
  ])('%s in %s', (until, timeZone, end) => {
    const guardrails = { exemptions: [{ name: 'a', until, because: 'a demo' }] };
    expect(rulesOf(settingsWith({ mail: { timeZone }, guardrails })).exemptions).toStrictEqual([
      { match: { name: 'a' }, until: Date.parse(end), because: 'a demo' },
    ]);
  });

  test('or never', () => {
    const exemptions = [{ project: 'prj-1', id: 'x', until: 'forever' }];
    expect(rulesOf(settingsWithGuardrails({ exemptions })).exemptions).toStrictEqual([
      { match: { project: 'prj-1', id: 'x' }, until: 'forever' },
    ]);
  });
});

test('owners keep their order', () => {
  const owners = [
    { project: 'prj-1', name: 'team-?-{owner}-*', to: 'gpu+{owner}@gpu.dev' },
    { id: 'x', to: 'x@gpu.dev' },
    { to: 'rest@gpu.dev' },
  ];
  expect(faultLines(settingsWithGuardrails({ owners }))).toEqual([]);
  expect(rulesOf(settingsWithGuardrails({ owners })).owners).toStrictEqual([
    { match: { project: 'prj-1', name: 'team-?-{owner}-*' }, to: 'gpu+{owner}@gpu.dev' },
    { match: { id: 'x' }, to: 'x@gpu.dev' },
    { match: {}, to: 'rest@gpu.dev' },
  ]);
});
