import { NotFound, Unavailable } from '#adapters/provider/errors.ts';
import type { Listing } from '#domain/listing.ts';
import type { Offer } from '#domain/offer.ts';
import type { Runtime, RuntimeAddress } from '#domain/runtime.ts';
import { type Instant, second } from '#domain/time.ts';
import type { HandlersParts } from '#local/handlers.ts';
import { metricsAt, type Past, type PastRuntime, statusAt } from './past.ts';

type Provider = HandlersParts['provider'];

/** A config that every runtime of the past has, as the inventory shows it. */
const configId = 'H100-80GB';

const offerAt = (pricePerGpuHour: number): Offer => ({
  region: 'past',
  configId,
  gpuModel: 'H100',
  gpuVendor: 'NVIDIA',
  vramGib: 80,
  cpuCores: 16,
  memoryGib: 192,
  pricePerGpuHour,
  availability: 'None',
});

/** A listing with all rows, asked for now. */
export const completeListing = <T>(askedAt: Instant, values: readonly T[]): Listing<T> => ({
  askedAt,
  rows: values.map((value) => ({ askedAt, value })),
  complete: true,
});

/** A call that no run over the past makes. */
export const notInThePast = async (): Promise<never> => {
  throw new TypeError('The past cannot be asked for this.');
};

/** Terminating takes up to 90 s, so that the next look but one sees it gone. */
const terminatingFor = 55 * second;

export type PastProviderOptions = {
  readonly now: () => Instant;
  readonly project: string;
  readonly pricePerGpuHour: number;
};

/**
 * The provider as it would have answered, behind the adapters: in the domain's own terms, and at once. What is deleted is
 * gone for good, whatever the past says of it later.
 *
 * @param idOf id and name at the provider of the runtime in that place of the past: one that every pattern takes
 */
export const createPastProvider = (
  past: Past,
  idOf: (place: number) => string,
  { now, project, pricePerGpuHour }: PastProviderOptions,
): Provider => {
  const byId = new Map(past.runtimes.map((runtime, place) => [idOf(place), runtime]));
  const deletedAt = new Map<string, Instant>();
  const seconds = () => (now() - past.startsAt) / second;

  const shown = (id: string, runtime: PastRuntime): Runtime | undefined => {
    const deleted = deletedAt.get(id);
    if (deleted !== undefined && now() >= deleted + terminatingFor) return undefined;
    const status = statusAt(runtime, seconds());
    if (status === undefined) return undefined;
    return {
      project,
      id,
      name: id,
      region: 'past',
      status: deleted === undefined ? status : 'Terminating',
      gpuConfigId: configId,
      gpuCount: runtime.gpus,
      planId: `${configId}-on-demand`,
      createdAt: past.startsAt + runtime.createdAtSeconds * second,
    };
  };

  const found = ({ id }: RuntimeAddress): Runtime | undefined => {
    const runtime = byId.get(id);
    return runtime && shown(id, runtime);
  };

  return {
    listRuntimes: async () =>
      completeListing(
        now(),
        [...byId].flatMap(([id, runtime]) => shown(id, runtime) ?? []),
      ),
    listOffers: async () => completeListing(now(), [offerAt(pricePerGpuHour)]),
    getRuntime: async (address) => found(address),
    getRuntimeMetrics: async ({ id }) => {
      const runtime = byId.get(id);
      if (runtime === undefined) throw new NotFound('no such runtime', { operation: 'getRuntimeMetrics', status: 404 });
      const metrics = metricsAt(runtime, past.startsAt, seconds());
      if (metrics !== undefined) return metrics;
      throw new Unavailable('the provider answered 503', { operation: 'getRuntimeMetrics', status: 503 });
    },
    deleteRuntime: async (address) => {
      if (found(address) === undefined) return { outcome: 'already-gone' };
      deletedAt.set(address.id, now());
      return { outcome: 'accepted' };
    },
    createRuntime: notInThePast,
    listTemplates: notInThePast,
    getTemplate: notInThePast,
    listNotificationRequests: notInThePast,
    createNotificationRequest: notInThePast,
    getGpuConfig: notInThePast,
  };
};
