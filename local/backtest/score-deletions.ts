import { hour, type Instant, second } from '#domain/time.ts';

/** The use that is known of some runtimes: a trace, or any other past. */
export type KnownUse = {
  readonly runtimes: readonly {
    readonly name: string;
    readonly rows: readonly { readonly atSeconds: number; readonly gpuPercent: number }[];
  }[];
};

/** A runtime, by its name in the trace, and when it was deleted, or would have been. */
export type FirstDeletion = { readonly name: string; readonly at: Instant };

/** What came of one deletion: whether the runtime was used a lot afterwards, or what deleting it saved. */
export type ScoredDeletion = FirstDeletion & {
  readonly isFalse: boolean;
  readonly busyRowsAfter: number;
  readonly hoursFreed: number;
};

export type IdleScore = {
  readonly fired: number;
  readonly falseOnes: number;
  /** Of the deletions that were not false. */
  readonly hoursFreed: number;
  readonly deletions: readonly ScoredDeletion[];
};

/** So many later rows of so much use make a deletion a false one. */
const busyRows = 5;
const busyPercent = 20;

const scoreOne = (trace: KnownUse, startsAt: Instant, deletion: FirstDeletion): ScoredDeletion => {
  const rows = trace.runtimes.find(({ name }) => name === deletion.name)?.rows;
  if (rows === undefined) throw new RangeError(`The trace has no runtime ${deletion.name}.`);
  const atSeconds = (deletion.at - startsAt) / second;
  const later = rows.filter((row) => row.atSeconds > atSeconds);
  const busyRowsAfter = later.filter(({ gpuPercent }) => gpuPercent >= busyPercent).length;
  const isFalse = busyRowsAfter >= busyRows;
  const lastAt = startsAt + (rows.at(-1)?.atSeconds ?? 0) * second;
  return { ...deletion, isFalse, busyRowsAfter, hoursFreed: isFalse ? 0 : Math.max(0, lastAt - deletion.at) / hour };
};

/**
 * Scores deletions against what the trace shows afterwards: one is false if at least 5 later rows of its runtime show 20 % or
 * more; otherwise it has freed the hours from the deletion to the runtime's last row. A runtime counts once, by its first.
 *
 * @param startsAt the instant of the trace's first row
 * @throws RangeError for a runtime that the trace does not have
 */
export const scoreDeletions = (trace: KnownUse, startsAt: Instant, deletions: readonly FirstDeletion[]): IdleScore => {
  const inOrder = [...deletions].sort((a, b) => a.at - b.at);
  const first = inOrder.filter(({ name }, index) => inOrder.findIndex((other) => other.name === name) === index);
  const scored = first.map((deletion) => scoreOne(trace, startsAt, deletion));
  return {
    fired: scored.length,
    falseOnes: scored.filter(({ isFalse }) => isFalse).length,
    hoursFreed: scored.reduce((sum, { hoursFreed }) => sum + hoursFreed, 0),
    deletions: scored,
  };
};

/** Hours that the default policy is to free at least, on the whole of the measured trace. */
export const leastHoursFreed = 75;

/** What a replay must not show; empty when all is well. `isWhole`: it was all of the measured trace, and nothing was made to fail. */
export const brokenIdlePromises = ({ deletions, hoursFreed }: IdleScore, isWhole: boolean): string[] => [
  ...deletions
    .filter(({ isFalse }) => isFalse)
    .map(({ name, at, busyRowsAfter }) => {
      const when = new Date(at).toISOString();
      return `${name} was deleted at ${when}, and ${busyRowsAfter} later rows show ${busyPercent} % or more`;
    }),
  ...(isWhole && hoursFreed < leastHoursFreed
    ? [`${hoursFreed.toFixed(1)} hours were freed, and not ${leastHoursFreed}`]
    : []),
];
