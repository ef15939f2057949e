import type { Instant } from '#domain/time.ts';
import type { CpuUse, MemoryUse, Reading, Use } from './reading.ts';
import type { RuntimeKey } from './runtime-case.ts';

/** A runtime in one tick: its status in the listing and, where it was read, what was read. What was read was `Running`. */
export type SeenReading = { readonly status: string; readonly reading?: Reading };

/** The readings of a tick, or a part of them, by the runtimes' references. */
export type UnpackedReadings = { readonly at: Instant; readonly readings: ReadonlyMap<string, SeenReading> };

/** Of the order and the meaning of what stands in a row. */
const format = 1;
/** A line is at most so many bytes, quoted inside a log record; CloudWatch takes 256 KB. */
const mostBytes = 200_000;
const longestStatus = 40;
/** More than any use can be; what JSON has no number for is told as this much. */
const mostUse = 1e12;

/** Why a reading is unknown, by its words: these may quote the provider, and so a name, and are not told themselves. */
const codes: readonly (readonly [RegExp, string])[] = [
  [/older than 3 minutes/, 'stale'],
  [/lies in the future/, 'ahead'],
  [/does not advance/, 'stands still'],
  [/GPUs are reported/, 'GPUs missing'],
  [/reported before and is missing/, 'CPU missing'],
  [/has no unit|in several units|cannot be in/, 'unit'],
  [/is not possible/, 'impossible'],
  [/no whole answer|deadline has passed/, 'no answer'],
  [/is missing|no number|could not be read|is not known|says nothing|cannot be used/, 'unreadable'],
];

const codeOf = (because: string): string => {
  // First, since anything may follow it.
  const status = /answered (\d{3})\b/.exec(because)?.[1];
  return status ?? codes.find(([words]) => words.test(because))?.[1] ?? 'other';
};

/** The largest number of two decimals that is not above: below a threshold of two decimals exactly if the value itself is. */
const hundredths = (value: number): number => {
  const most = Math.min(value, mostUse);
  const nearest = Math.round(most * 100);
  return (nearest / 100 <= most ? nearest : nearest - 1) / 100;
};

/** The unit that is usual is left out. */
const packedUse = (use: CpuUse | MemoryUse | undefined, usual: 'cores' | 'percent') => {
  if (use === undefined) return null;
  const value = hundredths(use.value);
  return use.unit === usual ? value : `${value} ${use.unit}`;
};

/**
 * One runtime: `[reference, status]` if it was not read; `[reference, later, why]` if that came to nothing; else `[reference,
 * later, GPUs, GPU %, CPU (cores), memory (%)]`, followed by 1 if the unit of the GPUs is not stated. `later`: milliseconds
 * from the tick's time to the reading's.
 */
const rowOf = (at: Instant, reference: string, { status, reading }: SeenReading): readonly unknown[] => {
  if (reading === undefined) return [reference, status.slice(0, longestStatus)];
  const later = reading.at - at;
  if (reading.state === 'unknown') return [reference, later, codeOf(reading.because)];
  const { gpuPercent, cpu, memory } = reading.use;
  const uses = [hundredths(gpuPercent), packedUse(cpu, 'cores'), packedUse(memory, 'percent')];
  return [reference, later, reading.gpus, ...uses, ...(reading.unitStated ? [] : [1])];
};

const lineOf = (at: Instant, rows: readonly string[]) =>
  `{"format":${format},"at":${at},"runtimes":[${rows.join(',')}]}`;

/** Bytes of a text inside a JSON record, and of the comma after it. */
const bytesInRecord = (text: string): number => new TextEncoder().encode(JSON.stringify(text)).length - 1;

/**
 * All readings of a tick as lines of a log, usually one, from which the rules can be replayed. They hold no names: `refOf`
 * gives each runtime a short reference. Numbers have two decimals and are never rounded up.
 */
export const packReadings = (
  at: Instant,
  readings: ReadonlyMap<RuntimeKey, SeenReading>,
  refOf: (key: RuntimeKey) => string,
): string[] => {
  const lines: string[][] = [[]];
  const empty = bytesInRecord(lineOf(at, [])) + 2;
  let bytes = empty;
  for (const [key, seen] of readings) {
    const row = JSON.stringify(rowOf(at, refOf(key), seen));
    const more = bytesInRecord(row);
    if (bytes + more > mostBytes) {
      lines.push([]);
      bytes = empty;
    }
    lines.at(-1)?.push(row);
    bytes += more;
  }
  return lines.map((rows) => lineOf(at, rows));
};

const notPacked = (): never => {
  throw new TypeError('This is no line of packed readings that this version knows.');
};

const numberIn = (given: unknown): number => (typeof given === 'number' ? given : notPacked());
const textIn = (given: unknown): string => (typeof given === 'string' ? given : notPacked());
const listIn = (given: unknown): readonly unknown[] => (Array.isArray(given) ? given : notPacked());

const unpackedUse = <Unit extends string>(given: unknown, usual: Unit, other: Unit) => {
  if (given === null) return undefined;
  if (typeof given === 'number') return { value: given, unit: usual };
  const [number, unit] = textIn(given).split(' ');
  const value = Number(number);
  return unit === other && Number.isFinite(value) ? { value, unit: other } : notPacked();
};

const unpackedKnown = (at: Instant, row: readonly unknown[]): Reading => {
  const [gpus, gpuPercent, cpuGiven, memoryGiven, unstated] = row;
  const cpu = unpackedUse<CpuUse['unit']>(cpuGiven, 'cores', 'percent');
  const memory = unpackedUse<MemoryUse['unit']>(memoryGiven, 'percent', 'gib');
  const use: Use = {
    gpuPercent: numberIn(gpuPercent),
    ...(cpu === undefined ? {} : { cpu }),
    ...(memory === undefined ? {} : { memory }),
  };
  return { state: 'known', at, gpus: numberIn(gpus), unitStated: unstated !== 1, use };
};

const unpackedRow = (at: Instant, given: unknown): [string, SeenReading] => {
  const [reference, second, third, ...rest] = listIn(given);
  if (typeof second === 'string') return [textIn(reference), { status: second }];
  const readAt = at + numberIn(second);
  const reading: Reading =
    typeof third === 'string'
      ? { state: 'unknown', at: readAt, because: third }
      : unpackedKnown(readAt, [third, ...rest]);
  return [textIn(reference), { status: 'Running', reading }];
};

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

/**
 * The readings in one line. Of an unknown reading there is a word instead of its reason; `sampledAt` is not there. Throws a
 * TypeError for what is no such line, or one of another format.
 */
export const unpackReadings = (line: string): UnpackedReadings => {
  const given = parsed(line);
  if (typeof given !== 'object' || given === null) return notPacked();
  if (!('format' in given && 'at' in given && 'runtimes' in given) || given.format !== format) return notPacked();
  const at = numberIn(given.at);
  return { at, readings: new Map(listIn(given.runtimes).map((row) => unpackedRow(at, row))) };
};
