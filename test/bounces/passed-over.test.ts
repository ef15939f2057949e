import { describe, expect, test } from 'vitest';
import { acceptWarning, addresseeOf, bounceWarning, refuseWarning } from '#domain/guardrails/episode.ts';
import { groundOf, judgeFleet, withWarnings } from '#domain/guardrails/judge-fleet.ts';
import { addresseesFor, type GuardRules, type Mode } from '#domain/guardrails/policy.ts';
import { type RuntimeCase, runtimeKey, type Warning } from '#domain/guardrails/runtime-case.ts';
import { type Instant, minute } from '#domain/time.ts';
import { at } from '../domain/given.ts';
import {
  caseWith,
  digest,
  fleetWith,
  idleAt,
  idleClock,
  policyWith,
  rulesWith,
  runtimeWith,
} from '../guardrails/given.ts';

const runtime = runtimeWith({ name: 'train-alice' });
const key = runtimeKey(runtime);
const [alice, team, operator] = ['alice@example.com', 'team@example.com', 'operator@example.com'];

const rulesFor = (mode: Mode): GuardRules =>
  rulesWith({ policies: [policyWith({ mode, fallback: team })], observeTo: 'owner' });

const fresh = (rules: GuardRules): RuntimeCase => {
  const [policy = policyWith()] = rules.policies;
  return caseWith({ ground: digest(groundOf(policy, addresseesFor(rules, policy, runtime), runtime)) }, runtime);
};

/** One look at the runtime, idle since the start. */
const looked = (rules: GuardRules, kase: RuntimeCase, now: Instant): RuntimeCase => {
  const clocks = new Map([[key, idleClock((now - at(0)) / minute, now)]]);
  const fleet = fleetWith(now, { rules, clocks, clocksBefore: clocks, cases: new Map([[key, kase]]) });
  const [judged] = withWarnings(judgeFleet(fleet, [{ runtime, reading: idleAt(now) }]), fleet);
  return judged?.kase ?? kase;
};

const lastOf = ({ episode }: RuntimeCase): Warning => {
  if (episode?.last === undefined) throw new RangeError('No last warning is owed.');
  return episode.last;
};

const factsOf = (kase: RuntimeCase) => {
  const { owedAt, level, step, deleteAt } = lastOf(kase);
  return { episodeId: kase.episode?.id ?? '', step, owedAt, level, deleteAt };
};

/** The last warning is accepted, and comes back a minute later. */
const cameBack = (kase: RuntimeCase, mailId: string, now: Instant): RuntimeCase => {
  const { level: _, ...facts } = factsOf(kase);
  const sent = acceptWarning(kase, { ...facts, mailId, at: now }, undefined);
  const recipientId = digest(addresseeOf(lastOf(sent)) ?? '');
  return bounceWarning(sent, { mailId, recipientId, episodeId: facts.episodeId }, now + minute);
};

describe.each<Mode>(['enforce', 'observe'])('whose mail came back is passed over, in mode %s', (mode) => {
  const rules = rulesFor(mode);
  const first = looked(rules, fresh(rules), at(105));
  const second = looked(rules, cameBack(first, 'm1', at(106)), at(108));

  test('the next addressee is warned afresh, with an hour’s time', () => {
    expect(lastOf(first).to).toEqual([alice, team, operator]);
    expect(lastOf(second)).toMatchObject({ to: [team, operator], level: 0, mail: 'owed' });
    expect(lastOf(second).deleteAt).toBeGreaterThanOrEqual(at(168));
  });

  test('where that one cannot be written to either it is the next one’s turn, never that of one passed over', () => {
    const refusedOnce = refuseWarning(second, factsOf(second), at(109));
    expect(addresseeOf(lastOf(refusedOnce))).toBe(operator);
  });

  test('nobody is left: nobody is told for six hours, then all of them are tried again', () => {
    const third = looked(rules, cameBack(second, 'm2', at(109)), at(111));
    expect(lastOf(third).to).toEqual([operator]);
    const none = looked(rules, cameBack(third, 'm3', at(112)), at(114));
    expect(none.episode?.unreachable).toEqual({ since: at(114), retryAt: at(114 + 360) });
    expect(lastOf(none)).toMatchObject({ to: [alice, team, operator], level: 0, mail: 'owed' });
  });

  test('the next idle time is another matter: the owner is warned first', () => {
    const { episode: _over, ...rest } = cameBack(first, 'm1', at(106));
    expect(lastOf(looked(rules, rest, at(200))).to).toEqual([alice, team, operator]);
  });
});
