import { describe, expect, test } from 'vitest';
import { type Creation, mayGiveUp, nameWithEnding } from '#domain/creating/creation.ts';
import {
  type CreatingLimits,
  type Expense,
  type Order,
  overItsLimit,
  overTheLimit,
  stillThere,
} from '#domain/creating/limits.ts';
import { isMakeable, specFor } from '#domain/creating/order.ts';
import { isRecreatable, type SavedRuntime } from '#domain/guardrails/saved-runtime.ts';
import type { Listing } from '#domain/listing.ts';
import type { Runtime } from '#domain/runtime.ts';
import { day } from '#domain/time.ts';
import { usualPlanId } from '#domain/usual-plan.ts';
import { at, start } from '../domain/given.ts';

describe('a name of its own', () => {
  test('is the one wanted with an ending that no other has, of at most 63 characters', () => {
    expect(nameWithEnding('train-alice', 'abc123')).toBe('train-alice-abc123');
    expect(nameWithEnding('x'.repeat(56), 'abc123')).toBe(`${'x'.repeat(56)}-abc123`);
    expect(nameWithEnding('x'.repeat(90), 'abc123')).toBe(`${'x'.repeat(56)}-abc123`);
  });
});

test.each([
  ['just asked', 0, false],
  ['just under 10 minutes', 9.99, false],
  ['after 10 minutes', 10, true],
  ['the clock went back', -5, false],
])('what a complete listing does not show counts as not made: %s', (_, minutes, expected) => {
  expect(mayGiveUp({ state: 'creating', name: 'a-abc123', at: start }, at(minutes))).toBe(expected);
});

describe('what was saved can be made again', () => {
  const saved = (recreation: Creation): SavedRuntime => ({
    id: 's1',
    runtime: { project: 'prj-1', id: 'r1' },
    savedAt: start,
    expiresAt: start + 7 * day,
    spec: { name: 'a', region: 'r', gpuConfigId: 'c', gpuCount: 1, planId: 'p' },
    unsaved: [],
    recreation,
  });
  const creating = { state: 'creating', name: 'a-abc123', at: start } as const;
  test.each<[string, Creation, number, boolean]>([
    ['asked for', { state: 'available' }, 7 * day - 1, true],
    ['not after 7 days', { state: 'available' }, 7 * day, false],
    ['being made, after 7 days', creating, 8 * day, true],
    ['made, after 7 days', { ...creating, state: 'created', runtimeId: 'r2' }, 8 * day, true],
  ])('%s', (_, recreation, later, expected) => {
    expect(isRecreatable(saved(recreation), start + later)).toBe(expected);
  });
});

const limits: CreatingLimits = { maxUsdPerHour: 10, maxPricePerGpuHour: 2.5, maxGpus: 4, maxRuntimes: 3 };
const spent = (name: string, usdPerHour: number, since = start): Expense => ({
  project: 'prj-1',
  name,
  usdPerHour,
  since,
});

describe('the limits', () => {
  test.each<[string, Order, Expense[], string | undefined]>([
    ['within all', { gpus: 4, pricePerGpuHour: 2.5 }, [], undefined],
    ['too many GPUs', { gpus: 5, pricePerGpuHour: 1 }, [], 'maxGpus'],
    ['too dear a GPU', { gpus: 1, pricePerGpuHour: 2.51 }, [], 'maxPricePerGpuHour'],
    ['exactly what is left', { gpus: 2, pricePerGpuHour: 2.5 }, [spent('a', 2), spent('b', 3)], undefined],
    ['a cent too much', { gpus: 2, pricePerGpuHour: 2.5 }, [spent('a', 5.01)], 'maxUsdPerHour'],
    [
      'sums of cents',
      { gpus: 1, pricePerGpuHour: 0.3 },
      [spent('a', 9.5), spent('b', 0.1), spent('c', 0.1)].slice(0, 2),
      undefined,
    ],
    [
      'too many of them',
      { gpus: 1, pricePerGpuHour: 0.1 },
      [spent('a', 1), spent('b', 1), spent('c', 1)],
      'maxRuntimes',
    ],
  ])('%s', (_, order, expenses, named) => {
    const because = overTheLimit(limits, expenses, order);
    if (named === undefined) expect(because).toBeUndefined();
    else expect(because).toContain(`creating.${named}`);
  });

  test('one that can never be made is told alone, and says what it costs', () => {
    const one = { ...limits, maxUsdPerHour: 4 };
    expect(overItsLimit(one, { gpus: 2, pricePerGpuHour: 2.39 })).toBe(
      'it costs $4.78 an hour; the limit is $4.00 (creating.maxUsdPerHour)',
    );
    expect(overTheLimit(one, [spent('a', 3)], { gpus: 1, pricePerGpuHour: 1.5 })).toBe(
      'it costs $1.50 an hour, and what GPU Warden made before $3.00; the limit is $4.00 (creating.maxUsdPerHour)',
    );
  });
});

describe('what was made counts until a complete listing does not show it', () => {
  const runtime = (name: string): Runtime => ({
    project: 'prj-1',
    id: `id-${name}`,
    name,
    region: 'r',
    status: 'Running',
  });
  const listing = (complete: boolean, ...names: string[]): Listing<Runtime> => ({
    askedAt: at(30),
    rows: names.map((name) => ({ askedAt: at(30), value: runtime(name) })),
    ...(complete ? { complete: true } : { complete: false, because: ['a page is missing'] }),
  });
  const left = (expenses: Expense[], one: Listing<Runtime>) =>
    stillThere(expenses, new Map([['prj-1', one]])).map(({ name }) => name);

  test.each<[string, Listing<Runtime>, string[]]>([
    ['there', listing(true, 'a-1', 'other'), ['a-1']],
    ['gone', listing(true, 'other'), []],
    ['not shown by a listing that is not complete', listing(false), ['a-1']],
  ])('%s', (_, one, names) => {
    expect(left([spent('a-1', 1)], one)).toEqual(names);
  });

  test('one made a moment ago may not be listed yet', () => {
    expect(left([spent('a-1', 1, at(21))], listing(true))).toEqual(['a-1']);
    expect(left([spent('a-1', 1, at(20))], listing(true))).toEqual([]);
  });

  test('of a project that was not listed nothing is concluded', () => {
    expect(stillThere([spent('a-1', 1)], new Map())).toHaveLength(1);
  });
});

describe('what is made', () => {
  const h200 = { configId: 'gpu-h200-141g-20cpu-192g', gpuModel: 'NVIDIA H200' };
  test('is on demand, unless another plan is asked for', () => {
    const place = { region: 'as-south-1', config: h200, gpus: 2 };
    const order = { project: 'prj-1', name: 'ann', templateId: 'tpl-a', sshKeys: ['ssh-ed25519 A'] };
    expect(specFor(order, place)).toEqual({
      name: 'ann',
      templateId: 'tpl-a',
      sshKeys: ['ssh-ed25519 A'],
      region: 'as-south-1',
      gpuConfigId: h200.configId,
      gpuCount: 2,
      planId: usualPlanId(h200),
    });
    expect(specFor({ ...order, planId: 'on-demand-x' }, place).planId).toBe('on-demand-x');
  });

  test.each([
    [undefined, true],
    ['gpu-h200-on-demand-1h', true],
    ['gpu-h200-reserved-1m', false],
    ['gpu-h200', false],
  ])('is never reserved: %s', (planId, expected) => {
    expect(isMakeable(planId)).toBe(expected);
  });
});
