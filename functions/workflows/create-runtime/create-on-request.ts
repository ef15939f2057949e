import type { CreatingLimits } from '#domain/creating/limits.ts';
import { type Place, type RuntimeOrder, specFor } from '#domain/creating/order.ts';
import type { CreationRequest } from '#domain/creating/request.ts';
import type { Report } from '#domain/event.ts';
import type { Versioned } from '#domain/guardrails/guard-board.ts';
import type { MadeFor } from '#domain/guardrails/runtime-case.ts';
import { CreationBusyError, type CreationOutcome, type CreationTask } from './create-once.ts';
import { createWithinLimits, type SpendingWorld } from './create-within-limits.ts';

/** Everything that making a runtime on request needs of the world. */
export type RequestWorld = SpendingWorld & {
  readonly store: {
    readCreation(id: string): Promise<Versioned<CreationRequest> | undefined>;
    saveCreation(request: CreationRequest, version: number): Promise<boolean>;
  };
  readonly digest: (text: string) => string;
  readonly report: Report;
};

/** What somebody asks for. `key`: the same request under the same key is one. `pricePerGpuHour`: as it is now, in USD. */
export type Asking = {
  readonly subject: string;
  readonly key: string;
  readonly by?: MadeFor;
  readonly order: RuntimeOrder;
  readonly place: Place;
  readonly pricePerGpuHour: number;
};

export type RequestOutcome =
  | { readonly outcome: 'key-used-otherwise' }
  | (CreationOutcome & { readonly request: CreationRequest; readonly again: boolean });

const mostTries = 8;

/** `pricePerGpuHour`: what a GPU costs where it begins now. */
const decideOnRequest =
  ({ store }: RequestWorld, id: string, pricePerGpuHour: number): CreationTask['decide'] =>
  async (decision) => {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const kept = await store.readCreation(id);
      if (kept === undefined) return undefined;
      const { save, result } = decision(kept.value.creation);
      if (save === undefined) return result;
      const priced = save.state === 'creating' ? { ...kept.value, pricePerGpuHour } : kept.value;
      if (await store.saveCreation({ ...priced, creation: save }, kept.version)) return result;
    }
    throw new CreationBusyError(`Request ${id} could not be written in ${mostTries} tries.`);
  };

/** The request as it is kept: the one that came before under this key, or this one. */
const keptRequest = async (world: RequestWorld, asked: CreationRequest): Promise<CreationRequest> => {
  const before = await world.store.readCreation(asked.id);
  if (before !== undefined) return before.value;
  if (await world.store.saveCreation(asked, 0)) return asked;
  return (await world.store.readCreation(asked.id))?.value ?? asked;
};

const requestOf = ({ digest, clock }: RequestWorld, asking: Asking): CreationRequest => {
  const { subject, key, by, order, place, pricePerGpuHour } = asking;
  const spec = specFor(order, place);
  return {
    id: digest(JSON.stringify(['creation', subject, key])),
    fingerprint: digest(JSON.stringify([order.project, spec])),
    madeAt: clock(),
    project: order.project,
    spec,
    pricePerGpuHour,
    ...(by === undefined ? {} : { by }),
    creation: { state: 'available' },
  };
};

/**
 * Makes a runtime because somebody asks for it now, once however often the same request comes. After an unclear answer the same
 * request looks for what was asked for.
 */
export const createOnRequest = async (
  world: RequestWorld,
  limits: CreatingLimits,
  asking: Asking,
): Promise<RequestOutcome> => {
  const asked = requestOf(world, asking);
  const request = await keptRequest(world, asked);
  if (request.fingerprint !== asked.fingerprint) return { outcome: 'key-used-otherwise' };
  const { project, spec, by } = request;
  // One that was not asked for yet costs what it does now.
  const { pricePerGpuHour } = request.creation.state === 'available' ? asked : request;
  const outcome = await createWithinLimits(world, {
    project,
    spec,
    pricePerGpuHour,
    limits,
    ...(by === undefined ? {} : { by }),
    because: 'asked for by the API',
    decide: decideOnRequest(world, request.id, pricePerGpuHour),
    report: ({ name, runtimeId }) => world.report({ event: 'runtime-created', project, runtimeId, name }),
  });
  return { ...outcome, request: { ...request, pricePerGpuHour }, again: request.creation.state === 'created' };
};
