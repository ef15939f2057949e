import { describe, expect, test } from 'vitest';
import { costOf, moneyOf } from '#domain/guardrails/money.ts';
import {
  canRecreate,
  type PlanKind,
  particularsOf,
  planKindOf,
  type SpecPart,
  specOf,
} from '#domain/guardrails/particulars.ts';
import type { RuntimeDetail } from '#domain/runtime.ts';
import { hour } from '#domain/time.ts';
import { at } from '../domain/given.ts';
import { runtimeWith } from './given.ts';

describe('the words of a plan', () => {
  const table: [planId: string | undefined, kind: PlanKind][] = [
    ['gpu-h200-on-demand-1h', 'on-demand'],
    ['GPU-H200-ON-DEMAND-1H', 'on-demand'],
    ['gpu_h200_on_demand', 'on-demand'],
    ['gpu-h200-ondemand', 'on-demand'],
    ['onDemand', 'on-demand'],
    ['gpu-h200-reserved-1m', 'reserved'],
    ['gpu-h200-reserved', 'reserved'],
    ['Reserved', 'reserved'],
    ['gpu h200 reservation', 'reserved'],
    ['gpu-h200-committed', 'reserved'],
    ['1-year-commitment', 'reserved'],
    ['gpu-h200-1m', 'reserved'],
    ['gpu-h200-3mo', 'reserved'],
    ['gpu-h200-6-months', 'reserved'],
    ['gpu-h200-12month', 'reserved'],
    ['gpu-h200-1y', 'reserved'],
    ['gpu-h200-1yr', 'reserved'],
    ['gpu-h200-2-years', 'reserved'],
    ['gpu-h200-on-demand-1m', 'reserved'],
    ['on-demand-reserved', 'reserved'],
    ['gpu-h200-1h', 'unreadable'],
    ['gpu-h200-spot', 'unreadable'],
    ['long-demand', 'unreadable'],
    ['plan-7f3a', 'unreadable'],
    ['', 'unreadable'],
    [undefined, 'unreadable'],
  ];
  test.each(table)('%s', (planId, kind) => {
    expect(planKindOf(planId)).toBe(kind);
  });
});

const detail: RuntimeDetail = {
  ...runtimeWith(),
  planId: 'gpu-h100-on-demand-1h',
  templateId: 'tpl-jupyterlab-pytorch',
  sshKeys: ['key-1'],
  storage: { type: 'network', sizeGb: 100 },
};

const without = (...parts: (keyof RuntimeDetail)[]): RuntimeDetail => {
  const rest = { ...detail };
  for (const part of parts) delete rest[part];
  return rest;
};

describe('what is learned of a runtime from its detail', () => {
  test('all of it', () => {
    expect(particularsOf(detail, at(60))).toEqual({
      readAt: at(60),
      region: 'as-south-1',
      gpuConfigId: 'gpu-h100-80g-20cpu-125g',
      plan: 'on-demand',
      planId: 'gpu-h100-on-demand-1h',
      gpuCount: 2,
      unsaved: [],
      volume: 'network',
    });
  });

  const table: [missing: (keyof RuntimeDetail)[], unsaved: SpecPart[], again: boolean][] = [
    [['gpuConfigId'], ['config'], false],
    [['gpuCount'], ['GPU count'], false],
    [['planId'], ['plan'], false],
    [['templateId'], ['template'], false],
    [['sshKeys'], ['SSH keys'], true],
    [['storage'], ['storage'], true],
    [['sshKeys', 'storage'], ['SSH keys', 'storage'], true],
    [['planId', 'storage'], ['plan', 'storage'], false],
  ];
  test.each(table)('without %j', (missing, unsaved, again) => {
    const known = particularsOf(without(...missing), at(60));
    expect(known.unsaved).toEqual(unsaved);
    expect(canRecreate(known.unsaved)).toBe(again);
    expect(specOf(without(...missing)) !== undefined).toBe(again);
    for (const part of missing) expect(known).not.toHaveProperty(part);
  });

  test('what the provider says is null was not saved', () => {
    expect(particularsOf({ ...without('templateId'), templateSpec: null, storage: null }, at(60))).toMatchObject({
      unsaved: ['template', 'storage'],
      volume: 'unknown',
    });
  });

  test('no SSH keys are SSH keys that were saved', () => {
    expect(particularsOf({ ...detail, sshKeys: [] }, at(60)).unsaved).toEqual([]);
  });

  const volumes: [storage: unknown, volume: string][] = [
    [{ type: 'network', sizeGb: 100 }, 'network'],
    [{ networkVolume: { id: 'vol-1' } }, 'network'],
    [[{ kind: 'NETWORK_VOLUME' }], 'network'],
    [{ type: 'local' }, 'other'],
    [{}, 'other'],
    [null, 'unknown'],
    [undefined, 'unknown'],
  ];
  test.each(volumes)('storage %j', (storage, volume) => {
    expect(particularsOf({ ...detail, storage }, at(60)).volume).toBe(volume);
  });

  // "What survives (network volume)": a storage that says that it has none must not be told to survive.
  test.each([[{ networkVolume: null, localDisk: 100 }], [{ network: false, sizeGb: 100 }]])(
    'a storage without a network volume: %j',
    (storage) => {
      expect(particularsOf({ ...detail, storage }, at(60)).volume).not.toBe('network');
    },
  );
});

describe('what a deleted runtime is made again from', () => {
  test('the same config, count, plan, template, keys and storage', () => {
    expect(specOf(detail)).toEqual({
      name: 'train-alice',
      region: 'as-south-1',
      gpuConfigId: 'gpu-h100-80g-20cpu-125g',
      gpuCount: 2,
      planId: 'gpu-h100-on-demand-1h',
      templateId: 'tpl-jupyterlab-pytorch',
      sshKeys: ['key-1'],
      storage: { type: 'network', sizeGb: 100 },
    });
  });

  test('its template, or, where it had none, its spec', () => {
    const both = specOf({ ...detail, templateSpec: { image: 'a' } });
    expect(both).toMatchObject({ templateId: 'tpl-jupyterlab-pytorch' });
    expect(both).not.toHaveProperty('templateSpec');
    const own = specOf({ ...without('templateId'), templateSpec: { image: 'a' } });
    expect(own).toMatchObject({ templateSpec: { image: 'a' } });
    expect(own).not.toHaveProperty('templateId');
  });

  test('what was not told is not said', () => {
    const spec = specOf({ ...without('sshKeys'), storage: null });
    expect(spec).not.toHaveProperty('sshKeys');
    expect(spec).not.toHaveProperty('storage');
  });
});

describe('money', () => {
  test('price × GPUs × hours, with what it was computed from', () => {
    expect(costOf(3, 90 * 60_000)).toBe(4.5);
    expect(moneyOf(1.5, 2, 2 * hour)).toEqual({
      pricePerGpuHour: 1.5,
      gpus: 2,
      ratePerHour: 3,
      idleMs: 2 * hour,
      wasted: 6,
    });
  });

  test('nothing is said where the price or the number of GPUs is not known; what is free is', () => {
    expect(moneyOf(undefined, 2, hour)).toBeUndefined();
    expect(moneyOf(1.5, undefined, hour)).toBeUndefined();
    expect(moneyOf(0, 2, hour)).toMatchObject({ wasted: 0, ratePerHour: 0 });
    expect(moneyOf(1.5, 0, hour)).toMatchObject({ wasted: 0 });
  });
});
