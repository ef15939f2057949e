import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { AvailabilityTrace, TraceOffer } from './availability-trace.ts';
import { sortedRows } from './row-index.ts';
import { type CsvRow, numberIn, readTraceCsv, TraceError } from './trace-csv.ts';

const COLUMNS = ['at', 'region', 'config', 'available_gpu_count'];
const TRACE_FILE = /\.csv(\.gz)?$/;

type RawRow = { readonly at: number; readonly region: string; readonly configId: string; readonly available: number };

const checkedRow = (file: string, { line, cells }: CsvRow): RawRow => {
  const at = numberIn(cells.at);
  const available = numberIn(cells.available_gpu_count);
  const { region, config } = cells;
  if (!Number.isFinite(at)) throw new TraceError(`${file}, row ${line}: "at" must be a number of seconds`);
  if (!Number.isInteger(available) || available < 0) {
    throw new TraceError(`${file}, row ${line}: "available_gpu_count" must be a whole number of at least 0`);
  }
  if (!region || !config) throw new TraceError(`${file}, row ${line}: "region" and "config" must not be empty`);
  return { at, region, configId: config, available };
};

const readRows = async (file: string): Promise<readonly RawRow[]> =>
  (await readTraceCsv(file, COLUMNS)).map((row) => checkedRow(file, row));

const filesOf = async (path: string): Promise<readonly string[]> => {
  if (!(await stat(path)).isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => TRACE_FILE.test(name)).sort();
  if (names.length === 0) throw new TraceError(`${path}: there is no .csv or .csv.gz file in this folder`);
  return names.map((name) => join(path, name));
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
    return [{ region: head.region, configId: head.configId, rows: sortedRows(offerRows) }];
  });
  return { offers, lengthSeconds: last - first };
};
