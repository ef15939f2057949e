import { type CreatingLimits, type Order, overItsLimit } from '#domain/creating/limits.ts';
import { Problem } from './problem.ts';

/** Who may have something made. */
export type MayCreate = {
  readonly allowed: 'nobody' | 'operators' | 'everybody';
  readonly limits?: CreatingLimits;
};

/** The limits on what somebody may have made. @throws Problem where they may not */
export const limitsFor = (
  { allowed, limits }: MayCreate,
  { operator }: { readonly operator: boolean },
): CreatingLimits => {
  if (limits === undefined || allowed === 'nobody') {
    throw new Problem('not-allowed', 'Nothing is created here: `creating.allowed` of the settings is off.');
  }
  if (allowed === 'operators' && !operator) {
    throw new Problem('not-allowed', 'Only operators may have runtimes created (`creating.allowed` of the settings).');
  }
  return limits;
};

/** @throws Problem where so many GPUs at such a price may never be made */
export const checkLimits = (limits: CreatingLimits, order: Order): void => {
  const because = overItsLimit(limits, order);
  if (because !== undefined) throw new Problem('over-limit', `It is over a limit: ${because}.`);
};
