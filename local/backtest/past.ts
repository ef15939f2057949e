import type { CpuUse, MemoryUse } from '#domain/guardrails/reading.ts';
import type { RuntimeMetrics, Usage, UsageSample } from '#domain/runtime.ts';
import { day, type Instant, second } from '#domain/time.ts';
import { rowIndexAt } from '#local/emulator/trace/row-index.ts';
import type { TraceRuntime, UtilisationRow, UtilisationTrace } from '#local/emulator/trace/utilisation-trace.ts';

/** One look at one runtime: of its busiest GPU in per cent, and what else was reported. */
export type PastRow = {
  /** Since the past began. */
  readonly atSeconds: number;
  readonly gpuPercent: number;
  readonly cpu?: CpuUse;
  readonly memory?: MemoryUse;
  /** Nobody said what unit the GPU's number has. */
  readonly unitless?: true;
};

/** A runtime as it was. Rows and statuses are oldest first; a status holds until the next one, and `Running` before the first. */
export type PastRuntime = {
  readonly name: string;
  readonly gpus: number;
  readonly createdAtSeconds: number;
  /** From when on it is listed no more; missing: it outlives the past. */
  readonly goneAtSeconds?: number;
  readonly rows: readonly PastRow[];
  readonly statuses: readonly { readonly atSeconds: number; readonly status: string }[];
};

/** What is known of the use of some runtimes, and when Warden looks at it. Plain data: it can be sent to another thread. */
export type Past = {
  readonly startsAt: Instant;
  readonly lookAtSeconds: readonly number[];
  readonly runtimes: readonly PastRuntime[];
};

/** Monday, 2 November 2026, 09:00 UTC: where a past begins that does not say when it was. */
export const usualStart: Instant = Date.UTC(2026, 10, 2, 9);

/** A deployment looks every minute. */
export const usualSeconds = 60;

/** How long after its last row a runtime is listed that ends before the trace does: as the emulator has it. */
const listedAfterSeconds = 600;

const rowOf = ({ atSeconds, gpuPercent, cpuCores, cpuPercent, memoryPercent }: UtilisationRow): PastRow => ({
  atSeconds,
  gpuPercent,
  ...(cpuPercent === undefined ? {} : { cpu: { value: cpuPercent, unit: 'percent' } }),
  ...(cpuCores === undefined ? {} : { cpu: { value: cpuCores, unit: 'cores' } }),
  ...(memoryPercent === undefined ? {} : { memory: { value: memoryPercent, unit: 'percent' } }),
});

const runtimeOf = ({ name, rows }: TraceRuntime, lengthSeconds: number): PastRuntime => {
  const first = rows[0]?.atSeconds ?? 0;
  const last = rows.at(-1)?.atSeconds ?? 0;
  return {
    name,
    gpus: 1,
    createdAtSeconds: first === 0 ? -day / second : first,
    ...(last < lengthSeconds ? { goneAtSeconds: last + listedAfterSeconds } : {}),
    rows: rows.map(rowOf),
    statuses: [],
  };
};

/** The past that a trace tells, looked at every so many seconds. Runtimes of its first row were created a day earlier. */
export const pastOfTrace = (
  { runtimes, lengthSeconds }: UtilisationTrace,
  startsAt: Instant,
  everySeconds = usualSeconds,
): Past => ({
  startsAt,
  lookAtSeconds: Array.from({ length: Math.floor(lengthSeconds / everySeconds) + 1 }, (_, look) => look * everySeconds),
  runtimes: runtimes.map((runtime) => runtimeOf(runtime, lengthSeconds)),
});

/** Status of a runtime in the listing; nothing before and after it is listed. */
export const statusAt = (
  { createdAtSeconds, goneAtSeconds = Number.POSITIVE_INFINITY, statuses }: PastRuntime,
  atSeconds: number,
): string | undefined => {
  if (atSeconds < createdAtSeconds || atSeconds >= goneAtSeconds) return undefined;
  return statuses[rowIndexAt(statuses, atSeconds)]?.status ?? 'Running';
};

/** The provider tells the last five minutes, and nothing once the newest row is older than three: as the emulator's replay. */
const toldSeconds = 300;
const longestWithoutRowSeconds = 180;

const read = (samples: readonly UsageSample[]): Usage => ({ state: 'read', samples });

const usageOf = (what: string, samples: readonly UsageSample[]): Usage =>
  samples.length > 0 ? read(samples) : { state: 'absent', samples: [], because: `${what} is not in the past` };

/** What the provider would have answered about the use of a runtime; nothing in a gap of the past. */
export const metricsAt = (
  { rows, gpus }: PastRuntime,
  startsAt: Instant,
  atSeconds: number,
): RuntimeMetrics | undefined => {
  const recent = rows.slice(rowIndexAt(rows, atSeconds - toldSeconds) + 1, rowIndexAt(rows, atSeconds) + 1);
  const newest = recent.at(-1);
  if (newest === undefined || atSeconds - newest.atSeconds > longestWithoutRowSeconds) return undefined;
  const now = startsAt + atSeconds * second;
  const timed = recent.map((row) => ({ ...row, sampledAt: startsAt + row.atSeconds * second }));
  return {
    askedAt: now,
    answeredAt: now,
    gpu: read(
      timed.flatMap(({ gpuPercent, unitless, sampledAt }) =>
        Array.from({ length: gpus }, (_, gpu) => ({
          value: gpuPercent,
          unit: unitless ? ('unstated' as const) : ('percent' as const),
          sampledAt,
          gpu: String(gpu),
        })),
      ),
    ),
    cpu: usageOf(
      'CPU use',
      timed.flatMap(({ cpu, sampledAt }) => (cpu === undefined ? [] : [{ ...cpu, sampledAt }])),
    ),
    memory: usageOf(
      'memory use',
      timed.flatMap(({ memory, sampledAt }) => (memory === undefined ? [] : [{ ...memory, sampledAt }])),
    ),
  };
};
