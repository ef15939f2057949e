import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import type { AvailabilityTrace, TraceOffer, TraceRow } from './availability-trace.ts';

/** A trace that cannot be read, with the file and the row. */
export class TraceError extends Error {
  override readonly name = 'TraceError';
  /** Told apart from faults of the emulator by this, where it is answered over HTTP. */
  readonly traceFault = true;
}

const COLUMNS = ['at', 'region', 'config', 'available_gpu_count'];
const TRACE_FILE = /\.csv(\.gz)?$/;

type RawRow = { readonly at: number; readonly region: string; readonly configId: string; readonly available: number };

const checkedRow = (file: string, line: number, columns: Readonly<Record<string, string>>): RawRow => {
  const at = Number(columns.at || Number.NaN);
  const available = Number(columns.available_gpu_count || Number.NaN);
  const { region, config } = columns;
  if (!Number.isFinite(at)) throw new TraceError(`${file}, row ${line}: "at" must be a number of seconds`);
  if (!Number.isInteger(available) || available < 0) {
    throw new TraceError(`${file}, row ${line}: "available_gpu_count" must be a whole number of at least 0`);
  }
  if (!region || !config) throw new TraceError(`${file}, row ${line}: "region" and "config" must not be empty`);
  return { at, region, configId: config, available };
};

const readRows = async (file: string): Promise<readonly RawRow[]> => {
  const bytes = await readFile(file);
  const text = file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
  const [header = [], ...lines] = parse(text, { skip_empty_lines: true, trim: true, bom: true }) as string[][];
  const missing = COLUMNS.filter((column) => !header.includes(column));
  if (missing.length > 0) throw new TraceError(`${file}: the columns ${missing.join(', ')} are missing`);
  return lines.map((cells, index) =>
    checkedRow(file, index + 2, Object.fromEntries(header.map((column, place) => [column, cells[place] ?? '']))),
  );
};

const filesOf = async (path: string): Promise<readonly string[]> => {
  if (!(await stat(path)).isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => TRACE_FILE.test(name)).sort();
  if (names.length === 0) throw new TraceError(`${path}: there is no .csv or .csv.gz file in this folder`);
  return names.map((name) => join(path, name));
};

/** Oldest first; of two rows at one instant the later in the file counts. */
const sorted = (rows: readonly TraceRow[]): readonly TraceRow[] => {
  const byTime = new Map(rows.map((row) => [row.atSeconds, row]));
  return [...byTime.values()].sort((a, b) => a.atSeconds - b.atSeconds);
};

/**
 * Reads a CSV (`at` in seconds, `region`, `config`, `available_gpu_count`; also gzipped) or a folder of such files, which
 * share one time axis. Gives the rows of each offer in seconds from the first row of all.
 */
export const loadAvailabilityTrace = async (path: string): Promise<AvailabilityTrace> => {
  const files = await filesOf(path).catch((cause: unknown) => {
    throw cause instanceof TraceError ? cause : new TraceError(`${path}: cannot be read`, { cause });
  });
  const rows = (await Promise.all(files.map(readRows))).flat();
  if (rows.length === 0) throw new TraceError(`${path}: there is no row`);
  const first = rows.reduce((least, row) => Math.min(least, row.at), Number.POSITIVE_INFINITY);
  const last = rows.reduce((most, row) => Math.max(most, row.at), Number.NEGATIVE_INFINITY);
  const byOffer = Map.groupBy(rows, (row) => `${row.region}/${row.configId}`);
  const offers = [...byOffer.values()].flatMap(([head, ...rest]): TraceOffer[] => {
    if (!head) return [];
    const offerRows = [head, ...rest].map(({ at, available }) => ({ atSeconds: at - first, available }));
    return [{ region: head.region, configId: head.configId, rows: sorted(offerRows) }];
  });
  return { offers, lengthSeconds: last - first };
};
