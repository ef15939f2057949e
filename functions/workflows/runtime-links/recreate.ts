import type { Report } from '#domain/event.ts';
import type { Versioned } from '#domain/guardrails/guard-board.ts';
import type { LedgerEntry } from '#domain/guardrails/ledger.ts';
import { runtimeKey } from '#domain/guardrails/runtime-case.ts';
import { nameAgain, nextRecreationStep, type Recreation, type SavedRuntime } from '#domain/guardrails/saved-runtime.ts';
import type { Listing } from '#domain/listing.ts';
import type { Runtime, RuntimeSpec } from '#domain/runtime.ts';
import { type Instant, second } from '#domain/time.ts';
import { CaseBusyError, mostTries } from '#workflows/cases.ts';

type Bounds = { readonly deadline: Instant };

/** Everything that making a runtime again needs of the world. A creation is sent once. */
export type RecreateWorld = {
  readonly store: {
    readSaved(id: string): Promise<Versioned<SavedRuntime> | undefined>;
    updateSaved(saved: SavedRuntime, version: number): Promise<boolean>;
    appendLedger(entry: LedgerEntry): Promise<void>;
  };
  readonly provider: {
    listRuntimes(project: string, bounds: Bounds): Promise<Listing<Runtime>>;
    createRuntime(project: string, spec: RuntimeSpec, bounds: Bounds): Promise<{ readonly id: string }>;
  };
  readonly clock: () => Instant;
  readonly newId: () => string;
  readonly report: Report;
};

/** What came of asking to make a runtime again. `unclear`: asked, and nobody can say yet whether it was made. */
export type RecreateOutcome =
  | { readonly outcome: 'created'; readonly name: string; readonly runtimeId: string }
  | { readonly outcome: 'refused'; readonly because: string; readonly saved: SavedRuntime }
  | { readonly outcome: 'unclear' }
  | { readonly outcome: 'expired' };

/** A person waits for the page: shorter than the time that API Gateway gives a function. */
const answerWithin = 20 * second;

/** Answers after which nothing was created: the request was not acceptable, or not even looked at. */
const clearRefusals: ReadonlySet<string> = new Set(['Refused', 'NotFound', 'RateLimited', 'Unauthorized']);

const isClearRefusal = (failure: unknown): failure is Error =>
  failure instanceof Error && clearRefusals.has(failure.name);

const nameEnding = (id: string) => id.replaceAll('-', '').slice(0, 6);

type Kept = Versioned<SavedRuntime>;

const step = async (
  world: RecreateWorld,
  { value, version }: Kept,
  recreation: Recreation,
): Promise<Kept | undefined> => {
  const next = { ...value, recreation };
  return (await world.store.updateSaved(next, version)) ? { value: next, version: version + 1 } : undefined;
};

/** Writes down that it is there, and tells of it: the ledger first, under the time of the intent, so that a repeat adds nothing. */
const recordCreated = async (
  world: RecreateWorld,
  kept: Kept,
  created: { readonly name: string; readonly runtimeId: string },
  recipientId: string,
): Promise<RecreateOutcome> => {
  const { runtime, spec, recreation } = kept.value;
  const now = world.clock();
  await world.store.appendLedger({
    id: `${runtimeKey(runtime)}/${kept.value.id}/recreated`,
    at: recreation.state === 'creating' ? recreation.at : now,
    act: 'recreated',
    who: { kind: 'person', recipientId },
    because: `created again as ${created.name} (${created.runtimeId})`,
    runtime: { ...runtime, name: spec.name, region: spec.region, gpuConfigId: spec.gpuConfigId, gpus: spec.gpuCount },
  });
  if ((await step(world, kept, { state: 'created', ...created, at: now })) !== undefined) {
    const { project, id: runtimeId } = runtime;
    world.report({ event: 'runtime-recreated', project, runtimeId, name: spec.name, createdId: created.runtimeId });
  }
  return { outcome: 'created', ...created };
};

const create = async (world: RecreateWorld, kept: Kept, recipientId: string): Promise<RecreateOutcome | undefined> => {
  const { spec, runtime } = kept.value;
  const name = nameAgain(spec.name, nameEnding(world.newId()));
  const creating = await step(world, kept, { state: 'creating', name, at: world.clock() });
  if (creating === undefined) return undefined;
  try {
    const bounds = { deadline: world.clock() + answerWithin };
    const { id } = await world.provider.createRuntime(runtime.project, { ...spec, name }, bounds);
    return await recordCreated(world, creating, { name, runtimeId: id }, recipientId);
  } catch (failure) {
    if (!isClearRefusal(failure)) return { outcome: 'unclear' };
    await step(world, creating, { state: 'available', refusedBecause: failure.message });
    return { outcome: 'refused', because: failure.message, saved: kept.value };
  }
};

/** After an unclear answer: looks for the runtime by its name. Only a complete listing says that it was not made. */
const lookFor = async (
  world: RecreateWorld,
  kept: Kept,
  { name, mayGiveUp }: { readonly name: string; readonly mayGiveUp: boolean },
  recipientId: string,
): Promise<RecreateOutcome | undefined> => {
  const { project } = kept.value.runtime;
  const listing = await world.provider.listRuntimes(project, { deadline: world.clock() + answerWithin });
  const found = listing.rows.find(({ value }) => value.name === name);
  if (found !== undefined) return recordCreated(world, kept, { name, runtimeId: found.value.id }, recipientId);
  if (!listing.complete || !mayGiveUp) return { outcome: 'unclear' };
  await step(world, kept, { state: 'available' });
  return undefined;
};

/** What was saved, to be shown before anything is asked; undefined once it is gone. Changes nothing. */
export const viewSaved = async (
  { store, clock }: RecreateWorld,
  savedId: string,
): Promise<SavedRuntime | undefined> => {
  const saved = (await store.readSaved(savedId))?.value;
  return saved === undefined || (saved.recreation.state === 'available' && clock() >= saved.expiresAt)
    ? undefined
    : saved;
};

/**
 * Makes a deleted runtime again, once. The intent is written before the request; after an unclear answer it is looked for by
 * its own name in a complete listing, and never asked for again blindly. Safe to repeat.
 */
export const recreate = async (
  world: RecreateWorld,
  savedId: string,
  recipientId: string,
): Promise<RecreateOutcome> => {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const kept = await world.store.readSaved(savedId);
    if (kept === undefined) return { outcome: 'expired' };
    const next = nextRecreationStep(kept.value, world.clock());
    switch (next.step) {
      case 'expired':
        return { outcome: 'expired' };
      case 'done':
        return { outcome: 'created', name: next.name, runtimeId: next.runtimeId };
      case 'create': {
        const outcome = await create(world, kept, recipientId);
        if (outcome !== undefined) return outcome;
        break;
      }
      case 'look-for': {
        const outcome = await lookFor(world, kept, next, recipientId);
        if (outcome !== undefined) return outcome;
        break;
      }
    }
  }
  throw new CaseBusyError(`What was saved as ${savedId} could not be written in ${mostTries} tries.`);
};
