import * as z from 'zod/mini';
import { addresseeOf } from '#domain/guardrails/episode.ts';
import type { RuntimeCase } from '#domain/guardrails/runtime-case.ts';
import { iso, isoOrNull, isoTime } from './fields.ts';

/**
 * A warning that stands: the deletion time that it named, or will name at the earliest, and to whom. `accepted_at`: when the
 * mail service took it or, in observe mode, since when it counts for the plan. `mail`: `none` where nobody is written to.
 */
export const warningShape = z.object({
  step: z.enum(['first', 'last']),
  mail: z.enum(['owed', 'sent', 'none']),
  to: z.nullable(z.string()),
  accepted_at: z.nullable(isoTime()),
  delete_at: isoTime(),
});

/** The warnings of a runtime that stand; those that were taken back are not among them. */
export const warningsBody = (kase: RuntimeCase | undefined): z.output<typeof warningShape>[] =>
  [kase?.episode?.first, kase?.episode?.last].flatMap((warning) => {
    if (warning === undefined) return [];
    const { step, mail, counted, deleteAt } = warning;
    const to = mail === 'none' ? undefined : addresseeOf(warning);
    return [{ step, mail, to: to ?? null, accepted_at: isoOrNull(counted), delete_at: iso(deleteAt) }];
  });
