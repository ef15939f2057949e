import { dequal } from 'dequal';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bounceWarning, refuseWarning } from '#domain/guardrails/episode.ts';
import { keepRuntime } from '#domain/guardrails/keep.ts';
import type { Policy } from '#domain/guardrails/policy.ts';
import { isIdleUse } from '#domain/guardrails/reading.ts';
import type { Warning } from '#domain/guardrails/runtime-case.ts';
import { judgeRuntime } from '#domain/guardrails/verdict.ts';
import { day, hour, type Instant, minute } from '#domain/time.ts';
import { start } from '../domain/given.ts';
import {
  type Guarded,
  guarded,
  idleAt,
  type Look,
  live,
  mailOf,
  policyWith,
  runtimeWith,
  tick,
  turns,
  withAccepted,
} from './given.ts';

/** A mail about one warning: when it was written, and when the mail service took it over. */
type Mail = ReturnType<typeof mailOf> & {
  readonly writtenAt: Instant;
  readonly writtenIn: number;
  readonly acceptedAt?: Instant;
};

/**
 * A runtime through a random life. What the laws stand on is remembered here, apart from the case: the mails, the idle
 * readings, and when something held a deletion back.
 */
type Life = {
  now: Instant;
  /** Counts what happens: clocks go back. */
  turn: number;
  state: Guarded;
  /** Written, and not answered yet. */
  underway: Mail[];
  accepted: Mail[];
  /** Ids of mails that came back. */
  bounced: string[];
  /** Since it was last seen in use: idle readings, by our clock. */
  idleReadings: Instant[];
  /** Something held a deletion back, or changed its ground, since it was last seen in use: in which turn it last did. */
  heldIn: number | undefined;
  reappearedAt: Instant | undefined;
  groundSeen: string;
  deletions: number;
};

const policies: readonly Policy[] = [
  policyWith(),
  policyWith({ name: 'strict', thresholds: { gpuBelowPercent: 2, cpuBelowCores: 1, cpuBelowPercent: 5 } }),
  policyWith({ name: 'off', mode: 'off' }),
  policyWith({
    name: 'quick',
    ladder: {
      firstWarningAfter: 20 * minute,
      lastWarningAfter: 30 * minute,
      deleteAfter: 45 * minute,
      lead: 15 * minute,
      freshLead: 60 * minute,
    },
    hours: { days: [1, 2, 3, 4, 5], fromMinute: 8 * 60, toMinute: 20 * 60, timeZone: 'Europe/Berlin' },
  }),
];

const often = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => ({ weight, arbitrary });
const runs = fc.record({
  /** So many runs, a minute apart, all of which see the same. */
  runs: fc.oneof(often(3, fc.integer({ min: 1, max: 4 })), often(4, fc.integer({ min: 10, max: 130 }))),
  look: fc.oneof(
    often(14, fc.constantFrom<Look>('idle')),
    often(2, fc.constantFrom<Look>('unknown', 'unread', { status: 'Pending' })),
    often(1, fc.constantFrom<Look>('busy')),
  ),
});
const does = fc.oneof(
  often(12, runs),
  // To where something may come between the last warning and the deletion, or between the first and the last.
  often(4, fc.record({ runs: fc.constantFrom(14, 15, 43, 60, 106, 118, 119, 120), look: fc.constant<Look>('idle') })),
  often(2, fc.record({ skip: fc.integer({ min: 1, max: 50 }) })),
  often(1, fc.record({ jump: fc.constantFrom(-hour, -20 * minute, 3 * minute, 2 * hour, 13 * hour) })),
  often(3, fc.record({ press: fc.constantFrom<'4h' | '1d'>('4h', '1d') })),
  often(2, fc.record({ policy: fc.constantFrom(0, 0, 0, 1, 2, 3) })),
  often(2, fc.record({ breaker: fc.boolean() })),
  often(2, fc.record({ exempt: fc.boolean() })),
  often(1, fc.record({ plan: fc.constantFrom(undefined, 'gpu-h100-on-demand-1h', 'gpu-h100-reserved-1m') })),
  often(1, fc.record({ owner: fc.constantFrom('alice@example.com', 'bob@example.com') })),
  often(1, fc.record({ bounce: fc.constantFrom<Warning['step']>('first', 'last') })),
  often(1, fc.record({ reappears: fc.constant(true) })),
  often(4, fc.record({ mail: fc.constantFrom('at-once', 'at-once', 'slow', 'refuses', 'down') })),
);
type Deed = typeof does extends fc.Arbitrary<infer T> ? T : never;
type MailService = 'at-once' | 'slow' | 'refuses' | 'down';

const groundOf = ({ policy, addressees, runtime }: Guarded) => JSON.stringify([policy, addressees, runtime.name]);

/** Whether nothing else has to happen for the last mail that counts to allow the deletion, by the words of the design. */
const isDue = ({ now, accepted, heldIn, state }: Life): boolean => {
  const last = accepted.findLast(({ step, episodeId }) => step === 'last' && episodeId === state.kase?.episode?.id);
  if (last?.acceptedAt === undefined || (heldIn !== undefined && last.writtenIn < heldIn)) return false;
  return now >= Math.max(latestNamed(accepted), last.acceptedAt + state.policy.ladder.lead);
};

const latestNamed = (accepted: readonly Mail[]): Instant => Math.max(...accepted.map(({ deleteAt }) => deleteAt));

const observedIdle = (readings: readonly Instant[]): number =>
  readings.reduce((sum, now, position) => {
    const stretch = now - (readings[position - 1] ?? now);
    return stretch >= 0 && stretch <= 5 * minute ? sum + stretch : sum;
  }, 0);

const checkDeletion = (life: Life, look: Look): void => {
  const { now, state, accepted, heldIn, idleReadings, reappearedAt } = life;
  const { policy, kase, runtime } = state;
  expect(look).toBe('idle');
  expect(isIdleUse((idleAt(now) as { use: Parameters<typeof isIdleUse>[0] }).use, policy.thresholds)).toBe(true);
  expect(policy.mode).toBe('enforce');
  expect(state.breakerOpen).toBe(false);
  expect(state.exemption).toBeUndefined();
  expect(kase?.keep?.until ?? 0).toBeLessThanOrEqual(now);
  expect(runtime.planId ?? kase?.particulars?.planId).toBe('gpu-h100-on-demand-1h');
  expect(now).toBeGreaterThanOrEqual((reappearedAt ?? runtime.createdAt ?? now) + 30 * minute);
  expect(observedIdle(idleReadings)).toBeGreaterThanOrEqual(policy.ladder.deleteAfter);
  // The promise.
  expect(now).toBeGreaterThanOrEqual(latestNamed(accepted));
  expect(now).toBeLessThanOrEqual(latestNamed(accepted) + 30 * minute);
  const lasts = accepted.filter(
    ({ step, writtenIn, acceptedAt = now }) =>
      step === 'last' && acceptedAt <= now - policy.ladder.lead && (heldIn === undefined || writtenIn >= heldIn),
  );
  expect(lasts).not.toEqual([]);
  const counted = lasts.at(-1);
  if (heldIn !== undefined) expect(now - (counted?.writtenAt ?? now)).toBeGreaterThanOrEqual(hour);
  if (heldIn !== undefined) {
    expect((counted?.deleteAt ?? 0) - (counted?.writtenAt ?? 0)).toBeGreaterThanOrEqual(hour);
  }
};

/**
 * At most one first warning is accepted in 12 hours, unless the first was still on its way when the second became owed, or
 * came back and so does not count.
 */
const checkFirsts = ({ accepted, bounced }: Life): void => {
  const firsts = accepted.filter(({ step, mailId }) => step === 'first' && !bounced.includes(mailId));
  for (const [position, first] of firsts.entries()) {
    const before = firsts[position - 1]?.acceptedAt;
    if (before === undefined || first.owedAt <= before) continue;
    expect(first.owedAt - before).toBeGreaterThanOrEqual(12 * hour);
  }
};

const accept = (life: Life, mail: Mail): void => {
  const { kase } = life.state;
  if (kase === undefined) return;
  life.state = { ...life.state, kase: withAccepted(kase, mail, life.now) };
  life.accepted.push({ ...mail, acceptedAt: life.now });
};

/** The sender: first what is under way is answered, then what is owed is written. */
const send = (life: Life, service: MailService): void => {
  if (service === 'down') return;
  const answered =
    service === 'slow' ? life.underway.filter(({ writtenAt }) => life.now - writtenAt >= 7 * minute) : life.underway;
  life.underway = life.underway.filter((mail) => !answered.includes(mail));
  for (const mail of answered) accept(life, mail);
  for (const step of ['first', 'last'] as const) {
    const { kase } = life.state;
    const warning = kase?.episode?.[step];
    if (kase === undefined || warning?.mail !== 'owed') continue;
    if ((kase.episode?.unreachable?.retryAt ?? 0) > life.now) continue;
    const mail: Mail = { ...mailOf(kase, step, life.now), writtenAt: life.now, writtenIn: life.turn };
    if (life.underway.some(({ mailId }) => mailId === mail.mailId)) continue;
    if (service === 'refuses')
      life.state = { ...life.state, kase: refuseWarning(kase, { ...mail, level: warning.level }, life.now) };
    else if (service === 'slow') life.underway.push(mail);
    else accept(life, mail);
  }
};

const held = (life: Life): void => {
  if (life.state.kase?.episode !== undefined) life.heldIn = life.turn;
};

/** Judging is a matter of what is known alone, it comes to an end, and what is remembered stays small. */
const checkJudgement = ({ before, judged, verdict, situation }: ReturnType<typeof tick>): void => {
  const same = judgeRuntime(before, situation);
  if (!dequal(same, { verdict, kase: judged })) expect(same).toEqual({ verdict, kase: judged });
  // Two causes in one minute are taken in one after the other: see verdict.test.ts. Then nothing more is found to change.
  const twice = judgeRuntime(judgeRuntime(judged, situation).kase, situation).kase;
  const thrice = judgeRuntime(twice, situation).kase;
  if (thrice !== twice) expect(thrice).toBe(twice);
  if (judged === before || judged === undefined) return;
  expect(JSON.stringify({ ...judged, outbox: [] }).length).toBeLessThan(2_000);
  expect(judged.outbox.length - (before?.outbox.length ?? 0)).toBeLessThanOrEqual(1);
};

const run = (life: Life, look: Look, service: MailService): void => {
  life.turn += 1;
  // A change that was taken back before any run saw it is none.
  if (life.state.ground !== life.groundSeen) held(life);
  life.groundSeen = life.state.ground;
  // An exemption, and a policy that is off, void at once; all else only what is due.
  if (life.state.exemption !== undefined || life.state.policy.mode === 'off') held(life);
  const isIdle = look === 'idle' && isIdleUse({ gpuPercent: 1 }, life.state.policy.thresholds);
  const isYoung = life.now < (life.reappearedAt ?? 0) + 30 * minute;
  if (look === 'busy' || (look === 'idle' && (!isIdle || isYoung))) {
    life.idleReadings = [];
    life.heldIn = undefined;
  } else if (look === 'idle') life.idleReadings.push(life.now);
  const wasDue = isDue(life);
  const ticked = tick(life.state, life.now, look);
  checkJudgement(ticked);
  life.state = ticked.state;
  if (ticked.verdict.verdict === 'delete') {
    checkDeletion(life, look);
    life.deletions += 1;
    // What becomes of the DELETE is another matter: its runtime comes back, and all begins again.
    comeBack(life);
  } else if (wasDue) held(life);
  // The ledger was written.
  const { kase } = life.state;
  if (kase !== undefined) life.state = { ...life.state, kase: { ...kase, outbox: [] } };
  send(life, service);
  checkFirsts(life);
};

const comeBack = (life: Life): void => {
  const { kase } = life.state;
  if (kase === undefined) return;
  const { episode: _, ...rest } = kase;
  // A span that a clock that went back has left ahead of us: see clock.test.ts.
  const { span, ...clock } = life.state.clock;
  const kept = span === undefined || span.idleAt > life.now ? {} : { span };
  life.state = { ...life.state, clock: { ...clock, ...kept }, kase: { ...rest, reappearedAt: life.now } };
  life.reappearedAt = life.now;
  life.idleReadings = [];
  life.heldIn = undefined;
};

const setOutside = (life: Life, changes: Partial<Guarded>): void => {
  const changed = { ...life.state, ...changes };
  life.state = { ...changed, ground: groundOf(changed) };
};

const press = (life: Life, choice: '4h' | '1d'): void => {
  const episodeId = life.state.kase?.episode?.id ?? '';
  const { kase, outcome } = keepRuntime(life.state.kase, { episodeId, choice, mailId: `m${life.now}` }, life.now);
  if (outcome.outcome !== 'kept') return;
  held(life);
  life.state = { ...life.state, kase };
};

const bounce = (life: Life, step: Warning['step']): void => {
  const { kase } = life.state;
  const mailId = kase?.episode?.[step]?.mailId;
  if (kase === undefined || mailId === undefined) return;
  held(life);
  life.bounced.push(mailId);
  const episodeId = kase.episode?.id ?? '';
  life.state = { ...life.state, kase: bounceWarning(kase, { mailId, recipientId: 'r1', episodeId }, life.now) };
};

/** Answers how the mail service is from then on. */
const take = (life: Life, deed: Deed, service: MailService): MailService => {
  if ('mail' in deed) return deed.mail as MailService;
  if ('runs' in deed) {
    for (let count = 0; count < deed.runs; count += 1) {
      life.now += minute;
      run(life, deed.look, service);
    }
  } else if ('skip' in deed) life.now += deed.skip * minute;
  else if ('jump' in deed) life.now += deed.jump;
  else if ('press' in deed) press(life, deed.press);
  else if ('policy' in deed) setOutside(life, { policy: policies[deed.policy] ?? policyWith() });
  else if ('breaker' in deed) life.state = { ...life.state, breakerOpen: deed.breaker };
  else if ('owner' in deed) setOutside(life, { addressees: [deed.owner, 'operator@example.com'] });
  else if ('bounce' in deed) bounce(life, deed.bounce);
  else if ('reappears' in deed) comeBack(life);
  else if ('plan' in deed) {
    const { planId: _, ...runtime } = life.state.runtime;
    setOutside(life, { runtime: deed.plan === undefined ? runtime : { ...runtime, planId: deed.plan } });
  } else {
    const { exemption: _, ...state } = life.state;
    life.state = deed.exempt ? { ...state, exemption: { match: {}, until: 'forever', by: 'policy' } } : state;
  }
  life.now += 1;
  life.turn += 1;
  return service;
};

const newLife = (): Life => {
  const state = guarded({ runtime: runtimeWith({ createdAt: start - day }) });
  return {
    now: start,
    turn: 0,
    state: { ...state, ground: groundOf(state) },
    underway: [],
    accepted: [],
    bounced: [],
    idleReadings: [],
    heldIn: undefined,
    reappearedAt: undefined,
    groundSeen: groundOf(state),
    deletions: 0,
  };
};

/** Lets the world be well again: an idle runtime that nothing protects is deleted in the end. */
const endWell = (life: Life): void => {
  const { exemption: _, ...state } = life.state;
  const { planId: _plan, ...runtime } = state.runtime;
  life.state = { ...state, breakerOpen: false, runtime };
  setOutside(life, { policy: policyWith() });
  const { deletions } = life;
  // A clock that jumped may have named times a day ahead, or kept it for so long; nobody reached is tried again in 6 hours.
  const last = Math.max(life.now, life.state.kase?.named ?? 0, life.state.kase?.keep?.until ?? 0) + 12 * hour;
  while (life.deletions === deletions) {
    life.now += minute;
    if (life.now > last) expect.unreachable('An idle runtime is never deleted.');
    run(life, 'idle', 'at-once');
  }
};

test('laws: whatever happens, nothing is deleted but what may be, and in the end that is', () => {
  const tally = { deletions: 0, fresh: 0 };
  fc.assert(
    fc.property(fc.array(does, { minLength: 5, maxLength: 25 }), (deeds) => {
      const life = newLife();
      let service: MailService = 'at-once';
      for (const deed of deeds) service = take(life, deed, service);
      tally.deletions += life.deletions;
      tally.fresh += life.heldIn === undefined ? 0 : 1;
      endWell(life);
    }),
    { numRuns: 250 },
  );
  expect(tally.deletions).toBeGreaterThan(20);
  expect(tally.fresh).toBeGreaterThan(20);
});

test('law: observe and enforce come to the same verdicts, up to the first deletion', () => {
  const looks = fc.array(
    fc.record({
      look: fc.constantFrom<Look | 'no-tick'>('idle', 'idle', 'idle', 'unknown', 'busy', 'unread', 'no-tick'),
      minutes: fc.integer({ min: 1, max: 80 }),
    }),
    { minLength: 3, maxLength: 12 },
  );
  let deletions = 0;
  fc.assert(
    fc.property(looks, (given) => {
      const seen = given.flatMap(({ look, minutes }) => Array<Look | 'no-tick'>(minutes).fill(look));
      const verdictsIn = (mode: Policy['mode']) =>
        turns(live(guarded({ policy: policyWith({ mode }) }), 0, seen.length - 1, { looks: (minute) => seen[minute] }));
      const enforced = verdictsIn('enforce');
      deletions += enforced.at(-1)?.endsWith('delete') ? 1 : 0;
      expect(verdictsIn('observe').slice(0, enforced.length)).toEqual(enforced);
    }),
    { numRuns: 100 },
  );
  expect(deletions).toBeGreaterThan(5);
});
