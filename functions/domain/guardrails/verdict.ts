import { durationInWords } from '#domain/duration.ts';
import { hour, type Instant, minute, second } from '#domain/time.ts';
import { grownUpAt, idleFor } from './clock.ts';
import { endEpisode, voidWarnings, wasWarned } from './episode.ts';
import { mayActAt, nextActAt } from './hours.ts';
import { type PlanKind, planKindOf } from './particulars.ts';
import { exemptionEnd, type Ladder, type Policy } from './policy.ts';
import { isIdleUse } from './reading.ts';
import type { RuntimeCase, Warning } from './runtime-case.ts';
import { entryFor, type Situation } from './situation.ts';

/**
 * What the rules say now. `look`: the runtime's detail is needed before anybody is warned. `hold`: its time has come, and
 * something stands in the way. `would`: observe mode, it would have been deleted before.
 */
export type VerdictName =
  | 'leave'
  | 'unknown'
  | 'exempt'
  | 'kept'
  | 'report'
  | 'look'
  | 'wait'
  | 'warn-first'
  | 'warn-last'
  | 'hold'
  | 'delete'
  | 'would'
  | 'deleting'
  | 'gone';

/** `next`: the warning that follows if nothing changes, and when. `deleteAt`: when it is deleted if nothing changes. */
export type Verdict = {
  readonly verdict: VerdictName;
  readonly because: string;
  readonly next?: { readonly step: Warning['step']; readonly at: Instant };
  readonly deleteAt?: Instant;
};

/** How late a deletion may be after the time that was named, without a fresh warning. */
export const latestAfterNamed = 30 * minute;
const firstWarningEvery = 12 * hour;

/** A ladder of whole minutes needs no finer words; in one of seconds all of them would be 0 min. */
const idleWords = (milliseconds: number, { firstWarningAfter }: Ladder): string =>
  firstWarningAfter < minute ? `${Math.floor(milliseconds / second)} s` : `${Math.floor(milliseconds / minute)} min`;

/** By the detail, where it was read; otherwise by the listing, which may not tell. */
const planOf = ({ runtime, policy }: Situation, kase: RuntimeCase | undefined): PlanKind => {
  const listed = planKindOf(runtime.planId);
  const plan = kase?.particulars?.plan ?? listed;
  if (plan === 'reserved' || listed === 'reserved') return 'reserved';
  return plan === 'unreadable' && policy.assumeOnDemand ? 'on-demand' : plan;
};

/** When a warning would name the deletion. */
export const deletionAfterWarning = (
  kase: RuntimeCase | undefined,
  { now, clock, policy }: Situation,
  step: Warning['step'],
): { deleteAt: Instant; ahead: number } => {
  const { deleteAfter, lead, freshLead } = policy.ladder;
  // Idle for so long and not warned: something held it back, whatever that was.
  const fresh = kase?.episode?.voided !== undefined || idleFor(clock) >= deleteAfter;
  const ahead = fresh ? Math.max(freshLead, lead) : step === 'last' ? lead : 0;
  const earliest = now + Math.max(deleteAfter - idleFor(clock), ahead);
  return { deleteAt: nextActAt(policy.hours, Math.max(earliest, kase?.named ?? 0)), ahead };
};

/** The earliest time at which an accepted last warning allows the deletion. */
export const allowedFrom = (kase: RuntimeCase, { ladder }: Policy): Instant | undefined => {
  const counted = kase.episode?.last?.counted;
  return counted === undefined ? undefined : Math.max(kase.named ?? 0, counted + ladder.lead);
};

/** What keeps the rules from looking at the idle time at all; undefined for a runtime that was just seen idle. */
const notIdle = (kase: RuntimeCase | undefined, situation: Situation): Verdict | undefined => {
  const { now, runtime, clock, reading, policy } = situation;
  if (kase?.deletion?.state === 'deleting') return { verdict: 'deleting', because: 'it was asked to be deleted' };
  if (kase?.deletion?.state === 'gone') return { verdict: 'gone', because: 'it was deleted' };
  if (policy.mode === 'off') return { verdict: 'leave', because: `policy ${policy.name} leaves it alone` };
  if (clock.notRunning !== undefined)
    return { verdict: 'unknown', because: `its status is ${clock.notRunning.status}` };
  if (reading === undefined) return { verdict: 'unknown', because: 'it was not read' };
  if (reading.state === 'unknown') return { verdict: 'unknown', because: reading.because };
  if (!isIdleUse(reading.use, policy.thresholds)) return { verdict: 'leave', because: 'it is in use' };
  if (now < grownUpAt(kase?.reappearedAt ?? runtime.createdAt, clock, policy)) {
    return { verdict: 'leave', because: `it is younger than ${durationInWords(policy.minimumAge)}` };
  }
  return clock.span === undefined ? { verdict: 'leave', because: 'it was not idle before' } : undefined;
};

/** What keeps an idle runtime from being warned about or deleted, whatever its idle time. */
const notTouched = (kase: RuntimeCase | undefined, situation: Situation): Verdict | undefined => {
  const { now, runtime, clock, exemption } = situation;
  if (exemption !== undefined) {
    return { verdict: 'exempt', because: exemption.because ?? 'an exemption in the settings' };
  }
  if (kase?.keep !== undefined && kase.keep.until > now) {
    return { verdict: 'kept', because: 'somebody asked to keep it' };
  }
  if (clock.span?.unitStated === false) {
    return { verdict: 'report', because: 'the unit of GPU use is not known: set provider.mappings.metrics.gpuUnit' };
  }
  const plan = planOf(situation, kase);
  if (plan === 'reserved') {
    return { verdict: 'report', because: 'its plan is reserved: deleting it saves nothing' };
  }
  if (kase?.particulars === undefined) return undefined;
  if (plan === 'unreadable') return { verdict: 'report', because: 'its plan cannot be read, so it counts as reserved' };
  if (runtime.gpuCount === undefined) {
    return { verdict: 'report', because: 'the provider does not say how many GPUs it has' };
  }
  return undefined;
};

/** What the last warning, once accepted, leads to. */
const afterLastWarning = (kase: RuntimeCase, situation: Situation, allowed: Instant): Verdict => {
  const { now, clock, policy } = situation;
  const named = kase.named ?? allowed;
  const hold = (because: string): Verdict => ({ verdict: 'hold', because });
  if (now < allowed) return { verdict: 'wait', because: 'its last warning is out', deleteAt: allowed };
  if (now > named + latestAfterNamed) return hold('the time that its warning named has passed');
  const missing = policy.ladder.deleteAfter - idleFor(clock);
  // The reading is a little older than now, each time by another little.
  const lag = now - (clock.span?.idleAt ?? now);
  if (missing > 0 && missing <= lag) return { verdict: 'wait', because: 'its time is about to come', deleteAt: now };
  if (missing > 0) {
    return hold(`only ${idleWords(idleFor(clock), policy.ladder)} of its idle time were observed`);
  }
  if (!mayActAt(policy.hours, now)) return hold(`policy ${policy.name} does not act at this hour`);
  return { verdict: 'delete', because: `idle for ${idleWords(idleFor(clock), policy.ladder)}`, deleteAt: now };
};

/** The rungs up to the last warning. */
const climbing = (kase: RuntimeCase | undefined, situation: Situation): Verdict => {
  const { now, clock, policy } = situation;
  const { firstWarningAfter, lastWarningAfter } = policy.ladder;
  const idle = idleFor(clock);
  const because = `idle for ${idleWords(idle, policy.ladder)}`;
  const { deleteAt } = deletionAfterWarning(kase, situation, 'last');
  const last = { step: 'last' as const, at: now + Math.max(0, lastWarningAfter - idle) };
  if (idle >= lastWarningAfter) return { verdict: 'warn-last', because, next: last, deleteAt };
  const firstIsDue =
    kase?.episode?.first === undefined && now - (kase?.firstWarnedAt ?? Number.NEGATIVE_INFINITY) >= firstWarningEvery;
  if (idle >= firstWarningAfter && firstIsDue) {
    return { verdict: 'warn-first', because, next: { step: 'first', at: now }, deleteAt };
  }
  if (idle < firstWarningAfter && firstIsDue) {
    return { verdict: 'leave', because, next: { step: 'first', at: now + firstWarningAfter - idle }, deleteAt };
  }
  // Below the first rung nobody is warned for company.
  return { verdict: 'wait', because, ...(idle < firstWarningAfter ? {} : { next: last }), deleteAt };
};

const verdictOf = (kase: RuntimeCase | undefined, situation: Situation): Verdict => {
  const excused = notIdle(kase, situation) ?? notTouched(kase, situation);
  if (excused !== undefined) return excused;
  if (kase?.episode?.would !== undefined)
    return { verdict: 'would', because: 'observe mode: it would be deleted by now' };
  const { policy, clock, breakerOpen, inDoubt } = situation;
  if (idleFor(clock) < policy.ladder.firstWarningAfter) return climbing(kase, situation);
  if (breakerOpen) return { verdict: 'hold', because: 'the breaker is open' };
  if (kase?.particulars === undefined) return { verdict: 'look', because: 'its detail is to be read first' };
  if (inDoubt !== undefined) {
    return { verdict: 'report', because: `policy ${inDoubt.name} asks for a price or a model that is not known` };
  }
  const allowed = allowedFrom(kase, policy);
  if (allowed !== undefined) return afterLastWarning(kase, situation, allowed);
  if (kase.episode?.last !== undefined) return { verdict: 'wait', because: 'its last warning is on its way' };
  return climbing(kase, situation);
};

const inUseAgain = ({ reading, policy, clock, now, runtime }: Situation, kase: RuntimeCase): boolean =>
  reading?.state === 'known' &&
  (!isIdleUse(reading.use, policy.thresholds) ||
    now < grownUpAt(kase.reappearedAt ?? runtime.createdAt, clock, policy));

/** What has taken the ground from under the warnings, whatever the idle time says now. */
const voidedBy = (kase: RuntimeCase, { ground, exemption, policy, now }: Situation): string | undefined => {
  if (kase.ground !== ground) return 'its rules, its owner or its name have changed';
  if (policy.mode === 'off') return `policy ${policy.name} leaves it alone`;
  if (exemption !== undefined) return 'it was exempt';
  return kase.keep !== undefined && kase.keep.until > now ? 'somebody asked to keep it' : undefined;
};

/** The warnings stood on a span that is over: the ladder begins again. */
const onNewSpan = (kase: RuntimeCase, { now, clock }: Situation): RuntimeCase => {
  const { episode } = kase;
  if (episode === undefined || clock.span === undefined || clock.span.since === episode.since) return kase;
  const anew = voidWarnings(kase, 'too little of its idle time was observed', now);
  const { first: _first, ...rest } = anew.episode ?? episode;
  return { ...anew, episode: { ...rest, since: clock.span.since } };
};

/** The case with what has changed for it since it was last looked at. */
const brought = (kase: RuntimeCase, situation: Situation): RuntimeCase => {
  const { now, ground, runtime } = situation;
  if (kase.deletion !== undefined && kase.deletion.state !== 'condemned') return kase;
  // A mark that a crash left behind decides nothing.
  const { keep, exemption, reported, episode, deletion: _condemned, ...rest } = kase;
  const wanted = {
    ...(keep === undefined || keep.until <= now ? {} : { keep }),
    ...(exemption === undefined || exemptionEnd(exemption) <= now ? {} : { exemption }),
  };
  const told = reported === undefined ? {} : { reported };
  const warned = episode === undefined ? {} : { episode };
  if ((episode !== undefined || reported !== undefined) && inUseAgain(situation, kase)) {
    const isSpared = episode !== undefined && wasWarned(episode);
    const entry = isSpared ? entryFor(situation, kase, 'spared', 'it is in use again', episode.id) : undefined;
    const { asked: _asked, stuckSince: _stuck, ...used } = rest;
    return endEpisode({ ...used, ...wanted, ground, name: runtime.name }, entry);
  }
  const current: RuntimeCase = { ...rest, ...wanted, ...told, ...warned, ground, name: runtime.name };
  const because = voidedBy(kase, situation);
  if (because === undefined) return onNewSpan(current, situation);
  // It bills on because somebody wants it to.
  const { stuckSince: _wanted, ...billing } = current;
  return onNewSpan(voidWarnings(billing, because, now), situation);
};

/** A verdict, and the case as it is after it (the same object where nothing changed). */
export type Judgement = { readonly verdict: Verdict; readonly kase: RuntimeCase | undefined };

const isSame = (a: RuntimeCase, b: RuntimeCase): boolean =>
  a.ground === b.ground &&
  a.name === b.name &&
  a.keep === b.keep &&
  a.exemption === b.exemption &&
  a.deletion === b.deletion &&
  a.stuckSince === b.stuckSince &&
  a.reported === b.reported &&
  a.episode === b.episode &&
  a.outbox === b.outbox;

/**
 * Judges a runtime. A last warning leads to a deletion at the first look after its time, or to none: whatever holds the
 * deletion back then voids it.
 */
export const judgeRuntime = (kase: RuntimeCase | undefined, situation: Situation): Judgement => {
  if (kase === undefined) return { verdict: verdictOf(undefined, situation), kase };
  const next = brought(kase, situation);
  // Nothing but a copy: keep the object, so that nothing is written.
  const current = isSame(kase, next) ? kase : next;
  const verdict = verdictOf(current, situation);
  const allowed = allowedFrom(current, situation.policy);
  const isHeld = allowed !== undefined && situation.now >= allowed && verdict.verdict !== 'delete';
  const isOver = ['would', 'wait', 'deleting', 'gone'].includes(verdict.verdict);
  if (!isHeld || isOver) return { verdict, kase: current };
  // The provider's own words stay out of mails.
  const because = verdict.verdict === 'unknown' ? 'it could not be read when its time had come' : verdict.because;
  return { verdict, kase: voidWarnings(current, because, situation.now) };
};
