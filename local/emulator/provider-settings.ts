import type { Emulator } from './emulator.ts';

/** The settings of a provider that are the emulator's own: where it answers, and what of it is ours. */
export const providerSettings = ({ runtimesUrl, inventoryUrl, tenantUrl, organisation, projects }: Emulator) => ({
  runtimesUrl,
  inventoryUrl,
  tenantUrl,
  organisation,
  projects: [...projects],
});
