import { type Instant, minute, second } from '#domain/time.ts';

/**
 * Where the making of one runtime stands. `creating`: asked, or about to be, under this name, and no clear answer yet. `created`:
 * it is there, and is never made a second time. `refusedBecause`: what the provider said to the last try.
 */
export type Creation =
  | { readonly state: 'available'; readonly refusedBecause?: string }
  | { readonly state: 'creating'; readonly name: string; readonly at: Instant }
  | { readonly state: 'created'; readonly name: string; readonly runtimeId: string; readonly at: Instant };

/** A call to make a runtime, or to look for one, takes so long at most. Somebody may wait: two fit in what API Gateway gives. */
export const createWithin = 12 * second;

/** A runtime that was made so long ago is listed, if it is there. */
export const settlesAfter = 10 * minute;

const longestName = 63;

/** The name under which a runtime is made: the one wanted with an ending that no other has. `chance` is 6 letters or digits. */
export const nameWithEnding = (name: string, chance: string): string =>
  `${name.slice(0, longestName - chance.length - 1)}-${chance}`;

/**
 * Whether a runtime that was asked for without a clear answer, and that a complete listing does not show, counts as not made:
 * then another try is allowed. `settles`: after so many milliseconds an answer that may still be on its way would have come.
 */
export const mayGiveUp = (
  { at }: Extract<Creation, { state: 'creating' }>,
  now: Instant,
  settles: number = settlesAfter,
): boolean => now - at >= settles;
