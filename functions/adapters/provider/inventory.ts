import type { ProviderClient } from './client.ts';

/** The part of the provider that watch-availability asks, each call bounded by the run's signal. */
export const createInventory = (client: ProviderClient) => ({
  listOffers: (signal: AbortSignal) => client.listOffers({}, { signal }),
  listRequests: (signal: AbortSignal) => client.listNotificationRequests({}, { signal }),
  getGpuConfig: (configId: string, signal: AbortSignal) => client.getGpuConfig(configId, { signal }),
});
