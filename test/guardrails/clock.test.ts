import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { advance, type Clock, grownUpAt, idleFor, newClock, notRunning, type Span } from '#domain/guardrails/clock.ts';
import type { Reading, Thresholds } from '#domain/guardrails/reading.ts';
import { day, minute, second } from '#domain/time.ts';
import { at, start } from '../domain/given.ts';
import { busyAt, idleAt, policyWith, unknownAt } from './given.ts';

const { thresholds } = policyWith();
const age = { minimumAge: 30 * minute };
const grown = { thresholds, grownUpAt: start - day };

/** `i` idle, `b` busy, `u` unknown, `x` not running. */
type Kind = 'i' | 'b' | 'u' | 'x';
type Seen = readonly [minutes: number, kind: Kind];

const each = (kind: Kind, from: number, to: number): Seen[] =>
  Array.from({ length: to - from + 1 }, (_, position): Seen => [from + position, kind]);

const readingOf = (kind: Exclude<Kind, 'x'>, minutes: number): Reading =>
  ({ i: idleAt, b: busyAt, u: (now: number) => unknownAt(now) })[kind](at(minutes));

const step = (clock: Clock, [minutes, kind]: Seen, rules = grown): Clock =>
  kind === 'x' ? notRunning(clock, 'Failed', at(minutes)) : advance(clock, readingOf(kind, minutes), rules);

const clockAfter = (looks: readonly Seen[], rules = grown): Clock =>
  looks.reduce((clock, look) => step(clock, look, rules), newClock(start));

describe('which idle time was observed', () => {
  const justOver = 1 / 60_000;
  const table: [rule: string, looks: readonly Seen[], since: number | undefined, observed: number][] = [
    ['one idle reading has observed nothing yet', [[0, 'i']], 0, 0],
    ['each minute for an hour', each('i', 0, 60), 0, 60],
    ['5 minutes apart count', [...each('i', 0, 60), [65, 'i']], 0, 65],
    ['more than 5 minutes apart count nothing', [...each('i', 0, 60), [65 + justOver, 'i']], 0, 60],
    ['whatever was unknown between', [...each('i', 0, 60), ...each('u', 61, 64), [65, 'i']], 0, 65],
    ['unknown for longer: not observed', [...each('i', 0, 60), ...each('u', 61, 65), [66, 'i']], 0, 60],
    ['not running for a short while counts like unknown', [...each('i', 0, 60), [63, 'x'], [65, 'i']], 0, 65],
    ['unknown alone is no idle time', each('u', 0, 60), undefined, 0],
    ['30 unobserved minutes in a row', [...each('i', 0, 200), [230, 'i']], 0, 200],
    ['more than 30 unobserved minutes in a row', [...each('i', 0, 200), [230 + justOver, 'i']], 230 + justOver, 0],
    ['and the same with unknown readings', [...each('i', 0, 200), ...each('u', 201, 230), [231, 'i']], 231, 0],
    ['30 in a row, single idle readings between', [...each('i', 0, 300), [310, 'i'], [320, 'i'], [330, 'i']], 0, 300],
    [
      'more than 30 in a row, single idle readings between',
      [...each('i', 0, 300), [310, 'i'], [320, 'i'], [330, 'i'], [336, 'i']],
      336,
      0,
    ],
    [
      'an observed stretch between: no longer in a row',
      [...each('i', 0, 300), [310, 'i'], [320, 'i'], [321, 'i'], [331, 'i'], [341, 'i']],
      0,
      301,
    ],
    ['80 % observed are enough', [...each('i', 0, 40), [50, 'i']], 0, 40],
    ['less than 80 % are not', [...each('i', 0, 40), [50 + justOver, 'i']], 50 + justOver, 0],
    [
      'nothing observed at all',
      [
        [0, 'i'],
        [6, 'i'],
      ],
      6,
      0,
    ],
    ['ticks that did not run are unobserved', [...each('i', 0, 100), ...each('i', 120, 130)], 0, 110],
    ['busy resets', [...each('i', 0, 50), [51, 'b'], ...each('i', 52, 60)], 52, 8],
    ['busy, and nothing since', [...each('i', 0, 50), [51, 'b']], undefined, 0],
    ['busy between two idle readings 2 minutes apart', [...each('i', 0, 50), [51, 'b'], [52, 'i']], 52, 0],
    ['busy, then unknown, then idle', [...each('i', 0, 50), [51, 'b'], [52, 'u'], [53, 'i'], [54, 'i']], 53, 1],
    ['the clock went back: anew', [...each('i', 0, 60), [50, 'i'], [51, 'i']], 50, 1],
    ['the clock went back by a day', [...each('i', 0, 60), [-1440, 'i']], -1440, 0],
    ['the clock went ahead by 20 minutes', [...each('i', 0, 100), [121, 'i']], 0, 100],
    ['the clock went ahead by a day', [...each('i', 0, 100), [1541, 'i']], 1541, 0],
    ['twice the same instant', [...each('i', 0, 60), [60, 'i']], 0, 60],
  ];
  test.each(table)('%s', (_, looks, since, observed) => {
    const clock = clockAfter(looks);
    expect(clock.span?.since).toBe(since === undefined ? undefined : at(since));
    expect(idleFor(clock)).toBe(observed * minute);
  });

  test('a span whose last idle reading is more than 30 minutes old is gone before another comes', () => {
    expect(clockAfter([...each('i', 0, 60), ...each('u', 61, 90)]).span?.since).toBe(start);
    expect(clockAfter([...each('i', 0, 60), ...each('u', 61, 91)]).span).toBeUndefined();
    expect(clockAfter([...each('i', 0, 60), ...each('x', 61, 90)]).span?.since).toBe(start);
    expect(clockAfter([...each('i', 0, 60), ...each('x', 61, 91)]).span).toBeUndefined();
  });
});

describe('young', () => {
  test('a runtime younger than 30 minutes is never idle', () => {
    const rules = { thresholds, grownUpAt: grownUpAt(start, newClock(start), age) };
    expect(clockAfter(each('i', 0, 29), rules).span).toBeUndefined();
    expect(clockAfter([...each('i', 0, 29), [29.99, 'i']], rules).span).toBeUndefined();
    expect(clockAfter(each('i', 0, 40), rules).span).toMatchObject({ since: at(30), observed: 10 * minute });
  });

  // "A runtime younger than 30 minutes is never idle": idle time from before it came back still counts, where the clock went
  // back, or nothing was read, until it was grown up again.
  test('a span that began before it was grown up is over', () => {
    const cameBack = { thresholds, grownUpAt: at(65) };
    expect(advance(clockAfter(each('i', 0, 60)), idleAt(at(66)), cameBack).span?.since).toBe(at(66));
  });

  test('by when it was created, or, where that is not known, first seen', () => {
    expect(grownUpAt(at(7), newClock(start), age)).toBe(at(37));
    expect(grownUpAt(undefined, newClock(at(9)), age)).toBe(at(39));
  });
});

describe('what else is remembered', () => {
  const with5 = (changes: Partial<Thresholds>) => ({ ...grown, thresholds: { ...thresholds, ...changes } });
  const idling = advance(clockAfter(each('i', 0, 59)), idleAt(at(60), 4), grown);

  test('lowered thresholds: what was not idle by them is no idle time; raised ones take nothing away', () => {
    const lowered = advance(idling, idleAt(at(61), 1), with5({ gpuBelowPercent: 3 }));
    expect(lowered.span).toMatchObject({ since: at(61), observed: 0 });
    const equal = advance(idling, idleAt(at(61), 1), with5({ gpuBelowPercent: 4 }));
    expect(equal.span).toMatchObject({ since: at(61) });
    const raised = advance(idling, idleAt(at(61), 1), with5({ gpuBelowPercent: 30 }));
    expect(raised.span).toMatchObject({ since: start, observed: 61 * minute });
    const cores = advance(idling, idleAt(at(61), 1), with5({ cpuBelowCores: 0.1 }));
    expect(cores.span).toBeUndefined();
  });

  test('thresholds lowered while readings are unknown hold too', () => {
    const lowered = advance(idling, unknownAt(at(61)), with5({ gpuBelowPercent: 3 }));
    expect(lowered.span).toBeUndefined();
  });

  test('the highest use of the span, of each quantity', () => {
    const use = (minutes: number, gpuPercent: number, cores: number, memory: number): Reading => ({
      ...idleAt(at(minutes)),
      state: 'known',
      gpus: 1,
      unitStated: true,
      use: { gpuPercent, cpu: { value: cores, unit: 'cores' }, memory: { value: memory, unit: 'gib' } },
    });
    const clock = [use(0, 1, 0.5, 9), use(1, 4, 0.2, 30), use(2, 2, 0.1, 1)].reduce(
      (known, reading) => advance(known, reading, grown),
      newClock(start),
    );
    expect(clock.span?.highest).toEqual({
      gpuPercent: 4,
      cpu: { value: 0.5, unit: 'cores' },
      memory: { value: 30, unit: 'gib' },
    });
  });

  test('CPU use in another unit cannot be compared: the span begins anew', () => {
    const percent: Reading = {
      state: 'known',
      at: at(61),
      gpus: 1,
      unitStated: true,
      use: { gpuPercent: 1, cpu: { value: 2, unit: 'percent' } },
    };
    expect(advance(idling, percent, grown).span).toMatchObject({ since: at(61), observed: 0 });
  });

  test('one reading whose unit is not stated marks the whole span', () => {
    const unstated: Reading = { state: 'known', at: at(61), gpus: 1, unitStated: false, use: { gpuPercent: 0 } };
    const clock = advance(advance(idling, unstated, grown), idleAt(at(62)), grown);
    expect(clock.span).toMatchObject({ since: start, unitStated: false });
    expect(idling.span).toMatchObject({ unitStated: true });
  });

  test('a span says whether the runtime was seen busy right before it', () => {
    const afterBusy = (looks: readonly Seen[]) => clockAfter(looks).span?.afterBusy;
    expect(
      afterBusy([
        [0, 'b'],
        [1, 'i'],
        [2, 'i'],
      ]),
    ).toBe(true);
    expect(
      afterBusy([
        [0, 'b'],
        [1, 'u'],
        [2, 'u'],
        [3, 'i'],
      ]),
    ).toBe(true);
    expect(
      afterBusy([
        [0, 'b'],
        [1, 'x'],
        [3, 'i'],
      ]),
    ).toBe(true);
    expect(
      afterBusy([
        [0, 'i'],
        [1, 'i'],
      ]),
    ).toBe(false);
    // Started anew for lack of observation, not after use.
    expect(afterBusy([[0, 'b'], ...each('i', 1, 10), [50, 'i']])).toBe(false);
    expect(afterBusy([[0, 'b'], ...each('i', 1, 40), [60, 'i']])).toBe(false);
    expect(afterBusy([[0, 'b'], [1, 'i'], ...each('u', 2, 60), [61, 'i']])).toBe(false);
  });

  test('unknown: since the first one in a row, with the latest reason', () => {
    const twice = advance(
      clockAfter([
        [0, 'i'],
        [1, 'u'],
      ]),
      unknownAt(at(2), '429'),
      grown,
    );
    expect(twice.unknown).toEqual({ since: at(1), because: '429' });
    expect(advance(twice, idleAt(at(3)), grown).unknown).toBeUndefined();
    expect(advance(twice, busyAt(at(3)), grown).unknown).toBeUndefined();
    expect(notRunning(twice, 'Failed', at(3)).unknown).toBeUndefined();
  });

  test('not running: since the first look in a row, with the latest status', () => {
    const twice = notRunning(notRunning(newClock(start), 'Failed', at(1)), 'Terminating', at(2));
    expect(twice.notRunning).toEqual({ since: at(1), status: 'Terminating' });
    expect(advance(twice, unknownAt(at(3)), grown).notRunning).toBeUndefined();
    expect(advance(twice, idleAt(at(3)), grown).notRunning).toBeUndefined();
  });

  test('a sample time that cannot be right is forgotten after 30 unknown minutes, and not before', () => {
    const ahead = advance(newClock(start), { ...idleAt(start), sampledAt: at(500) } as Reading, grown);
    const unknown = (minutes: number) =>
      each('u', 1, minutes).reduce((clock, look) => step(clock, look), ahead).sampledAt;
    expect(unknown(31)).toBe(at(500));
    expect(unknown(32)).toBeUndefined();
  });

  test('a run that came to read it takes back that one had not', () => {
    const missed: Clock = { ...newClock(start), missed: true };
    expect(advance(missed, idleAt(at(1)), grown)).not.toHaveProperty('missed');
    expect(advance(missed, unknownAt(at(1)), grown)).not.toHaveProperty('missed');
    expect(notRunning(missed, 'Failed', at(1))).not.toHaveProperty('missed');
  });

  test('of constant size, whatever the span', () => {
    const size = (looks: readonly Seen[]) => JSON.stringify(clockAfter(looks)).length;
    expect(size(each('i', 0, 20_000))).toBeLessThan(size(each('i', 0, 20)) + 10);
  });
});

describe('laws', () => {
  const stretches = fc.array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ seconds: fc.constant(60), kind: fc.constant<Kind>('i'), times: fc.nat(60) }),
      },
      {
        weight: 3,
        arbitrary: fc.record({
          seconds: fc.oneof(fc.integer({ min: 1, max: 600 }), fc.integer({ min: -7200, max: 7200 })),
          kind: fc.constantFrom<Kind>('i', 'i', 'u', 'x', 'b'),
          times: fc.constantFrom(1, 3),
        }),
      },
    ),
    { minLength: 2, maxLength: 12 },
  );

  type Past = { readonly now: number; readonly kind: Kind };

  /** The looks that a span stands on: the latest part of the past that begins at its first idle reading. */
  const under = (span: Span, past: readonly Past[]) =>
    past.slice(past.findLastIndex(({ now, kind }) => now === span.since && kind === 'i'));

  const checkSpan = (span: Span, past: readonly Past[]): void => {
    const stood = under(span, past);
    expect(stood.map(({ kind }) => kind)).not.toContain('b');
    const idle = stood.filter(({ kind }) => kind === 'i').map(({ now }) => now);
    expect(idle.at(-1)).toBe(span.idleAt);
    const apart = idle.slice(1).map((now, position) => now - (idle[position] ?? now));
    expect(Math.min(0, ...apart)).toBe(0);
    const observed = apart.filter((stretch) => stretch <= 5 * minute).reduce((sum, stretch) => sum + stretch, 0);
    expect(span.observed).toBe(observed);
    expect(observed).toBeGreaterThanOrEqual(0.8 * (span.idleAt - span.since));
    const inARow = apart.reduce(
      ({ longest, run }, stretch) => {
        const now = stretch <= 5 * minute ? 0 : run + stretch;
        return { longest: Math.max(longest, now), run: now };
      },
      { longest: 0, run: 0 },
    );
    expect(inARow.longest).toBeLessThanOrEqual(30 * minute);
    expect((past.at(-1)?.now ?? 0) - span.idleAt).toBeLessThanOrEqual(30 * minute);
  };

  test('whatever was seen: a span holds no busy reading, adds up, and is observed enough', () => {
    let longest = 0;
    fc.assert(
      fc.property(stretches, (given) => {
        let now = start;
        let clock = newClock(start);
        const past: Past[] = [];
        for (const { seconds, kind } of given.flatMap((each) => Array<typeof each>(each.times).fill(each))) {
          now += seconds * second;
          past.push({ now, kind });
          clock = step(clock, [(now - start) / minute, kind]);
          if (kind === 'i') expect(clock.span?.idleAt).toBe(now);
          if (kind === 'b') expect(clock.span).toBeUndefined();
          if (clock.span !== undefined) checkSpan(clock.span, past);
          longest = Math.max(longest, idleFor(clock));
        }
      }),
      { numRuns: 300 },
    );
    expect(longest).toBeGreaterThan(30 * minute);
  });
});
