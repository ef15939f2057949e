import type { GpuConfig } from './offer.ts';

type Named = Pick<GpuConfig, 'configId' | 'gpuModel'>;

/** What a GPU is called in the ids of its plans: `gpu-h200-141g-20cpu-192g` gives `h200`. */
export const shortModel = ({ configId, gpuModel }: Named): string =>
  /^gpu-([a-z0-9]+)(?:-|$)/i.exec(configId)?.[1] ?? (gpuModel.toLowerCase().match(/[a-z0-9]+/g) ?? ['model']).join('-');

/**
 * The usual form of an on-demand plan's id, taken from the config's: `gpu-h200-141g-20cpu-192g` gives
 * `gpu-h200-on-demand-1h`. The provider publishes no list of plans.
 */
export const usualPlanId = (config: Named): string => `gpu-${shortModel(config)}-on-demand-1h`;
