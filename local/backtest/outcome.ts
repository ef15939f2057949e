import type { Instant } from '#domain/time.ts';
import type { Past } from './past.ts';
import type { Replay } from './replay-availability.ts';
import type { UtilisationReplay } from './replay-utilisation.ts';
import type { PolicyScore } from './score-windows.ts';
import type { Trial } from './trial.ts';

/** A deletion that would have been: what it freed, or that it would have been a mistake. */
export type OutcomeDeletion = {
  readonly runtime: string;
  readonly at: Instant;
  /** Much used afterwards: five or more later rows of 20 % or more. */
  readonly false: boolean;
  /** Later rows of 20 % or more. */
  readonly busyRowsAfter: number;
  readonly hoursFreed: number;
  readonly usdFreed: number;
};

/** What one policy would have done, as `--json` tells it. Hours are those of runtimes, not of GPUs. */
export type PolicyOutcome = {
  readonly policy: string;
  readonly runtimes: number;
  readonly hours: number;
  readonly looks: number;
  /** Runtimes that were warned of at least once. */
  readonly warned: number;
  /** Times that a runtime was in use again after a warning, before it was deleted. */
  readonly spared: number;
  readonly fired: number;
  readonly false: number;
  /** Deleted, and any row of 20 % or more later, also where that are too few to call it false. */
  readonly usedAgain: number;
  readonly hoursFreed: number;
  readonly usdFreed: number;
  /** All mails, and by what they are about. */
  readonly mailsSent: number;
  readonly mailsAbout: Readonly<Record<string, number>>;
  readonly readings: number;
  readonly unknownReadings: number;
  readonly breakerOpenedAt?: Instant;
  readonly deletions: readonly OutcomeDeletion[];
};

export const outcomeOf = (
  { name: policy }: Pick<Trial, 'name'>,
  past: Past,
  replay: UtilisationReplay,
  pricePerGpuHour: number,
): PolicyOutcome => {
  const { score, counts, happenings, mails, breakerOpenedAt } = replay;
  const gpusOf = new Map(past.runtimes.map(({ name, gpus }) => [name, gpus]));
  const deletions = score.deletions.map(({ name, at, isFalse, busyRowsAfter, hoursFreed }) => ({
    runtime: name,
    at,
    false: isFalse,
    busyRowsAfter,
    hoursFreed,
    usdFreed: hoursFreed * (gpusOf.get(name) ?? 1) * pricePerGpuHour,
  }));
  return {
    policy,
    runtimes: replay.runtimes,
    hours: replay.hours,
    looks: replay.looks,
    warned: new Set(happenings.filter(({ what }) => what === 'first-warning').map(({ name }) => name)).size,
    spared: happenings.filter(({ what }) => what === 'spared').length,
    fired: score.fired,
    false: score.falseOnes,
    usedAgain: deletions.filter(({ busyRowsAfter }) => busyRowsAfter > 0).length,
    hoursFreed: score.hoursFreed,
    usdFreed: deletions.reduce((sum, { usdFreed }) => sum + usdFreed, 0),
    mailsSent: mails.length,
    mailsAbout: counts.mails,
    readings: counts.readings,
    unknownReadings: counts.unknown,
    ...(breakerOpenedAt === undefined ? {} : { breakerOpenedAt }),
    deletions,
  };
};

const secondsOf = (milliseconds: number | undefined): number | null =>
  milliseconds === undefined ? null : milliseconds / 1000;

/** What watches of one kind would have been told, as `--json` tells it. Without a told window there are no delays. */
const watchOutcome = ({ policy, mails, windows, untold, longUntold, medianDelayMs, worstDelayMs }: PolicyScore) => ({
  notify: policy,
  windows,
  mails,
  untold,
  /** Of those, the windows of six hours or more. */
  longUntold,
  medianDelaySeconds: secondsOf(medianDelayMs),
  worstDelaySeconds: secondsOf(worstDelayMs),
});

export type AvailabilityOutcome = Omit<ReturnType<typeof watchOutcome>, 'notify'> & {
  readonly days: number;
  readonly polls: number;
  readonly watches: readonly ReturnType<typeof watchOutcome>[];
};

/** Of both kinds of watches; in front that of `every`, which is to be told of each window. */
export const availabilityOutcome = ({ scores, days, polls }: Replay): AvailabilityOutcome => {
  const watches = scores.map(watchOutcome);
  const every = watches.find(({ notify }) => notify === 'every');
  if (every === undefined) throw new TypeError('A replay has a watch of every kind.');
  const { notify: _, ...front } = every;
  return { ...front, days, polls, watches };
};
