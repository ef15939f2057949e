import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBServiceException,
  ResourceInUseException,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import { type Execute, jsonRequestHandler } from './aws-json.ts';
import {
  compareValues,
  type Expression,
  ExpressionRefusedError,
  isTrueOf,
  type StoredItem,
  updated,
} from './table-expressions.ts';

/** As the SDK has them, of the operations that we use. */
type Input = {
  readonly TableName?: string;
  readonly Key?: StoredItem;
  readonly Item?: StoredItem;
  readonly ConditionExpression?: string;
  readonly UpdateExpression?: string;
  readonly KeyConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, AttributeValue>>;
  readonly ExclusiveStartKey?: StoredItem;
  readonly Limit?: number;
  readonly ReturnValues?: string;
};

const client = { $fault: 'client' as const, $metadata: { httpStatusCode: 400 } };
const message = (text: string) => ({ message: text, $metadata: { httpStatusCode: 400 } });

const invalid = (text: string): Error =>
  new DynamoDBServiceException({ name: 'ValidationException', message: text, ...client });

const mostItemBytes = 400 * 1024;
const mostPageBytes = 1024 * 1024;

const bytes = (text: string): number => Buffer.byteLength(text);

/** The size of a value as DynamoDB counts it. Source: "DynamoDB item sizes and formats" in its developer guide. */
const sizeOfValue = ({ S, N, SS, L, M, B }: AttributeValue): number => {
  if (S !== undefined) return bytes(S);
  if (N !== undefined) return Math.ceil(N.length / 2) + 1;
  if (SS !== undefined) return SS.reduce((sum, each) => sum + bytes(each), 0);
  if (L !== undefined) return 3 + L.reduce((sum, each) => sum + 1 + sizeOfValue(each), 0);
  if (M !== undefined) return 3 + Object.keys(M).length + sizeOf(M);
  return B === undefined ? 1 : B.length;
};

const sizeOf = (item: StoredItem): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + bytes(name) + sizeOfValue(value), 0);

const keyOf = (item: StoredItem | undefined): { readonly pk: string; readonly sk: string } => {
  const [pk, sk] = [item?.pk?.S, item?.sk?.S];
  if (pk === undefined || sk === undefined) throw invalid('The provided key element does not match the schema');
  if (pk === '' || sk === '') throw invalid('One or more parameter values are not valid: a key is an empty text');
  return { pk, sk };
};

const expressionOf = (text: string, input: Input): Expression => ({
  text,
  names: input.ExpressionAttributeNames ?? {},
  values: input.ExpressionAttributeValues ?? {},
});

/** Evaluates; what the evaluator refuses is what DynamoDB answers. */
const evaluated = <T>(evaluate: () => T): T => {
  try {
    return evaluate();
  } catch (error) {
    throw error instanceof ExpressionRefusedError ? invalid(error.message) : error;
  }
};

const bySortKey = (a: StoredItem, b: StoredItem): number => compareValues(a.sk, b.sk) ?? 0;

/** The items of one table. None is ever changed in place: what was read stays as it was. */
const createItems = () => {
  const partitions = new Map<string, Map<string, StoredItem>>();
  const found = (key: StoredItem | undefined) => {
    const { pk, sk } = keyOf(key);
    return partitions.get(pk)?.get(sk);
  };
  const check = (input: Input, key: StoredItem | undefined): StoredItem | undefined => {
    const item = found(key);
    const { ConditionExpression: condition } = input;
    if (condition === undefined || evaluated(() => isTrueOf(expressionOf(condition, input), item))) return item;
    throw new ConditionalCheckFailedException(message('The conditional request failed'));
  };
  const put = (item: StoredItem): void => {
    const { pk, sk } = keyOf(item);
    if (sizeOf(item) > mostItemBytes) throw invalid('Item size has exceeded the maximum allowed size');
    const partition = partitions.get(pk) ?? new Map<string, StoredItem>();
    partitions.set(pk, partition.set(sk, item));
  };
  const page = (items: readonly StoredItem[], { ExclusiveStartKey: after, Limit }: Input) => {
    const start = after === undefined ? 0 : items.findIndex((item) => bySortKey(item, after) > 0);
    const rest = start < 0 ? [] : items.slice(start);
    let size = 0;
    const end = rest.findIndex((item, index) => {
      size += sizeOf(item);
      return size > mostPageBytes || index >= (Limit ?? Number.POSITIVE_INFINITY);
    });
    const Items = end < 0 ? rest : rest.slice(0, Math.max(1, end));
    const last = Items.at(-1);
    return {
      Items,
      Count: Items.length,
      ...(end < 0 || last === undefined ? {} : { LastEvaluatedKey: { pk: last.pk, sk: last.sk } }),
    };
  };
  const all = (): StoredItem[] =>
    [...partitions.values()].flatMap((partition) => [...partition.values()].sort(bySortKey));

  return {
    all,
    operations: {
      GetItem: ({ Key }: Input) => {
        const Item = found(Key);
        return Item === undefined ? {} : { Item };
      },
      PutItem: (input: Input) => {
        check(input, input.Item);
        put(input.Item ?? {});
        return {};
      },
      UpdateItem: (input: Input) => {
        const before = check(input, input.Key) ?? input.Key ?? {};
        const { UpdateExpression: change = '' } = input;
        const item = evaluated(() => updated(expressionOf(change, input), before));
        put(item);
        return input.ReturnValues === 'ALL_NEW' ? { Attributes: item } : {};
      },
      DeleteItem: (input: Input) => {
        check(input, input.Key);
        const { pk, sk } = keyOf(input.Key);
        partitions.get(pk)?.delete(sk);
        return {};
      },
      Query: (input: Input) => {
        const condition = expressionOf(input.KeyConditionExpression ?? '', input);
        const partition = partitions.get(input.ExpressionAttributeValues?.[':pk']?.S ?? '');
        const items = [...(partition?.values() ?? [])].filter((item) => evaluated(() => isTrueOf(condition, item)));
        return page(items.sort(bySortKey), input);
      },
      Scan: () => ({ Items: all(), Count: all().length }),
      DescribeTable: ({ TableName }: Input) => ({ Table: { TableName, TableStatus: 'ACTIVE' } }),
    },
  };
};

type Operations = Record<string, ((input: Input) => unknown) | undefined>;

/** DynamoDB in memory and at once: the operations that we use, as DynamoDB carries them out, on tables with the keys `pk` and `sk`. */
export const createSimulatedTable = () => {
  const tables = new Map<string, ReturnType<typeof createItems>>();
  return {
    /** @throws DynamoDBServiceException what DynamoDB refuses it with */
    execute: (operation: string, given: Record<string, unknown>): unknown => {
      const input: Input = given;
      const { TableName = '' } = input;
      const table = tables.get(TableName);
      if (operation === 'CreateTable') {
        if (table !== undefined) throw new ResourceInUseException(message(`Table already exists: ${TableName}`));
        tables.set(TableName, createItems());
        return { TableDescription: { TableName, TableStatus: 'ACTIVE' } };
      }
      if (table === undefined) throw new ResourceNotFoundException(message('Requested resource not found'));
      const operations: Operations = table.operations;
      const carryOut = operations[operation];
      if (carryOut === undefined) throw invalid(`The simulated table does not know ${operation}.`);
      return carryOut(input);
    },
    /** The items of all tables, by their keys. */
    items: (): readonly StoredItem[] =>
      [...tables.values()]
        .flatMap((table) => table.all())
        .sort((a, b) => (compareValues(a.pk, b.pk) ?? 0) || bySortKey(a, b)),
  };
};

export type SimulatedTable = ReturnType<typeof createSimulatedTable>;

/** What an SDK client has in the place of the network. */
export const tableRequestHandler = (execute: Execute) =>
  jsonRequestHandler('com.amazonaws.dynamodb.v20120810#', execute);
