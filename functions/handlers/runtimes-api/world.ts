import type { Caller } from '#adapters/http/caller.ts';
import type { MayCreate } from '#adapters/http/may-create.ts';
import { operationFor } from '#adapters/http/operation.ts';
import type { Judged } from '#domain/guardrails/judge-fleet.ts';
import type { Listing } from '#domain/listing.ts';
import type { OfferKey } from '#domain/offer.ts';
import type { OfferState } from '#domain/offer-state.ts';
import type { RuntimeTemplate } from '#domain/runtime.ts';
import type { Instant } from '#domain/time.ts';
import type { RuntimesWorld } from '#workflows/api-runtimes/runtimes.ts';
import type { RequestWorld } from '#workflows/create-runtime/create-on-request.ts';

type Bounds = { readonly deadline: Instant };

/** Everything that the operations which ask the provider need of the world. */
export type RuntimesApiWorld = RuntimesWorld & {
  readonly projects: readonly string[];
  readonly offers: {
    readOffer(offer: OfferKey): Promise<OfferState | undefined>;
    /** When the whole inventory was last seen. */
    readInventoryAt(): Promise<Instant | undefined>;
  };
  readonly mayCreate: MayCreate;
  readonly creating: RequestWorld;
  readonly templates: {
    listTemplates(bounds: Bounds): Promise<Listing<RuntimeTemplate>>;
    getTemplate(id: string, bounds: Bounds): Promise<RuntimeTemplate | undefined>;
  };
};

export const operation = operationFor<RuntimesApiWorld>();

/** Whether a runtime is somebody's: they are told first of it, it was made for them, or they are an operator. */
export const isTheirRuntime = (
  { operator, address, recipientId }: Caller,
  { situation: { addressees }, kase }: Pick<Judged, 'situation' | 'kase'>,
): boolean =>
  operator ||
  (address !== undefined && addressees[0]?.toLowerCase() === address.toLowerCase()) ||
  (recipientId !== undefined && kase?.madeFor?.recipientId === recipientId);
