import type { CreatingLimits } from '#domain/creating/limits.ts';
import { bareSpec } from '#domain/creating/order.ts';
import type { CreationRequest, CreationTodo } from '#domain/creating/request.ts';
import type { Report } from '#domain/event.ts';
import type { Versioned } from '#domain/guardrails/guard-board.ts';
import type { MadeFor } from '#domain/guardrails/runtime-case.ts';
import type { RuntimeSpec } from '#domain/runtime.ts';
import { decideOver } from '#workflows/decide-over.ts';
import type { CreationOutcome, CreationTask } from './create-once.ts';
import { createWithinLimits, type SpendingWorld } from './create-within-limits.ts';

/** Everything that making a runtime on request needs of the world. */
export type RequestWorld = SpendingWorld & {
  readonly store: {
    readCreation(id: string): Promise<Versioned<CreationRequest> | undefined>;
    saveCreation(request: CreationRequest, version: number): Promise<boolean>;
    putCreationTodo(todo: CreationTodo): Promise<void>;
  };
  readonly digest: (text: string) => string;
  readonly report: Report;
};

/** Who asks, under which key, for what: the same text under the same key of the same person is the same request. */
export type Asking = {
  readonly subject: string;
  readonly key: string;
  readonly text: string;
  readonly project: string;
  readonly by?: MadeFor;
};

/** What is made where it begins now, at which price (USD), and what may be spent. */
export type Offered = {
  readonly spec: RuntimeSpec;
  readonly pricePerGpuHour: number;
  readonly limits: CreatingLimits;
};

export type RequestOutcome =
  | { readonly outcome: 'key-used-otherwise' }
  | (CreationOutcome & { readonly request: CreationRequest; readonly again: boolean });

/** `offered`: what it is made of from now on, where it begins. What only its making needs is forgotten once it is there. */
const decideOnRequest =
  ({ store }: RequestWorld, id: string, offered?: Offered): CreationTask['decide'] =>
  (decision) => {
    const item = { what: `Request ${id}`, read: () => store.readCreation(id), save: store.saveCreation };
    return decideOver<CreationRequest, Awaited<ReturnType<typeof decision>>['result']>(item, async (request) => {
      const { save, result } = decision(request.creation);
      if (save === undefined) return { result };
      const begun = save.state === 'creating' && offered !== undefined;
      const { spec, pricePerGpuHour } = begun ? offered : request;
      const kept = save.state === 'created' ? bareSpec(spec) : spec;
      return { save: { ...request, spec: kept, pricePerGpuHour, creation: save }, result };
    });
  };

/** Makes what a request is for, where `offered` says of what; without it looks for what was asked for before. */
const pursue = (world: RequestWorld, request: CreationRequest, offered?: Offered): Promise<CreationOutcome> => {
  const { id, project, by } = request;
  const { spec, pricePerGpuHour } = offered ?? request;
  return createWithinLimits(world, {
    project,
    spec,
    pricePerGpuHour,
    purpose: id,
    looksOnly: offered === undefined,
    limits: offered?.limits ?? 'it is only looked for',
    ...(by === undefined ? {} : { by }),
    because: 'asked for by the API',
    decide: decideOnRequest(world, id, offered),
    report: ({ name, runtimeId }) => world.report({ event: 'runtime-created', project, runtimeId, name }),
  });
};

/** Goes on with a request that nobody may come back to; whether something is left to do about it. */
export const settleRequest = async (world: RequestWorld, id: string): Promise<boolean> => {
  const { value: request } = (await world.store.readCreation(id)) ?? {};
  if (request?.creation.state !== 'creating') return false;
  return (await pursue(world, request)).outcome === 'unclear';
};

const newRequest = (
  { id, fingerprint, madeAt }: Pick<CreationRequest, 'id' | 'fingerprint' | 'madeAt'>,
  asking: Asking,
  offered: Offered,
): CreationRequest => ({
  id,
  fingerprint,
  madeAt,
  project: asking.project,
  spec: offered.spec,
  pricePerGpuHour: offered.pricePerGpuHour,
  ...(asking.by === undefined ? {} : { by: asking.by }),
  creation: { state: 'available' },
});

/** The request as it is kept: the one that came before under this key, or this one. */
const keep = async (world: RequestWorld, request: CreationRequest): Promise<CreationRequest> => {
  if (await world.store.saveCreation(request, 0)) return request;
  return (await world.store.readCreation(request.id))?.value ?? request;
};

/**
 * Makes a runtime because somebody asks for it now, once however often the same request comes. What came of it before is answered
 * whatever the prices and the settings are by now; after an unclear answer it is looked for. Only where it begins `offer` is asked
 * what it is made of, which throws where it may not be.
 */
export const createOnRequest = async (
  world: RequestWorld,
  asking: Asking,
  offer: () => Promise<Offered>,
): Promise<RequestOutcome> => {
  const id = world.digest(JSON.stringify(['creation', asking.subject, asking.key]));
  const fingerprint = world.digest(asking.text);
  const { value: before } = (await world.store.readCreation(id)) ?? {};
  if (before !== undefined && before.fingerprint !== fingerprint) return { outcome: 'key-used-otherwise' };
  if (before !== undefined && before.creation.state !== 'available') {
    const looked = await pursue(world, before);
    const again = before.creation.state === 'created';
    if (looked.outcome !== 'not-made') return { ...looked, request: before, again };
  }
  const offered = await offer();
  const request =
    before ?? (await keep(world, newRequest({ id, fingerprint, madeAt: world.clock() }, asking, offered)));
  if (request.fingerprint !== fingerprint) return { outcome: 'key-used-otherwise' };
  // First, so that somebody looks for it although nobody asks again.
  await world.store.putCreationTodo({ id, putAt: world.clock() });
  const outcome = await pursue(world, request, offered);
  const { spec, pricePerGpuHour } = offered;
  return { ...outcome, request: { ...request, spec, pricePerGpuHour }, again: false };
};
