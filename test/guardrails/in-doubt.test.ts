import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeFleet } from '#domain/guardrails/judge-fleet.ts';
import { type ConfigFacts, type GuardRules, type Match, policyFor, policyInDoubt } from '#domain/guardrails/policy.ts';
import { runtimeKey } from '#domain/guardrails/runtime-case.ts';
import { at, start } from '../domain/given.ts';
import { caseWith, fleetWith, idleAt, idleClock, policyWith, rulesWith, runtimeWith } from './given.ts';

const rulesFor = (...matches: readonly Match[]): GuardRules =>
  rulesWith({
    policies: [...matches.map((match, position) => policyWith({ name: `p${position}`, match })), policyWith()],
  });

const known: ConfigFacts = { gpuModel: 'NVIDIA H100', pricePerGpuHour: 1.99 };

describe('a policy is in doubt', () => {
  const table: [rule: string, rules: GuardRules, facts: ConfigFacts, inDoubt: string | undefined][] = [
    ['it asks for a model, which is not known', rulesFor({ model: 'H100' }), {}, 'p0'],
    ['it asks for a lowest price, which is not known', rulesFor({ minPricePerGpuHour: 1 }), {}, 'p0'],
    ['it asks for a highest price, which is not known', rulesFor({ maxPricePerGpuHour: 1 }), {}, 'p0'],
    ['a lowest price of nothing is asked for, too', rulesFor({ minPricePerGpuHour: 0 }), {}, 'p0'],
    ['all is known, and fits', rulesFor({ model: 'H100' }), known, undefined],
    ['all is known, and does not fit', rulesFor({ model: 'H200', maxPricePerGpuHour: 1 }), known, undefined],
    ['the price is not known, and nobody asks', rulesFor({ model: 'L40S' }), { gpuModel: 'H100' }, undefined],
    ['the model is not known, and nobody asks', rulesFor({ minPricePerGpuHour: 5 }), { pricePerGpuHour: 1 }, undefined],
    ['nobody asks for anything', rulesFor({ name: 'x-*' }), {}, undefined],
    ['it is of another project', rulesFor({ model: 'H100', project: 'prj-2' }), {}, undefined],
    ['it is of another runtime', rulesFor({ model: 'H100', id: 'r2' }), {}, undefined],
    ['it is of this runtime', rulesFor({ model: 'H100', id: 'R1' }), {}, 'p0'],
    ['its name does not fit', rulesFor({ model: 'H100', name: 'web-*' }), {}, undefined],
    ['the first of several', rulesFor({ name: 'x' }, { model: 'H100' }, { maxPricePerGpuHour: 1 }), {}, 'p1'],
    ['one that comes after the own policy', rulesFor({ name: 'train-*' }, { model: 'H100' }), {}, undefined],
    ['one that comes before the own policy', rulesFor({ model: 'H100' }, { name: 'train-*' }), {}, 'p0'],
  ];
  test.each(table)('%s', (_, rules, facts, inDoubt) => {
    expect(policyInDoubt(rules, runtimeWith(), facts)?.name).toBe(inDoubt);
  });

  // "The first policy that would come before … if its model or its price, which are not known, fitted": this model is known.
  test('not where what is known says no already', () => {
    const rules = rulesFor({ model: 'H200', maxPricePerGpuHour: 3 });
    expect(policyInDoubt(rules, runtimeWith(), { gpuModel: 'NVIDIA H100' })).toBeUndefined();
  });
});

describe('while the policy is in doubt', () => {
  const now = at(130);
  const clocks = new Map([[runtimeKey(runtimeWith()), idleClock(130, now)]]);
  const cases = new Map([[runtimeKey(runtimeWith()), caseWith()]]);
  const rules = rulesFor({ model: 'H100', name: 'train-*' });
  const seen = [{ runtime: runtimeWith(), reading: idleAt(now) }];
  const verdict = (configs: Readonly<Record<string, ConfigFacts>>) =>
    judgeFleet(fleetWith(now, { clocks, cases, rules, catalogue: { askedAt: start, configs } }), seen)[0]?.verdict;

  test('nobody is warned, and the policy that asks is named', () => {
    expect(verdict({})?.verdict).toBe('report');
    expect(verdict({})?.because).toContain('p0');
    expect(verdict({ 'gpu-h100-80g-20cpu-125g': known })?.verdict).toBe('warn-last');
    // The region's own row comes before the config's.
    const rows = { 'gpu-h100-80g-20cpu-125g': {}, 'as-south-1/gpu-h100-80g-20cpu-125g': known };
    expect(verdict(rows)?.verdict).toBe('warn-last');
  });
});

const someMatch = fc
  .record({
    name: fc.constantFrom(undefined, undefined, 'train-*', 'web-*'),
    model: fc.constantFrom(undefined, undefined, 'H100', 'H200'),
    minPricePerGpuHour: fc.constantFrom(undefined, undefined, 0, 1, 3),
    maxPricePerGpuHour: fc.constantFrom(undefined, undefined, 1, 3),
  })
  .map((match): Match => Object.fromEntries(Object.entries(match).filter(([, value]) => value !== undefined)));
const someModel = fc.constantFrom('NVIDIA H100', 'NVIDIA H200', 'NVIDIA L40S');
const somePrice = fc.constantFrom(0.5, 1, 2, 3, 5);

test('law: where none is in doubt, whatever is not known would change nothing', () => {
  let sure = 0;
  let doubted = 0;
  fc.assert(
    fc.property(
      fc.array(someMatch, { maxLength: 4 }),
      someModel,
      somePrice,
      fc.constantFrom('nothing', 'model', 'price'),
      (matches, gpuModel, pricePerGpuHour, told) => {
        const rules = rulesFor(...matches);
        const facts: ConfigFacts = {
          ...(told === 'model' ? { gpuModel } : {}),
          ...(told === 'price' ? { pricePerGpuHour } : {}),
        };
        const own = policyFor(rules, runtimeWith(), facts);
        const really = policyFor(rules, runtimeWith(), { gpuModel, pricePerGpuHour });
        const inDoubt = policyInDoubt(rules, runtimeWith(), facts);
        if (inDoubt === undefined) {
          sure += 1;
          expect(really).toBe(own);
        } else {
          doubted += 1;
          expect(rules.policies.indexOf(inDoubt)).toBeLessThan(rules.policies.indexOf(own));
        }
        expect(policyInDoubt(rules, runtimeWith(), { gpuModel, pricePerGpuHour })).toBeUndefined();
      },
    ),
    { numRuns: 500 },
  );
  expect(Math.min(sure, doubted)).toBeGreaterThan(50);
});
