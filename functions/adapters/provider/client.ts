import { setTimeout as wait } from 'node:timers/promises';
import type { Settings } from '#adapters/configuration/settings.ts';
import type { Instant } from '#domain/time.ts';
import { type CallOptions, createScope, type ExpireAfter } from './abort.ts';
import type { Api } from './api.ts';
import { createBearer } from './bearer.ts';
import { type Credential, createObtain } from './credential.ts';
import type { Operation } from './errors.ts';
import { createExchange } from './exchange.ts';
import { createMetricCalls } from './metrics.ts';
import { createOfferCalls } from './offers.ts';
import { createPace, type Sleep } from './pace.ts';
import { createRedaction } from './redaction.ts';
import { createRequestCalls } from './requests.ts';
import { createRuntimeCalls } from './runtimes.ts';
import { createRetryingExchange, createSend, type Send } from './send.ts';
import { createTemplateCalls } from './templates.ts';

type ProviderSettings = Settings['provider'];

/** Addresses of another stage of the provider, or of the emulator, instead of those in the settings. */
export type StageBases = Partial<Pick<ProviderSettings, 'runtimesUrl' | 'inventoryUrl' | 'tenantUrl'>>;

export type ProviderClientOptions = {
  readonly settings: ProviderSettings;
  readonly stageBases?: StageBases;
  readonly credential: Credential;
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: () => Instant;
  /** Waits between tries and for a turn. */
  readonly sleep?: Sleep;
  /** In [0, 1), for the jitter. */
  readonly random?: () => number;
  /** Ends calls that take too long. Apart from `sleep`, so that waiting can be simulated while answers come over a real network. */
  readonly expireAfter?: ExpireAfter;
  /** How often a call that may be repeated is tried again. */
  readonly mostRetries?: number;
};

const defaults = {
  fetch: (...request: Parameters<typeof globalThis.fetch>) => globalThis.fetch(...request),
  clock: () => Date.now(),
  sleep: async (milliseconds: number, signal?: AbortSignal) => {
    await wait(milliseconds, undefined, signal === undefined ? {} : { signal });
  },
  random: () => Math.random(),
  expireAfter: (milliseconds: number) => AbortSignal.timeout(Math.ceil(milliseconds)),
  mostRetries: 2,
};

/** A base as it is appended to. What does not belong into one would end in logs: it is not repeated here. */
const bareBase = (name: string, base: string): string => {
  const url = URL.parse(base);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    throw new TypeError(`${name} must be an http or https address without user, password, query and fragment`);
  }
  return url.href.replace(/\/+$/, '');
};

type Bases = Required<StageBases>;

const basesOf = ({ settings, stageBases = {} }: ProviderClientOptions): Bases => ({
  runtimesUrl: bareBase('runtimesUrl', stageBases.runtimesUrl ?? settings.runtimesUrl),
  inventoryUrl: bareBase('inventoryUrl', stageBases.inventoryUrl ?? settings.inventoryUrl),
  tenantUrl: bareBase('tenantUrl', stageBases.tenantUrl ?? settings.tenantUrl),
});

/** The way out, from the inside: one exchange in its turn, tried again, with our credential. */
const createWayOut = (
  options: ProviderClientOptions,
  bases: Bases,
): { readonly send: Send; readonly redact: Api['redact'] } => {
  const { settings, credential } = options;
  const { fetch, clock, sleep, random, expireAfter, mostRetries } = { ...defaults, ...options };
  const redaction = createRedaction();
  const scopeOf = (operation: Operation, call: CallOptions = {}) => createScope(operation, call, clock, expireAfter);
  const pace = createPace(settings.callsAtOnce, settings.callsPerSecond, clock, sleep);
  const callTimeoutMilliseconds = settings.callTimeoutSeconds * 1_000;
  const { redact } = redaction;
  const exchange = createExchange({ fetch, clock, expireAfter, callTimeoutMilliseconds, pace, redact });
  const retryingExchange = createRetryingExchange(exchange, { clock, sleep, random, mostRetries });
  const obtain = createObtain(credential, bases.tenantUrl, retryingExchange, scopeOf, redaction);
  const bearer = createBearer(obtain, clock, credential.kind === 'kept' ? credential.edition : undefined);
  return { send: createSend({ exchange, retryingExchange, bearer, scopeOf }), redact };
};

/**
 * The provider's API, all eleven endpoints of it. Answers come in our own words; what is expected (an unknown id, a runtime
 * that is gone) is a value, everything else a `ProviderError`. Each function takes `{ signal, deadline }` last. Reading is
 * tried again after 429, 5xx and failed connections; what changes something is sent once.
 * Source: the service's API reference; what it leaves open is read by `settings.mappings`.
 */
export const createProviderClient = (options: ProviderClientOptions) => {
  const bases = basesOf(options);
  const { organisation, mappings } = options.settings;
  const api: Api = { ...createWayOut(options, bases), ...bases, organisation, mappings };
  return {
    ...createOfferCalls(api),
    ...createRequestCalls(api),
    ...createRuntimeCalls(api),
    ...createMetricCalls(api),
    ...createTemplateCalls(api),
  };
};

export type ProviderClient = ReturnType<typeof createProviderClient>;
