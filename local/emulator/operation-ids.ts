/** Every operation that the emulator serves: the eleven of the reference, and the tenant's two. */
export const OPERATION_IDS = [
  'listInventory',
  'getGpuConfig',
  'listNotifyRequests',
  'createNotifyRequest',
  'listRuntimes',
  'createRuntime',
  'getRuntime',
  'deleteRuntime',
  'getRuntimeMetrics',
  'listTemplates',
  'getTemplate',
  'login',
  'refreshLogin',
] as const;

export type OperationId = (typeof OPERATION_IDS)[number];
