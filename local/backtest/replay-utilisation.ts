import { guardRulesOf } from '#adapters/configuration/guard-rules.ts';
import type { Settings } from '#adapters/configuration/settings.ts';
import { digest } from '#adapters/identity.ts';
import type { WardenEvent } from '#domain/event.ts';
import { unpackReadings } from '#domain/guardrails/packed-readings.ts';
import { isIdleUse, type Thresholds } from '#domain/guardrails/reading.ts';
import { runtimeKey } from '#domain/guardrails/runtime-case.ts';
import { hour, type Instant, second } from '#domain/time.ts';
import { count, createTally, type IdleCounts } from './idle-tally.ts';
import { kindOfMail } from './mail-kinds.ts';
import { MemoryWorldError, startMemoryWorld } from './memory-world.ts';
import type { Past } from './past.ts';
import { createPastProvider } from './past-provider.ts';
import { type IdleScore, scoreDeletions } from './score-deletions.ts';

/** What would have happened to a runtime, by its name in the past. `used`: for the first time after a warning. */
export type Happening = {
  readonly at: Instant;
  readonly name: string;
  readonly what: 'first-warning' | 'last-warning' | 'used' | 'deleted';
};

/** One mail that would have been sent; `about`: its kind. */
export type SentMail = { readonly at: Instant; readonly about: string };

/** What the rules of one policy would have done. */
export type UtilisationReplay = {
  readonly runtimes: number;
  /** From the first look to the last. */
  readonly hours: number;
  readonly looks: number;
  readonly score: IdleScore;
  readonly counts: IdleCounts;
  readonly happenings: readonly Happening[];
  readonly mails: readonly SentMail[];
  /** When the breaker opened for the first time: from then on nothing would have been deleted until somebody closed it. */
  readonly breakerOpenedAt?: Instant;
};

/** Troubles that the past has no part in. */
const isTrouble = ({ event }: WardenEvent): boolean =>
  ['run-skipped', 'part-failed', 'runtimes-unlisted', 'mail-failed', 'mail-undeliverable'].includes(event);

const whatOf = (event: WardenEvent): Happening['what'] | undefined => {
  if (event.event === 'runtime-warned') return event.step === 'first' ? 'first-warning' : 'last-warning';
  return event.event === 'runtime-deleting' ? 'deleted' : undefined;
};

/** What is idle by the policy that comes first, which is the one that is tried. */
const thresholdsOf = (settings: Settings): Thresholds => {
  const [policy] = guardRulesOf(settings).policies;
  if (policy === undefined) throw new TypeError('There is always a policy.');
  return policy.thresholds;
};

/** Tells which of the runtimes that were warned of are in use in the readings of a look. */
const createWakeWatch = (settings: Settings, ids: readonly string[]) => {
  const project = settings.provider.projects[0] ?? '';
  const thresholds = thresholdsOf(settings);
  const idOfReference = new Map(ids.map((id) => [digest(runtimeKey({ project, id })), id]));
  const warned = new Set<string>();
  return {
    warned: (id: string): void => void warned.add(id),
    deleted: (id: string): void => void warned.delete(id),
    /** Those that are in use for the first time since they were warned of. */
    woken: (packed: string): string[] =>
      [...unpackReadings(packed).readings].flatMap(([reference, { reading }]) => {
        const id = idOfReference.get(reference) ?? '';
        if (reading?.state !== 'known' || isIdleUse(reading.use, thresholds)) return [];
        return warned.delete(id) ? [id] : [];
      }),
  };
};

/** Every runtime has a name that every pattern takes, and so an owner of its own. */
const idOf = (place: number): string => `r${place}`;

/**
 * Runs the real handlers of job 2 over the past, by the settings given. Nobody keeps a runtime, and nobody closes the
 * breaker.
 *
 * @param onLook told after each look how many there were
 */
export const replayUtilisation = async (
  past: Past,
  settings: Settings,
  pricePerGpuHour: number,
  onLook: (looks: number) => void = () => {},
): Promise<UtilisationReplay> => {
  let now = past.startsAt;
  const tally = createTally('enforce');
  const happenings: Happening[] = [];
  const mails: SentMail[] = [];
  const mailCounts: Record<string, number> = {};
  let breakerOpenedAt: Instant | undefined;
  const nameOf = new Map(past.runtimes.map(({ name }, place) => [idOf(place), name]));
  const wakes = createWakeWatch(settings, [...nameOf.keys()]);
  const happen = (id: string, what: Happening['what']): void => {
    happenings.push({ at: now, name: nameOf.get(id) ?? id, what });
  };
  const note = (event: WardenEvent): void => {
    if (isTrouble(event)) throw new MemoryWorldError(`Unexpected in the past: ${JSON.stringify(event)}`);
    tally.note(event, now);
    if (event.event === 'breaker-opened') breakerOpenedAt ??= now;
    if (event.event === 'readings') for (const id of wakes.woken(event.packed)) happen(id, 'used');
    const what = whatOf(event);
    if (what === undefined || !('runtimeId' in event)) return;
    happen(event.runtimeId, what);
    wakes[what === 'deleted' ? 'deleted' : 'warned'](event.runtimeId);
  };
  const [project = ''] = settings.provider.projects;
  const provider = createPastProvider(past, idOf, { now: () => now, project, pricePerGpuHour });
  const world = await startMemoryWorld({ settings, provider, now: () => now, onEvent: note });
  for (const [look, atSeconds] of past.lookAtSeconds.entries()) {
    now = past.startsAt + atSeconds * second;
    await world.guard();
    await world.deliver();
    for (const { subject, at } of world.takeMails()) {
      const about = kindOfMail(subject);
      mails.push({ at, about });
      count(mailCounts, about);
    }
    onLook(look + 1);
  }
  const deletions = [...tally.firstAt].map(([id, at]) => ({ name: nameOf.get(id) ?? id, at }));
  return {
    runtimes: past.runtimes.length,
    hours: (now - past.startsAt) / hour,
    looks: past.lookAtSeconds.length,
    score: scoreDeletions(past, past.startsAt, deletions),
    counts: { ...tally.counts(), mails: mailCounts },
    happenings,
    mails,
    ...(breakerOpenedAt === undefined ? {} : { breakerOpenedAt }),
  };
};
