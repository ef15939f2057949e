import type { Offer } from '#domain/offer.ts';
import type { Instant } from '#domain/time.ts';
import type { Breaker } from './breaker.ts';
import type { Clock } from './clock.ts';
import type { Slot } from './limits.ts';
import type { ConfigFacts } from './policy.ts';
import type { RuntimeCase, RuntimeKey } from './runtime-case.ts';
import type { OperatorDesk } from './trouble.ts';

/**
 * What all runs of guard-runtimes share: the clocks of all runtimes, so that a tick in which nothing changed writes one
 * item; the slots of deletions; how many calls at once the provider bore when it last said 429.
 */
export type GuardFleet = {
  readonly clocks: ReadonlyMap<RuntimeKey, Clock>;
  readonly slots: readonly Slot[];
  readonly slowedTo?: number;
  /** When the last run judged. */
  readonly judgedAt?: Instant;
  /** When the last run ended of which no part failed. */
  readonly succeededAt?: Instant;
};

/** What the inventory says of configs, by `region/configId` and by `configId`, and when it was asked. */
export type Catalogue = { readonly askedAt: Instant; readonly configs: Readonly<Record<string, ConfigFacts>> };

/** An item as it was read, with the version that the next write must find; 0 for one that is not there yet. */
export type Versioned<T> = { readonly value: T; readonly version: number };

/** Everything that a run, or a sender of its notices, needs to know; read in one query. */
export type GuardBoard = {
  readonly fleet: GuardFleet;
  readonly cases: ReadonlyMap<RuntimeKey, Versioned<RuntimeCase>>;
  readonly breaker: Versioned<Breaker>;
  readonly desk: Versioned<OperatorDesk>;
  readonly catalogue?: Catalogue;
  /** What is wrong with the items that could not be understood; the others are read without them. */
  readonly unreadable: readonly string[];
  /** The runtimes whose own item could not be understood: nothing is done about them. */
  readonly unreadableCases: ReadonlySet<RuntimeKey>;
};

/** What the inventory says of a runtime's config; nothing where it is not listed. */
export const factsOf = (
  catalogue: Catalogue | undefined,
  { region, gpuConfigId }: { readonly region: string; readonly gpuConfigId?: string },
): ConfigFacts =>
  (gpuConfigId === undefined
    ? undefined
    : (catalogue?.configs[`${region}/${gpuConfigId}`] ?? catalogue?.configs[gpuConfigId])) ?? {};

/** By region and config; by the config alone with its price only where that is the same in every region. */
export const configsOf = (offers: readonly Offer[]): Catalogue['configs'] => {
  const configs: Record<string, ConfigFacts> = {};
  for (const { region, configId, gpuModel, pricePerGpuHour } of offers) {
    const known = configs[configId];
    const isSame = known === undefined || known.pricePerGpuHour === pricePerGpuHour;
    configs[`${region}/${configId}`] = { gpuModel, pricePerGpuHour };
    configs[configId] = isSame ? { gpuModel, pricePerGpuHour } : { gpuModel };
  }
  return configs;
};
