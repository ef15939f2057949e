import { describe, expect, test } from 'vitest';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { guardRulesOf } from '#adapters/configuration/guard-rules.ts';
import { closedBreaker } from '#domain/guardrails/breaker.ts';
import type { Clock } from '#domain/guardrails/clock.ts';
import { forecastOf } from '#domain/guardrails/forecast.ts';
import { advanceClocks, type FleetSituation, judgeFleet, withWarnings } from '#domain/guardrails/judge-fleet.ts';
import { particularsOf } from '#domain/guardrails/particulars.ts';
import { newCase, type RuntimeCase } from '#domain/guardrails/runtime-case.ts';
import type { RuntimeDetail } from '#domain/runtime.ts';
import { type Instant, minute } from '#domain/time.ts';

/** Thursday, noon. */
const noon = Date.UTC(2026, 0, 1, 12);

const detail: RuntimeDetail = {
  project: 'prj-a',
  id: 'one',
  name: 'bob-notebook',
  region: 'as-south-1',
  status: 'Running',
  gpuConfigId: 'gpu-h200',
  gpuCount: 1,
  planId: 'gpu-h200-on-demand-1h',
  templateId: 'tpl-a',
  sshKeys: [],
  storage: { type: 'network' },
  createdAt: noon - 600 * minute,
};

const rulesFor = (guardrails: object) =>
  guardRulesOf(
    readSettings({
      provider: { organisation: 'org-a', projects: ['prj-a'] },
      mail: { sender: 'warden@gpu.dev', operator: 'ops@gpu.dev' },
      guardrails,
    }),
  );

type Told = { first?: Instant; last?: Instant; deleted?: Instant };

/** Runs the rules for a runtime that is idle in every minute, as Warden does, and notes what comes when. */
const lived = (
  guardrails: object,
  runtime: RuntimeDetail,
  minutes: number,
  exemption?: RuntimeCase['exemption'] & {},
) => {
  const rules = rulesFor(guardrails);
  const told: Told = {};
  let clocks: ReadonlyMap<string, Clock> = new Map();
  let cases = new Map<string, RuntimeCase>();
  let forecast: ReturnType<typeof forecastOf> | undefined;
  for (let now = noon; now <= noon + minutes * minute && told.deleted === undefined; now += minute) {
    const use = { gpuPercent: 1 };
    const seen = [{ runtime, reading: { state: 'known', at: now, gpus: 1, unitStated: true, use } as const }];
    const clocksBefore = clocks;
    const versioned = new Map([...cases].map(([key, value]) => [key, { value, version: 1 }]));
    clocks = advanceClocks({ fleet: { clocks, slots: [] }, cases: versioned }, rules, seen, [], now);
    const fleet: FleetSituation = {
      now,
      rules,
      clocks,
      clocksBefore,
      cases,
      breaker: closedBreaker,
      digest: (text) => text,
    };
    const [first] = judgeFleet(fleet, seen);
    if (first === undefined) throw new Error('nothing was judged');
    if (cases.size === 0) {
      const { ground } = first.situation;
      cases = new Map([
        [
          first.key,
          {
            ...newCase(runtime, runtime.name, ground),
            particulars: particularsOf(runtime, now),
            ...(exemption === undefined ? {} : { exemption }),
          },
        ],
      ]);
    }
    const [known = first] = judgeFleet({ ...fleet, cases }, seen);
    forecast ??= forecastOf({ ...fleet, cases }, known);
    const [judged] = withWarnings(judgeFleet({ ...fleet, cases }, seen), fleet);
    if (judged?.verdict.verdict === 'delete') told.deleted = now;
    const { kase } = judged ?? {};
    if (kase?.episode?.first?.owedAt === now) told.first = now;
    if (kase?.episode?.last?.owedAt === now) told.last = now;
    if (kase !== undefined) cases = new Map([[first.key, kase]]);
  }
  return { forecast, told };
};

describe('what the plan foretells is what the rules do', () => {
  const ladder = { firstWarningAfter: '30m', lastWarningAfter: '50m', deleteAfter: '90m', lead: '20m' };
  test.each<[string, object, Partial<RuntimeDetail>]>([
    ['by the usual ladder', {}, {}],
    ['by another ladder', { policies: [{ name: 'quick', ladder }] }, {}],
    ['younger than 30 minutes', {}, { createdAt: noon - 10 * minute }],
    [
      'within hours that begin later',
      { policies: [{ name: 'nights', hours: { days: ['thu'], from: '18:00', to: '20:00' } }] },
      {},
    ],
    [
      'in another time zone',
      {
        policies: [
          { name: 'nights', hours: { days: ['thu', 'fri'], from: '02:00', to: '04:00', timeZone: 'Asia/Kolkata' } },
        ],
      },
      {},
    ],
  ])('%s', (_, guardrails, changes) => {
    const { forecast, told } = lived(guardrails, { ...detail, ...changes }, 24 * 60);
    expect(forecast).toEqual({
      outcome: 'deleted',
      would: true,
      firstWarningAt: told.first,
      lastWarningAt: told.last,
      deleteAt: told.deleted,
      told: ['ops@gpu.dev'],
    });
  });

  test.each<[string, object, Partial<RuntimeDetail>, RegExp]>([
    ['exempt for ever', { exemptions: [{ name: 'bob-*', until: 'forever', because: 'mine' }] }, {}, /mine/],
    ['on a reserved plan', {}, { planId: 'gpu-h200-reserved-1m' }, /reserved/],
    ['on a plan that cannot be read', {}, { planId: 'gold' }, /cannot be read/],
    [
      'in doubt which policy counts',
      { policies: [{ name: 'dear', match: { minPricePerGpuHour: 2 } }] },
      {},
      /price or a model/,
    ],
    ['off', { policies: [{ name: 'mine', mode: 'off' }] }, {}, /leaves it alone/],
  ])('it stays: %s', (_, guardrails, changes, because) => {
    const { forecast, told } = lived(guardrails, { ...detail, ...changes }, 24 * 60);
    expect(told.deleted).toBeUndefined();
    expect(forecast).toEqual({ outcome: 'stays', because: expect.stringMatching(because) });
  });

  test('an exemption that ends: warned when it is over, never before', () => {
    const guardrails = { exemptions: [{ name: 'bob-*', until: '2026-01-01T15:00:00Z' }] };
    const { forecast, told } = lived(guardrails, detail, 24 * 60);
    expect(told).toEqual({ last: Date.UTC(2026, 0, 1, 15), deleted: expect.any(Number) });
    expect(forecast).toMatchObject({ firstWarningAt: told.last, lastWarningAt: told.last, deleteAt: told.deleted });
  });

  test('an exemption by the API is one like any other, and of both the longer counts', () => {
    const guardrails = { exemptions: [{ name: 'bob-*', until: '2026-01-01T13:00:00Z' }] };
    const until = Date.UTC(2026, 0, 1, 15);
    const { forecast, told } = lived(guardrails, detail, 24 * 60, { until, because: 'the fair', at: noon });
    expect(told).toEqual({ last: until, deleted: expect.any(Number) });
    expect(forecast).toMatchObject({ firstWarningAt: until, lastWarningAt: until, deleteAt: told.deleted });
    const forEver = lived({}, detail, 24 * 60, { until: 'forever', because: 'the fair', at: noon });
    expect(forEver).toEqual({ forecast: { outcome: 'stays', because: 'the fair' }, told: {} });
  });
});
