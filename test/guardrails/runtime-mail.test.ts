import { describe, expect, test } from 'vitest';
import type { Clock } from '#domain/guardrails/clock.ts';
import type { GuardBoard } from '#domain/guardrails/guard-board.ts';
import { groundOf, judgeFleet, withWarnings } from '#domain/guardrails/judge-fleet.ts';
import type { LedgerEntry } from '#domain/guardrails/ledger.ts';
import { moneyOf } from '#domain/guardrails/money.ts';
import { addresseesFor, type Exemption, type GuardRules, policyFor } from '#domain/guardrails/policy.ts';
import type { RuntimeCase, RuntimeKey, Warning } from '#domain/guardrails/runtime-case.ts';
import { type ComposedWarning, dailyMailOf, freedBy, warningsFor } from '#domain/guardrails/runtime-mail.ts';
import type { Trouble } from '#domain/guardrails/trouble.ts';
import type { Runtime } from '#domain/runtime.ts';
import { day, hour, type Instant, minute } from '#domain/time.ts';
import { at } from '../domain/given.ts';
import {
  boardWith,
  caseWith,
  digest,
  fleetWith,
  idleAt,
  idleClock,
  policyWith,
  rulesWith,
  runtimeWith,
} from './given.ts';

const now = at(200);
const facts = { gpuModel: 'NVIDIA H100', pricePerGpuHour: 1.99 };

type Idle = {
  readonly id: string;
  readonly minutes: number;
  readonly name?: string;
  readonly changes?: Partial<RuntimeCase>;
};

const runtimeFor = ({ id, name }: Idle): Runtime => runtimeWith({ id, name: name ?? `${id}-alice` });

/** The board after a tick that saw these runtimes idle for so many minutes: their warnings are owed. */
const boardAfter = (idle: readonly Idle[], rules = rulesWith(), changes: Partial<GuardBoard> = {}): GuardBoard => {
  const clocks = new Map<RuntimeKey, Clock>(idle.map(({ id, minutes }) => [`prj-1/${id}`, idleClock(minutes, now)]));
  const cases = new Map(
    idle.map((each) => {
      const runtime = runtimeFor(each);
      const policy = policyFor(rules, runtime, facts);
      const ground = groundOf(policy, addresseesFor(rules, policy, runtime), runtime);
      return [`prj-1/${each.id}`, caseWith({ ground, ...each.changes }, runtime)] as const;
    }),
  );
  const fleet = fleetWith(now, { rules, clocks, cases });
  const seen = idle.map((each) => ({ runtime: runtimeFor(each), reading: idleAt(now) }));
  const judged = withWarnings(judgeFleet(fleet, seen), fleet).flatMap(({ kase }) => kase ?? []);
  return boardWith(judged, clocks, changes);
};

const isAlice = (address: string): boolean => address === 'alice@example.com';

const composed = (
  board: GuardBoard,
  time: Instant = now,
  rules = rulesWith(),
  isTheirs: (address: string) => boolean = isAlice,
): readonly ComposedWarning[] => warningsFor(board, rules, isTheirs, time, digest);

const rowsOf = (warnings: readonly ComposedWarning[]): string[] =>
  warnings.map(({ kase, row }) => `${kase.id} ${row.step}`);

const changed = (board: GuardBoard, id: string, change: (kase: RuntimeCase) => RuntimeCase): GuardBoard => ({
  ...board,
  cases: new Map(
    [...board.cases].map(([key, one]) => [key, one.value.id === id ? { ...one, value: change(one.value) } : one]),
  ),
});

const withWarning = (board: GuardBoard, id: string, step: Warning['step'], changes: Partial<Warning>): GuardBoard =>
  changed(board, id, (kase) => {
    const warning = kase.episode?.[step];
    if (kase.episode === undefined || warning === undefined) throw new RangeError(`No ${step} warning is owed.`);
    return { ...kase, episode: { ...kase.episode, [step]: { ...warning, ...changes } } };
  });

describe('the warnings of one mail', () => {
  const three = boardAfter([
    { id: 'r3', minutes: 60 },
    { id: 'r2', minutes: 95, changes: { firstWarnedAt: now - hour } },
    { id: 'r1', minutes: 105 },
    { id: 'r4', minutes: 105, name: 'r4-bob' },
    { id: 'r5', minutes: 20 },
  ]);

  test('all that are owed to its recipient, the earliest deletion first', () => {
    expect(rowsOf(composed(three))).toEqual(['r1 last', 'r2 last', 'r3 first']);
    expect(rowsOf(composed(three, now, rulesWith(), (address) => address === 'bob@example.com'))).toEqual(['r4 last']);
    expect(composed(three, now, rulesWith(), () => false)).toEqual([]);
  });

  test('nothing before its time; then everything that is owed, also what would have waited', () => {
    const waiting = boardAfter([
      { id: 'r1', minutes: 60 },
      { id: 'r2', minutes: 50 },
    ]);
    expect(composed(waiting, now + 10 * minute - 1)).toEqual([]);
    expect(rowsOf(composed(waiting, now + 10 * minute))).toEqual(['r1 first']);
    const other = withWarning(three, 'r3', 'first', { notBefore: now + 10 * minute });
    expect(rowsOf(composed(other))).toEqual(['r1 last', 'r2 last', 'r3 first']);
  });

  test('one whose owner refused goes to the next, and to nobody else', () => {
    const refused = withWarning(three, 'r1', 'last', { level: 1 });
    expect(rowsOf(composed(refused))).toEqual(['r2 last', 'r3 first']);
    const operators = composed(refused, now, rulesWith(), (address) => address === 'operator@example.com');
    expect(rowsOf(operators)).toEqual(['r1 last']);
    // Nobody is left: the chain has two addresses.
    const nobody = withWarning(three, 'r4', 'last', { level: 2 });
    expect(rowsOf(composed(nobody, now, rulesWith(), (address) => address !== ''))).not.toContain('r4 last');
  });

  test('one that reached nobody waits until it is tried again', () => {
    const unreachable = { since: now - hour, retryAt: now + hour };
    const waits = changed(three, 'r1', (kase) => ({
      ...kase,
      ...(kase.episode && { episode: { ...kase.episode, unreachable } }),
    }));
    expect(rowsOf(composed(waits, now + hour - 1))).not.toContain('r1 last');
    expect(rowsOf(composed(waits, now + hour))).toContain('r1 last');
  });

  test('one that was sent is not sent again; nor is a first one once the last is owed', () => {
    const sent = withWarning(three, 'r1', 'last', { mail: 'sent', counted: now });
    expect(rowsOf(composed(sent))).toEqual(['r2 last', 'r3 first']);
    const both = changed(three, 'r1', (kase) => {
      const { episode } = kase;
      if (episode?.last === undefined) return kase;
      return { ...kase, episode: { ...episode, first: { ...episode.last, step: 'first', owedAt: now - hour } } };
    });
    expect(rowsOf(composed(both))).toEqual(['r1 last', 'r2 last', 'r3 first']);
  });

  test('none while the breaker is open', () => {
    const open = { id: 'b1', from: now, to: now, at: now, runtimes: 4, fleet: 4 };
    const breaker = { value: { open, covered: [], outbox: [] }, version: 1 };
    expect(composed({ ...three, breaker })).toEqual([]);
  });

  const otherRules: [what: string, rules: GuardRules][] = [
    ['another mode', rulesWith({ policies: [policyWith({ mode: 'observe' })] })],
    ['another policy', rulesWith({ policies: [policyWith({ name: 'other' })] })],
    ['another owner', rulesWith({ owners: [{ match: {}, to: 'team@example.com' }] })],
    ['another ladder', rulesWith({ policies: [policyWith({ ladder: { ...policyWith().ladder, lead: hour } })] })],
  ];
  test.each(otherRules)('none that stands on %s', (_, rules) => {
    expect(composed(three, now, rules)).toEqual([]);
  });

  test('only that is left out which was exempted by the API meanwhile', () => {
    const until = (end: Exemption['until']) =>
      changed(three, 'r1', (kase) => ({ ...kase, exemption: { until: end, because: 'the fair', at: now } }));
    expect(rowsOf(composed(until('forever')))).toEqual(['r2 last', 'r3 first']);
    expect(rowsOf(composed(until(now + 1)))).toEqual(['r2 last', 'r3 first']);
    expect(rowsOf(composed(until(now)))).toEqual(['r1 last', 'r2 last', 'r3 first']);
  });

  test('only those are left out whose rules have changed', () => {
    const rules = rulesWith({ policies: [policyWith({ name: 'mine', match: { id: 'r1' } }), policyWith()] });
    expect(rowsOf(composed(three, now, rules))).toEqual(['r2 last', 'r3 first']);
  });

  test('one whose idle time is over, or whose detail is not known, is left out', () => {
    const clocks = new Map([...three.fleet.clocks].filter(([key]) => key !== 'prj-1/r1'));
    expect(rowsOf(composed({ ...three, fleet: { ...three.fleet, clocks } }))).toEqual(['r2 last', 'r3 first']);
    const unknown = changed(three, 'r1', ({ particulars: _, ...kase }) => kase);
    expect(rowsOf(composed(unknown))).toEqual(['r2 last', 'r3 first']);
  });
});

describe('a row', () => {
  const rules = rulesWith({ policies: [policyWith({ keepAtMost: day })] });
  const board = boardAfter([{ id: 'r1', minutes: 105 }], rules);
  const [only] = composed(board, now, rules);

  test('says which rule, since when, how much was seen, what it costs, when it is deleted, what is lost', () => {
    expect(only?.row).toEqual({
      step: 'last',
      runtime: {
        project: 'prj-1',
        id: 'r1',
        name: 'r1-alice',
        region: 'as-south-1',
        gpuConfigId: 'gpu-h100-80g-20cpu-125g',
        gpuModel: 'NVIDIA H100',
        gpus: 2,
      },
      rule: { policy: 'default', thresholds: policyWith().thresholds, deleteAfter: 2 * hour },
      evidence: {
        idleSince: now - 105 * minute,
        until: now,
        observedMs: 105 * minute,
        highest: { gpuPercent: 1, cpu: { value: 0.1, unit: 'cores' } },
      },
      money: { pricePerGpuHour: 1.99, gpus: 2, ratePerHour: 3.98, idleMs: 105 * minute, wasted: 3.98 * 1.75 },
      deleteAt: now + 15 * minute,
      volume: 'unknown',
      unsaved: ['template', 'SSH keys', 'storage'],
      recreatable: false,
      keepChoices: ['4h', '1d'],
    });
    expect(only?.would).toBe(false);
  });

  test('what is recorded when it is accepted fits its warning, and its entry says the same', () => {
    const episodeId = `${now - 105 * minute}`;
    expect(only?.accepted).toEqual({ episodeId, step: 'last', owedAt: now, deleteAt: now + 15 * minute });
    expect(only?.entry).toEqual({
      id: `prj-1/r1/${episodeId}/${now}/warned-last`,
      at: now,
      act: 'warned-last',
      who: { kind: 'rule', policy: 'default' },
      because: 'idle since 2026-11-02T10:35:00.000Z',
      runtime: only?.row.runtime,
      evidence: only?.row.evidence,
      money: only?.row.money,
    });
    // Composed again later, it is the same entry of the same warning.
    expect(composed(board, now + minute, rules)[0]?.entry.id).toBe(only?.entry.id);
    expect(composed(boardAfter([{ id: 'r1', minutes: 60 }]))[0]?.entry.act).toBe('warned-first');
  });

  test('without a price it names no money', () => {
    const { catalogue: _, ...unpriced } = boardAfter([{ id: 'r1', minutes: 105 }]);
    expect(composed(unpriced)[0]?.row).not.toHaveProperty('money');
  });

  test('warned again: because of what', () => {
    expect(only?.row).not.toHaveProperty('againBecause');
    const voided = { at: now - minute, because: 'kept' };
    const again = boardAfter([
      { id: 'r1', minutes: 105, changes: { episode: { id: 'e0', since: now - 105 * minute, voided } } },
    ]);
    const [row] = composed(again);
    expect(row?.row).toMatchObject({ againBecause: 'kept', deleteAt: now + hour });
    expect(row?.accepted.episodeId).toBe('e0');
  });

  test('in observe mode it would be deleted: told only where the owners are to be told', () => {
    const policies = [policyWith({ mode: 'observe' as const })];
    const told = rulesWith({ policies, observeTo: 'owner' });
    expect(composed(boardAfter([{ id: 'r1', minutes: 105 }], told), now, told)[0]?.would).toBe(true);
    const silent = rulesWith({ policies });
    expect(composed(boardAfter([{ id: 'r1', minutes: 105 }], silent), now, silent, () => true)).toEqual([]);
  });
});

describe('the time that a mail names', () => {
  const named = (later: number, minutes = 105, rules = rulesWith()) => {
    const [one] = composed(boardAfter([{ id: 'r1', minutes }], rules), now + later, rules);
    expect(one?.row.deleteAt).toBe(one?.accepted.deleteAt);
    return ((one?.row.deleteAt ?? Number.NaN) - now) / minute;
  };

  test('a last warning in time names what was owed', () => {
    expect(named(0)).toBe(15);
    expect(named(0, 100 + 5)).toBe(15);
  });

  test('a late one is still as far ahead as it promises', () => {
    expect(named(1)).toBe(15 + 1 / minute);
    expect(named(20 * minute)).toBe(35);
  });

  test('a late first one does not name the past', () => {
    expect(named(0, 60)).toBe(60);
    expect(named(59 * minute, 60)).toBe(60);
    expect(named(90 * minute, 60)).toBe(90);
  });

  test('is within the hours in which the policy acts', () => {
    // The tests begin at 09:00; now is 12:20.
    const hours = { days: [1, 2, 3, 4, 5] as const, fromMinute: 8 * 60, toMinute: 12 * 60 + 40, timeZone: 'UTC' };
    const rules = rulesWith({ policies: [policyWith({ hours })] });
    expect(named(0, 105, rules)).toBe(15);
    const tomorrowAt8 = 19 * 60 + 40;
    expect(named(6 * minute, 105, rules)).toBe(tomorrowAt8);
  });
});

const entry = (act: LedgerEntry['act'], when: Instant, id = 'r1', gpus = 2): LedgerEntry => {
  const money = moneyOf(1.99, gpus, 0);
  return {
    id: `prj-1/${id}/${when}/${act}`,
    at: when,
    act,
    who: { kind: 'rule', policy: 'default' },
    because: 'idle',
    runtime: { project: 'prj-1', id, name: id },
    ...(act === 'deleted' && money !== undefined ? { money } : {}),
  };
};

describe('what was freed', () => {
  const freed = (...entries: readonly LedgerEntry[]) => {
    const { deletions, rateStopped, notSpent } = freedBy(entries, now);
    // In GPU hours of this price.
    return [deletions, rateStopped / 1.99, notSpent / 1.99].map((each) => Math.round(each * 1_000) / 1_000);
  };
  const ago = (hours: number) => now - hours * hour;

  test('nothing', () => {
    expect(freed()).toEqual([0, 0, 0]);
    expect(freed(entry('warned-last', ago(5)), entry('spared', ago(4)), entry('closed', ago(3)))).toEqual([0, 0, 0]);
  });

  test('price × GPUs, from the deletion until now', () => {
    expect(freed(entry('deleted', ago(5)))).toEqual([1, 2, 10]);
    expect(freed(entry('deleted', ago(5)), entry('deleted', ago(3), 'r2', 8))).toEqual([2, 10, 34]);
  });

  test('without a price it counts, and frees nothing that is known', () => {
    const { money: _, ...unpriced } = entry('deleted', ago(5));
    expect(freed(unpriced)).toEqual([1, 0, 0]);
  });

  test.each(['reappeared', 'recreated'] as const)('one that %s stops counting then', (act) => {
    expect(freed(entry('deleted', ago(5)), entry(act, ago(2)))).toEqual([1, 0, 6]);
    expect(freed(entry('deleted', ago(5)), entry(act, ago(5)))).toEqual([1, 0, 0]);
    // Another runtime's return is no matter of this one; nor is its own before the deletion.
    expect(freed(entry('deleted', ago(5)), entry(act, ago(2), 'r2'))).toEqual([1, 2, 10]);
    expect(freed(entry(act, ago(6)), entry('deleted', ago(5)))).toEqual([1, 2, 10]);
    const elsewhere = { ...entry(act, ago(2)), runtime: { project: 'prj-2', id: 'r1', name: 'r1' } };
    expect(freed(entry('deleted', ago(5)), elsewhere)).toEqual([1, 2, 10]);
  });

  test('of two deletions of one runtime, the first counts until it was there again', () => {
    expect(freed(entry('deleted', ago(9)), entry('reappeared', ago(8)), entry('deleted', ago(3)))).toEqual([
      2,
      2,
      2 + 6,
    ]);
  });

  // "`notSpent`: those that were undone, by whomever, freed nothing" from then on: the first counts twice from 3 to 2 h ago.
  test('two deletions of one runtime, both undone: each counts until it was there again', () => {
    const twice = [
      entry('deleted', ago(9)),
      entry('reappeared', ago(8)),
      entry('deleted', ago(3)),
      entry('reappeared', ago(2)),
    ];
    expect(freed(...twice)).toEqual([2, 0, 2 + 2]);
  });
});

describe('the daily mail', () => {
  const span = { from: now - day, to: now, now: now + minute };
  const exempt = (until: Exemption['until'], match: Exemption['match'] = { id: 'r1' }): Exemption => ({ match, until });
  const exemptByApi = (until: Exemption['until'], changes: Partial<RuntimeCase> = {}): GuardBoard =>
    changed(quiet, 'r1', (kase) => ({ ...kase, exemption: { until, because: 'the fair', at: now }, ...changes }));
  const daily = (board: GuardBoard, ledger: readonly LedgerEntry[] = [], rules = rulesWith()) =>
    dailyMailOf(board, rules, ledger, span);
  const quiet = boardAfter([{ id: 'r1', minutes: 105 }]);
  const trouble: Trouble = {
    key: 'unknown#r1',
    kind: 'unknown',
    since: now,
    about: 'r1',
    because: 'timeout',
    told: [],
  };
  const withTroubles = (...troubles: readonly Trouble[]): GuardBoard => ({
    ...quiet,
    desk: { value: { troubles: Object.fromEntries(troubles.map((each) => [each.key, each])) }, version: 1 },
  });
  const wouldBe = (since: Instant): GuardBoard =>
    changed(quiet, 'r1', (kase) => ({ ...kase, ...(kase.episode && { episode: { ...kase.episode, would: since } }) }));

  test('is none where there is nothing to say', () => {
    expect(daily(quiet)).toBeUndefined();
    // Standing exemptions and what was freed long ago are told with other news only.
    const standing = rulesWith({ exemptions: [exempt('forever'), exempt(now + 30 * day), exempt(now - day)] });
    expect(daily(quiet, [entry('deleted', now - 2 * day)], standing)).toBeUndefined();
    expect(daily(withTroubles({ ...trouble, overAt: now }))).toBeUndefined();
  });

  const news: [what: string, GuardBoard, LedgerEntry[], GuardRules][] = [
    ['an entry', quiet, [entry('spared', now - hour)], rulesWith()],
    ['a trouble that stands', withTroubles(trouble), [], rulesWith()],
    ['a runtime that would be deleted', wouldBe(now - 3 * day), [], rulesWith()],
    ['an exemption that ends soon', quiet, [], rulesWith({ exemptions: [exempt(now + day)] })],
    ['an exemption by the API that ends soon', exemptByApi(now + day), [], rulesWith()],
  ];
  test.each(news)('there is one for %s alone', (_, board, ledger, rules) => {
    expect(daily(board, ledger, rules)).toMatchObject({
      kind: 'daily',
      writtenAt: now + minute,
      from: span.from,
      to: span.to,
    });
  });

  test('is about the entries after its beginning, up to its end: each belongs to one day', () => {
    const entries = [span.from - 1, span.from, span.from + 1, span.to - 1, span.to, span.to + 1].map((when) =>
      entry('spared', when),
    );
    expect(daily(quiet, entries)?.entries).toEqual(entries.slice(2, 5));
    const before = dailyMailOf(quiet, rulesWith(), entries, { from: span.from - day, to: span.from, now });
    expect(before?.entries).toEqual(entries.slice(0, 2));
  });

  test('freed: from all of the ledger, until now', () => {
    const ledger = [entry('deleted', now - 20 * day), entry('spared', now)];
    expect(daily(quiet, ledger)?.freed).toEqual(freedBy(ledger, span.now));
    expect(daily(quiet, ledger)?.freed.deletions).toBe(1);
  });

  test('names the runtimes that would be deleted, since when, on what, with their money', () => {
    const observing = daily(wouldBe(now - 3 * day))?.observing;
    expect(observing).toEqual([
      {
        runtime: expect.objectContaining({ id: 'r1', name: 'r1-alice', gpuModel: 'NVIDIA H100', gpus: 2 }),
        since: now - 3 * day,
        evidence: expect.objectContaining({ idleSince: now - 105 * minute, until: now, observedMs: 105 * minute }),
        money: expect.objectContaining({ ratePerHour: 3.98, wasted: 3.98 * 1.75 }),
      },
    ]);
    const { catalogue: _, ...unpriced } = wouldBe(now);
    expect(daily(unpriced)?.observing[0]).not.toHaveProperty('money');
  });

  test('names what stands, not what is over', () => {
    const over = { ...trouble, key: 'stuck#r1', overAt: now };
    expect(daily(withTroubles(trouble, over))?.troubles).toEqual([trouble]);
  });

  test('lists the exemptions that hold, and again those that end within 7 days', () => {
    const end = span.now + 7 * day;
    const exemptions: Exemption[] = [
      exempt('forever', { project: 'prj-2' }),
      { ...exempt(end, { name: 'web-*', project: 'prj-1' }), because: 'a demo' },
      exempt(end + 1, { id: 'r3' }),
      exempt(span.now, { id: 'r4' }),
      exempt(span.now + 1, { id: 'r5' }),
    ];
    const mail = daily(quiet, [], rulesWith({ exemptions }));
    expect(mail?.exemptions).toEqual([
      { about: 'project prj-2', until: 'forever', by: 'policy' },
      { about: 'runtimes named web-*, project prj-1', until: end, because: 'a demo', by: 'policy' },
      { about: 'runtime r3', until: end + 1, by: 'policy' },
      { about: 'runtime r5', until: span.now + 1, by: 'policy' },
    ]);
    expect(mail?.endingSoon.map(({ about }) => about)).toEqual(['runtimes named web-*, project prj-1', 'runtime r5']);
  });

  test('lists those that were made by the API after them, as long as they hold and the runtime is there', () => {
    const rules = rulesWith({ exemptions: [exempt('forever', { project: 'prj-2' })] });
    const news = [entry('spared', now)];
    const listed = (board: GuardBoard) => daily(board, news, rules)?.exemptions.slice(1);
    expect(listed(exemptByApi('forever'))).toEqual([
      { about: 'r1-alice (prj-1/r1)', until: 'forever', because: 'the fair', by: 'api' },
    ]);
    expect(listed(exemptByApi(span.now))).toEqual([]);
    expect(listed(exemptByApi('forever', { vanishedAt: now }))).toEqual([]);
    expect(daily(exemptByApi(span.now + day), news, rules)?.endingSoon).toHaveLength(1);
    expect(daily(exemptByApi('forever'), news, rules)?.endingSoon).toEqual([]);
  });
});
