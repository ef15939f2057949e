import { type Instant, minute } from '#domain/time.ts';
import type { Policy } from './policy.ts';
import { type CpuUse, isIdleUse, larger, type MemoryUse, type Reading, type Thresholds, type Use } from './reading.ts';

/**
 * An idle span. `since`: its first idle reading. `observed`: how much of it was really seen, in milliseconds. `idleAt`: its
 * last idle reading. `gap`: unobserved milliseconds in a row up to that reading. `afterBusy`: the runtime was seen busy
 * right before. `highest`: the most that was used in it.
 */
export type Span = {
  readonly since: Instant;
  readonly observed: number;
  readonly idleAt: Instant;
  readonly gap: number;
  readonly afterBusy: boolean;
  readonly unitStated: boolean;
  readonly highest: Use;
};

/**
 * What is remembered of a runtime from tick to tick; of constant size, whatever the span. `sampledAt` is by the provider's
 * clock, everything else by ours. `seenAt`: when it was first listed. `busyAt`: the last known
 * reading, if that was busy. `missed`: the last run did not come to read it.
 */
export type Clock = {
  readonly seenAt: Instant;
  readonly sampledAt?: Instant;
  readonly busyAt?: Instant;
  readonly span?: Span;
  readonly unknown?: { readonly since: Instant; readonly because: string };
  readonly notRunning?: { readonly since: Instant; readonly status: string };
  readonly missed?: true;
};

/** Two idle readings at most so far apart have seen what lies between them. */
export const longestStretch = 5 * minute;
/** More unobserved time in a row starts the span anew. */
const longestGap = 30 * minute;
/** Less of the span observed starts it anew. */
const leastObserved = 0.8;

export const newClock = (now: Instant): Clock => ({ seenAt: now });

const higherUse = (a: Use, b: Use): Use => {
  const cpu: CpuUse | undefined = larger(a.cpu, b.cpu);
  const memory: MemoryUse | undefined = larger(a.memory, b.memory);
  return {
    gpuPercent: Math.max(a.gpuPercent, b.gpuPercent),
    ...(cpu === undefined ? {} : { cpu }),
    ...(memory === undefined ? {} : { memory }),
  };
};

type Known = Extract<Reading, { state: 'known' }>;

const freshSpan = ({ at, use, unitStated }: Known, afterBusy: boolean): Span => ({
  since: at,
  observed: 0,
  idleAt: at,
  gap: 0,
  afterBusy,
  unitStated,
  highest: use,
});

const sameCpuUnit = (a: Use, b: Use) => a.cpu === undefined || b.cpu === undefined || a.cpu.unit === b.cpu.unit;

/** A span with one more idle reading; anew where too little of it was seen, or where the clock went back. */
const extended = (span: Span, reading: Known): Span => {
  const stretch = reading.at - span.idleAt;
  const seen = stretch >= 0 && stretch <= longestStretch;
  const observed = span.observed + (seen ? stretch : 0);
  const gap = seen ? 0 : span.gap + stretch;
  const tooLittle = observed < leastObserved * (reading.at - span.since);
  if (stretch < 0 || gap > longestGap || tooLittle || !sameCpuUnit(span.highest, reading.use)) {
    return freshSpan(reading, false);
  }
  const unitStated = span.unitStated && reading.unitStated;
  return { ...span, observed, gap, idleAt: reading.at, unitStated, highest: higherUse(span.highest, reading.use) };
};

/** What the rules for a runtime say of its clock: what is idle, and from when on it may be idle at all. */
export type ClockRules = { readonly thresholds: Thresholds; readonly grownUpAt: Instant };

/** When a runtime stops being too young: so long after it was created, or after we first saw it where that is not known. */
export const grownUpAt = (
  createdAt: Instant | undefined,
  { seenAt }: Clock,
  { minimumAge }: Pick<Policy, 'minimumAge'>,
): Instant => (createdAt ?? seenAt) + minimumAge;

/**
 * A span that still holds: not one whose last idle reading is too long ago, nor one that was not idle by today's
 * thresholds.
 */
const stillHolds = (span: Span | undefined, thresholds: Thresholds, now: Instant): span is Span =>
  span !== undefined && now - span.idleAt <= longestGap && isIdleUse(span.highest, thresholds);

const withoutSpan = ({ span: _, ...clock }: Clock): Clock => clock;

/** A sample time that cannot be right (a provider's clock that was ahead once) must not make everything unknown for ever. */
const withUnknown = (clock: Clock, { at, because }: Extract<Reading, { state: 'unknown' }>): Clock => {
  const since = clock.unknown?.since ?? at;
  const { sampledAt, ...rest } = clock;
  const known = sampledAt === undefined || at - since > longestGap ? {} : { sampledAt };
  return { ...rest, ...known, unknown: { since, because } };
};

/** Moves a clock on by a reading. Busy resets it; unknown changes nothing but that time passes unobserved. */
export const advance = (clock: Clock, reading: Reading, { thresholds, grownUpAt }: ClockRules): Clock => {
  const { notRunning: _status, missed: _missed, ...listed } = clock;
  const holding = stillHolds(clock.span, thresholds, reading.at) ? listed : withoutSpan(listed);
  if (reading.state === 'unknown') return withUnknown(holding, reading);
  const { unknown: _unknown, busyAt, ...known } = holding;
  const at = reading.sampledAt === undefined ? {} : { sampledAt: reading.sampledAt };
  if (!isIdleUse(reading.use, thresholds)) return { ...withoutSpan(known), ...at, busyAt: reading.at };
  // Seen busy while young, and idle ever since: that counts as right before.
  if (reading.at < grownUpAt) return { ...withoutSpan(known), ...at, ...(busyAt === undefined ? {} : { busyAt }) };
  const counts = known.span !== undefined && known.span.since >= grownUpAt;
  const span = counts && known.span ? extended(known.span, reading) : freshSpan(reading, busyAt !== undefined);
  return { ...known, ...at, span };
};

/** A runtime that the listing shows in another state than `Running`: it is not read, and its time passes unobserved. */
export const notRunning = (clock: Clock, status: string, now: Instant): Clock => {
  const { unknown: _unknown, missed: _missed, span, ...rest } = clock;
  const kept = span !== undefined && now - span.idleAt <= longestGap ? { span } : {};
  return { ...rest, ...kept, notRunning: { since: clock.notRunning?.since ?? now, status } };
};

/** Observed idle time, in milliseconds. */
export const idleFor = ({ span }: Clock): number => span?.observed ?? 0;
