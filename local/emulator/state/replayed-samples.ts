import { rowsWithin, type UtilisationRow } from '../trace/utilisation-trace.ts';
import type { Hardware } from './catalogue.ts';
import { GIB, type Sample, SERIES_SECONDS } from './sample.ts';
import type { ReplayedRuntime } from './state.ts';

/** Without a row for so long the trace has a gap, and metrics fail. Decision D28 in docs/emulator.md. */
const LONGEST_WITHOUT_ROW_SECONDS = 180;

const toSample = (hardware: Hardware, startsAt: number, row: UtilisationRow): Sample => {
  const total = hardware.memoryGib * GIB;
  const { gpuPercent, gpuMemoryBytes, memoryPercent, cpuPercent } = row;
  const { cpuCores = cpuPercent === undefined ? undefined : (cpuPercent / 100) * hardware.cpuCores } = row;
  return {
    at: startsAt + row.atSeconds * 1000,
    gpus: [
      {
        index: 0,
        percent: gpuPercent,
        ...(gpuMemoryBytes === undefined ? {} : { memoryUsed: gpuMemoryBytes }),
        memoryTotal: hardware.vramGib * GIB,
      },
    ],
    ...(cpuCores === undefined ? {} : { cpu: { coresUsed: cpuCores, coresTotal: hardware.cpuCores } }),
    ...(memoryPercent === undefined ? {} : { memory: { used: Math.round((total * memoryPercent) / 100), total } }),
  };
};

/** The rows of the last five minutes as samples; nothing in a gap of the trace. */
export const replayedSamples = (
  { rows, startsAt }: ReplayedRuntime,
  hardware: Hardware,
  now: number,
): readonly Sample[] | undefined => {
  const atSeconds = (now - startsAt) / 1000;
  const recent = rowsWithin(rows, atSeconds, SERIES_SECONDS);
  const newest = recent.at(-1);
  if (!newest || atSeconds - newest.atSeconds > LONGEST_WITHOUT_ROW_SECONDS) return undefined;
  return recent.map((row) => toSample(hardware, startsAt, row));
};
