import type { LedgerEntry } from '#domain/guardrails/ledger.ts';
import { moneyOf } from '#domain/guardrails/money.ts';
import { type MadeFor, newCase, runtimeKey } from '#domain/guardrails/runtime-case.ts';
import type { RuntimeSpec } from '#domain/runtime.ts';
import type { Instant } from '#domain/time.ts';
import { type CaseStore, decideOnCase } from '#workflows/cases.ts';
import type { CreatedRuntime } from './create-once.ts';

export type TellCreatedStore = CaseStore & { appendLedger(entry: LedgerEntry): Promise<void> };

/** What was made, of what, and for whom. `because`: what it was made for. */
export type MadeRuntime = {
  readonly project: string;
  readonly spec: Pick<RuntimeSpec, 'region' | 'gpuConfigId' | 'gpuCount'>;
  readonly pricePerGpuHour?: number;
  readonly by?: MadeFor;
  readonly because: string;
};

/** Whoever a runtime was made for owns it from its first minute on. */
export const noteOwner = (
  store: CaseStore,
  project: string,
  created: CreatedRuntime,
  madeFor: MadeFor,
): Promise<void> => {
  const runtime = { project, id: created.runtimeId };
  return decideOnCase(store, runtimeKey(runtime), (found) => {
    const kase = found ?? newCase(runtime, created.name, '');
    return { kase: kase.madeFor === undefined ? { ...kase, madeFor } : kase, result: undefined };
  });
};

/** Writes a runtime that was made into the ledger, and who owns it into its case. Safe to repeat. */
export const tellCreated = async (
  store: TellCreatedStore,
  { project, spec, pricePerGpuHour, by, because }: MadeRuntime,
  created: CreatedRuntime,
  askedAt: Instant,
): Promise<void> => {
  const runtime = { project, id: created.runtimeId };
  const money = moneyOf(pricePerGpuHour, spec.gpuCount, 0);
  // Under the time of the intent, so that a repeat adds nothing.
  await store.appendLedger({
    id: `${runtimeKey(runtime)}/created`,
    at: askedAt,
    act: 'created',
    who: { kind: 'person', ...(by === undefined ? {} : { recipientId: by.recipientId }) },
    because,
    runtime: {
      ...runtime,
      name: created.name,
      region: spec.region,
      gpuConfigId: spec.gpuConfigId,
      gpus: spec.gpuCount,
      ...(by === undefined ? {} : { madeFor: by.recipientId }),
    },
    ...(money === undefined ? {} : { money }),
  });
  if (by !== undefined) await noteOwner(store, project, created, by);
};
