import type { RuntimeAddress, RuntimeSpec } from '#domain/runtime.ts';
import { day, type Instant, minute } from '#domain/time.ts';
import type { SpecPart } from './particulars.ts';

/** A runtime that was deleted can be made again for so long; then what was saved of it is gone. */
export const savedKept = 7 * day;

/**
 * Where the making again stands. `creating`: asked, or about to be, under this name, and no clear answer yet. `created`: it
 * is there, and is never made a second time.
 */
export type Recreation =
  | { readonly state: 'available'; readonly refusedBecause?: string }
  | { readonly state: 'creating'; readonly name: string; readonly at: Instant }
  | { readonly state: 'created'; readonly name: string; readonly runtimeId: string; readonly at: Instant };

/**
 * What a deleted runtime is made again from. It may hold what nobody else should see (environment variables in a spec), so
 * it is kept apart from the ledger and dies after 7 days. `usdPerHour`: what the runtime cost when it was deleted.
 */
export type SavedRuntime = {
  readonly id: string;
  readonly runtime: RuntimeAddress;
  readonly savedAt: Instant;
  readonly expiresAt: Instant;
  readonly spec: RuntimeSpec;
  readonly unsaved: readonly SpecPart[];
  readonly usdPerHour?: number;
  readonly recreation: Recreation;
};

/** An answer that may still be on its way is not looked for sooner: a runtime just made may not be listed yet. */
const settlesAfter = 5 * minute;

const longestName = 63;

/** The name under which a runtime is made again: its own with an ending that no other has. `chance` is 6 letters or digits. */
export const nameAgain = (name: string, chance: string): string =>
  `${name.slice(0, longestName - chance.length - 1)}-${chance}`;

export type RecreationStep =
  | { readonly step: 'create' }
  | { readonly step: 'look-for'; readonly name: string; readonly mayGiveUp: boolean }
  | { readonly step: 'done'; readonly name: string; readonly runtimeId: string }
  | { readonly step: 'expired' };

/**
 * What to do when somebody asks to make a runtime again. After an unclear answer the runtime is looked for by its name; only a
 * complete listing, some minutes later, that does not show it allows another try.
 */
export const nextRecreationStep = ({ recreation, expiresAt }: SavedRuntime, now: Instant): RecreationStep => {
  if (recreation.state === 'created') return { step: 'done', name: recreation.name, runtimeId: recreation.runtimeId };
  if (recreation.state === 'creating') {
    return { step: 'look-for', name: recreation.name, mayGiveUp: now - recreation.at >= settlesAfter };
  }
  return now >= expiresAt ? { step: 'expired' } : { step: 'create' };
};
