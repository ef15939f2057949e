import type { Caller } from '#adapters/http/caller.ts';
import { operationFor } from '#adapters/http/operation.ts';
import type { Judged } from '#domain/guardrails/judge-fleet.ts';
import type { Listing } from '#domain/listing.ts';
import type { RuntimeTemplate } from '#domain/runtime.ts';
import type { Instant } from '#domain/time.ts';
import type { RuntimesWorld } from '#workflows/api-runtimes/runtimes.ts';

type Bounds = { readonly deadline: Instant };

/** Everything that the operations which ask the provider need of the world. */
export type RuntimesApiWorld = RuntimesWorld & {
  readonly projects: readonly string[];
  readonly templates: {
    listTemplates(bounds: Bounds): Promise<Listing<RuntimeTemplate>>;
    getTemplate(id: string, bounds: Bounds): Promise<RuntimeTemplate | undefined>;
  };
};

export const operation = operationFor<RuntimesApiWorld>();

/** Whether a runtime is somebody's: they are told first of it, or they are an operator. */
export const isTheirRuntime = (
  { operator, address }: Caller,
  { situation: { addressees } }: Pick<Judged, 'situation'>,
): boolean => operator || (address !== undefined && addressees[0]?.toLowerCase() === address.toLowerCase());
