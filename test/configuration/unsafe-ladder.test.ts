import { describe, expect, test } from 'vitest';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { guardRulesOf } from '#adapters/configuration/guard-rules.ts';
import { day, hour, minute, second } from '#domain/time.ts';
import { settingsWithGuardrails, settingsWithPolicy } from './example.ts';
import { faultLines } from './fault-lines.ts';

const allowed = (least: string, most: string) =>
  `a duration from ${least} to ${most}, such as 90m, 2h, 1h30m or 7d (from 1s with unsafeShortLadder: true, for tests only)`;

/** Each right below what is safe; alone in its place, so that nothing else is at fault. */
const tooShort: readonly (readonly [guardrails: object, path: string, given: string, words: string])[] = [
  [{ minimumAge: '29m59s' }, 'minimumAge', '29m59s', allowed('30m', '7d')],
  [{ keepAtMost: '3h59m59s', keepChoices: ['1h'] }, 'keepAtMost', '3h59m59s', allowed('4h', '30d')],
  [{ keepChoices: ['4h', '59m59s'] }, 'keepChoices[1]', '59m59s', allowed('1h', '30d')],
  [{ policies: [{ name: 'p', keepAtMost: '2s' }] }, 'policies[0].keepAtMost', '2s', allowed('4h', '30d')],
  [
    {
      policies: [
        { name: 'a', match: { name: 'a' } },
        { name: 'p', ladder: { firstWarningAfter: '4m59s' } },
      ],
    },
    'policies[1].ladder.firstWarningAfter',
    '4m59s',
    allowed('5m', '30d'),
  ],
  [
    { policies: [{ name: 'p', ladder: { firstWarningAfter: '5m', lastWarningAfter: '299s', lead: '15m' } }] },
    'policies[0].ladder.lastWarningAfter',
    '299s',
    allowed('5m', '30d'),
  ],
  [{ policies: [{ name: 'p', ladder: { lead: '1s' } }] }, 'policies[0].ladder.lead', '1s', allowed('15m', '7d')],
  [
    { policies: [{ name: 'p', ladder: { freshLead: '59m' } }] },
    'policies[0].ladder.freshLead',
    '59m',
    allowed('60m', '7d'),
  ],
];

const lineOf = (path: string, given: string, words: string) =>
  `guardrails.${path}: given ${JSON.stringify(given)}; allowed: ${words}`;

describe('what is shorter than is safe', () => {
  test.each(tooShort)('%j is refused, and the refusal says what would allow it', (guardrails, path, given, words) => {
    expect(faultLines(settingsWithGuardrails(guardrails))).toContain(lineOf(path, given, words));
    const off = { ...guardrails, unsafeShortLadder: false };
    expect(faultLines(settingsWithGuardrails(off))).toContain(lineOf(path, given, words));
  });

  test.each(tooShort)('%j is allowed where it is asked for in so many words', (guardrails, _path, given) => {
    const lines = faultLines(settingsWithGuardrails({ ...guardrails, unsafeShortLadder: true }));
    expect(lines.filter((line) => line.includes(`given "${given}"; allowed: a duration`))).toEqual([]);
  });

  test.each(['0s', '0m', 'soon', '1.5s', '8d'])('but never a lead of %s', (lead) => {
    const guardrails = { unsafeShortLadder: true, policies: [{ name: 'p', ladder: { lead } }] };
    expect(faultLines(settingsWithGuardrails(guardrails))).toContain(
      lineOf('policies[0].ladder.lead', lead, allowed('15m', '7d')),
    );
  });

  test('a ladder that could delete without a warning, or too soon after it, is refused in any case', () => {
    const ladder = { firstWarningAfter: '10s', lastWarningAfter: '20s', deleteAfter: '25s' };
    const linesOf = (changes: object) =>
      faultLines(
        settingsWithGuardrails({
          unsafeShortLadder: true,
          policies: [{ name: 'p', ladder: { ...ladder, ...changes } }],
        }),
      ).map((line) => line.replace('guardrails.policies[0].ladder.', ''));
    expect(linesOf({ lead: '6s' })).toEqual([
      'deleteAfter: given "25s"; allowed: at least 26s: lead (6s) after lastWarningAfter (20s)',
    ]);
    expect(linesOf({})).toEqual([
      'deleteAfter: given "25s"; allowed: at least 15m20s: lead (15m) after lastWarningAfter (20s)',
    ]);
    expect(linesOf({ lead: '1s', deleteAfter: '20s' })).toEqual([
      'deleteAfter: given "20s"; allowed: more than lastWarningAfter (20s), or it would be deleted without a warning',
    ]);
    expect(linesOf({ lead: '1s', firstWarningAfter: '21s' })).toEqual([
      'firstWarningAfter: given "21s"; allowed: at most lastWarningAfter (20s)',
    ]);
  });

  test('the flag is true or false', () => {
    expect(faultLines(settingsWithGuardrails({ unsafeShortLadder: 'yes' }))).toEqual([
      'guardrails.unsafeShortLadder: given "yes"; allowed: true or false',
    ]);
  });

  test('what is safe by itself needs no flag', () => {
    const ladder = {
      firstWarningAfter: '5m',
      lastWarningAfter: '5m',
      deleteAfter: '20m',
      lead: '15m',
      freshLead: '1h',
    };
    const guardrails = { minimumAge: '30m', keepAtMost: '4h', keepChoices: ['1h'], policies: [{ name: 'p', ladder }] };
    expect(faultLines(settingsWithGuardrails(guardrails))).toEqual([]);
  });
});

describe('in the words of the domain', () => {
  const rulesOf = (guardrails: object) => guardRulesOf(readSettings(settingsWithGuardrails(guardrails)));

  test('seconds stay seconds', () => {
    const ladder = {
      firstWarningAfter: '10s',
      lastWarningAfter: '20s',
      deleteAfter: '1m30s',
      lead: '15s',
      freshLead: '20s',
    };
    const rules = rulesOf({
      unsafeShortLadder: true,
      minimumAge: '5s',
      keepChoices: ['1m', '5s', '30s'],
      policies: [{ name: 'p', ladder, keepAtMost: '30s' }],
    });
    expect(rules.policies[0]).toMatchObject({
      ladder: {
        firstWarningAfter: 10 * second,
        lastWarningAfter: 20 * second,
        deleteAfter: 90 * second,
        lead: 15 * second,
        freshLead: 20 * second,
      },
      minimumAge: 5 * second,
      keepAtMost: 30 * second,
    });
    expect(rules.keepChoices).toEqual(['5s', '30s', '1m']);
  });

  test('the minimum age is that of every policy, the fresh lead its own', () => {
    const rules = rulesOf({
      minimumAge: '2h',
      policies: [{ name: 'p', match: { name: 'a' }, ladder: { freshLead: '3h' } }],
    });
    expect(rules.policies).toMatchObject([
      { minimumAge: 2 * hour, ladder: { freshLead: 3 * hour } },
      { name: 'default', minimumAge: 2 * hour, ladder: { freshLead: 60 * minute } },
    ]);
  });
});

describe('the choices of a Keep link', () => {
  const words = 'a list of 1 to 6 durations';
  test.each([
    [[], `keepChoices: given an empty list; allowed: ${words}`],
    [['1h', '2h', '3h', '4h', '5h', '6h', '7h'], `keepChoices: given a list of 7; allowed: ${words}`],
    ['4h', `keepChoices: given "4h"; allowed: ${words}`],
    [['4h', 7], `keepChoices[1]: given 7; allowed: ${allowed('1h', '30d')}`],
    [['4h', '31d'], `keepChoices[1]: given "31d"; allowed: ${allowed('1h', '30d')}`],
    [['4h', '240m'], 'keepChoices[1]: given "240m"; allowed: each entry once; this repeats [0]'],
    [['8d', '9d'], 'keepChoices: given a list of 2; allowed: at least one choice of at most keepAtMost (7d)'],
  ])('%j', (keepChoices, line) => {
    expect(faultLines(settingsWithGuardrails({ keepChoices }))).toEqual([`guardrails.${line}`]);
  });

  test('leave one for every policy', () => {
    const keepChoices = ['12h', '2d'];
    expect(faultLines(settingsWithGuardrails({ keepChoices, policies: [{ name: 'p', keepAtMost: '8h' }] }))).toEqual([
      'guardrails.policies[0].keepAtMost: given "8h"; allowed: at least 12h, the shortest of guardrails.keepChoices',
    ]);
    expect(faultLines(settingsWithGuardrails({ keepChoices, policies: [{ name: 'p', keepAtMost: '12h' }] }))).toEqual(
      [],
    );
    expect(faultLines(settingsWithPolicy({ keepAtMost: '4h' }))).toEqual([]);
  });

  test('a longer one than the ceiling is simply not offered', () => {
    const rules = guardRulesOf(readSettings(settingsWithGuardrails({ keepAtMost: '1d' })));
    expect(rules.policies[0]?.keepAtMost).toBe(day);
    expect(rules.keepChoices).toEqual(['4h', '1d', '7d']);
  });
});
