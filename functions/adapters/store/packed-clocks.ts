import { deflateRawSync, inflateRawSync } from 'node:zlib';
import * as z from 'zod/mini';
import { ItemNotUnderstoodError, readItem } from '#adapters/store/items.ts';
import type { Clock, Span } from '#domain/guardrails/clock.ts';
import type { Use } from '#domain/guardrails/reading.ts';
import type { RuntimeKey } from '#domain/guardrails/runtime-case.ts';
import type { Instant } from '#domain/time.ts';

/**
 * The clocks of all runtimes in one Binary: JSON, deflated without a header, of `[base, [one list per runtime, …]]`. Every
 * instant in it is the number of milliseconds before `base`, since small numbers take few bytes.
 *
 * Measured with ids that are UUIDs and uses of 15 digits: 56 bytes per runtime for 10 runtimes, 51 for 100, 48 for 1,000. So an item,
 * which may have 400 KB, is full at about 8,000 runtimes; DynamoDB then refuses to write it.
 */
export type PackedClocks = { readonly format: number; readonly bytes: Uint8Array };

/** Of the order of the fields in a list, and of what they mean: another order is another number. */
const format = 1;

const ago = z.number();
/** JSON has no number for infinity (a use that is too large for one) and writes null. */
const value = z.pipe(
  z.nullable(z.number()),
  z.transform((given) => given ?? Number.POSITIVE_INFINITY),
);
const flag = z.literal([0, 1]);

const use = z.tuple([
  value,
  z.nullable(z.tuple([value, z.enum(['cores', 'percent'])])),
  z.nullable(z.tuple([value, z.enum(['percent', 'gib'])])),
]);
/** Since; how much less was observed than passed; the last idle reading; gap; after busy; unit stated; the highest use. */
const span = z.tuple([ago, z.number(), ago, z.number(), flag, flag, use]);
/** Key; seen; sampled; busy; span; unknown since and why; not running since and how; missed. */
const row = z.tuple([
  z.string(),
  ago,
  z.nullable(ago),
  z.nullable(ago),
  z.nullable(span),
  z.nullable(z.tuple([ago, z.string()])),
  z.nullable(z.tuple([ago, z.string()])),
  flag,
]);
const content = z.tuple([z.number(), z.array(row)]);

type Row = z.output<typeof row>;

const flagOf = (set: boolean) => (set ? 1 : 0);

const latestIn = ({ seenAt, busyAt, span }: Clock): Instant => Math.max(seenAt, busyAt ?? 0, span?.idleAt ?? 0);

const packUse = ({ gpuPercent, cpu, memory }: Use): z.output<typeof use> => [
  gpuPercent,
  cpu === undefined ? null : [cpu.value, cpu.unit],
  memory === undefined ? null : [memory.value, memory.unit],
];

const packSpan = (base: Instant, given: Span): z.output<typeof span> => {
  const { since, observed, idleAt, gap, afterBusy, unitStated, highest } = given;
  const unseen = idleAt - since - observed;
  return [base - since, unseen, base - idleAt, gap, flagOf(afterBusy), flagOf(unitStated), packUse(highest)];
};

const packClock = (base: Instant, key: RuntimeKey, clock: Clock): Row => {
  const { seenAt, sampledAt, busyAt, span, unknown, notRunning, missed } = clock;
  return [
    key,
    base - seenAt,
    sampledAt === undefined ? null : base - sampledAt,
    busyAt === undefined ? null : base - busyAt,
    span === undefined ? null : packSpan(base, span),
    unknown === undefined ? null : [base - unknown.since, unknown.because],
    notRunning === undefined ? null : [base - notRunning.since, notRunning.status],
    flagOf(missed === true),
  ];
};

/** Packs clocks so that `unpackClocks` gives back exactly the same. */
export const packClocks = (clocks: ReadonlyMap<RuntimeKey, Clock>): PackedClocks => {
  const base = clocks.values().reduce((latest, clock) => Math.max(latest, latestIn(clock)), 0);
  const rows = Array.from(clocks, ([key, clock]) => packClock(base, key, clock));
  return { format, bytes: deflateRawSync(JSON.stringify([base, rows])) };
};

const unpackUse = ([gpuPercent, cpu, memory]: z.output<typeof use>): Use => ({
  gpuPercent,
  ...(cpu === null ? {} : { cpu: { value: cpu[0], unit: cpu[1] } }),
  ...(memory === null ? {} : { memory: { value: memory[0], unit: memory[1] } }),
});

const unpackSpan = (base: Instant, packed: z.output<typeof span>): Span => {
  const [since, unseen, idleAt, gap, afterBusy, unitStated, highest] = packed;
  return {
    since: base - since,
    observed: since - idleAt - unseen,
    idleAt: base - idleAt,
    gap,
    afterBusy: afterBusy === 1,
    unitStated: unitStated === 1,
    highest: unpackUse(highest),
  };
};

const unpackClock = (base: Instant, packed: Row): [RuntimeKey, Clock] => {
  const [key, seen, sampled, busy, idle, unknown, notRunning, missed] = packed;
  const clock: Clock = {
    seenAt: base - seen,
    ...(sampled === null ? {} : { sampledAt: base - sampled }),
    ...(busy === null ? {} : { busyAt: base - busy }),
    ...(idle === null ? {} : { span: unpackSpan(base, idle) }),
    ...(unknown === null ? {} : { unknown: { since: base - unknown[0], because: unknown[1] } }),
    ...(notRunning === null ? {} : { notRunning: { since: base - notRunning[0], status: notRunning[1] } }),
    ...(missed === 1 ? { missed: true } : {}),
  };
  return [key, clock];
};

const inflated = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(inflateRawSync(bytes).toString());
  } catch {
    // Neither error helps, and that of JSON quotes what it could not read.
    throw new ItemNotUnderstoodError('The clocks in the fleet item in the table are damaged.');
  }
};

/** The clocks as they were packed. Throws `ItemNotUnderstoodError` for another format, and for what is no clock. */
export const unpackClocks = (packed: PackedClocks): Map<RuntimeKey, Clock> => {
  if (packed.format !== format) {
    throw new ItemNotUnderstoodError(
      `The clocks in the fleet item in the table have the unknown format ${packed.format}.`,
    );
  }
  const [base, rows] = readItem(content, inflated(packed.bytes), 'fleet');
  return new Map(rows.map((row) => unpackClock(base, row)));
};
