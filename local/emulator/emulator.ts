import { createControl, type EmulatorControl } from './control/control.ts';
import { createApp } from './server/app.ts';
import { listen } from './server/listen.ts';
import { createWorld } from './state/world.ts';

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

export type EmulatorOptions = {
  /** 0, the default, is any free port. */
  readonly port?: number;
  readonly host?: string;
  /** Epoch milliseconds; by default the wall clock. All times, the Date header too, come from it. */
  readonly clock?: () => number;
  /** The same seed gives the same ids, tokens, start-up times and struck faults. */
  readonly seed?: string | number;
  readonly organisation?: string;
  readonly projects?: readonly string[];
};

export type Emulator = {
  /** The origin. As a base of its own it serves every operation: one service with relative paths. */
  readonly url: string;
  /** Bases, to which `/api/v1beta1/…` (the tenant's: `/api/v1/…`) is added. */
  readonly runtimesUrl: string;
  readonly inventoryUrl: string;
  readonly tenantUrl: string;
  /** A personal token that does not expire, of the organisation. */
  readonly token: string;
  readonly login: { readonly email: string; readonly password: string };
  readonly organisation: string;
  readonly projects: readonly string[];
  readonly control: EmulatorControl;
  readonly close: () => Promise<void>;
};

/** Starts a provider of one's own: nothing is shared between two of them. */
export const startEmulator = async (options: EmulatorOptions = {}): Promise<Emulator> => {
  const { port = 0, host = '127.0.0.1', clock = Date.now, seed = 1, organisation, projects } = options;
  const world = createWorld({ clock, seed, organisation, projects });
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
