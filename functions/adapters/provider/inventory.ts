import type { ProviderClient } from './client.ts';

/** The calls of the provider's client that watch-availability makes. */
export type InventoryClient = Pick<ProviderClient, 'listOffers' | 'listNotificationRequests' | 'getGpuConfig'>;

/** The part of the provider that watch-availability asks, each call bounded by the run's signal. */
export const createInventory = (client: InventoryClient) => ({
  listOffers: (signal: AbortSignal) => client.listOffers({}, { signal }),
  listRequests: (signal: AbortSignal) => client.listNotificationRequests({}, { signal }),
  getGpuConfig: (configId: string, signal: AbortSignal) => client.getGpuConfig(configId, { signal }),
});
