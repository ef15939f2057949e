import { createControl, type EmulatorControl } from './control/control.ts';
import { createApp } from './server/app.ts';
import { connectionLost, isDropped } from './server/connection.ts';
import { listen, withServicePrefix } from './server/listen.ts';
import { createWorld, type WorldOptions } from './state/world.ts';

export type { EmulatorControl } from './control/control.ts';
export type {
  OfferWish,
  ReplayWish,
  RuntimeChange,
  RuntimeWish,
  UtilisationReplayWish,
} from './control/inputs.ts';
export type { OfferState } from './control/offer-control.ts';
export type { RuntimeState } from './control/runtime-control.ts';
export type { Fault, FaultKind, ListedFault } from './faults/fault.ts';
export type { OperationId } from './operation-ids.ts';
export type { JournalEntry } from './state/journal.ts';
export type { MetricsProfile, MetricsShape } from './state/metrics-profile.ts';
export type { AvailabilityTrace, TraceOffer, TraceRow } from './trace/availability-trace.ts';
export { loadAvailabilityTrace } from './trace/load-availability-trace.ts';
export { loadUtilisationTrace } from './trace/load-utilisation-trace.ts';
export { TraceError } from './trace/trace-csv.ts';
export type { TraceRuntime, UtilisationRow, UtilisationTrace } from './trace/utilisation-trace.ts';

/** What a provider of one's own is, wherever it answers. */
type ProviderOptions = {
  /** Epoch milliseconds; by default the wall clock. All times, the Date header too, come from it. */
  readonly clock?: () => number;
  /** The same seed gives the same ids, tokens, start-up times and struck faults. */
  readonly seed?: string | number;
  readonly organisation?: string;
  readonly projects?: readonly string[];
};

export type EmulatorOptions = ProviderOptions & {
  /** 0, the default, is any free port. */
  readonly port?: number;
  readonly host?: string;
};

type Access = {
  /** A personal token that does not expire, of the organisation. */
  readonly token: string;
  readonly login: { readonly email: string; readonly password: string };
  readonly organisation: string;
  readonly projects: readonly string[];
  readonly control: EmulatorControl;
};

export type Emulator = Access & {
  /** The origin. As a base of its own it serves every operation: one service with relative paths. */
  readonly url: string;
  /** Bases, to which `/api/v1beta1/…` (the tenant's: `/api/v1/…`) is added. */
  readonly runtimesUrl: string;
  readonly inventoryUrl: string;
  readonly tenantUrl: string;
  readonly close: () => Promise<void>;
};

/** Starts a provider of one's own: nothing is shared between two of them. */
export const startEmulator = async (options: EmulatorOptions = {}): Promise<Emulator> => {
  const { port = 0, host = '127.0.0.1', clock = Date.now, seed = 1, ...others } = options;
  const world = createWorld({ clock, seed, ...others });
  const control = createControl(world);
  const { url, close } = await listen(createApp(world, control), host, port);
  return {
    url,
    runtimesUrl: `${url}/gpu`,
    inventoryUrl: `${url}/inventory`,
    tenantUrl: `${url}/tenant`,
    ...control.access(),
    control,
    close: async () => {
      world.closing.abort();
      await close();
    },
  };
};

/** A provider without a network: `fetch` answers at once, whatever the host in its address is. */
export type CreatedEmulator = Access & { readonly fetch: typeof globalThis.fetch };

export type CreatedEmulatorOptions = ProviderOptions & Pick<WorldOptions, 'mostPerPage' | 'sleep' | 'onRequest'>;

/**
 * The same provider as `startEmulator` starts, to be called in this process. Faults are what a client over a network would
 * see: a dropped connection rejects, a cut body fails while it is read.
 */
export const createEmulator = (options: CreatedEmulatorOptions = {}): CreatedEmulator => {
  const { clock = Date.now, seed = 1, ...others } = options;
  const world = createWorld({ clock, seed, ...others });
  const control = createControl(world);
  const app = createApp(world, control);
  const fetch: typeof globalThis.fetch = async (input, init) => {
    init?.signal?.throwIfAborted();
    const url = new URL(input instanceof Request ? input.url : input);
    url.pathname = withServicePrefix(url.pathname);
    const { signal, ...request } = init ?? {};
    const answered = Promise.resolve(app.fetch(new Request(url, request), {}));
    const answer = await (signal ? orAborted(answered, signal) : answered);
    if (isDropped(answer)) throw connectionLost();
    return answer;
  };
  return { ...control.access(), control, fetch };
};

/** What comes, unless the signal aborts first. */
const orAborted = async <T>(coming: Promise<T>, signal: AbortSignal): Promise<T> => {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([coming, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
};
