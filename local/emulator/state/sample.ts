export const SAMPLE_SECONDS = 15;
/** How far back an answer goes. */
export const SERIES_SECONDS = 300;
export const GIB = 2 ** 30;

/** One instant of a runtime's use. What is missing is left out of the answer. Memory is in bytes. */
export type Sample = {
  readonly at: number;
  readonly gpus: readonly GpuUse[];
  readonly cpu?: { readonly coresUsed: number; readonly coresTotal: number };
  readonly memory?: { readonly used: number; readonly total: number };
};

export type GpuUse = {
  readonly index: number;
  readonly percent: number;
  readonly memoryUsed?: number;
  readonly memoryTotal: number;
};
