import { hour } from '#domain/time.ts';

/** USD that so many milliseconds cost. */
export const costOf = (usdPerHour: number, milliseconds: number): number => (usdPerHour * milliseconds) / hour;

/**
 * Money of one runtime, in USD, with what it was computed from. `wasted`: price × GPUs × observed idle hours so far.
 * `ratePerHour`: price × GPUs, which bills no more once the runtime is deleted.
 */
export type Money = {
  readonly pricePerGpuHour: number;
  readonly gpus: number;
  readonly ratePerHour: number;
  readonly idleMs: number;
  readonly wasted: number;
};

/** Undefined where the price or the number of GPUs is not known. */
export const moneyOf = (
  pricePerGpuHour: number | undefined,
  gpus: number | undefined,
  idleMs: number,
): Money | undefined => {
  if (pricePerGpuHour === undefined || gpus === undefined) return undefined;
  const ratePerHour = pricePerGpuHour * gpus;
  return { pricePerGpuHour, gpus, ratePerHour, idleMs, wasted: costOf(ratePerHour, idleMs) };
};
