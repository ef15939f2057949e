import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';

/** A trace that cannot be read, with the file and the row. */
export class TraceError extends Error {
  override readonly name = 'TraceError';
  /** Told apart from faults of the emulator by this, where it is answered over HTTP. */
  readonly traceFault = true;
}

/** One row of a file: the line that it stands in, and its cells by the name of their column. */
export type CsvRow = { readonly line: number; readonly cells: Readonly<Record<string, string>> };

type Parsed = { readonly info: { readonly lines: number }; readonly record: readonly string[] };

const parsed = (bytes: Buffer, zipped: boolean): readonly Parsed[] => {
  const text = zipped ? gunzipSync(bytes) : bytes;
  return parse(text, { skip_empty_lines: true, trim: true, bom: true, info: true }) as unknown as Parsed[];
};

/**
 * The rows of a CSV (also gzipped) that has at least these columns, in any order. Others must be among the optional ones,
 * where those are given: a column that is misspelt would be passed over. Throws a TraceError.
 */
export const readTraceCsv = async (
  file: string,
  columns: readonly string[],
  optional?: readonly string[],
): Promise<readonly CsvRow[]> => {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new TraceError(`${file}: cannot be read`, { cause });
  });
  try {
    const [head, ...rows] = parsed(bytes, file.endsWith('.gz'));
    const names = head?.record ?? [];
    const missing = columns.filter((column) => !names.includes(column));
    if (missing.length > 0) throw new TraceError(`${file}: the columns ${missing.join(', ')} are missing`);
    const unknown = names.filter((name) => optional && ![...columns, ...optional].includes(name));
    if (unknown.length > 0) {
      const allowed = [...columns, ...(optional ?? [])].join(', ');
      throw new TraceError(`${file}: there are the unknown columns ${unknown.join(', ')}; allowed are ${allowed}`);
    }
    return rows.map(({ info, record }) => ({
      line: info.lines,
      cells: Object.fromEntries(names.map((column, place) => [column, record[place] ?? ''])),
    }));
  } catch (cause) {
    if (cause instanceof TraceError) throw cause;
    throw new TraceError(`${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
};

/** The number in a cell; an empty cell is none. */
export const numberIn = (cell: string | undefined): number => Number(cell || Number.NaN);
