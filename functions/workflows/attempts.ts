import { type Instant, minute } from '#domain/time.ts';

/** Takes what went wrong in a part of a run. The run goes on, and ends in failure. */
export type Fail = (failure: unknown) => void;

/**
 * Runs the parts of a run one after the other: what goes wrong in one is told and kept, and the others go on.
 *
 * @param tell is told of each failure when it happens
 */
export const createAttempts = <Part extends string>(
  failures: unknown[],
  tell: (part: Part, because: string) => void,
) => {
  const failIn =
    (part: Part): Fail =>
    (failure) => {
      failures.push(failure);
      tell(part, String(failure));
    };
  const attempt = async <T>(part: Part, work: (fail: Fail) => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await work(failIn(part));
    } catch (failure) {
      failIn(part)(failure);
      return otherwise;
    }
  };
  return { attempt, failIn };
};

/** Fails a run in which something failed, after everything else was done. */
export const failIfAny = (failures: readonly unknown[]): void => {
  if (failures.length > 0) throw new AggregateError(failures, `Parts of the run that failed: ${failures.length}`);
};

/**
 * The same things, beginning with another one from minute to minute: whoever comes last gets a turn although the first take all the
 * time of a run.
 */
export const rotated = <T>(things: readonly T[], now: Instant): readonly T[] => {
  const first = things.length === 0 ? 0 : Math.floor(now / minute) % things.length;
  return [...things.slice(first), ...things.slice(0, first)];
};
