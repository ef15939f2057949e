import type { AvailabilityTrace } from '../trace/availability-trace.ts';
import type { UtilisationRow } from '../trace/utilisation-trace.ts';
import type { Hardware } from './catalogue.ts';
import type { RuntimeProfile } from './metrics-profile.ts';

/** What is set for an offer. What is shown derives from it, the runtimes and the replay (offers.ts). */
export type Offer = Hardware & {
  readonly region: string;
  readonly configId: string;
  readonly available: number;
  readonly total: number;
  readonly smallestBlock: number;
  /** Set: shown as it is (0 = unknown). Missing: derived from what is free and the machine's size. */
  readonly largestBlock?: number;
  /** Set: shown as it is. Missing: derived from the counts. */
  readonly availability?: string;
  readonly countsMissing: boolean;
  /** GPUs that runtimes held when `available` was set, so that only later changes move the count. */
  readonly heldWhenSet: number;
};

/** Instants are epoch milliseconds. */
export type Runtime = {
  readonly id: string;
  readonly organisation: string;
  readonly project: string;
  readonly name: string;
  readonly region: string;
  readonly configId: string;
  readonly gpuCount: number;
  readonly planId: string;
  readonly templateId?: string;
  readonly templateSpec: TemplateSpec;
  readonly storage: Storage;
  readonly sshKeys: readonly string[];
  readonly createdAt: number;
  readonly provisioningAt: number;
  readonly runningAt: number;
  readonly deletedAt?: number;
  /** Without `deletedAt`: it vanishes then, as if its owner had deleted it unseen. */
  readonly goneAt?: number;
  /** Running again from then on, after it was gone. */
  readonly backAt?: number;
  /** A status set through the control surface: holds until the next DELETE, and after one for ever. */
  readonly heldStatus?: string;
  readonly message: string;
  readonly updatedAt: number;
  readonly metrics: RuntimeProfile;
  readonly metricsSetAt: number;
  /** Calls for its metrics since the profile was set; counted only where the profile asks for it. */
  readonly metricsCalls?: number;
  readonly conduct: Conduct;
  /** DELETE has no effect until then: set by the first one. */
  readonly ignoresDeleteUntil?: number;
};

/** How a runtime departs from what is usual. Spans are seconds; decision D27 in docs/emulator.md. */
export type Conduct = {
  readonly ignoreDeleteFor?: number | undefined;
  readonly refuseDelete?: 403 | 409 | undefined;
  readonly terminatingFor?: number | undefined;
  readonly reappearAfter?: number | undefined;
  readonly hide?: HiddenFields | undefined;
};

/** Fields by their names on the wire, which rows of the list and the detail leave out. */
export type HiddenFields = { readonly list: readonly string[]; readonly detail: readonly string[] };

export type Storage = { readonly type: 'network'; readonly sizeGb: number; readonly mountPath: string };

export type TemplateSpec = {
  readonly image: string;
  readonly ports?: number[] | undefined;
  readonly env?: Record<string, string> | undefined;
  readonly command?: string[] | undefined;
};

export type Template = {
  readonly id: string;
  readonly description: string;
  readonly templateSpec: TemplateSpec;
  readonly ownerOrgId: string;
};

export type NotifyRequest = {
  readonly id: string;
  readonly user: string;
  readonly regionId: string;
  readonly configId: string;
  readonly status: string;
  readonly createdAt: number;
  readonly notifiedAt?: number;
};

export type Replay = { readonly trace: AvailabilityTrace; readonly startsAt: number };

/** A runtime of a utilisation trace. Its rows are the trace's own, never a copy. */
export type ReplayedRuntime = {
  readonly name: string;
  readonly rows: readonly UtilisationRow[];
  readonly startsAt: number;
};

/**
 * Everything that the provider's answers show. Never changed in place: each change makes a new one, and the old ones are
 * kept for a while with their time, which is what stale answers are made of.
 */
export type State = {
  readonly offers: ReadonlyMap<string, Offer>;
  readonly runtimes: ReadonlyMap<string, Runtime>;
  readonly notifyRequests: ReadonlyMap<string, NotifyRequest>;
  readonly templates: readonly Template[];
  readonly replay?: Replay;
  /** By the runtime's id; those that are gone too. */
  readonly replayedRuntimes: ReadonlyMap<string, ReplayedRuntime>;
};

/** A state as it is looked at: what `now` is for the one who looks. */
export type View = { readonly state: State; readonly now: number };

export const offerKey = (region: string, configId: string): string => `${region}/${configId}`;

/** A copy of a map with one entry set. */
export const withEntry = <V>(map: ReadonlyMap<string, V>, key: string, value: V): ReadonlyMap<string, V> =>
  new Map(map).set(key, value);

export const withoutEntry = <V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> =>
  new Map([...map].filter(([each]) => each !== key));
