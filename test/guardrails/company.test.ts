import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DueWarning, warningsDue } from '#domain/guardrails/company.ts';
import type { Verdict } from '#domain/guardrails/verdict.ts';
import { minute, second } from '#domain/time.ts';
import { at } from '../domain/given.ts';
import { policyWith } from './given.ts';

type Candidate = Parameters<typeof warningsDue>[0][number];

const now = at(100);
const alice = 'alice@example.com';

const candidate = (key: string, verdict: Verdict, to = alice): Candidate => ({
  key,
  verdict,
  addressees: [to, 'operator@example.com'],
  ladder: policyWith().ladder,
});

const first: Verdict = { verdict: 'warn-first', because: 'idle', next: { step: 'first', at: now } };
const last: Verdict = { verdict: 'warn-last', because: 'idle', next: { step: 'last', at: now } };
/** Warned once; the last warning follows in so many minutes. */
const lastIn = (minutes: number): Verdict => ({
  verdict: 'wait',
  because: 'idle',
  next: { step: 'last', at: now + minutes * minute },
});
/** Not idle for long enough; the first warning follows in so many minutes. */
const firstIn = (minutes: number): Verdict => ({
  verdict: 'leave',
  because: 'idle',
  next: { step: 'first', at: now + minutes * minute },
});
const none: Verdict = { verdict: 'leave', because: 'it is in use' };

/** `key step +minutes` of each. */
const told = (due: readonly DueWarning[]): string[] =>
  due.map(({ key, step, notBefore }) => `${key} ${step} +${(notBefore - now) / minute}`).sort();

const dueOf = (verdicts: Readonly<Record<string, Verdict>>): string[] =>
  told(
    warningsDue(
      Object.entries(verdicts).map(([key, verdict]) => candidate(key, verdict)),
      now,
    ),
  );

describe('warnings to one recipient', () => {
  const table: [rule: string, verdicts: Readonly<Record<string, Verdict>>, due: readonly string[]][] = [
    ['nothing is due', { a: none, b: lastIn(3), c: firstIn(3) }, []],
    ['a first one without company is due at once', { a: first }, ['a first +0']],
    ['a first one waits for the last one that follows', { a: first, b: lastIn(14) }, ['a first +14']],
    ['and for the first one that follows', { a: first, b: firstIn(9) }, ['a first +9']],
    ['for the latest that follows', { a: first, b: firstIn(9), c: lastIn(15), d: lastIn(2) }, ['a first +15']],
    ['not for one that follows later', { a: first, b: lastIn(15 + 1 / 60_000) }, ['a first +0']],
    ['of several, for the latest within 15 minutes', { a: first, b: lastIn(7), c: firstIn(16) }, ['a first +7']],
    ['two first ones are company enough', { a: first, b: first }, ['a first +0', 'b first +0']],
    ['a last one is never delayed', { a: last, b: lastIn(16), c: firstIn(3) }, ['a last +0']],
    ['and takes along the last ones that follow', { a: last, b: lastIn(15) }, ['a last +0', 'b last +0']],
    ['but not one that follows later', { a: last, b: lastIn(15 + 1 / 60_000) }, ['a last +0']],
    ['nor a first one that follows', { a: last, b: firstIn(1) }, ['a last +0']],
    [
      'a first one that is due goes with it',
      { a: last, b: first, c: lastIn(8) },
      ['a last +0', 'b first +0', 'c last +0'],
    ],
    ['a last one that follows is not taken along by a first one', { a: first, b: lastIn(5) }, ['a first +5']],
  ];
  test.each(table)('%s', (_, verdicts, due) => {
    expect(dueOf(verdicts)).toEqual(due);
  });

  test.each(['hold', 'kept', 'exempt', 'report', 'unknown'] as const)(
    'one that is %s is not taken along',
    (verdict) => {
      const other: Verdict = { ...lastIn(5), verdict };
      expect(dueOf({ a: last, b: other })).toEqual(['a last +0']);
    },
  );
});

describe('where the ladder is short', () => {
  const ladder = (minutesApart: number) => ({
    ...policyWith().ladder,
    firstWarningAfter: 5 * minute,
    lastWarningAfter: (5 + minutesApart) * minute,
  });
  const dueWith = (minutesApart: number, others: readonly Verdict[]) =>
    told(
      warningsDue(
        [
          { ...candidate('a', first), ladder: ladder(minutesApart) },
          ...others.map((verdict, position) => candidate(`o${position}`, verdict)),
        ],
        now,
      ),
    );

  test.each<[minutesApart: number, others: readonly Verdict[], due: string]>([
    [15, [firstIn(5)], 'a first +5'],
    [15, [firstIn(5 + 1 / 60_000)], 'a first +0'],
    [15, [firstIn(2), lastIn(9)], 'a first +2'],
    [0, [firstIn(1)], 'a first +0'],
    [45, [firstIn(15)], 'a first +15'],
    [600, [firstIn(15)], 'a first +15'],
    [600, [firstIn(16)], 'a first +0'],
  ])('its last warning %i minutes after the first: a first one waits for a third of that', (apart, others, due) => {
    expect(dueWith(apart, others)).toEqual([due]);
  });

  test('a last one takes along those that follow within 15 minutes all the same', () => {
    const short = { ...candidate('b', lastIn(14)), ladder: ladder(14) };
    expect(told(warningsDue([candidate('a', last), short], now))).toEqual(['a last +0', 'b last +0']);
  });
});

describe('other recipients', () => {
  test('are no company', () => {
    const due = warningsDue([candidate('a', first), candidate('b', lastIn(5), 'bob@example.com')], now);
    expect(told(due)).toEqual(['a first +0']);
    const taken = warningsDue([candidate('a', last), candidate('b', lastIn(5), 'bob@example.com')], now);
    expect(told(taken)).toEqual(['a last +0']);
  });

  test('an address in another case is the same recipient', () => {
    const due = warningsDue([candidate('a', last), candidate('b', lastIn(5), 'Alice@Example.COM')], now);
    expect(told(due)).toEqual(['a last +0', 'b last +0']);
  });

  test('whoever comes after the first addressee does not matter', () => {
    const both = [
      { ...candidate('a', last), addressees: [alice, 'one@example.com'] },
      { ...candidate('b', lastIn(5)), addressees: [alice, 'two@example.com'] },
      { ...candidate('c', lastIn(5)), addressees: ['two@example.com', alice] },
    ];
    expect(told(warningsDue(both, now))).toEqual(['a last +0', 'b last +0']);
  });

  test('where nobody is to be told, the warnings are due all the same', () => {
    expect(told(warningsDue([{ ...candidate('a', last), addressees: [] }], now))).toEqual(['a last +0']);
  });
});

const ahead = fc.oneof(
  fc.integer({ min: 1, max: 40 * 60 }).map((seconds) => (seconds * second) / minute),
  fc.constantFrom(14, 15, 15 + 1 / 60_000),
);
const someVerdict = fc.oneof(
  fc.constantFrom(first, last, none),
  ahead.map(lastIn),
  ahead.map(firstIn),
  fc.constantFrom<Verdict>({ verdict: 'kept', because: 'kept' }, { verdict: 'hold', because: 'breaker' }),
);
const someCandidates = fc
  .array(fc.tuple(someVerdict, fc.constantFrom(alice, 'ALICE@example.com', 'bob@example.com', 'cy@example.com')), {
    maxLength: 12,
  })
  .map((all) => all.map(([verdict, to], position) => candidate(`r${position}`, verdict, to)));

const recipientOf = ({ addressees }: Candidate): string => addressees[0]?.toLowerCase() ?? '';

test('laws: each one that is due is told once, within 15 minutes, and the last ones at once', () => {
  let taken = 0;
  let waiting = 0;
  fc.assert(
    fc.property(someCandidates, (candidates) => {
      const due = warningsDue(candidates, now);
      expect(new Set(due.map(({ key }) => key)).size).toBe(due.length);
      const byKey = new Map(due.map((warning) => [warning.key, warning]));
      for (const { key, verdict, ...one } of candidates) {
        const warning = byKey.get(key);
        const theirs = candidates.filter((other) => recipientOf(other) === recipientOf({ key, verdict, ...one }));
        const sendsNow = theirs.some((other) => other.verdict.verdict === 'warn-last');
        if (verdict.verdict === 'warn-last') expect(warning).toMatchObject({ step: 'last', notBefore: now });
        else if (verdict.verdict === 'warn-first') {
          expect(warning?.step).toBe('first');
          const until = warning?.notBefore ?? 0;
          expect(until).toBeGreaterThanOrEqual(now);
          expect(until).toBeLessThanOrEqual(now + 15 * minute);
          // It waits for somebody, or not at all.
          if (until > now) {
            waiting += 1;
            expect(sendsNow).toBe(false);
            expect(theirs.map((other) => other.verdict.next?.at)).toContain(until);
          }
        } else if (warning !== undefined) {
          taken += 1;
          expect(warning).toMatchObject({ step: 'last', notBefore: now });
          expect(sendsNow).toBe(true);
          expect(verdict).toMatchObject({ verdict: 'wait', next: { step: 'last' } });
          expect(verdict.next?.at).toBeLessThanOrEqual(now + 15 * minute);
        }
      }
    }),
    { numRuns: 500 },
  );
  expect(taken).toBeGreaterThan(0);
  expect(waiting).toBeGreaterThan(0);
});

test('laws: neither the other recipients nor the order matter', () => {
  fc.assert(
    fc.property(someCandidates, (candidates) => {
      const due = told(warningsDue(candidates, now));
      expect(told(warningsDue([...candidates].reverse(), now))).toEqual(due);
      const alone = [...Map.groupBy(candidates, recipientOf).values()];
      expect(alone.flatMap((theirs) => told(warningsDue(theirs, now))).sort()).toEqual(due);
    }),
  );
});
