import { type Creation, createWithin, mayGiveUp, nameWithEnding } from '#domain/creating/creation.ts';
import { withoutSpecIn } from '#domain/creating/redaction.ts';
import type { Listing } from '#domain/listing.ts';
import type { Runtime, RuntimeSpec } from '#domain/runtime.ts';
import type { Instant } from '#domain/time.ts';

type Bounds = { readonly deadline: Instant };

/** What is asked of the provider to make a runtime. A creation is sent once. */
export type CreatingProvider = {
  listRuntimes(project: string, bounds: Bounds): Promise<Listing<Runtime>>;
  createRuntime(project: string, spec: RuntimeSpec, bounds: Bounds): Promise<{ readonly id: string }>;
};

export type CreatingWorld = {
  readonly provider: CreatingProvider;
  readonly clock: () => Instant;
  readonly newId: () => string;
  /** Nothing is asked for that may not be answered by then. */
  readonly deadline?: Instant;
};

export type CreatedRuntime = { readonly name: string; readonly runtimeId: string };

/** What was decided about a creation: what it is from now on (nothing, where it stays), and what came of it. */
export type CreationDecision<Result> = { readonly save?: Creation; readonly result: Result };

/** One runtime that is to be made: of what, and where it is written down how far that is. */
export type CreationTask = {
  readonly project: string;
  readonly spec: RuntimeSpec;
  /** Milliseconds; missing: as long as it takes where nobody is there to look. See `mayGiveUp`. */
  readonly settlesAfter?: number;
  /**
   * Reads where the making stands, decides, and writes that over what was read; decides again when somebody wrote meanwhile.
   * Undefined: it is not to be made any more.
   */
  readonly decide: <Result>(decision: (creation: Creation) => CreationDecision<Result>) => Promise<Result | undefined>;
  /** It is looked for what was asked for before, and nothing is asked for. */
  readonly looksOnly?: boolean;
  /** Asked before the intent is written; a text says why nothing is made now. */
  readonly hold?: (name: string) => Promise<string | undefined>;
  /** What is to be done for the hold when the runtime was not made. */
  readonly letGo?: (name: string) => Promise<void>;
  /** Writes what else is to be known of it, before it is written down as created. Safe to repeat; `askedAt`: when the intent was written. */
  readonly tell: (created: CreatedRuntime, askedAt: Instant) => Promise<void>;
  /** Takes the event, once. */
  readonly report: (created: CreatedRuntime) => void;
};

/** Whether the same request may be taken later: `soon`, when what it asks for is `free-again`, or `never`. */
export type Retry = 'soon' | 'free-again' | 'never';

/**
 * What came of it. `refused`: the provider did not make it. `unclear`: asked, and nobody can say yet whether it was made. `not-made`: it
 * was asked for before, and is not there; nothing was asked for now. `held`: it was not asked for. `later`: there is no time for it
 * now. `over`: it is not to be made any more.
 */
export type CreationOutcome =
  | ({ readonly outcome: 'created' } & CreatedRuntime)
  | { readonly outcome: 'refused'; readonly because: string; readonly retry: Retry }
  | { readonly outcome: 'unclear'; readonly name: string; readonly since: Instant; readonly because: string }
  | { readonly outcome: 'held'; readonly because: string }
  | { readonly outcome: 'later' }
  | { readonly outcome: 'not-made' | 'over' };

/** What of a failed request says that nothing was created, and when to ask again; undefined: it may have been. */
const retryAfter = (failure: unknown): Retry | undefined => {
  if (!(failure instanceof Error)) return undefined;
  switch (failure.name) {
    case 'RateLimited':
    case 'Unauthorized':
      return 'soon';
    case 'NotFound':
      return 'never';
    case 'Refused':
      // Somebody was faster: it happens just when what many wait for is free.
      return 'status' in failure && failure.status === 409 ? 'free-again' : 'never';
    default:
      return undefined;
  }
};

const nameEnding = (id: string) =>
  id
    .replace(/[^a-zA-Z0-9]/g, '')
    .slice(0, 6)
    .toLowerCase();

/** Changes the creation that was begun under a name, and no other; whether it was this call that did. */
const settle = (task: CreationTask, name: string, next: Creation): Promise<boolean | undefined> =>
  task.decide((creation) =>
    creation.state === 'creating' && creation.name === name ? { save: next, result: true } : { result: false },
  );

/** Writes down that it is there: what tells of it first, so that nothing is left out after a crash. */
const settleCreated = async (
  world: CreatingWorld,
  task: CreationTask,
  created: CreatedRuntime,
  askedAt: Instant,
): Promise<CreationOutcome> => {
  await task.tell(created, askedAt);
  if (await settle(task, created.name, { state: 'created', ...created, at: world.clock() })) task.report(created);
  return { outcome: 'created', ...created };
};

const settleNotMade = async (task: CreationTask, name: string, refusedBecause?: string): Promise<void> => {
  const available = { state: 'available', ...(refusedBecause === undefined ? {} : { refusedBecause }) } as const;
  // Somebody else may have found it meanwhile: then it costs what was taken for it.
  if (await settle(task, name, available)) await task.letGo?.(name);
};

type Begun = { readonly name: string; readonly at: Instant };

/** Asks for it; what may have been made, and could not be written down, is unclear as well. */
const ask = async (world: CreatingWorld, task: CreationTask, { name, at }: Begun): Promise<CreationOutcome> => {
  try {
    const bounds = { deadline: at + createWithin };
    const { id: runtimeId } = await world.provider.createRuntime(task.project, { ...task.spec, name }, bounds);
    return await settleCreated(world, task, { name, runtimeId }, at);
  } catch (failure) {
    const because = withoutSpecIn(failure instanceof Error ? failure.message : String(failure), task.spec);
    const retry = retryAfter(failure);
    if (retry === undefined) return { outcome: 'unclear', name, since: at, because };
    await settleNotMade(task, name, because);
    return { outcome: 'refused', because, retry };
  }
};

const isTimeFor = ({ clock, deadline = Number.POSITIVE_INFINITY }: CreatingWorld): boolean =>
  clock() + createWithin <= deadline;

/** Takes what it costs; an outcome where nothing may be asked for, and undefined where it may. */
const holdFor = async (
  world: CreatingWorld,
  task: CreationTask,
  name: string,
): Promise<Extract<CreationOutcome, { outcome: 'held' | 'later' }> | undefined> => {
  const because = await task.hold?.(name);
  if (because !== undefined) return { outcome: 'held', because };
  if (isTimeFor(world)) return undefined;
  await task.letGo?.(name);
  return { outcome: 'later' };
};

/** Writes the intent and asks; undefined where somebody else has begun meanwhile. */
const begin = async (world: CreatingWorld, task: CreationTask): Promise<CreationOutcome | undefined> => {
  const name = nameWithEnding(task.spec.name, nameEnding(world.newId()));
  const held = await holdFor(world, task, name);
  if (held !== undefined) {
    // What is held for this very runtime is no reason not to make it.
    const state = await task.decide((creation) => ({ result: creation.state }));
    return state === undefined || state === 'available' ? held : undefined;
  }
  const at = world.clock();
  const isOurs = await task.decide((creation) => {
    // A write of ours whose answer was lost is found when it is repeated.
    if (creation.state === 'creating' && creation.name === name) return { result: true };
    return creation.state === 'available' ? { save: { state: 'creating', name, at }, result: true } : { result: false };
  });
  if (isOurs) return ask(world, task, { name, at });
  await task.letGo?.(name);
  return undefined;
};

/** What runs in the project; a text where nobody can say. */
const listed = async (
  { provider, clock }: CreatingWorld,
  { project }: CreationTask,
): Promise<Listing<Runtime> | string> => {
  try {
    return await provider.listRuntimes(project, { deadline: clock() + createWithin });
  } catch (failure) {
    return String(failure);
  }
};

/** After an unclear answer: looks for the runtime by its name. Only a complete listing says that it was not made. */
const lookFor = async (
  world: CreatingWorld,
  task: CreationTask,
  begun: Extract<Creation, { state: 'creating' }>,
): Promise<CreationOutcome> => {
  const { name, at } = begun;
  const listing = await listed(world, task);
  if (typeof listing === 'string') return { outcome: 'unclear', name, since: at, because: listing };
  const found = listing.rows.find(({ value }) => value.name === name);
  if (found !== undefined) return settleCreated(world, task, { name, runtimeId: found.value.id }, at);
  // As it was when it was asked for: the answer may come late.
  if (!listing.complete || !mayGiveUp(begun, listing.askedAt, task.settlesAfter)) {
    return { outcome: 'unclear', name, since: at, because: 'it is not listed' };
  }
  await settleNotMade(task, name);
  return { outcome: 'not-made' };
};

/** Others were at work on the same creation at every one of our tries. Trying again later is safe. */
export class CreationBusyError extends Error {
  override readonly name = 'CreationBusyError';
}

const mostTries = 8;

/**
 * Makes a runtime, once. The intent is written before the request; after an unclear answer the runtime is looked for by its
 * own name in a complete listing, and never asked for again blindly: that it was not made is an outcome, after which whoever wants it
 * decides anew. Safe to repeat, and the way to go on after a crash.
 */
export const createOnce = async (world: CreatingWorld, task: CreationTask): Promise<CreationOutcome> => {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const creation = await task.decide((current) => ({ result: current }));
    if (creation === undefined) return { outcome: 'over' };
    if (creation.state === 'created') return { outcome: 'created', name: creation.name, runtimeId: creation.runtimeId };
    if (creation.state === 'creating') return lookFor(world, task, creation);
    if (task.looksOnly) return { outcome: 'not-made' };
    const outcome = await begin(world, task);
    if (outcome !== undefined) return outcome;
  }
  throw new CreationBusyError(`${task.spec.name} could not be made in ${mostTries} tries.`);
};
