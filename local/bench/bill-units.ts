import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BenchFailedError } from './bench-world.ts';
import { itemBytes } from './write-meter.ts';

/** Bytes of 1 KB and of 4 KB, as DynamoDB counts them. */
const writeStep = 1024;
const readStep = 4096;

/** Write request units of one write: of the larger one of the item before and after, in steps of 1 KB. */
export const writeUnitsOf = (bytes: number): number => Math.max(1, Math.ceil(bytes / writeStep));

/** Read request units of one read of all its items together, in steps of 4 KB; half of it where an older answer will do. */
export const readUnitsOf = (bytes: number, consistent: boolean): number =>
  Math.max(1, Math.ceil(bytes / readStep)) * (consistent ? 1 : 0.5);

/** Request units, by item (`partition/sort key`; of a query by partition) and what was done to it. */
export type TableUnits = {
  readonly writes: Readonly<Record<string, number>>;
  readonly reads: Readonly<Record<string, number>>;
  readonly calls: number;
};

type Attributes = Parameters<typeof itemBytes>[0];

const isAttributes = (given: unknown): given is Attributes => typeof given === 'object' && given !== null;

const partOf = (given: unknown, name: string): unknown =>
  isAttributes(given) ? Object.entries(given).find(([key]) => key === name)?.[1] : undefined;

const attributesIn = (given: unknown, name: string): Attributes | undefined => {
  const part = partOf(given, name);
  return isAttributes(part) ? part : undefined;
};

const keyOf = (given: Attributes | undefined): string => `${given?.pk?.S}/${given?.sk?.S}`;

const isConsistent = (input: unknown): boolean => partOf(input, 'ConsistentRead') === true;

/** What the values of a query name: its partition. */
const partitionOf = (input: unknown): string => String(attributesIn(input, 'ExpressionAttributeValues')?.[':pk']?.S);

type Read = { readonly item: string; readonly bytes: number; readonly consistent: boolean };

const readIn = (operation: string, input: unknown, output: unknown): Read | undefined => {
  const consistent = isConsistent(input);
  if (operation === 'GetItem') {
    const item = attributesIn(output, 'Item');
    return { item: keyOf(attributesIn(input, 'Key')), bytes: item === undefined ? 0 : itemBytes(item), consistent };
  }
  if (operation !== 'Query') return undefined;
  const items = partOf(output, 'Items');
  const found = Array.isArray(items) ? items.filter(isAttributes) : [];
  return { item: partitionOf(input), bytes: found.reduce((sum, item) => sum + itemBytes(item), 0), consistent };
};

const isWrite = (operation: string) => /^(Put|Update|Delete)Item$/.test(operation);
const isRead = (operation: string) => operation === 'GetItem' || operation === 'Query';
/** What a bench itself asks for. */
const isOurs = (operation: string) => ['CreateTable', 'DescribeTable', 'Scan'].includes(operation);

const add = (to: Map<string, number>, name: string, units: number) => to.set(name, (to.get(name) ?? 0) + units);

/**
 * Counts what a client's calls are billed for, from inside it. A write whose condition does not hold costs what the item that
 * stands there would; sizes of items are known from their earlier writes. `take` answers what came since the last `take`.
 */
export const meterUnits = (dynamodb: DynamoDBClient) => {
  const sizes = new Map<string, number>();
  const writes = new Map<string, number>();
  const reads = new Map<string, number>();
  let calls = 0;
  const noteWrite = (operation: string, input: unknown, output: unknown): void => {
    const item = attributesIn(input, 'Item') ?? attributesIn(output, 'Attributes');
    const key = keyOf(attributesIn(input, 'Key') ?? item);
    const before = sizes.get(key) ?? 0;
    const after = item === undefined ? 0 : itemBytes(item);
    if (operation === 'DeleteItem') sizes.delete(key);
    else sizes.set(key, after);
    add(writes, `${operation} ${key}`, writeUnitsOf(Math.max(before, after)));
  };
  const noteFailure = (operation: string, input: unknown): void => {
    if (!isWrite(operation)) return;
    const key = keyOf(attributesIn(input, 'Key') ?? attributesIn(input, 'Item'));
    add(writes, `${operation} ${key}`, writeUnitsOf(sizes.get(key) ?? 0));
  };
  dynamodb.middlewareStack.add(
    (next, context) => async (call) => {
      const operation = String(context.commandName).replace(/Command$/, '');
      if (isOurs(operation)) return next(call);
      if (!isWrite(operation) && !isRead(operation)) throw new BenchFailedError(`Not counted: ${operation}`);
      calls += 1;
      try {
        const answer = await next(call);
        if (isWrite(operation)) noteWrite(operation, call.input, answer.output);
        const read = readIn(operation, call.input, answer.output);
        if (read !== undefined) add(reads, `${operation} ${read.item}`, readUnitsOf(read.bytes, read.consistent));
        return answer;
      } catch (failure) {
        noteFailure(operation, call.input);
        throw failure;
      }
    },
    { step: 'initialize', name: 'meterUnits' },
  );
  return {
    take: (): TableUnits => {
      const taken = { writes: Object.fromEntries(writes), reads: Object.fromEntries(reads), calls };
      writes.clear();
      reads.clear();
      calls = 0;
      return taken;
    },
  };
};
