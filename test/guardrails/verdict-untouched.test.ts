import { describe, expect, test } from 'vitest';
import type { RuntimeCase } from '#domain/guardrails/runtime-case.ts';
import type { Situation } from '#domain/guardrails/situation.ts';
import { judgeRuntime, type VerdictName } from '#domain/guardrails/verdict.ts';
import { at, start } from '../domain/given.ts';
import {
  busyAt,
  entryOf,
  type Guarded,
  guarded,
  idleAt,
  type Look,
  lastWarned,
  live,
  type Plan,
  policyWith,
  runtimeWith,
  tick,
  turns,
  unknownAt,
} from './given.ts';

describe('never touched, however long it idles', () => {
  const forLong = (state: Guarded, plan?: Plan) => {
    const { verdicts } = live(state, 0, 300, plan);
    return [...new Set([...verdicts.values()].map(({ verdict }) => verdict))];
  };
  const listing = (planId: string) => runtimeWith({ planId });
  const unstated = (minutes: number): Look => ({ ...idleAt(at(minutes)), unitStated: false }) as Look;

  const table: [rule: string, verdicts: VerdictName[], state: Guarded, plan?: Plan][] = [
    ['reserved, by the listing', ['report'], guarded({ runtime: listing('gpu-h100-reserved-1m') })],
    ['reserved, by the detail', ['leave', 'report'], guarded({ detailPlanId: 'gpu-h100-reserved-1m' })],
    [
      'reserved by the listing, on demand by the detail',
      ['report'],
      guarded({ runtime: listing('gpu-h100-reserved-1m'), detailPlanId: 'gpu-h100-on-demand-1h' }),
    ],
    [
      'reserved by the detail, on demand by the listing',
      ['leave', 'report'],
      guarded({ runtime: listing('gpu-h100-on-demand-1h'), detailPlanId: 'gpu-h100-reserved-1m' }),
    ],
    [
      'reserved, whatever is assumed of others',
      ['leave', 'report'],
      guarded({ detailPlanId: 'gpu-h100-reserved-1m', policy: policyWith({ assumeOnDemand: true }) }),
    ],
    ['a plan that cannot be read', ['leave', 'report'], guarded({ detailPlanId: 'gpu-h100-flex' })],
    ['no plan', ['leave', 'report'], guarded({ detailPlanId: undefined })],
    ['the unit is not stated', ['report'], guarded(), { looks: unstated }],
    ['the policy is off', ['leave'], guarded({ policy: policyWith({ mode: 'off' }) })],
    ['exempt', ['exempt'], guarded({ exemption: { match: {}, until: 'forever', by: 'policy' } })],
    ['busy', ['leave'], guarded(), { looks: () => 'busy' }],
    ['unknown', ['unknown'], guarded(), { looks: () => 'unknown' }],
    ['never read', ['unknown'], guarded(), { looks: () => 'unread' }],
    ['pending', ['unknown'], guarded(), { looks: () => ({ status: 'Pending' }) }],
    ['the breaker is open: nobody is warned', ['leave', 'hold'], guarded({ breakerOpen: true })],
  ];
  test.each(table)('%s', (_, verdicts, state, plan) => {
    expect(forLong(state, plan)).toEqual(verdicts);
  });

  test('a plan that cannot be read, assumed to be on demand', () => {
    for (const detailPlanId of [undefined, 'gpu-h100-flex']) {
      const lived = live(guarded({ detailPlanId, policy: policyWith({ assumeOnDemand: true }) }), 0, 200);
      expect(turns(lived).at(-1)).toBe('120 delete');
    }
  });

  test('its plan turned out to be reserved at the named time', () => {
    const state = lastWarned();
    const reserved = { ...state, runtime: listing('gpu-h100-reserved-12m') };
    expect(turns(live(reserved, 119, 300))).toEqual(['119 report']);
    expect(live(reserved, 119, 300).state.kase?.episode?.last).toBeUndefined();
  });

  test('one idle reading whose unit is not stated, at the last look', () => {
    const lived = live(lastWarned(), 119, 300, {
      looks: (minutes) => (minutes >= 120 ? unstated(minutes) : undefined),
    });
    expect(turns(lived)).toEqual(['119 wait', '120 report']);
  });
});

describe('the last look: what was just seen counts, whatever the clock says', () => {
  const last = lastWarned();
  const { state, situation } = tick(last, at(120));
  const back = { ...(last.kase as RuntimeCase), reappearedAt: at(119) };
  const notRunning = { ...state.clock, notRunning: { since: at(120), status: 'Terminating' } };
  const { reading: _, ...unread } = situation;

  test('idle: it is deleted', () => {
    expect(judgeRuntime(last.kase, situation).verdict.verdict).toBe('delete');
  });

  const table: [rule: string, because: string, RuntimeCase | undefined, Situation][] = [
    ['busy', 'it is in use', last.kase, { ...situation, reading: busyAt(at(120)) }],
    ['unknown', 'timeout', last.kase, { ...situation, reading: unknownAt(at(120)) }],
    ['not read', 'it was not read', last.kase, unread],
    ['not running', 'its status is Terminating', last.kase, { ...situation, clock: notRunning }],
    ['back again', 'it is younger than 30 minutes', back, situation],
    [
      'young',
      'it is younger than 30 minutes',
      last.kase,
      { ...situation, runtime: runtimeWith({ createdAt: at(91) }) },
    ],
  ];
  test.each(table)('%s: it is not', (_, because, kase, seen) => {
    const { verdict, kase: judged } = judgeRuntime(kase, seen);
    expect(['leave', 'unknown']).toContain(verdict.verdict);
    expect(verdict.because).toBe(because);
    expect(judged?.episode?.last).toBeUndefined();
  });
});

describe('young', () => {
  test('a runtime is left alone until it is 30 minutes old, and idle from then on', () => {
    const state = guarded({ runtime: runtimeWith({ createdAt: start }) });
    expect(turns(live(state, 0, 300))).toEqual([
      '0 leave',
      '90 warn-first',
      '91 wait',
      '135 warn-last',
      '136 wait',
      '150 delete',
    ]);
  });

  test('its creation is not known: from when it was first seen', () => {
    const { createdAt: _, ...runtime } = runtimeWith();
    const state = guarded({ runtime });
    expect(turns(live({ ...state, clock: { seenAt: start } }, 0, 300)).at(-1)).toBe('150 delete');
  });

  test('one that came back is young again, and what it was warned of is over', () => {
    const state = lastWarned();
    const back: Guarded = { ...state, kase: { ...(state.kase as RuntimeCase), reappearedAt: at(119) } };
    const lived = live(back, 119, 500);
    expect(lived.verdicts.get(120)?.because).toBe('it is younger than 30 minutes');
    expect(turns(lived)).toEqual(['119 leave', '149 wait', '254 warn-last', '255 wait', '269 delete']);
    expect(lived.state.kase?.outbox.map(({ act }) => act)).toContain('spared');
  });
});

describe('a deletion that was begun', () => {
  const deletions: [RuntimeCase['deletion'], VerdictName][] = [
    [
      { state: 'deleting', since: at(118), intentAt: at(118), asks: 1, entry: entryOf('e1', at(118)), to: [] },
      'deleting',
    ],
    [{ state: 'gone', at: at(118) }, 'gone'],
  ];
  test.each(deletions)('%o: whatever is read, the case stays as it is', (deletion, verdict) => {
    const state = lastWarned();
    const kase: RuntimeCase = { ...(state.kase as RuntimeCase), ...(deletion === undefined ? {} : { deletion }) };
    for (const look of ['idle', 'busy', 'unknown', { status: 'Terminating' }] as const) {
      const ticked = tick({ ...state, kase, ground: 'other', breakerOpen: true }, at(125), look);
      expect(ticked.verdict.verdict).toBe(verdict);
      expect(ticked.judged).toBe(kase);
    }
  });

  test('decided, before the last look: busy then spares it', () => {
    const state = lastWarned();
    const kase: RuntimeCase = { ...(state.kase as RuntimeCase), deletion: { state: 'condemned', at: at(120) } };
    expect(tick({ ...state, kase }, at(120)).verdict.verdict).toBe('delete');
    const busy = tick({ ...state, kase }, at(120), 'busy');
    expect(busy.verdict.verdict).toBe('leave');
    expect(busy.judged?.episode).toBeUndefined();
  });
});
