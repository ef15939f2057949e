import type { Creation } from '#domain/creating/creation.ts';
import type { RuntimeAddress, RuntimeSpec } from '#domain/runtime.ts';
import { day, type Instant, minute } from '#domain/time.ts';
import type { SpecPart } from './particulars.ts';

/** A runtime that was deleted can be made again for so long; then what was saved of it is gone. */
export const savedKept = 7 * day;

/** Somebody asks again after an unclear answer: so many milliseconds later what is not listed was not made. */
export const recreationSettlesAfter = 5 * minute;

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
  readonly recreation: Creation;
};

/** Whether it can be made again, was, or may have been; of one that ran out before nobody speaks any more. */
export const isRecreatable = ({ recreation, expiresAt }: SavedRuntime, now: Instant): boolean =>
  recreation.state !== 'available' || now < expiresAt;
