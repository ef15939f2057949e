import { rowIndexAt } from './row-index.ts';

/** One look at one offer: seconds since the first row of the whole trace, and how many GPUs were free then. */
export type TraceRow = { readonly atSeconds: number; readonly available: number };

/** The rows of one offer, oldest first, one per instant. */
export type TraceOffer = { readonly region: string; readonly configId: string; readonly rows: readonly TraceRow[] };

export type AvailabilityTrace = { readonly offers: readonly TraceOffer[]; readonly lengthSeconds: number };

/** The last row at or before `atSeconds`; nothing before the first row. */
export const rowAt = (rows: readonly TraceRow[], atSeconds: number): TraceRow | undefined =>
  rows[rowIndexAt(rows, atSeconds)];
