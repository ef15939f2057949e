import { describe, expect, test } from 'vitest';
import { newCase, type RuntimeCase } from '#domain/guardrails/runtime-case.ts';
import { allowedFrom, deletionAfterWarning } from '#domain/guardrails/verdict.ts';
import { minute } from '#domain/time.ts';
import { at, start } from '../domain/given.ts';
import {
  type Guarded,
  guarded,
  idleAt,
  keptUntil,
  type Look,
  lastWarned,
  live,
  mailed,
  type Plan,
  policyWith,
  runtimeWith,
  situationOf,
  tick,
  turns,
} from './given.ts';

const named = (state: Guarded): number | undefined =>
  state.kase?.named === undefined ? undefined : (state.kase.named - start) / minute;

describe('the time that a mail names is a promise', () => {
  const acceptedAt = (minutes: number): Plan => ({ mail: (now) => now < 100 || now >= minutes });

  test('a last warning that nobody took over leads to nothing', () => {
    const lived = live(guarded(), 0, 400, { mail: (now) => now < 100 });
    expect(turns(lived).slice(3)).toEqual(['105 warn-last', '106 wait']);
  });

  test('the mail is written late: it names a later time, at least the lead ahead', () => {
    const lived = live(guarded(), 0, 400, acceptedAt(118));
    expect(turns(lived).at(-1)).toBe('133 delete');
    expect(named(lived.state)).toBe(133);
  });

  /** The last warning's mail was written in minute 105 and names 120. */
  const writtenAt105AcceptedAt = (minutes: number) => {
    const state = mailed(live(guarded(), 0, 105, acceptedAt(1_000)).state, at(105));
    const last = state.kase?.episode?.last;
    if (state.kase?.episode === undefined || last === undefined) throw new RangeError('No last warning.');
    const late = { ...last, counted: at(minutes) };
    const kase = { ...state.kase, episode: { ...state.kase.episode, last: late } };
    return live({ ...state, kase }, 106, 400, { mail: () => false });
  };

  test('accepted late: at least the lead after that', () => {
    expect(turns(writtenAt105AcceptedAt(110)).at(-1)).toBe('125 delete');
    expect(turns(writtenAt105AcceptedAt(135)).at(-1)).toBe('150 delete');
  });

  test('accepted so late that the lead ends more than 30 minutes after the named time: a fresh one', () => {
    expect(turns(writtenAt105AcceptedAt(136)).slice(-3)).toEqual(['151 hold', '152 warn-last', '153 wait']);
  });

  test('another accepted mail named a later time: not before that', () => {
    const state = lastWarned();
    const kase = { ...(state.kase as RuntimeCase), named: at(140) };
    expect(turns(live({ ...state, kase }, 119, 300)).slice(-1)).toEqual(['140 delete']);
  });

  const late: [minutes: number, last: string][] = [
    [149, '149 delete'],
    [150, '150 delete'],
    [151, '151 hold'],
  ];
  test.each(late)('looked at again in minute %i, all of the time observed', (minutes, last) => {
    const state = lastWarned();
    const clock = live({ ...state, breakerOpen: true }, 119, minutes - 1).state.clock;
    const lived = live({ ...state, clock }, minutes, minutes);
    expect(turns(lived).at(-1)).toBe(last);
  });

  test('until its time nothing that comes and goes takes the promise back', () => {
    const looks = (minutes: number) => (minutes === 116 || minutes === 118 ? 'unknown' : undefined);
    expect(turns(live(guarded(), 0, 300, { looks })).at(-1)).toBe('120 delete');
  });
});

describe('what held a deletion back voids the warnings: a fresh one, at least 60 minutes ahead', () => {
  const change =
    (changes: Partial<Guarded>) =>
    (state: Guarded): Guarded => ({ ...state, ...changes });
  const until =
    (minutes: number, look: Look | 'no-tick', from = 120): Plan['looks'] =>
    (now) =>
      now >= from && now < minutes ? look : undefined;
  const mornings = policyWith({
    hours: { days: [0, 1, 2, 3, 4, 5, 6], fromMinute: 9 * 60, toMinute: 10 * 60 + 59, timeZone: 'UTC' },
  });

  const table: [cause: string, plan: Plan, held: string, warned: number, deleted: number][] = [
    ['unknown at the named time', { looks: until(121, 'unknown') }, '120 unknown', 121, 181],
    ['not read at the named time', { looks: until(121, 'unread') }, '120 unknown', 121, 181],
    ['not running at the named time', { looks: until(121, { status: 'Failed' }) }, '120 unknown', 121, 181],
    ['a status never seen before', { looks: until(121, { status: 'running' }) }, '120 unknown', 121, 181],
    [
      'the breaker was open at the named time',
      { changes: { 119: change({ breakerOpen: true }), 121: change({ breakerOpen: false }) } },
      '119 hold',
      121,
      181,
    ],
    ['its rules changed', { changes: { 119: change({ ground: 'other' }) } }, '', 119, 179],
    [
      'its rules changed, and back again',
      { changes: { 119: change({ ground: 'other' }), 120: change({ ground: 'ground' }) } },
      '',
      120,
      180,
    ],
    [
      'exempt for a minute',
      {
        changes: {
          119: change({ exemption: { match: {}, until: 'forever', by: 'policy' } }),
          120: ({ exemption: _, ...state }) => state,
        },
      },
      '119 exempt',
      120,
      180,
    ],
    [
      'its policy was off for a minute',
      { changes: { 119: change({ policy: policyWith({ mode: 'off' }) }), 120: change({ policy: policyWith() }) } },
      '119 leave',
      120,
      180,
    ],
    ['kept for an hour', { changes: { 119: keptUntil(179) } }, '119 kept', 179, 239],
  ];
  test.each(table)('%s', (_, plan, held, warned, deleted) => {
    const lived = live(lastWarned(), 119, 400, plan);
    expect(turns(lived)).toEqual(expect.arrayContaining(held === '' ? [] : [held]));
    expect(lived.verdicts.get(warned)?.verdict).toBe('warn-last');
    expect(turns(lived).at(-1)).toBe(`${deleted} delete`);
    expect(named(lived.state)).toBe(deleted);
    expect(lived.state.kase?.episode?.voided).toBeDefined();
  });

  test('an outage of ticks over the named time', () => {
    // 33 minutes without a reading: the span began anew, and so did the ladder; a first warning went out within 12 hours.
    const long = live(lastWarned(), 119, 400, { looks: until(151, 'no-tick', 119) });
    expect(turns(long)).toEqual(['151 wait', '256 warn-last', '257 wait', '316 delete']);
    // 12 minutes: not all of the 120 were observed when it was looked at again.
    const short = live(lastWarned(), 119, 400, { looks: until(130, 'no-tick', 119) });
    expect(turns(short)).toEqual(['130 hold', '131 warn-last', '132 wait', '191 delete']);
  });

  test('the hours in which the policy may act ended before the named time came to be looked at', () => {
    const lived = live(lastWarned({ policy: mornings }), 119, 130);
    expect(turns(lived)).toEqual(['119 wait']);
    expect(named(lived.state)).toBe(24 * 60);
    // It may act in the mornings, and the last warning named one; then the hours were looked at too late.
    const wide = lastWarned();
    const closed = live({ ...wide, policy: mornings }, 119, 200);
    expect(turns(closed).slice(0, 3)).toEqual(['119 wait', '120 hold', '121 warn-last']);
    expect(named(closed.state)).toBe(24 * 60);
  });

  test('the warnings are fresh each time', () => {
    const looks = (minutes: number) => (minutes === 120 || minutes === 181 ? 'unknown' : undefined);
    expect(turns(live(guarded(), 0, 400, { looks })).at(-1)).toBe('242 delete');
  });

  test('voided before the last warning: that is the fresh one', () => {
    const lived = live(guarded(), 0, 400, { changes: { 80: change({ ground: 'other' }) } });
    expect(turns(lived).slice(-3)).toEqual(['105 warn-last', '106 wait', '165 delete']);
  });

  test('a warning that is still owed when it is voided is owed no more', () => {
    const owed = live(guarded(), 0, 105, { mail: (now) => now < 100 }).state;
    const voided = tick({ ...owed, ground: 'other' }, at(106));
    expect(voided.judged?.episode?.last).toBeUndefined();
    expect(voided.verdict.verdict).toBe('warn-last');
    expect(voided.state.kase?.episode?.last).toMatchObject({ owedAt: at(106), ahead: 60 * minute });
  });

  test('a lead longer than an hour stays the lead', () => {
    const ladder = { ...policyWith().ladder, deleteAfter: 240 * minute, lead: 100 * minute };
    const lived = live(guarded({ policy: policyWith({ ladder }) }), 0, 600, {
      looks: (minutes) => (minutes === 240 ? 'unknown' : undefined),
    });
    expect(turns(lived).at(-1)).toBe('341 delete');
  });
});

describe('when a warning names the deletion', () => {
  const situation = (idleMinutes: number, policy = policyWith()) => {
    const { state } = live(guarded({ policy }), 0, idleMinutes, { mail: () => false });
    return situationOf(state, at(idleMinutes), idleAt(at(idleMinutes)));
  };
  const kase = newCase(runtimeWith(), 'train-alice', 'ground');
  const voided: RuntimeCase = { ...kase, episode: { id: 'e', since: start, voided: { at: at(1), because: 'held' } } };

  const table: [rule: string, RuntimeCase | undefined, idle: number, 'first' | 'last', named: number, ahead: number][] =
    [
      ['first: what is left', undefined, 60, 'first', 120, 0],
      ['first, late', undefined, 119, 'first', 120, 0],
      ['last: what is left', kase, 105, 'last', 120, 15],
      ['last, late: the lead', kase, 110, 'last', 125, 15],
      ['last, held back by whatever it was', kase, 300, 'last', 360, 60],
      ['last, not before what another mail named', { ...kase, named: at(500) }, 105, 'last', 500, 15],
      ['fresh: an hour', voided, 300, 'last', 360, 60],
      ['fresh: what is left, where that is more', voided, 50, 'last', 120, 60],
      ['a fresh first', voided, 110, 'first', 170, 60],
    ];
  test.each(table)('%s', (_, known, idle, step, deleteAt, ahead) => {
    expect(deletionAfterWarning(known, situation(idle), step)).toEqual({
      deleteAt: at(deleteAt),
      ahead: ahead * minute,
    });
  });

  test('at an hour at which the policy may act', () => {
    const policy = policyWith({
      hours: { days: [0, 1, 2, 3, 4, 5, 6], fromMinute: 13 * 60, toMinute: 14 * 60, timeZone: 'UTC' },
    });
    expect(deletionAfterWarning(kase, situation(105, policy), 'last').deleteAt).toBe(at(240));
  });

  test('a warning that was not accepted allows nothing', () => {
    const { kase: owed } = live(guarded(), 0, 105, { mail: (now) => now < 100 }).state;
    expect(allowedFrom(owed as RuntimeCase, policyWith())).toBeUndefined();
    expect(allowedFrom(lastWarned().kase as RuntimeCase, policyWith())).toBe(at(120));
  });
});
