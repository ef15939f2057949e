import { describe, expect, test } from 'vitest';
import { voidWarnings } from '#domain/guardrails/episode.ts';
import { newCase, type RuntimeCase } from '#domain/guardrails/runtime-case.ts';
import { entryFor, ledgerRuntimeOf, moneyIn } from '#domain/guardrails/situation.ts';
import { judgeRuntime } from '#domain/guardrails/verdict.ts';
import { day, hour, minute } from '#domain/time.ts';
import { at, start } from '../domain/given.ts';
import {
  type Guarded,
  guarded,
  keptUntil,
  type Look,
  lastWarned,
  live,
  policyWith,
  runtimeWith,
  situationOf,
  tick,
  turns,
} from './given.ts';

const named = (state: Guarded): number | undefined =>
  state.kase?.named === undefined ? undefined : (state.kase.named - start) / minute;

describe('the ladder, minute by minute, with the default policy', () => {
  test('first warning at 60 idle minutes, last at 105, deletion at 120, and not before', () => {
    const lived = live(guarded(), 0, 200);
    expect(turns(lived)).toEqual(['0 leave', '60 warn-first', '61 wait', '105 warn-last', '106 wait', '120 delete']);
    expect(named(lived.state)).toBe(120);
  });

  test('the first warning names what follows if nothing changes; the last is at least the lead ahead', () => {
    const { verdicts, state } = live(guarded(), 0, 106);
    expect(verdicts.get(30)).toMatchObject({ next: { step: 'first', at: at(60) }, deleteAt: at(120) });
    expect(verdicts.get(60)).toMatchObject({ next: { step: 'first', at: at(60) }, deleteAt: at(120) });
    expect(verdicts.get(61)).toMatchObject({ next: { step: 'last', at: at(105) }, deleteAt: at(120) });
    expect(verdicts.get(106)).toMatchObject({ deleteAt: at(120) });
    expect(state.kase?.episode?.first?.deleteAt).toBe(at(120));
    expect(state.kase?.episode?.last?.deleteAt).toBe(at(120));
  });

  test('it is observed idle time that counts, not time', () => {
    const looks = (minutes: number) => (minutes > 80 && minutes < 90 ? 'unknown' : undefined);
    expect(turns(live(guarded(), 0, 200, { looks }))).toEqual([
      '0 leave',
      '60 warn-first',
      '61 wait',
      '81 unknown',
      '90 wait',
      '115 warn-last',
      '116 wait',
      '130 delete',
    ]);
  });

  test('its detail is read before anybody is warned, and not sooner', () => {
    const state = live(guarded(), 0, 59).state;
    expect(state.kase).toBeUndefined();
    const { clock, reading } = { ...tick(state, at(60)).situation };
    const judged = judgeRuntime(undefined, { ...situationOf({ ...state, clock }, at(60), reading) });
    expect(judged).toEqual({ verdict: expect.objectContaining({ verdict: 'look' }), kase: undefined });
  });

  test('busy at 119: a new ladder from its beginning', () => {
    const looks = (minutes: number) => (minutes === 119 ? 'busy' : undefined);
    const lived = live(guarded(), 0, 300, { looks });
    // No second first warning within 12 hours.
    expect(turns(lived).slice(4)).toEqual(
      ['106 wait', '119 leave', '120 wait', '225 warn-last', '226 wait', '240 delete'].slice(0),
    );
  });
});

describe('not too much', () => {
  /** Idle for 70 minutes, then busy, again and again. */
  const looks = (minutes: number) => (minutes % 80 >= 71 ? 'busy' : undefined);

  test('a first warning at most once in 12 hours, over all idle times', () => {
    const lived = live(guarded(), 0, 3 * 24 * 60, { looks });
    const firsts = [...lived.verdicts]
      .filter(([, { verdict }]) => verdict === 'warn-first')
      .map(([minutes]) => minutes);
    // At 60; then the first time that it is idle for 60 minutes, 720 minutes or more after.
    expect(firsts.slice(0, 3)).toEqual([60, 780, 1500]);
    const apart = firsts.slice(1).map((minutes, position) => minutes - (firsts[position] ?? 0));
    expect(Math.min(...apart)).toBeGreaterThanOrEqual(720);
  });

  test('12 hours to the minute, from its acceptance', () => {
    const accepted = (minutes: number): Guarded => {
      const kase: RuntimeCase = { ...newCase(runtimeWith(), 'train-alice', 'ground'), firstWarnedAt: at(minutes) };
      return guarded({ kase });
    };
    expect(turns(live(accepted(60 - 720), 0, 60))).toContain('60 warn-first');
    expect(turns(live(accepted(61 - 720), 0, 62))).toEqual(['0 wait', '61 warn-first', '62 wait']);
    // A clock that went back makes no room.
    expect(turns(live(accepted(1_000), 0, 100))).toEqual(['0 wait']);
  });

  test('one that is owed and not sent is not owed again', () => {
    const lived = live(guarded(), 0, 100, { mail: () => false });
    expect(turns(lived)).toEqual(['0 leave', '60 warn-first', '61 wait']);
    expect(lived.state.kase?.episode?.first?.owedAt).toBe(at(60));
  });

  test('its span began anew, 12 hours later: a first one again', () => {
    const lived = live(lastWarned(), 119, 1_000, { looks: (minutes) => (minutes < 800 ? 'no-tick' : undefined) });
    expect(turns(lived)).toEqual([
      '800 leave',
      '860 warn-first',
      '861 wait',
      '905 warn-last',
      '906 wait',
      '965 delete',
    ]);
  });

  test('a last one always', () => {
    const kase: RuntimeCase = { ...newCase(runtimeWith(), 'train-alice', 'ground'), firstWarnedAt: at(0) };
    expect(turns(live(guarded({ kase }), 0, 200))).toEqual(['0 wait', '105 warn-last', '106 wait', '120 delete']);
  });
});

describe('observe mode', () => {
  const observed = guarded({ policy: policyWith({ mode: 'observe' }) });

  test('the same plan; a warning counts without a mail, and the deletion is only remembered', () => {
    const lived = live(observed, 0, 300);
    expect(turns(lived)).toEqual([
      ...['0 leave', '60 warn-first', '61 wait', '105 warn-last', '106 wait', '120 delete'],
      '121 would',
    ]);
    expect(lived.state.kase?.episode).toMatchObject({ would: at(120), last: { mail: 'none' } });
  });

  test('would be deleted, then used again: the idle time is over', () => {
    const looks = (minutes: number) => (minutes === 130 ? 'busy' : undefined);
    expect(live(observed, 0, 130, { looks }).state.kase?.episode).toBeUndefined();
  });

  test('kept after it would have been deleted: kept, and then all afresh', () => {
    const lived = live(observed, 0, 400, { changes: { 130: keptUntil(200) } });
    expect(turns(lived).slice(6)).toEqual([
      ...['121 would', '130 kept', '200 warn-last', '201 wait', '260 delete', '261 would'],
    ]);
  });

  test('switching to enforce warns afresh, at least an hour ahead', () => {
    const enforced = (state: Guarded): Guarded => ({ ...state, policy: policyWith(), ground: 'enforced' });
    const before = live(observed, 0, 300, { changes: { 110: enforced } });
    expect(turns(before).slice(-3)).toEqual(['110 warn-last', '111 wait', '170 delete']);
    const after = live(observed, 0, 300, { changes: { 130: enforced } });
    expect(turns(after).slice(-4)).toEqual(['121 would', '130 warn-last', '131 wait', '190 delete']);
    expect(after.state.kase?.episode?.last).toMatchObject({ mail: 'sent', counted: at(130) });
  });
});

describe('what is remembered of a case', () => {
  test('used again after a warning: spared, with an entry that is made of what happened', () => {
    const state = lastWarned();
    const busy = tick(state, at(119), 'busy');
    const spared = busy.judged?.outbox.filter(({ act }) => act === 'spared') ?? [];
    expect(spared).toHaveLength(1);
    expect(spared[0]).toMatchObject({ id: `prj-1/r1/${state.kase?.episode?.id}/spared`, at: at(119) });
    expect(busy.judged).not.toHaveProperty('episode');
  });

  // "Ledger: every verdict that led to an act, with … evidence, money": also of an idle time that is over.
  test('the entry of a runtime that was spared says for how long it had been idle', () => {
    const spared = tick(lastWarned(), at(119), 'busy').judged?.outbox.find(({ act }) => act === 'spared');
    expect(spared?.evidence).toBeDefined();
    expect(spared?.money?.wasted).toBeGreaterThan(0);
  });

  test('used again before any warning was accepted: no entry', () => {
    const owed = live(guarded(), 0, 60, { mail: () => false }).state;
    expect(tick(owed, at(61), 'busy').judged).toMatchObject({ outbox: [] });
  });

  test('a keep that is over is forgotten; one that stands is kept', () => {
    const state = keptUntil(130)(lastWarned());
    expect(tick(state, at(129)).judged?.keep).toBeDefined();
    expect(tick(state, at(129)).verdict.verdict).toBe('kept');
    const lived = live(state, 119, 130);
    expect(turns(lived)).toEqual(['119 kept', '130 warn-last']);
    expect(lived.state.kase?.keep).toBeUndefined();
  });

  test('a look in which nothing changed gives the same object, so that nothing is written', () => {
    const state = lastWarned();
    for (const look of ['idle', 'unknown', 'unread'] as const) {
      expect(tick(state, at(119), look).judged).toBe(state.kase);
    }
    const held = tick(state, at(120), 'unknown');
    expect(held.judged).not.toBe(state.kase);
    expect(tick(held.state, at(121), 'unknown').judged).toBe(held.judged);
    const kept = tick(keptUntil(600)(state), at(119));
    expect(tick(kept.state, at(120)).judged).toBe(kept.judged);
  });

  // "A tick in which nothing changed writes one item": a second look at the same case should find nothing left to change.
  const twoCauses: [causes: string, before: Guarded, minutes: number, look: Look][] = [
    ['a keep ends as the runtime is used again', tick(keptUntil(119)(lastWarned()), at(118)).state, 119, 'busy'],
    ['its rules change as its span begins anew', { ...lastWarned(), ground: 'other' }, 150, 'idle'],
  ];
  test.each(twoCauses)('%s', (_, before, minutes, look) => {
    const { judged, situation } = tick(before, at(minutes), look);
    expect(judgeRuntime(judged, situation).kase).toBe(judged);
  });

  test('a case about which nobody was told is not voided', () => {
    const kase = newCase(runtimeWith(), 'train-alice', 'ground');
    expect(voidWarnings(kase, 'because', at(0))).toBe(kase);
  });
});

describe('evidence and money of an entry', () => {
  test('what the verdict stood on', () => {
    const { state, situation } = tick(lastWarned(), at(119));
    expect(entryFor(situation, state.kase, 'delete-asked', 'idle', 'e1')).toEqual({
      id: 'prj-1/r1/e1/delete-asked',
      at: at(119),
      act: 'delete-asked',
      who: { kind: 'rule', policy: 'default' },
      because: 'idle',
      runtime: {
        project: 'prj-1',
        id: 'r1',
        name: 'train-alice',
        region: 'as-south-1',
        gpuConfigId: 'gpu-h100-80g-20cpu-125g',
        gpuModel: 'NVIDIA H100',
        gpus: 2,
      },
      evidence: {
        idleSince: start,
        until: at(119),
        observedMs: 119 * minute,
        highest: { gpuPercent: 1, cpu: { value: 0.1, unit: 'cores' } },
      },
      money: {
        pricePerGpuHour: 1.99,
        gpus: 2,
        ratePerHour: 3.98,
        idleMs: 119 * minute,
        wasted: (3.98 * 119 * minute) / hour,
      },
    });
  });

  test('the number of GPUs is the listing’s, or the detail’s, or missing; without it there is no money', () => {
    const { gpuCount: _, ...runtime } = runtimeWith();
    const situation = situationOf(guarded({ runtime }), at(0));
    const { state } = live(guarded(), 0, 60);
    expect(ledgerRuntimeOf(situation, state.kase).gpus).toBe(2);
    expect(moneyIn(situation, state.kase)).toMatchObject({ gpus: 2, wasted: 0 });
    expect(ledgerRuntimeOf(situation, undefined)).not.toHaveProperty('gpus');
    expect(moneyIn(situation, undefined)).toBeUndefined();
    expect(moneyIn({ ...situation, facts: {} }, state.kase)).toBeUndefined();
  });

  test('a case that is a day older judges alike', () => {
    const { verdicts } = live(guarded({ clock: { seenAt: start - 9 * day } }), 0, 200);
    expect(verdicts.get(120)?.verdict).toBe('delete');
  });
});
