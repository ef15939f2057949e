import type { MadeFor } from '#domain/guardrails/runtime-case.ts';
import type { RuntimeSpec } from '#domain/runtime.ts';
import { day, type Instant } from '#domain/time.ts';
import type { Creation } from './creation.ts';

/** A marker: somebody asked for a runtime, and what came of it may be still to be found out. */
export type CreationTodo = { readonly id: string; readonly putAt: Instant };

/** A request to make a runtime, and its key, are remembered for so long. */
export const requestKept = 30 * day;

/**
 * Somebody's request to make a runtime now. Its id is made of who asked and of their key, so that the same request again is this
 * one; `fingerprint` tells it from another one under the same key. `spec` and `pricePerGpuHour` (USD): as it was last begun.
 */
export type CreationRequest = {
  readonly id: string;
  readonly fingerprint: string;
  readonly madeAt: Instant;
  readonly project: string;
  readonly spec: RuntimeSpec;
  readonly pricePerGpuHour: number;
  /** Missing: somebody without a mail address, who cannot be warned as its owner. */
  readonly by?: MadeFor;
  readonly creation: Creation;
};
