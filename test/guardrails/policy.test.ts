import { describe, expect, test } from 'vitest';
import {
  addresseesFor,
  type ConfigFacts,
  type Exemption,
  exemptionFor,
  fits,
  type GuardRules,
  type Match,
  matches,
  type OwnerRule,
  type Policy,
  policyFor,
  policyInDoubt,
} from '#domain/guardrails/policy.ts';
import type { Runtime } from '#domain/runtime.ts';
import { minute } from '#domain/time.ts';

const policy = (name: string, match: Match = {}, changes: Partial<Policy> = {}): Policy => ({
  name,
  match,
  mode: 'enforce',
  thresholds: { gpuBelowPercent: 5, cpuBelowCores: 1, cpuBelowPercent: 5 },
  ladder: {
    firstWarningAfter: 60 * minute,
    lastWarningAfter: 105 * minute,
    deleteAfter: 120 * minute,
    lead: 15 * minute,
    freshLead: 60 * minute,
  },
  minimumAge: 30 * minute,
  keepAtMost: 7 * 24 * 60 * minute,
  assumeOnDemand: false,
  ...changes,
});

const rules = (changes: Partial<GuardRules> = {}): GuardRules => ({
  policies: [policy('default')],
  exemptions: [],
  owners: [],
  operator: 'ops@gpu.dev',
  timeZone: 'UTC',
  observeTo: 'operator',
  limits: { perTick: 5, perHour: 20 },
  keepChoices: ['4h', '1d', '7d'],
  ...changes,
});

const runtime = (changes: Partial<Runtime> = {}): Runtime => ({
  project: 'prj-1',
  id: '0A1B',
  name: 'arjun-train-7',
  region: 'as-south-1',
  status: 'Running',
  ...changes,
});

const h100: ConfigFacts = { gpuModel: 'NVIDIA H100', pricePerGpuHour: 1.99 };

describe('a pattern', () => {
  test.each([
    ['train', 'train', true],
    ['train', 'train-1', false],
    ['train', 'my-train', false],
    ['train-*', 'train-', true],
    ['train-*', 'train', false],
    ['*', '', true],
    ['*train*', 'a TRAIN b', true],
    ['TRAIN-?', 'train-1', true],
    ['train-?', 'train-12', false],
    ['train-?', 'train-', false],
    ['a.c', 'abc', false],
    ['a+(b)[c]^$|\\{d}', 'a+(b)[c]^$|\\{d}', true],
    ['a*c', 'a\nc', true],
  ])('%j and %j: %s', (pattern, text, fit) => {
    expect(fits(pattern, text)).toBe(fit);
  });
});

describe('a match', () => {
  test.each<[Match, ConfigFacts, boolean]>([
    [{}, {}, true],
    [{ project: 'prj-1' }, {}, true],
    [{ project: 'prj-2' }, {}, false],
    [{ project: 'PRJ-1' }, {}, false],
    [{ id: '0a1b' }, {}, true],
    [{ id: '0a1' }, {}, false],
    [{ name: 'ARJUN-*' }, {}, true],
    [{ project: 'prj-1', name: 'priya-*' }, {}, false],
    [{ model: 'h100' }, h100, true],
    [{ model: 'NVIDIA H100' }, h100, true],
    [{ model: 'H1' }, h100, false],
    [{ model: 'H100' }, {}, false],
    [{ model: 'H100' }, { pricePerGpuHour: 1.99 }, false],
    [{ minPricePerGpuHour: 1.99, maxPricePerGpuHour: 1.99 }, h100, true],
    [{ minPricePerGpuHour: 2 }, h100, false],
    [{ maxPricePerGpuHour: 1.98 }, h100, false],
    [{ minPricePerGpuHour: 0.01 }, {}, false],
    [{ maxPricePerGpuHour: 100 }, { gpuModel: 'NVIDIA H100' }, false],
  ])('%j with %j: %s', (match, facts, fit) => {
    expect(matches(match, runtime(), facts)).toBe(fit);
  });
});

describe('the policy of a runtime', () => {
  const ordered = rules({
    policies: [
      policy('cheap', { maxPricePerGpuHour: 1 }),
      policy('arjun', { name: 'arjun-*' }),
      policy('training', { name: '*-train-*' }),
      policy('default'),
    ],
  });

  test('is the first that matches', () => {
    expect(policyFor(ordered, runtime(), h100).name).toBe('arjun');
    expect(policyFor(ordered, runtime(), { pricePerGpuHour: 0.5 }).name).toBe('cheap');
    expect(policyFor(ordered, runtime({ name: 'priya-train-1' }), h100).name).toBe('training');
    expect(policyFor(ordered, runtime({ name: 'x' }), {}).name).toBe('default');
  });

  test('is never missing: rules without a policy for everything are a fault', () => {
    expect(() => policyFor(rules({ policies: [policy('a', { id: 'x' })] }), runtime(), h100)).toThrow(TypeError);
  });
});

describe('a policy in doubt', () => {
  const asking = rules({
    policies: [
      policy('cheap', { name: 'arjun-*', maxPricePerGpuHour: 1 }),
      policy('h100', { model: 'H100' }),
      policy('default'),
      policy('never', { model: 'H200' }),
    ],
  });
  const inDoubt = (facts: ConfigFacts, name = 'arjun-1') => policyInDoubt(asking, runtime({ name }), facts)?.name;

  test('is one that comes before and asks for what is not known', () => {
    expect(inDoubt({})).toBe('cheap');
    expect(inDoubt({ gpuModel: 'NVIDIA H100' })).toBe('cheap');
    expect(inDoubt({ pricePerGpuHour: 2 })).toBe('h100');
    expect(inDoubt({}, 'priya-1')).toBe('h100');
  });

  test('is none where what is known decides', () => {
    expect(inDoubt(h100)).toBeUndefined();
    expect(inDoubt({ pricePerGpuHour: 0.5 })).toBeUndefined();
    expect(inDoubt({ gpuModel: 'NVIDIA L40S' }, 'priya-1')).toBeUndefined();
  });
});

describe('an exemption', () => {
  const now = Date.parse('2026-03-01T12:00:00Z');
  const soon: Exemption = { match: { name: 'arjun-*' }, until: now + minute, because: 'soon' };
  const later: Exemption = { match: { project: 'prj-1' }, until: now + 60 * minute, because: 'later' };
  const forever: Exemption = { match: { id: '0a1b' }, until: 'forever', because: 'forever' };
  const found = (exemptions: readonly Exemption[], at = now) =>
    exemptionFor(rules({ exemptions }), runtime(), at)?.because;

  test('is the one that lasts longest, wherever it stands', () => {
    expect(found([soon, later])).toBe('later');
    expect(found([later, soon])).toBe('later');
    expect(found([forever, later, soon])).toBe('forever');
    expect(found([soon, later, forever])).toBe('forever');
  });

  test('holds up to its end, and not at it', () => {
    expect(found([soon], now + minute - 1)).toBe('soon');
    expect(found([soon], now + minute)).toBeUndefined();
  });

  test('holds only for what it is about', () => {
    expect(found([{ match: { project: 'prj-2' }, until: 'forever', because: 'no' }])).toBeUndefined();
    expect(found([{ match: { project: 'prj-1', name: 'priya-*' }, until: 'forever', because: 'no' }])).toBeUndefined();
  });
});

describe('who is told', () => {
  const byName: OwnerRule = { match: { name: '{owner}-*' }, to: '{owner}@gpu.dev' };
  const told = (owners: readonly OwnerRule[], name: string, fallback?: string) =>
    addresseesFor(rules({ owners }), policy('p', {}, fallback === undefined ? {} : { fallback }), runtime({ name }));

  test.each([
    ['arjun-train-7', ['arjun@gpu.dev', 'ops@gpu.dev']],
    ['Arjun.S-1', ['arjun.s@gpu.dev', 'ops@gpu.dev']],
    ['arjun', ['ops@gpu.dev']],
    ['-train', ['ops@gpu.dev']],
    ['arjun s-1', ['ops@gpu.dev']],
    ['a@b.co, c-1', ['ops@gpu.dev']],
  ])('the owner in the name %j', (name, addresses) => {
    expect(told([byName], name)).toEqual(addresses);
  });

  test('the owner may stand anywhere in the name', () => {
    const inside: OwnerRule = { match: { name: 'team-?-{owner}-*' }, to: 'gpu+{owner}@gpu.dev' };
    expect(told([inside], 'team-a-priya-x')).toEqual(['gpu+priya@gpu.dev', 'ops@gpu.dev']);
    expect(told([{ ...inside, match: { name: '*-{owner}' } }], 'train-priya')[0]).toBe('gpu+priya@gpu.dev');
  });

  test('the first owner that fits, then the fallback, then the operator', () => {
    const all: OwnerRule = { match: {}, to: 'lead@gpu.dev' };
    expect(told([byName, all], 'arjun-1', 'team@gpu.dev')).toEqual(['arjun@gpu.dev', 'team@gpu.dev', 'ops@gpu.dev']);
    expect(told([byName, all], 'nobody', 'team@gpu.dev')).toEqual(['lead@gpu.dev', 'team@gpu.dev', 'ops@gpu.dev']);
    expect(told([all, byName], 'arjun-1')).toEqual(['lead@gpu.dev', 'ops@gpu.dev']);
    expect(told([{ match: { project: 'prj-2' }, to: 'x@gpu.dev' }], 'arjun-1')).toEqual(['ops@gpu.dev']);
  });

  test('each address once, however it is written', () => {
    expect(told([{ match: {}, to: 'Team@gpu.dev' }], 'x', 'team@GPU.dev')).toEqual(['team@GPU.dev', 'ops@gpu.dev']);
    expect(told([{ match: {}, to: 'ops@gpu.dev' }], 'x')).toEqual(['ops@gpu.dev']);
  });
});
