import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBServiceException,
  ResourceInUseException,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import { type Execute, jsonRequestHandler } from './aws-json.ts';
import {
  type Expression,
  ExpressionRefusedError,
  isTrueOf,
  readKeyCondition,
  refuseUnused,
} from './table-expressions.ts';
import { updated } from './table-updates.ts';
import { compareTexts, copyOf, type StoredItem, sizeOf } from './table-values.ts';
import { inputFromWire, toWire } from './table-wire.ts';

type WriteRequest = {
  readonly PutRequest?: { readonly Item: StoredItem };
  readonly DeleteRequest?: { readonly Key: StoredItem };
};

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
  readonly RequestItems?: Readonly<Record<string, readonly WriteRequest[]>>;
  readonly KeySchema?: readonly { readonly AttributeName?: string }[];
};

const conditional = ['ConditionExpression', 'ExpressionAttributeNames', 'ExpressionAttributeValues'];

/** What each operation may be told, beside the table. Everything else is refused: nothing is passed over in silence. */
const parameters: Readonly<Record<string, readonly string[]>> = {
  GetItem: ['Key', 'ConsistentRead'],
  PutItem: ['Item', ...conditional],
  UpdateItem: ['Key', 'UpdateExpression', 'ReturnValues', ...conditional],
  DeleteItem: ['Key', ...conditional],
  Query: ['KeyConditionExpression', 'ConsistentRead', 'ExclusiveStartKey', 'Limit', ...conditional.slice(1)],
  Scan: ['ConsistentRead', 'ExclusiveStartKey', 'Limit'],
  CreateTable: ['KeySchema', 'AttributeDefinitions', 'BillingMode'],
  DescribeTable: [],
  BatchWriteItem: ['RequestItems'],
};

const client = { $fault: 'client' as const, $metadata: { httpStatusCode: 400 } };
const message = (text: string) => ({ message: text, $metadata: { httpStatusCode: 400 } });

const invalid = (text: string): Error =>
  new DynamoDBServiceException({ name: 'ValidationException', message: text, ...client });

const mostItemBytes = 400 * 1024;
const mostPageBytes = 1024 * 1024;

const mostInBatch = 25;
const mostKeyBytes = { pk: 2048, sk: 1024 } as const;

type Key = { readonly pk: string; readonly sk: string };

const keyText = (item: StoredItem | undefined, name: keyof Key): string => {
  const text = item?.[name]?.S;
  if (text === undefined) throw invalid('The provided key element does not match the schema');
  const size = Buffer.byteLength(text);
  if (size === 0) throw invalid(`One or more parameter values are not valid: the key ${name} is an empty text`);
  if (size > mostKeyBytes[name])
    throw invalid(`One or more parameter values were invalid: the key ${name} is too long`);
  return text;
};

/** The key that is in an item. */
const keyIn = (item: StoredItem | undefined): Key => ({ pk: keyText(item, 'pk'), sk: keyText(item, 'sk') });

/** A key that is nothing else. */
const keyOf = (key: StoredItem | undefined): Key => {
  if (Object.keys(key ?? {}).length !== 2) throw invalid('The provided key element does not match the schema');
  return keyIn(key);
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

const checkParameters = (operation: string, given: Readonly<Record<string, unknown>>): void => {
  const known = parameters[operation];
  if (known === undefined) throw invalid(`The simulated table does not know ${operation}.`);
  const named = Object.keys(given).filter((name) => given[name] !== undefined && name !== 'TableName');
  const unknown = named.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw invalid(`The simulated table does not know ${unknown.join(', ')} of ${operation}.`);
};

const checkExpressions = (input: Input): void => {
  const { ConditionExpression, UpdateExpression, KeyConditionExpression } = input;
  const texts = [ConditionExpression, UpdateExpression, KeyConditionExpression].filter((text) => text !== undefined);
  evaluated(() => refuseUnused(texts, expressionOf('', input)));
};

type Stored = Key & { readonly item: StoredItem };

const inOrder = (a: Key, b: Key): number => compareTexts(a.pk, b.pk) || compareTexts(a.sk, b.sk);

/** A page ends with the item that makes it a megabyte, or as many items as asked for, whether more follow or not. */
const pageOf = (all: readonly Stored[], { ExclusiveStartKey, Limit = Number.POSITIVE_INFINITY }: Input) => {
  if (Limit < 1) throw invalid('Limit must be at least 1');
  const after = ExclusiveStartKey === undefined ? undefined : keyOf(ExclusiveStartKey);
  const rest = after === undefined ? all : all.filter((each) => inOrder(each, after) > 0);
  let size = 0;
  const end = rest.findIndex(({ item }, index) => {
    size += sizeOf(item);
    return size >= mostPageBytes || index + 1 >= Limit;
  });
  const found = end < 0 ? rest : rest.slice(0, end + 1);
  const last = end < 0 ? undefined : found.at(-1);
  return {
    Items: found.map(({ item }) => copyOf(item)),
    Count: found.length,
    ScannedCount: found.length,
    ...(last === undefined ? {} : { LastEvaluatedKey: { pk: { S: last.pk }, sk: { S: last.sk } } }),
  };
};

/** The items of one table. */
const createItems = () => {
  const partitions = new Map<string, Map<string, StoredItem>>();
  const found = ({ pk, sk }: Key) => partitions.get(pk)?.get(sk);
  const check = (input: Input, key: Key): StoredItem | undefined => {
    const item = found(key);
    const { ConditionExpression: condition } = input;
    if (condition === undefined || evaluated(() => isTrueOf(expressionOf(condition, input), item))) return item;
    throw new ConditionalCheckFailedException(message('The conditional request failed'));
  };
  const put = (item: StoredItem, { pk, sk }: Key): void => {
    if (sizeOf(item) > mostItemBytes) throw invalid('Item size has exceeded the maximum allowed size');
    const partition = partitions.get(pk) ?? new Map<string, StoredItem>();
    partitions.set(pk, partition.set(sk, copyOf(item)));
  };
  const inPartition = (pk: string): Stored[] =>
    Array.from(partitions.get(pk) ?? [], ([sk, item]) => ({ pk, sk, item })).sort(inOrder);
  const all = (): Stored[] => [...partitions.keys()].sort(compareTexts).flatMap(inPartition);

  return {
    all,
    operations: {
      GetItem: ({ Key }: Input) => {
        const item = found(keyOf(Key));
        return item === undefined ? {} : { Item: copyOf(item) };
      },
      PutItem: (input: Input) => {
        const { Item = {} } = input;
        const key = keyIn(Item);
        check(input, key);
        put(Item, key);
        return {};
      },
      UpdateItem: (input: Input) => {
        const { UpdateExpression: change, Key: given = {}, ReturnValues = 'NONE' } = input;
        if (!['NONE', 'ALL_NEW'].includes(ReturnValues)) throw invalid(`The simulated table knows no ${ReturnValues}.`);
        const key = keyOf(given);
        const before = check(input, key) ?? given;
        const item = change === undefined ? before : evaluated(() => updated(expressionOf(change, input), before));
        if (item.pk?.S !== key.pk || item.sk?.S !== key.sk) throw invalid('Cannot update a part of the key');
        put(item, key);
        return ReturnValues === 'ALL_NEW' ? { Attributes: copyOf(item) } : {};
      },
      DeleteItem: (input: Input) => {
        const key = keyOf(input.Key);
        check(input, key);
        partitions.get(key.pk)?.delete(key.sk);
        return {};
      },
      Query: (input: Input) => {
        const condition = expressionOf(input.KeyConditionExpression ?? '', input);
        const { partition, isWithin } = evaluated(() => readKeyCondition(condition));
        keyText({ pk: { S: partition } }, 'pk');
        const items = inPartition(partition).filter(({ item }) => isWithin(item));
        return pageOf(items, input);
      },
      Scan: (input: Input) => pageOf(all(), input),
      DescribeTable: ({ TableName }: Input) => ({ Table: { TableName, TableStatus: 'ACTIVE' } }),
    },
  };
};

type Operations = Record<string, ((input: Input) => unknown) | undefined>;

/** DynamoDB in memory and at once: the operations that we use, as DynamoDB carries them out, on tables with the keys `pk` and `sk`. */
export const createSimulatedTable = () => {
  const tables = new Map<string, ReturnType<typeof createItems>>();

  const create = ({ TableName = '', KeySchema = [] }: Input) => {
    if (tables.has(TableName)) throw new ResourceInUseException(message(`Table already exists: ${TableName}`));
    const keys = KeySchema.map(({ AttributeName }) => AttributeName).join();
    if (keys !== 'pk,sk') throw invalid(`The simulated table has the keys pk and sk, not ${keys}.`);
    tables.set(TableName, createItems());
    return { TableDescription: { TableName, TableStatus: 'ACTIVE' } };
  };

  const tableOf = (name = '') => {
    const table = tables.get(name);
    if (table === undefined) throw new ResourceNotFoundException(message('Requested resource not found'));
    return table;
  };

  /** Looks at the number alone before it begins: a bad item is refused with those before it written. */
  const writeBatch = ({ RequestItems = {} }: Input) => {
    const requests = Object.entries(RequestItems).flatMap(([name, given]) => given.map((each) => ({ name, ...each })));
    if (requests.length < 1 || requests.length > mostInBatch)
      throw invalid(`A batch has 1 to ${mostInBatch} requests.`);
    for (const { name, PutRequest, DeleteRequest } of requests) {
      const { PutItem, DeleteItem } = tableOf(name).operations;
      if (PutRequest !== undefined) PutItem(PutRequest);
      if (DeleteRequest !== undefined) DeleteItem(DeleteRequest);
    }
    return { UnprocessedItems: {} };
  };

  return {
    /** @throws DynamoDBServiceException what DynamoDB refuses it with */
    execute: (operation: string, given: Record<string, unknown>): unknown => {
      const input: Input = given;
      checkParameters(operation, given);
      checkExpressions(input);
      if (operation === 'CreateTable') return create(input);
      if (operation === 'BatchWriteItem') return writeBatch(input);
      const operations: Operations = tableOf(input.TableName).operations;
      return operations[operation]?.(input);
    },
    /** The items of all tables, by their keys. */
    items: (): readonly Record<string, AttributeValue>[] =>
      [...tables.values()]
        .flatMap((table) => table.all())
        .sort(inOrder)
        .map(({ item }) => copyOf(item)),
  };
};

export type SimulatedTable = ReturnType<typeof createSimulatedTable>;

/** What an SDK client has in the place of the network. */
export const tableRequestHandler = (execute: Execute) =>
  jsonRequestHandler('com.amazonaws.dynamodb.v20120810#', async (operation, input) =>
    toWire(await execute(operation, inputFromWire(input))),
  );
