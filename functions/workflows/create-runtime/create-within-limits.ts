import type { CreatingLimits } from '#domain/creating/limits.ts';
import type { MadeFor } from '#domain/guardrails/runtime-case.ts';
import type { RuntimeSpec } from '#domain/runtime.ts';
import { type CreatingWorld, type CreationOutcome, type CreationTask, createOnce } from './create-once.ts';
import { type ExpenseStore, giveBackExpense, takeExpense } from './expenses.ts';
import { type TellCreatedStore, tellCreated } from './tell-created.ts';

export type SpendingWorld = CreatingWorld & { readonly store: ExpenseStore & TellCreatedStore };

/**
 * One runtime to be made at a price. `limits`: what may be spent; a text says why nothing may be made at all. `because`: what it is
 * made for, for the ledger.
 */
export type PricedTask = Pick<CreationTask, 'project' | 'decide' | 'report' | 'looksOnly'> & {
  /** For what it is made: what was taken for that before does not stand in its way. */
  readonly purpose: string;
  readonly spec: RuntimeSpec;
  /** USD; missing only where it is looked for what was asked before, and the price is not known any more. */
  readonly pricePerGpuHour?: number;
  readonly limits: CreatingLimits | string;
  readonly by?: MadeFor;
  readonly because: string;
};

/** Makes a runtime, once, within what may be spent; tells the ledger, and whoever it is made for owns it. */
export const createWithinLimits = (world: SpendingWorld, priced: PricedTask): Promise<CreationOutcome> => {
  const { project, spec, pricePerGpuHour, limits, by, because, decide, report, purpose, looksOnly = false } = priced;
  return createOnce(world, {
    project,
    spec,
    looksOnly,
    decide,
    report,
    hold: async (name) => {
      if (typeof limits === 'string') return limits;
      if (pricePerGpuHour === undefined) return 'its price is not known';
      return takeExpense(world, limits, { project, name, purpose }, { gpus: spec.gpuCount, pricePerGpuHour });
    },
    letGo: (name) => giveBackExpense(world, name),
    tell: (created, askedAt) => {
      const price = pricePerGpuHour === undefined ? {} : { pricePerGpuHour };
      const made = { project, spec, ...price, ...(by === undefined ? {} : { by }), because };
      return tellCreated(world.store, made, created, askedAt);
    },
  });
};
