import { sortedRows } from './row-index.ts';
import { type CsvRow, numberIn, readTraceCsv, TraceError } from './trace-csv.ts';
import type { TraceRuntime, UtilisationRow, UtilisationTrace } from './utilisation-trace.ts';

const COLUMNS = ['at', 'runtime', 'gpu_percent'];
/** May be missing, or empty in a row. */
const OPTIONAL_COLUMNS = ['gpu_memory_bytes', 'memory_percent', 'cpu_cores', 'cpu_percent'];

type RawRow = Omit<UtilisationRow, 'atSeconds'> & { readonly at: number; readonly runtime: string };

const checkedRow = (file: string, { line, cells }: CsvRow): RawRow => {
  const refuse = (column: string, must: string): never => {
    throw new TraceError(`${file}, row ${line}: "${column}" must ${must}`);
  };
  const percent = (column: string) => {
    const value = numberIn(cells[column]);
    return value >= 0 && value <= 100 ? value : refuse(column, 'be a number from 0 to 100');
  };
  const atLeastZero = (column: string) => {
    const value = numberIn(cells[column]);
    return value >= 0 && Number.isFinite(value) ? value : refuse(column, 'be a number of at least 0');
  };
  const at = numberIn(cells.at);
  return {
    at: Number.isFinite(at) ? at : refuse('at', 'be a number of seconds'),
    runtime: cells.runtime || refuse('runtime', 'not be empty'),
    gpuPercent: percent('gpu_percent'),
    ...(cells.gpu_memory_bytes ? { gpuMemoryBytes: atLeastZero('gpu_memory_bytes') } : {}),
    ...(cells.memory_percent ? { memoryPercent: percent('memory_percent') } : {}),
    ...(cells.cpu_cores ? { cpuCores: atLeastZero('cpu_cores') } : {}),
    ...(cells.cpu_percent ? { cpuPercent: percent('cpu_percent') } : {}),
  };
};

/**
 * Reads a CSV (also gzipped) of `at` in seconds, `runtime`, `gpu_percent`, and `gpu_memory_bytes`, `memory_percent`,
 * `cpu_cores` and `cpu_percent`, which may be empty or missing. Gives the rows of each runtime in seconds from the first row
 * of all, the runtimes by name. Throws a TraceError that names the file, the line and the column.
 */
export const loadUtilisationTrace = async (path: string): Promise<UtilisationTrace> => {
  const rows = (await readTraceCsv(path, COLUMNS, OPTIONAL_COLUMNS)).map((row) => checkedRow(path, row));
  if (rows.length === 0) throw new TraceError(`${path}: there is no row`);
  const first = rows.reduce((least, row) => Math.min(least, row.at), Number.POSITIVE_INFINITY);
  const last = rows.reduce((most, row) => Math.max(most, row.at), Number.NEGATIVE_INFINITY);
  const byName = Map.groupBy(rows, (row) => row.runtime);
  const runtimes = [...byName].map(
    ([name, own]): TraceRuntime => ({
      name,
      rows: sortedRows(own.map(({ at, runtime: _, ...use }) => ({ atSeconds: at - first, ...use }))),
    }),
  );
  return { runtimes: runtimes.sort((a, b) => (a.name < b.name ? -1 : 1)), lengthSeconds: last - first };
};
