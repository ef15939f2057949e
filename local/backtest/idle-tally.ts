import type { WardenEvent } from '#domain/event.ts';
import { type SeenReading, unpackReadings } from '#domain/guardrails/packed-readings.ts';
import type { Mode } from '#domain/guardrails/policy.ts';
import type { Instant } from '#domain/time.ts';

/** What happened in a replay, told by the events, the mails and the log of the handlers themselves. */
export type IdleCounts = {
  readonly readings: number;
  readonly unknown: number;
  /** Unknown readings by why. */
  readonly unknownBecause: Readonly<Record<string, number>>;
  /** By kind. */
  readonly mails: Readonly<Record<string, number>>;
  readonly warnings: number;
  readonly voided: number;
  /** Voided warnings by why. */
  readonly voidedBecause: Readonly<Record<string, number>>;
  readonly kept: number;
  readonly spared: number;
  readonly breakerOpened: number;
  /** DELETE or, in observe mode, its "would", after the first one of each runtime. */
  readonly again: number;
};

/** What happened to a runtime, by its id. `spared`: it was in use again after a warning. */
export type Happening = {
  readonly at: Instant;
  readonly runtimeId: string;
  readonly what: 'first-warning' | 'last-warning' | 'spared' | 'deleted';
};

type Counter = Record<string, number>;

/** Counts one more. */
export const count = (counter: Counter, what: string): void => {
  counter[what] = (counter[what] ?? 0) + 1;
};

/** Of the provider's own words all that does not change from call to call. */
const withoutRequest = (because: string): string => because.replace(/ \(request [^)]*\)$/, '');

/** Counts what the events of one world tell. */
export const createTally = (mode: Exclude<Mode, 'off'>) => {
  const unknownBecause: Counter = {};
  const voidedBecause: Counter = {};
  const events: Counter = {};
  const firstAt = new Map<string, Instant>();
  const happenings: Happening[] = [];
  let readings = 0;
  let latest: ReadonlyMap<string, SeenReading> = new Map();
  const deletes: WardenEvent['event'] = mode === 'enforce' ? 'runtime-deleting' : 'runtime-would-be-deleted';
  const noteReadings = (seen: ReadonlyMap<string, SeenReading>): void => {
    latest = new Map([...latest, ...seen]);
    for (const { reading } of seen.values()) {
      readings += 1;
      if (reading?.state === 'unknown') count(unknownBecause, reading.because);
    }
  };
  const whatOf = (event: WardenEvent): Happening['what'] | undefined => {
    if (event.event === 'runtime-warned') return event.step === 'first' ? 'first-warning' : 'last-warning';
    if (event.event === 'runtime-spared') return 'spared';
    return event.event === deletes ? 'deleted' : undefined;
  };
  return {
    note: (event: WardenEvent, now: Instant): void => {
      count(events, event.event);
      if (event.event === 'guarded') latest = new Map();
      if (event.event === 'readings') noteReadings(unpackReadings(event.packed).readings);
      if (event.event === 'warnings-voided') count(voidedBecause, withoutRequest(event.because));
      const what = whatOf(event);
      if (what === undefined || !('runtimeId' in event)) return;
      const { runtimeId } = event;
      happenings.push({ at: now, runtimeId, what });
      if (what === 'deleted' && !firstAt.has(runtimeId)) firstAt.set(runtimeId, now);
    },
    firstAt,
    /** In their order. */
    happenings: (): readonly Happening[] => happenings,
    /** The readings of the latest tick, by the digest of the runtime's key. */
    latest: () => latest,
    counts: (): Omit<IdleCounts, 'mails'> => ({
      readings,
      unknown: Object.values(unknownBecause).reduce((sum, each) => sum + each, 0),
      unknownBecause,
      warnings: events['runtime-warned'] ?? 0,
      voided: events['warnings-voided'] ?? 0,
      voidedBecause,
      kept: events['runtime-kept'] ?? 0,
      spared: events['runtime-spared'] ?? 0,
      breakerOpened: events['breaker-opened'] ?? 0,
      again: (events[deletes] ?? 0) - firstAt.size,
    }),
  };
};
