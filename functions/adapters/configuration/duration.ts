import * as z from 'zod/mini';
import { checkedDuration, durationOf } from '#domain/duration.ts';
import { second } from '#domain/time.ts';

/** What may stand there, in words. */
export const durationAllowed = (least: string, most: string): string =>
  `a duration from ${least} to ${most}, such as 90m, 2h, 1h30m or 7d (from 1s with unsafeShortLadder: true, for tests only)`;

/**
 * A duration of at most so much; it stays the text that was given. Of the least only a second is asked for here: what the
 * guardrails ask for depends on `unsafeShortLadder`, see guard-floors.ts.
 */
export const duration = (least: string, most: string) => {
  const error = durationAllowed(least, most);
  const longest = checkedDuration(most);
  return z.string({ error }).check(
    z.trim(),
    z.refine(
      (text) => {
        const given = durationOf(text);
        return given !== undefined && given >= second && given <= longest;
      },
      { error },
    ),
  );
};
