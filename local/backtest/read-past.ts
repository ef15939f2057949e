import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { type UnpackedReadings, unpackReadings } from '#domain/guardrails/packed-readings.ts';
import { day, type Instant, second } from '#domain/time.ts';
import { loadUtilisationTrace, TraceError } from '#local/emulator/emulator.ts';
import { type Past, type PastRow, type PastRuntime, pastOfTrace } from './past.ts';

/** What was read, and how many lines of a log had no readings in them. */
export type ReadPast = { readonly past: Past; readonly source: 'csv' | 'log'; readonly passedOver: number };

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Packed readings in a log record, however it was exported: alone, quoted in another record, in a list of events. */
const packedIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return value.trimStart().startsWith('{') ? packedIn(parsed(value)) : [];
  if (Array.isArray(value)) return value.flatMap(packedIn);
  if (typeof value !== 'object' || value === null) return [];
  if ('format' in value && 'runtimes' in value) return [JSON.stringify(value)];
  return Object.values(value).flatMap(packedIn);
};

/** A line may begin with a time; several records may stand in one, with tabs between them. */
const packedInLine = (line: string): readonly string[] =>
  line.split('\t').flatMap((part) => packedIn(part.slice(Math.max(0, part.indexOf('{')))));

const textOf = async (path: string): Promise<string> => {
  try {
    const bytes = await readFile(path);
    return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch (cause) {
    throw new TraceError(`${path}: cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
};

const looksLikeLog = (text: string): boolean => /[{[]/.test(text.slice(0, 200)) && text.includes('format');

type Look = { readonly atSeconds: number; readonly seen: UnpackedReadings['readings'] };

/** The runs that are told, oldest first; one that took several lines is one. */
const looksOf = (lines: readonly string[], path: string): { startsAt: Instant; looks: readonly Look[] } => {
  const unpacked = lines.map((line) => {
    try {
      return unpackReadings(line);
    } catch (cause) {
      throw new TraceError(`${path}: there are readings that this version does not know: ${line.slice(0, 80)}…`, {
        cause,
      });
    }
  });
  const byRun = [...Map.groupBy(unpacked, ({ at }) => at)].sort(([a], [b]) => a - b);
  const startsAt = byRun[0]?.[0] ?? 0;
  return {
    startsAt,
    looks: byRun.map(([at, parts]) => ({
      atSeconds: (at - startsAt) / second,
      seen: new Map(parts.flatMap(({ readings }) => [...readings])),
    })),
  };
};

const runtimeOf = (name: string, looks: readonly Look[]): PastRuntime => {
  const own = looks.filter(({ seen }) => seen.has(name));
  const [first] = own;
  const next = looks[looks.indexOf(own.at(-1) ?? (looks[0] as Look)) + 1];
  const readings = own.map(({ atSeconds, seen }) => ({ atSeconds, ...seen.get(name) }));
  const rows = readings.flatMap(({ atSeconds, reading }): PastRow[] => {
    if (reading?.state !== 'known') return [];
    return [{ atSeconds, ...reading.use, ...(reading.unitStated ? {} : { unitless: true as const }) }];
  });
  const gpus = readings.map(({ reading }) => (reading?.state === 'known' ? reading.gpus : 1));
  return {
    name,
    gpus: Math.max(1, ...gpus),
    createdAtSeconds: first === looks[0] ? -day / second : (first?.atSeconds ?? 0),
    ...(next === undefined ? {} : { goneAtSeconds: next.atSeconds }),
    rows,
    statuses: readings.map(({ atSeconds, status = 'Running' }) => ({ atSeconds, status })),
  };
};

/** The past that the packed readings of a log tell, at the instants of its own runs. */
const pastOfLog = (lines: readonly string[], path: string): Past => {
  const { startsAt, looks } = looksOf(lines, path);
  const names = [...new Set(looks.flatMap(({ seen }) => [...seen.keys()]))].sort();
  return {
    startsAt,
    lookAtSeconds: looks.map(({ atSeconds }) => atSeconds),
    runtimes: names.map((name) => runtimeOf(name, looks)),
  };
};

/**
 * Reads use from a CSV or from the log of a deployed Warden (its `readings` lines), gzipped or not.
 *
 * @param startsAt when a CSV's first row was; a log says it itself
 * @throws TraceError that names the file and, where there is one, the line
 */
export const readPast = async (path: string, startsAt: Instant): Promise<ReadPast> => {
  const text = await textOf(path);
  if (!looksLikeLog(text)) {
    return { past: pastOfTrace(await loadUtilisationTrace(path), startsAt), source: 'csv', passedOver: 0 };
  }
  const whole = packedIn(parsed(text));
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const found = lines.map(packedInLine);
  const packed = whole.length > 0 ? whole : found.flat();
  if (packed.length === 0)
    throw new TraceError(`${path}: none of its ${lines.length} lines has readings of GPU Warden`);
  const passedOver = whole.length > 0 ? 0 : found.filter((each) => each.length === 0).length;
  return { past: pastOfLog(packed, path), source: 'log', passedOver };
};
