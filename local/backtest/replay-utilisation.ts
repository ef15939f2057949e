import type { Settings } from '#adapters/configuration/settings.ts';
import type { WardenEvent } from '#domain/event.ts';
import { hour, type Instant, second } from '#domain/time.ts';
import { count, createTally, type Happening, type IdleCounts } from './idle-tally.ts';
import { kindOfMail } from './mail-kinds.ts';
import { MemoryWorldError, startMemoryWorld } from './memory-world.ts';
import type { Past } from './past.ts';
import { createPastProvider } from './past-provider.ts';
import { type IdleScore, scoreDeletions } from './score-deletions.ts';

/** What would have happened to a runtime, by its name in the past. */
export type PastHappening = Omit<Happening, 'runtimeId'> & { readonly name: string };

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
  readonly happenings: readonly PastHappening[];
  readonly mails: readonly SentMail[];
  /** When the breaker opened for the first time: from then on nothing would have been deleted until somebody closed it. */
  readonly breakerOpenedAt?: Instant;
};

/** Troubles that the past has no part in. */
const isTrouble = ({ event }: WardenEvent): boolean =>
  ['run-skipped', 'part-failed', 'runtimes-unlisted', 'mail-failed', 'mail-undeliverable'].includes(event);

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
  const mails: SentMail[] = [];
  const mailCounts: Record<string, number> = {};
  let breakerOpenedAt: Instant | undefined;
  const nameOf = new Map(past.runtimes.map(({ name }, place) => [idOf(place), name]));
  const note = (event: WardenEvent): void => {
    if (isTrouble(event)) throw new MemoryWorldError(`Unexpected in the past: ${JSON.stringify(event)}`);
    tally.note(event, now);
    if (event.event === 'breaker-opened') breakerOpenedAt ??= now;
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
    happenings: tally
      .happenings()
      .map(({ runtimeId, ...rest }) => ({ ...rest, name: nameOf.get(runtimeId) ?? runtimeId })),
    mails,
    ...(breakerOpenedAt === undefined ? {} : { breakerOpenedAt }),
  };
};
