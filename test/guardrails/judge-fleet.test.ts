import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { closedBreaker, lookAtBreaker } from '#domain/guardrails/breaker.ts';
import type { Clock } from '#domain/guardrails/clock.ts';
import {
  advanceClocks,
  breakerAfter,
  completed,
  type FleetSituation,
  groundOf,
  type Judged,
  judgeFleet,
  type SeenRuntime,
  situationOf,
  withWarnings,
} from '#domain/guardrails/judge-fleet.ts';
import { addresseesFor, type GuardRules, type Mode } from '#domain/guardrails/policy.ts';
import { type RuntimeCase, type RuntimeKey, runtimeKey, type Warning } from '#domain/guardrails/runtime-case.ts';
import { day, minute } from '#domain/time.ts';
import { at, start } from '../domain/given.ts';
import {
  boardWith,
  busyAt,
  caseWith,
  digest,
  fleetWith,
  idleAt,
  idleClock,
  policyWith,
  rulesWith,
  runtimeWith,
  unknownAt,
  withAccepted,
} from './given.ts';

const now = at(120);
const running = (id: string, changes: Partial<SeenRuntime['runtime']> = {}) => runtimeWith({ id, ...changes });
const keyOf = (id: string): RuntimeKey => `prj-1/${id}`;
const clocksOf = (clocks: Readonly<Record<string, Clock>>): ReadonlyMap<RuntimeKey, Clock> =>
  new Map(Object.entries(clocks).map(([id, clock]) => [keyOf(id), clock]));

describe('the clocks after a tick', () => {
  const before = clocksOf({ r1: idleClock(60, at(119)), r2: idleClock(60, at(119)), r3: idleClock(60, at(119)) });
  const advance = (
    seen: readonly SeenRuntime[],
    vanished: readonly RuntimeKey[] = [],
    rules = rulesWith(),
    cases: readonly RuntimeCase[] = [],
  ) => advanceClocks(boardWith(cases, before), rules, seen, vanished, now);

  test('those of runtimes that were not listed stay as they are', () => {
    const after = advance([{ runtime: running('r1'), reading: idleAt(now) }]);
    expect(after.get(keyOf('r1'))?.span).toMatchObject({ idleAt: now, observed: 61 * minute });
    expect(after.get(keyOf('r2'))).toBe(before.get(keyOf('r2')));
    expect(after.size).toBe(3);
    expect(before.get(keyOf('r1'))?.span?.idleAt).toBe(at(119));
  });

  test('those of runtimes that are gone are forgotten', () => {
    expect([...advance([], [keyOf('r2')]).keys()]).toEqual([keyOf('r1'), keyOf('r3')]);
  });

  test('a runtime never seen before has been seen since now', () => {
    const after = advance([{ runtime: running('r4'), reading: busyAt(now) }]);
    expect(after.get(keyOf('r4'))).toEqual({ seenAt: now, busyAt: now });
  });

  test('one that was not reached is noted as missed, and keeps its span', () => {
    const after = advance([{ runtime: running('r1') }]).get(keyOf('r1'));
    expect(after).toEqual({ ...before.get(keyOf('r1')), missed: true });
  });

  test('one that is not Running is not judged by a reading; once it runs again, it is no longer noted', () => {
    const pending = { runtime: running('r1', { status: 'Pending' }), reading: idleAt(now) };
    const clock = advance([pending]).get(keyOf('r1'));
    expect(clock?.notRunning).toEqual({ since: now, status: 'Pending' });
    expect(clock?.span?.idleAt).toBe(at(119));
    const board = boardWith([], new Map([[keyOf('r1'), clock ?? idleClock(0, now)]]));
    for (const seen of [{ runtime: running('r1') }, { runtime: running('r1'), reading: unknownAt(at(121)) }]) {
      expect(advanceClocks(board, rulesWith(), [seen], [], at(121)).get(keyOf('r1'))).not.toHaveProperty('notRunning');
    }
  });

  test('a status never seen before is not Running', () => {
    for (const status of ['running', 'RUNNING', '', 'Healing']) {
      const clock = advance([{ runtime: running('r1', { status }), reading: idleAt(now) }]).get(keyOf('r1'));
      expect(clock?.notRunning?.status).toBe(status);
    }
  });

  test('one that is there again is young again', () => {
    const again = caseWith({ reappearedAt: at(100) }, running('r1'));
    const seen = [{ runtime: running('r1'), reading: idleAt(now) }];
    expect(advance(seen, [], rulesWith(), [again]).get(keyOf('r1'))).not.toHaveProperty('span');
  });

  test('each is read by the thresholds of its own policy', () => {
    const strict = { gpuBelowPercent: 0.5, cpuBelowCores: 1, cpuBelowPercent: 5 };
    const rules = rulesWith({ policies: [policyWith({ match: { id: 'r2' }, thresholds: strict }), policyWith()] });
    const seen = ['r1', 'r2'].map((id) => ({ runtime: running(id), reading: idleAt(now) }));
    const after = advance(seen, [], rules);
    expect(after.get(keyOf('r1'))).toHaveProperty('span');
    expect(after.get(keyOf('r2'))).not.toHaveProperty('span');
  });

  test('one that a policy leaves alone has none', () => {
    const off = policyWith({ match: { id: 'r1' }, mode: 'off' });
    const rules = rulesWith({ policies: [off, policyWith()] });
    expect(advance([{ runtime: running('r1') }], [], rules).has(keyOf('r1'))).toBe(false);
  });

  test('the detail, read before, tells which policy that is where the listing does not', () => {
    const off = policyWith({ match: { model: 'H100' }, mode: 'off' });
    const rules = rulesWith({ policies: [off, policyWith()] });
    const { gpuConfigId: _, gpuCount: _gpus, ...listed } = running('r1');
    const known = caseWith({}, running('r1'));
    expect(advance([{ runtime: listed }], [], rules).has(keyOf('r1'))).toBe(true);
    expect(advance([{ runtime: listed }], [], rules, [known]).has(keyOf('r1'))).toBe(false);
    expect(completed(listed, known)).toMatchObject({ gpuConfigId: 'gpu-h100-80g-20cpu-125g', gpuCount: 2 });
    // What the listing does tell is newer.
    expect(completed(running('r1', { gpuCount: 4 }), known).gpuCount).toBe(4);
  });
});

describe('the breaker', () => {
  const ids = ['r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8'];
  const suspect = ids.slice(0, 4);
  const clocks = clocksOf(
    Object.fromEntries(ids.map((id) => [id, suspect.includes(id) ? idleClock(20, now, true) : { seenAt: start }])),
  );
  const board = { breaker: { value: closedBreaker, version: 0 }, cases: new Map() };
  const openAfter = (
    statuses: Readonly<Record<string, string>>,
    listed = ids,
    unread: readonly string[] = [],
    seenClocks = clocks,
  ) =>
    breakerAfter(
      board,
      rulesWith(),
      seenClocks,
      listed.map((id) => {
        const status = statuses[id] ?? 'Running';
        const reading = suspect.includes(id) ? idleAt(now) : busyAt(now);
        return { runtime: running(id, { status }), ...(unread.includes(id) ? {} : { reading }) };
      }),
      now,
    ).open;

  test('is judged over the runtimes that run: 4 of 8 are not over half, 4 of 7 are', () => {
    expect(openAfter({})).toBeUndefined();
    expect(openAfter({ r8: 'Pending' })).toMatchObject({ runtimes: 4, fleet: 7 });
  });

  test('the span of one that does not run counts for nothing', () => {
    expect(openAfter({ r1: 'Stopped' }, suspect)).toBeUndefined();
    expect(openAfter({}, suspect)).toMatchObject({ runtimes: 4, fleet: 4 });
  });

  test('nor does that of one that is not listed', () => {
    expect(openAfter({}, suspect.slice(1))).toBeUndefined();
  });

  test('one of which nothing is known is no part of the fleet; one with an idle span is', () => {
    expect(openAfter({}, ids, ['r8'])).toMatchObject({ runtimes: 4, fleet: 7 });
    expect(openAfter({}, suspect, suspect)).toMatchObject({ runtimes: 4, fleet: 4 });
  });

  test('spans say nothing before 15 minutes, or the first warning, if that is sooner', () => {
    const young = (minutes: number) => new Map(suspect.map((id) => [keyOf(id), idleClock(minutes, now, true)]));
    expect(openAfter({}, suspect, [], young(14))).toBeUndefined();
    expect(openAfter({}, suspect, [], young(15))).toMatchObject({ runtimes: 4 });
  });

  test('while it is open nobody is warned', () => {
    const spans = suspect.flatMap((id) => clocks.get(keyOf(id))?.span ?? []);
    const breaker = lookAtBreaker(closedBreaker, spans, 4, now);
    const fleet = fleetWith(now, {
      breaker,
      clocks: clocksOf({ r1: idleClock(110, now) }),
      cases: new Map([[keyOf('r1'), caseWith({}, running('r1'))]]),
    });
    const seen = [{ runtime: running('r1'), reading: idleAt(now) }];
    expect(withWarnings(judgeFleet(fleet, seen), fleet)[0]?.verdict.verdict).toBe('hold');
    const closed = { ...fleet, breaker: closedBreaker };
    expect(withWarnings(judgeFleet(closed, seen), closed)[0]?.kase?.episode?.last?.mail).toBe('owed');
  });
});

const rulesIn = (mode: Mode, changes: Partial<GuardRules> = {}): GuardRules =>
  rulesWith({ policies: [policyWith({ mode })], ...changes });

const groundIn = (rules: GuardRules, runtime = runtimeWith()): string => {
  const [policy = policyWith()] = rules.policies;
  return digest(groundOf(policy, addresseesFor(rules, policy, runtime), runtime));
};

/** Judges one tick of these runtimes, all of them idle now unless told otherwise. */
const judgedIn = (
  rules: GuardRules,
  cases: readonly RuntimeCase[],
  clocks: ReadonlyMap<RuntimeKey, Clock>,
  changes: Partial<FleetSituation> = {},
  seen: readonly SeenRuntime[] = [...clocks.keys()].map((key) => ({
    runtime: running(key.split('/')[1] ?? ''),
    reading: idleAt(now),
  })),
): readonly Judged[] => {
  const known = new Map(cases.map((kase) => [runtimeKey(kase), kase]));
  const fleet = fleetWith(now, { rules, clocks, cases: known, ...changes });
  return withWarnings(judgeFleet(fleet, seen), fleet);
};

describe('the ground', () => {
  const changed: [what: string, rules: GuardRules, runtime?: SeenRuntime['runtime']][] = [
    ['mode', rulesIn('observe')],
    ['policy', rulesWith({ policies: [policyWith({ name: 'other' })] })],
    [
      'thresholds',
      rulesWith({ policies: [policyWith({ thresholds: { ...policyWith().thresholds, gpuBelowPercent: 9 } })] }),
    ],
    ['ladder', rulesWith({ policies: [policyWith({ ladder: { ...policyWith().ladder, lead: 20 * minute } })] })],
    [
      'hours',
      rulesWith({ policies: [policyWith({ hours: { days: [1], fromMinute: 0, toMinute: 60, timeZone: 'UTC' } })] }),
    ],
    ['owner', rulesWith({ owners: [] })],
    ['operator', rulesWith({ operator: 'other@example.com' })],
    ['name', rulesWith(), runtimeWith({ name: 'infer-alice' })],
  ];
  const warning: Warning = {
    step: 'last',
    owedAt: at(105),
    notBefore: at(105),
    deleteAt: now,
    ahead: 15 * minute,
    to: ['alice@example.com'],
    level: 0,
    mail: 'sent',
    mailId: 'm1',
    counted: at(105),
  };
  const warned = caseWith({
    ground: groundIn(rulesWith()),
    named: now,
    episode: { id: 'e1', since: start, last: warning },
  });
  const clocks = new Map([[runtimeKey(warned), idleClock(120, now)]]);

  test('stands: it is deleted', () => {
    expect(judgedIn(rulesWith(), [warned], clocks)[0]?.verdict.verdict).toBe('delete');
  });

  test.each(changed)('another %s: the warnings count no more, and all are warned afresh', (_, rules, runtime) => {
    const reading = idleAt(now);
    const [one] = judgedIn(rules, [warned], clocks, {}, [{ runtime: runtime ?? runtimeWith(), reading }]);
    expect(one?.verdict.verdict).toBe('warn-last');
    expect(one?.kase?.episode?.voided?.at).toBe(now);
    expect(one?.kase?.episode?.last).toMatchObject({ owedAt: now, ahead: 60 * minute });
    expect(one?.kase?.episode?.last?.deleteAt).toBeGreaterThanOrEqual(now + 60 * minute);
  });

  test('from observe to enforce: everybody is warned afresh, also who would have been deleted', () => {
    const would = { ...warned, ground: groundIn(rulesIn('observe')) };
    const marked: RuntimeCase = { ...would, episode: { id: 'e1', since: start, last: warning, would: now } };
    expect(judgedIn(rulesIn('observe'), [marked], clocks)[0]?.verdict.verdict).toBe('would');
    for (const kase of [would, marked]) {
      const [one] = judgedIn(rulesIn('enforce'), [kase], clocks);
      expect(one?.kase?.episode?.last).toMatchObject({ mail: 'owed', deleteAt: now + 60 * minute });
      expect(one?.kase?.episode?.last).not.toHaveProperty('counted');
      expect(one?.kase?.episode).not.toHaveProperty('would');
    }
  });
});

describe('the warnings that become owed', () => {
  const cases = [caseWith({ ground: groundIn(rulesWith()) })];
  const clocks = new Map([[keyOf('r1'), idleClock(105, now)]]);
  const owedIn = (rules: GuardRules) => {
    const ofMode = cases.map((kase) => ({ ...kase, ground: groundIn(rules) }));
    return judgedIn(rules, ofMode, clocks)[0]?.kase;
  };

  test('enforced: a mail is owed, to owner and operator, and nothing counts yet', () => {
    const kase = owedIn(rulesIn('enforce'));
    expect(kase?.episode).toEqual({
      id: `${now - 105 * minute}`,
      since: now - 105 * minute,
      keepAtMost: 7 * day,
      last: {
        step: 'last',
        owedAt: now,
        notBefore: now,
        deleteAt: now + 15 * minute,
        ahead: 15 * minute,
        to: ['alice@example.com', 'operator@example.com'],
        level: 0,
        mail: 'owed',
      },
    });
    expect(kase).not.toHaveProperty('named');
  });

  test('observed: it counts for the plan, and no mail is owed unless the owners are to be told', () => {
    const silent = owedIn(rulesIn('observe'));
    expect(silent?.episode?.last).toMatchObject({ mail: 'none', counted: now });
    expect(silent?.named).toBe(now + 15 * minute);
    const told = owedIn(rulesIn('observe', { observeTo: 'owner' }));
    expect(told?.episode?.last).toMatchObject({ mail: 'owed', counted: now });
    expect(owedIn(rulesIn('enforce', { observeTo: 'owner' }))?.episode?.last).not.toHaveProperty('counted');
  });

  test('together where they go to one recipient', () => {
    const two = [
      caseWith({ ground: groundIn(rulesWith()) }, running('r1')),
      caseWith({ ground: groundIn(rulesWith()), firstWarnedAt: at(60) }, running('r2')),
    ];
    const each = { r1: idleClock(105, now), r2: idleClock(91, now) };
    const [one, other] = judgedIn(rulesWith(), two, clocksOf(each));
    expect([one?.verdict.verdict, other?.verdict.verdict]).toEqual(['warn-last', 'wait']);
    // Taken along 14 minutes early: its deletion comes no sooner for that.
    expect(other?.kase?.episode?.last).toMatchObject({ owedAt: now, deleteAt: now + 29 * minute });
    const later = { ...each, r2: idleClock(89, now) };
    expect(judgedIn(rulesWith(), two, clocksOf(later))[1]?.kase?.episode).toBeUndefined();
  });

  test('a runtime about which nothing is due keeps the same case', () => {
    const [one] = judgedIn(rulesWith(), cases, clocksOf({ r1: idleClock(50, now) }));
    expect(one?.kase).toBe(cases[0]);
  });

  test('the situation holds what this runtime is judged by', () => {
    const exemption = { match: { id: 'r1' }, until: 'forever' } as const;
    const fleet = fleetWith(now, {
      rules: rulesWith({ exemptions: [exemption] }),
      clocks,
      clocksBefore: clocksOf({ r1: idleClock(104, at(119)) }),
    });
    expect(situationOf(fleet, { runtime: running('r1') }, undefined)).toMatchObject({
      exemption,
      clock: clocks.get(keyOf('r1')),
      before: idleClock(104, at(119)),
      facts: { gpuModel: 'NVIDIA H100', pricePerGpuHour: 1.99 },
      breakerOpen: false,
    });
    expect(situationOf(fleet, { runtime: running('r2') }, undefined).clock).toEqual({ seenAt: now });
    // The case that is given, not the one that was judged: the last look has read it anew.
    const own = { until: 'forever', because: 'asked', at: now } as const;
    expect(situationOf(fleet, { runtime: running('r2') }, caseWith({ exemption: own })).exemption).toMatchObject({
      because: 'asked',
      by: 'api',
    });
  });
});

const someMinutes = fc.constantFrom(
  0,
  30,
  59,
  60,
  61,
  90,
  91,
  104,
  105,
  106,
  119,
  120,
  120,
  121,
  121,
  150,
  150,
  200,
  200,
);
const someClock = fc.oneof(
  { weight: 8, arbitrary: someMinutes.map((minutes) => idleClock(minutes, now)) },
  { weight: 1, arbitrary: fc.constant<Clock>({ seenAt: start, busyAt: now }) },
  { weight: 1, arbitrary: fc.constant<Clock>({ seenAt: start, notRunning: { since: at(100), status: 'Pending' } }) },
);
const someWarning = (step: Warning['step']) =>
  fc
    .record({ owed: fc.integer({ min: 1, max: 60 }), counts: fc.boolean(), named: fc.integer({ min: -40, max: 20 }) })
    .map(
      ({ owed, counts, named }): Warning => ({
        step,
        owedAt: now - owed * minute,
        notBefore: now - owed * minute,
        deleteAt: now + named * minute,
        ahead: 0,
        to: ['alice@example.com'],
        level: 0,
        mail: counts ? 'sent' : 'owed',
        ...(counts ? { counted: now - owed * minute, mailId: `${step}-${owed}` } : {}),
      }),
    );
const sometimes = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
const someRuntime = fc.record({
  clock: someClock,
  known: fc.constantFrom(true, true, true, false),
  first: sometimes(someWarning('first')),
  last: sometimes(someWarning('last')),
  voided: sometimes(fc.constant({ at: at(90), because: 'kept' })),
  named: sometimes(fc.integer({ min: -35, max: 20 }).map((minutes) => now + minutes * minute)),
  firstWarnedAt: sometimes(fc.integer({ min: 1, max: 800 }).map((minutes) => now - minutes * minute)),
  keptFor: fc.constantFrom(undefined, undefined, undefined, undefined, -1, 0, 1, 60),
  reading: fc.constantFrom(...Array<'idle'>(9).fill('idle'), 'busy', 'unknown', 'unread'),
  moved: fc.constantFrom(false, false, false, false, false, true),
  owner: fc.constantFrom('alice', 'bob'),
});
type Some = typeof someRuntime extends fc.Arbitrary<infer T> ? T : never;

const nameFor = (some: Some, position: number) => `job${position}-${some.owner}`;

const caseFor = (some: Some, position: number, rules: GuardRules): RuntimeCase | undefined => {
  if (!some.known) return undefined;
  const { first, last, voided, named, firstWarnedAt, keptFor, clock, moved } = some;
  const runtime = running(`r${position}`, { name: nameFor(some, position) });
  const since = clock.span?.since ?? at(60);
  const episode = { id: `${since}`, since, ...(first && { first }), ...(last && { last }), ...(voided && { voided }) };
  return caseWith(
    {
      ground: moved ? 'before' : groundIn(rules, runtime),
      ...(first || last || voided ? { episode } : {}),
      ...(named === undefined ? {} : { named }),
      ...(firstWarnedAt === undefined ? {} : { firstWarnedAt }),
      ...(keptFor === undefined ? {} : { keep: { until: now + keptFor * minute, at: at(90), by: 'm1:4h' } }),
    },
    runtime,
  );
};

const seenFor = (some: Some, position: number): SeenRuntime => {
  const status = some.clock.notRunning?.status ?? 'Running';
  const runtime = running(`r${position}`, { name: nameFor(some, position), status });
  const reading = { idle: idleAt, busy: busyAt, unknown: unknownAt, unread: () => undefined }[some.reading]?.(now);
  return { runtime, ...(reading === undefined || status !== 'Running' ? {} : { reading }) };
};

const judgeAll = (some: readonly Some[], rules: GuardRules): readonly Judged[] =>
  judgedIn(
    rules,
    some.flatMap((each, position) => caseFor(each, position, rules) ?? []),
    new Map(some.map((each, position) => [keyOf(`r${position}`), each.clock])),
    {},
    some.map(seenFor),
  );

/** A warning without what only tells whether it is mailed, and counts. */
const planned = (warning: Warning | undefined) => {
  if (warning?.owedAt !== now) return warning;
  const { mail: _mail, counted: _counted, ...rest } = warning;
  return rest;
};

const planOf = ({ key, verdict, kase }: Judged) => ({
  key,
  verdict,
  ...(kase === undefined
    ? {}
    : {
        keep: kase.keep,
        outbox: kase.outbox,
        episode: kase.episode && {
          ...kase.episode,
          first: planned(kase.episode.first),
          last: planned(kase.episode.last),
        },
      }),
});

test('law: observe and enforce give the same verdicts, and the same warnings but for whether they are mailed and count', () => {
  const tally: Record<string, number> = {};
  let owed = 0;
  fc.assert(
    fc.property(fc.array(someRuntime, { minLength: 1, maxLength: 4 }), (some) => {
      const enforced = judgeAll(some, rulesIn('enforce'));
      const observed = judgeAll(some, rulesIn('observe'));
      expect(observed.map(planOf)).toEqual(enforced.map(planOf));
      for (const [position, { verdict, kase }] of enforced.entries()) {
        tally[verdict.verdict] = (tally[verdict.verdict] ?? 0) + 1;
        for (const step of ['first', 'last'] as const) {
          const warning = kase?.episode?.[step];
          if (warning?.owedAt !== now) continue;
          owed += 1;
          expect(warning).toMatchObject({ mail: 'owed' });
          expect(warning).not.toHaveProperty('counted');
          const other = observed[position]?.kase;
          expect(other?.episode?.[step]).toMatchObject({ mail: 'none', counted: now });
          expect(other?.named).toBeGreaterThanOrEqual(warning.deleteAt);
        }
      }
    }),
    { numRuns: 500 },
  );
  for (const verdict of ['warn-first', 'warn-last', 'wait', 'delete', 'hold', 'kept', 'unknown', 'look', 'leave']) {
    expect(tally[verdict] ?? 0, verdict).toBeGreaterThan(0);
  }
  expect(owed).toBeGreaterThan(50);
});

type World = { clocks: ReadonlyMap<RuntimeKey, Clock>; cases: Map<RuntimeKey, RuntimeCase>; deleted: string[] };

/** The mails of this minute: to each recipient of whom one is due, all that are owed. */
const mailOut = ({ cases }: World, minutes: number): void => {
  const owed = [...cases.values()].flatMap((kase) => {
    const warning = [kase.episode?.last, kase.episode?.first].find((one) => one?.mail === 'owed');
    return warning === undefined ? [] : [{ kase, warning }];
  });
  for (const theirs of Map.groupBy(owed, ({ warning }) => warning.to[0]).values()) {
    if (!theirs.some(({ warning }) => warning.notBefore <= at(minutes))) continue;
    for (const { kase, warning } of theirs) {
      const { step, owedAt, ahead } = warning;
      const deleteAt = Math.max(warning.deleteAt, at(minutes) + ahead);
      const mail = { episodeId: kase.episode?.id ?? '', step, owedAt, mailId: `${step}-${owedAt}`, deleteAt };
      cases.set(runtimeKey(kase), withAccepted(kase, mail, at(minutes)));
    }
  }
};

test('law: over time, both modes come to the same first deletions', () => {
  const someLooks = fc.array(
    fc.record({
      look: fc.constantFrom('idle', 'idle', 'idle', 'busy', 'unknown'),
      for: fc.integer({ min: 1, max: 90 }),
    }),
    { minLength: 2, maxLength: 6 },
  );
  const looksOf = (given: readonly { look: string; for: number }[]) =>
    given.flatMap((each) => Array<string>(each.for).fill(each.look));
  const readingAt = (look: string | undefined, time: number) =>
    look === 'busy' ? busyAt(time) : look === 'unknown' ? unknownAt(time) : idleAt(time);
  const live = (looks: readonly (readonly string[])[], rules: GuardRules): readonly string[] => {
    const ids = looks.map((_, position) => `r${position}`);
    const world: World = {
      clocks: new Map(),
      cases: new Map(ids.map((id) => [keyOf(id), caseWith({ ground: groundIn(rules) }, running(id))])),
      deleted: [],
    };
    for (let minutes = 0; minutes < 240; minutes += 1) {
      const seen = ids.flatMap((id, position) =>
        world.deleted.some((each) => each.startsWith(`${id} `))
          ? []
          : [{ runtime: running(id), reading: readingAt(looks[position]?.[minutes], at(minutes)) }],
      );
      const clocksBefore = world.clocks;
      const board = boardWith([...world.cases.values()], clocksBefore);
      world.clocks = advanceClocks(board, rules, seen, [], at(minutes));
      const fleet = fleetWith(at(minutes), { rules, clocks: world.clocks, clocksBefore, cases: world.cases });
      for (const { key, kase, verdict } of withWarnings(judgeFleet(fleet, seen), fleet)) {
        if (kase !== undefined) world.cases.set(key, kase);
        if (verdict.verdict === 'delete') world.deleted.push(`${key.split('/')[1]} ${minutes}`);
      }
      if (rules.policies[0]?.mode === 'enforce') mailOut(world, minutes);
    }
    return world.deleted;
  };
  let deletions = 0;
  fc.assert(
    fc.property(fc.array(someLooks, { minLength: 2, maxLength: 3 }), (given) => {
      const looks = given.map(looksOf);
      const enforced = live(looks, rulesIn('enforce'));
      deletions += enforced.length;
      expect(live(looks, rulesIn('observe'))).toEqual(enforced);
    }),
    { numRuns: 40 },
  );
  expect(deletions).toBeGreaterThan(10);
});
