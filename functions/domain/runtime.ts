import type { Instant } from './time.ts';

/** What a runtime is addressed by. */
export type RuntimeAddress = { readonly project: string; readonly id: string };

/**
 * A GPU container that runs and bills. What the provider did not say, or not in a way that could be read, is missing.
 * Source: `GET …/airuntimes`.
 */
export type Runtime = RuntimeAddress & {
  readonly name: string;
  readonly region: string;
  /** As the provider says it: `Running` means reachable; any other word, known or not, means nothing of the kind. */
  readonly status: string;
  readonly gpuConfigId?: string;
  readonly gpuCount?: number;
  readonly templateId?: string;
  readonly planId?: string;
  readonly createdAt?: Instant;
};

/** Source: `GET …/airuntimes/{airuntime_id}`. `templateSpec` and `storage` are as the provider answered, in its own shape. */
export type RuntimeDetail = Runtime & {
  readonly templateSpec?: unknown;
  readonly storage?: unknown;
  readonly sshKeys?: readonly string[];
  readonly updatedAt?: Instant;
  readonly message?: string;
};

/**
 * What a runtime is created from: a template or a spec of its own, in the provider's shape. Without `storage` it gets the
 * provider's free 100 GB network volume.
 */
export type RuntimeSpec = {
  readonly name: string;
  readonly region: string;
  readonly templateId?: string;
  readonly templateSpec?: unknown;
  readonly gpuConfigId: string;
  readonly gpuCount: number;
  readonly planId: string;
  readonly sshKeys?: readonly string[];
  readonly storage?: unknown;
};

/** Source: `GET /api/v1beta1/airuntime-templates`. `spec` is what the provider answered, in its own shape. */
export type RuntimeTemplate = {
  readonly id: string;
  readonly description: string;
  readonly spec?: unknown;
  readonly ownerOrganisation?: string;
};

/** `unstated`: neither the answer nor a setting names the unit; the size of a number never does. 1 gib is 2^30 bytes. */
export type UsageUnit = 'percent' | 'fraction' | 'cores' | 'bytes' | 'gib' | 'unstated';

/** One number. `gpu` tells one GPU of a runtime from the others (the answer's own id, or the position in it). */
export type UsageSample = {
  readonly value: number;
  readonly unit: UsageUnit;
  readonly sampledAt?: Instant;
  readonly gpu?: string;
};

/**
 * What an answer says about one quantity. `read` means all that it says was understood, and there is at least one sample.
 * One number that cannot be read makes the whole quantity `unreadable`, so that nothing is judged by what is left over.
 */
export type Usage =
  | { readonly state: 'read'; readonly samples: readonly UsageSample[] }
  | { readonly state: 'absent' | 'unreadable'; readonly samples: readonly []; readonly because: string };

/** Source: `GET …/airuntimes/{airuntime_id}/metrics`. `answeredAt` is the provider's own clock (the answer's `Date`). */
export type RuntimeMetrics = {
  readonly askedAt: Instant;
  readonly answeredAt?: Instant;
  readonly gpu: Usage;
  readonly cpu: Usage;
  readonly memory: Usage;
};
