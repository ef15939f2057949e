import type { Report } from '#domain/event.ts';
import type { Versioned } from '#domain/guardrails/guard-board.ts';
import type { LedgerEntry } from '#domain/guardrails/ledger.ts';
import { runtimeKey } from '#domain/guardrails/runtime-case.ts';
import { isRecreatable, recreationSettlesAfter, type SavedRuntime } from '#domain/guardrails/saved-runtime.ts';
import type { Instant } from '#domain/time.ts';
import type { CaseStore } from '#workflows/cases.ts';
import { type CreatingWorld, type CreationTask, createOnce } from '#workflows/create-runtime/create-once.ts';
import { noteOwner } from '#workflows/create-runtime/tell-created.ts';
import { decideOver } from '#workflows/decide-over.ts';

/** Everything that making a runtime again needs of the world. A creation is sent once. */
export type RecreateWorld = CreatingWorld & {
  readonly store: {
    readSaved(id: string): Promise<Versioned<SavedRuntime> | undefined>;
    updateSaved(saved: SavedRuntime, version: number): Promise<boolean>;
    appendLedger(entry: LedgerEntry): Promise<void>;
  } & CaseStore;
  readonly report: Report;
};

/** What came of asking to make a runtime again. `unclear`: asked, and nobody can say yet whether it was made. */
export type RecreateOutcome =
  | { readonly outcome: 'created'; readonly name: string; readonly runtimeId: string }
  | { readonly outcome: 'refused'; readonly because: string }
  | { readonly outcome: 'unclear' }
  | { readonly outcome: 'expired' };

const decideOnSaved =
  ({ store, clock }: RecreateWorld, savedId: string): CreationTask['decide'] =>
  (decision) => {
    const read = async () => {
      const kept = await store.readSaved(savedId);
      return kept !== undefined && isRecreatable(kept.value, clock()) ? kept : undefined;
    };
    return decideOver({ what: `What was saved as ${savedId}`, read, save: store.updateSaved }, async (saved) => {
      const { save, result } = decision(saved.recreation);
      return save === undefined ? { result } : { save: { ...saved, recreation: save }, result };
    });
  };

const taskOf = (world: RecreateWorld, { id, runtime, spec }: SavedRuntime, recipientId: string): CreationTask => ({
  project: runtime.project,
  spec,
  settlesAfter: recreationSettlesAfter,
  decide: decideOnSaved(world, id),
  tell: async ({ name, runtimeId }, askedAt) => {
    // Under the time of the intent, so that a repeat adds nothing.
    await world.store.appendLedger({
      id: `${runtimeKey(runtime)}/${id}/recreated`,
      at: askedAt,
      act: 'recreated',
      who: { kind: 'person', recipientId },
      because: `created again as ${name} (${runtimeId})`,
      runtime: { ...runtime, name: spec.name, region: spec.region, gpuConfigId: spec.gpuConfigId, gpus: spec.gpuCount },
    });
    const { value: before } = (await world.store.readCase(runtimeKey(runtime))) ?? {};
    if (before?.madeFor !== undefined) {
      await noteOwner(world.store, runtime.project, { name, runtimeId }, before.madeFor);
    }
  },
  report: ({ runtimeId: createdId }) =>
    world.report({
      event: 'runtime-recreated',
      project: runtime.project,
      runtimeId: runtime.id,
      name: spec.name,
      createdId,
    }),
});

/** What was saved, to be shown before anything is asked; undefined once it is gone. Changes nothing. */
export const viewSaved = async (
  { store, clock }: { readonly store: Pick<RecreateWorld['store'], 'readSaved'>; readonly clock: () => Instant },
  savedId: string,
): Promise<SavedRuntime | undefined> => {
  const saved = (await store.readSaved(savedId))?.value;
  return saved !== undefined && isRecreatable(saved, clock()) ? saved : undefined;
};

/** Makes a deleted runtime again, once, whoever asks how often. */
export const recreate = async (
  world: RecreateWorld,
  saved: SavedRuntime,
  recipientId: string,
): Promise<RecreateOutcome> => {
  const task = taskOf(world, saved, recipientId);
  const looked = await createOnce(world, task);
  // Somebody asks for it now: what was asked for before and not made is asked for again.
  const made = looked.outcome === 'not-made' ? await createOnce(world, task) : looked;
  switch (made.outcome) {
    case 'created':
    case 'refused':
    case 'unclear':
      return made;
    case 'not-made':
    case 'held':
    case 'later':
    case 'over':
      return { outcome: 'expired' };
  }
};
