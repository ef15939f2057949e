import type { WardenEvent } from '#domain/event.ts';
import type { TableUnits } from './bill-units.ts';

export type FunctionName = 'watch-availability' | 'guard-runtimes' | 'send-notice' | 'links';

/** MB of memory, as the stack sets it. */
export const memoryMb: Readonly<Record<FunctionName, number>> = {
  'watch-availability': 256,
  'guard-runtimes': 512,
  'send-notice': 256,
  links: 512,
};

/** Assumptions about what cannot be counted here, in milliseconds. */
export const takes = {
  providerCall: 50,
  tableCall: 5,
  queueCall: 10,
  mailCall: 60,
  /** Start of a new environment, which is billed; its import takes about 100 ms on a whole core. */
  coldStart: 500,
} as const;

/**
 * So many of an invocation's calls to the provider are waited for one after the other. While the others are answered, those
 * behind them wait for their turn (20 a second by default), and that waiting is counted.
 */
const answersWaitedFor = 4;

/** Lambda gives a whole core at 1,769 MB, and a part of it below. Source: "Configure Lambda function memory". */
const mbOfOneCore = 1769;

/**
 * One invocation: what it asked for, what it told, and how long it worked (`cpuMs`, on a whole core, with the work of the
 * engines here, so that it is an upper bound) and waited (`waitedMs`, by its clock: for turns, offset and next look).
 */
export type Invocation = {
  readonly name: FunctionName;
  readonly providerCalls: number;
  readonly table: TableUnits;
  readonly queueCalls: number;
  readonly mails: number;
  readonly cpuMs: number;
  readonly waitedMs: number;
  readonly isCold: boolean;
  readonly events: readonly WardenEvent[];
};

/** Billed milliseconds of an invocation, as if nothing in it happened at the same time as anything else. */
export const billedMs = (invocation: Omit<Invocation, 'events'>): number => {
  const { name, providerCalls, table, queueCalls, mails, cpuMs, waitedMs, isCold } = invocation;
  const share = Math.min(1, memoryMb[name] / mbOfOneCore);
  return (
    waitedMs +
    Math.min(providerCalls, answersWaitedFor) * takes.providerCall +
    table.calls * takes.tableCall +
    queueCalls * takes.queueCall +
    mails * takes.mailCall +
    cpuMs / share +
    (isCold ? takes.coldStart : 0)
  );
};

export const gbSecondsOf = (invocation: Omit<Invocation, 'events'>): number =>
  (Math.ceil(billedMs(invocation)) / 1000) * (memoryMb[invocation.name] / 1024);
