import { hour, second } from '#domain/time.ts';
import type { IdleCounts } from '#local/backtest/idle-tally.ts';
import type { PastHappening, SentMail } from '#local/backtest/replay-utilisation.ts';
import { brokenIdlePromises, type IdleScore, scoreDeletions } from '#local/backtest/score-deletions.ts';
import type { UtilisationTrace } from '#local/emulator/emulator.ts';
import { type IdleWorldOptions, startIdleWorld, startsAt } from './idle-world.ts';

export type IdleReplayOptions = Partial<
  Pick<IdleWorldOptions, 'mode' | 'everySeconds' | 'failing' | 'rearmAfterMinutes'>
> & {
  /** How much of the trace, from its beginning; missing: all. */
  readonly hours?: number;
  /** It is the measured trace, of which it is known what can be freed. */
  readonly isMeasured?: boolean;
  readonly onProgress?: (ticks: number, ofTicks: number) => void;
};

export type IdleReplay = {
  readonly mode: IdleWorldOptions['mode'];
  readonly hours: number;
  readonly ticks: number;
  readonly runtimes: number;
  readonly score: IdleScore;
  readonly counts: IdleCounts;
  readonly happenings: readonly PastHappening[];
  readonly mails: readonly SentMail[];
  readonly broken: readonly string[];
};

/** A deployment looks every minute. */
const usualSeconds = 60;

/** The options of the world, with the number of ticks that the asked part of the trace has. */
export const idleWorldOptions = (
  trace: UtilisationTrace,
  { mode = 'enforce', everySeconds = usualSeconds, failing, rearmAfterMinutes, hours }: IdleReplayOptions,
): IdleWorldOptions => {
  const length = Math.min(trace.lengthSeconds, ((hours ?? Number.POSITIVE_INFINITY) * hour) / second);
  const ticks = Math.floor(length / everySeconds) + 1;
  return {
    mode,
    everySeconds,
    ticks,
    ...(failing === undefined ? {} : { failing }),
    ...(rearmAfterMinutes === undefined ? {} : { rearmAfterMinutes }),
  };
};

/** Replays a utilisation trace through the real handlers at the default policy, and scores what was deleted. */
export const replayIdle = async (trace: UtilisationTrace, options: IdleReplayOptions = {}): Promise<IdleReplay> => {
  const given = idleWorldOptions(trace, options);
  const { mode, ticks, everySeconds, failing } = given;
  const world = await startIdleWorld(trace, given);
  try {
    for (let tick = 0; tick < ticks; tick += 1) {
      await world.guard(tick);
      await world.deliver();
      options.onProgress?.(tick + 1, ticks);
    }
    const score = scoreDeletions(trace, startsAt, world.firstDeletions());
    const isWhole = options.isMeasured === true && options.hours === undefined && failing === undefined;
    return {
      mode,
      hours: ((ticks - 1) * everySeconds * second) / hour,
      ticks,
      runtimes: trace.runtimes.length,
      score,
      counts: world.counts(),
      happenings: world.happenings(),
      mails: world.sent(),
      broken: brokenIdlePromises(score, isWhole),
    };
  } finally {
    await world.close();
  }
};
