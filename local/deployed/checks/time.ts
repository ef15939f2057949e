import { durationWords } from '#adapters/mail/time-words.ts';
import { type Instant, minute, second } from '#domain/time.ts';
import { TooLate } from './finding.ts';

/** `40 s ago`, `3 min ago`, `2 h ago`; `just now` for what two clocks do not agree about. */
export const ago = (at: Instant, now: Instant): string => {
  const age = now - at;
  if (age < second) return 'just now';
  return `${age < 2 * minute ? `${Math.round(age / second)} s` : durationWords(age)} ago`;
};

/**
 * The work's outcome, if it comes in time.
 *
 * @throws TooLate
 */
export const within = async <T>(milliseconds: number, work: Promise<T>): Promise<T> => {
  const { promise, reject } = Promise.withResolvers<never>();
  const late = new TooLate(`no answer within ${Math.round(milliseconds / second)} s`);
  const timer = setTimeout(() => reject(late), milliseconds);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
};

/** Makes something at the first asking, and gives the same to all who ask. */
export const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
};
