import { rowIndexAt } from './row-index.ts';

/** One look at one runtime, in seconds since the first row of the whole trace. What the trace leaves empty is missing. */
export type UtilisationRow = {
  readonly atSeconds: number;
  /** 0..100. */
  readonly gpuPercent: number;
  readonly gpuMemoryBytes?: number;
  /** 0..100. */
  readonly memoryPercent?: number;
  /** Cores in use. */
  readonly cpuCores?: number;
  /** 0..100 of all that the runtime has. */
  readonly cpuPercent?: number;
};

/** The rows of one runtime, by the name that it has in the trace: oldest first, one per instant, at least one. */
export type TraceRuntime = { readonly name: string; readonly rows: readonly UtilisationRow[] };

export type UtilisationTrace = { readonly runtimes: readonly TraceRuntime[]; readonly lengthSeconds: number };

/** The rows in (atSeconds - spanSeconds, atSeconds], oldest first. Looks at these only, however long the trace is. */
export const rowsWithin = (
  rows: readonly UtilisationRow[],
  atSeconds: number,
  spanSeconds: number,
): readonly UtilisationRow[] =>
  rows.slice(rowIndexAt(rows, atSeconds - spanSeconds) + 1, rowIndexAt(rows, atSeconds) + 1);
