import type { AskAnswer } from '#domain/registering.ts';
import type { ProviderClient } from './client.ts';
import { NotFound, RateLimited, Refused, Unauthorized } from './errors.ts';

/** The calls of the provider's client that watch-availability makes. */
export type InventoryClient = Pick<
  ProviderClient,
  'listOffers' | 'listNotificationRequests' | 'createNotificationRequest' | 'getGpuConfig'
>;

/** What is thrown leaves open whether the request was made. */
const registerRequest =
  (client: InventoryClient) =>
  async (offer: { readonly region: string; readonly configId: string }, signal: AbortSignal): Promise<AskAnswer> => {
    const { region, configId } = offer;
    try {
      const registration = await client.createNotificationRequest({ region, configId }, { signal });
      if (registration.outcome === 'duplicate') {
        return {
          outcome: 'refused',
          because: 'the provider says that there is one already, and lists none that waits',
        };
      }
      const { request } = registration;
      return { outcome: 'registered', ...(request === undefined ? {} : { requestId: request.id }) };
    } catch (failure) {
      if (failure instanceof Refused || failure instanceof NotFound) {
        return { outcome: 'refused', because: failure.message };
      }
      if (failure instanceof Unauthorized || failure instanceof RateLimited) return { outcome: 'not-now', failure };
      throw failure;
    }
  };

/** The part of the provider that watch-availability asks, each call bounded by the run's signal. */
export const createInventory = (client: InventoryClient) => ({
  listOffers: (signal: AbortSignal) => client.listOffers({}, { signal }),
  listRequests: (signal: AbortSignal) => client.listNotificationRequests({}, { signal }),
  registerRequest: registerRequest(client),
  getGpuConfig: (configId: string, signal: AbortSignal) => client.getGpuConfig(configId, { signal }),
});
