import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { type Instant, second } from '#domain/time.ts';

/** Where an item stands: partition key and sort key. */
export type Key = { readonly pk: string; readonly sk: string };

/** An item as plain values, keys included; what is in it is parsed by whoever reads it. */
export type Item = Record<string, unknown>;

/** Sorts as text the way the numbers sort: instants up to the year 5138. */
export const sortable = (instant: Instant): string => String(instant).padStart(14, '0');

/** DynamoDB's TTL attribute counts in seconds. It only sweeps: every date that matters is checked by the code. */
export const sweptAt = (instant: Instant): number => Math.ceil(instant / second);

export const sortKeyOf = ({ sk }: Item): string => (typeof sk === 'string' ? sk : '');

/** Names and values of an expression: `#name` and `:value` stand for them. */
type Parameters = { readonly names?: Record<string, string>; readonly values?: Record<string, unknown> };
type Condition = Parameters & { readonly condition?: string };

/**
 * The few calls that we make to one DynamoDB table: single items, and queries of one partition. A condition that does not
 * hold is an expected outcome (`false` or undefined); everything else that fails is thrown by the SDK.
 */
export type Table = {
  get(key: Key): Promise<Item | undefined>;
  put(item: Key & Item, condition?: Condition): Promise<boolean>;
  /** Answers the whole item as it is after the update; undefined if the condition did not hold. */
  update(key: Key, change: Condition & { readonly expression: string }): Promise<Item | undefined>;
  delete(key: Key, condition?: Condition): Promise<boolean>;
  /** All items of a partition whose sort key lies within the bounds (both included), page by page. */
  query(
    pk: string,
    range?: { readonly from?: string; readonly to?: string; readonly consistent?: boolean },
  ): AsyncGenerator<Item[]>;
};

const toAttributes = (value: Record<string, unknown>): Record<string, AttributeValue> =>
  marshall(value, { removeUndefinedValues: true });

const expressionParts = ({ names, values, condition }: Condition) => ({
  ...(condition === undefined ? {} : { ConditionExpression: condition }),
  ...(names === undefined ? {} : { ExpressionAttributeNames: names }),
  ...(values === undefined ? {} : { ExpressionAttributeValues: toAttributes(values) }),
});

const unlessConditionFails = async <T>(attempt: Promise<T>): Promise<T | undefined> => {
  try {
    return await attempt;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
};

const rangeCondition = (range: { readonly from?: string; readonly to?: string }) => {
  const { from, to } = range;
  if (from !== undefined && to !== undefined) return ' AND sk BETWEEN :from AND :to';
  if (from !== undefined) return ' AND sk >= :from';
  return to === undefined ? '' : ' AND sk <= :to';
};

/** One DynamoDB table with the string keys `pk` and `sk`. */
export const createTable = (client: DynamoDBClient, tableName: string): Table => ({
  get: async (key) => {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: tableName, Key: toAttributes(key), ConsistentRead: true }),
    );
    return Item && unmarshall(Item);
  },
  put: async (item, condition = {}) => {
    const command = new PutItemCommand({
      TableName: tableName,
      Item: toAttributes(item),
      ...expressionParts(condition),
    });
    return (await unlessConditionFails(client.send(command))) !== undefined;
  },
  update: async (key, change) => {
    const command = new UpdateItemCommand({
      TableName: tableName,
      Key: toAttributes(key),
      UpdateExpression: change.expression,
      ReturnValues: 'ALL_NEW',
      ...expressionParts(change),
    });
    const answer = await unlessConditionFails(client.send(command));
    return answer?.Attributes && unmarshall(answer.Attributes);
  },
  delete: async (key, condition = {}) => {
    const command = new DeleteItemCommand({
      TableName: tableName,
      Key: toAttributes(key),
      ...expressionParts(condition),
    });
    return (await unlessConditionFails(client.send(command))) !== undefined;
  },
  query: async function* (pk, range = {}) {
    let startKey: Record<string, AttributeValue> | undefined;
    do {
      const { consistent = true, ...bounds } = range;
      const values = { ':pk': pk, ':from': bounds.from, ':to': bounds.to };
      const page = await client.send(
        new QueryCommand({
          TableName: tableName,
          KeyConditionExpression: `pk = :pk${rangeCondition(bounds)}`,
          ExpressionAttributeValues: toAttributes(values),
          ConsistentRead: consistent,
          ExclusiveStartKey: startKey,
        }),
      );
      yield (page.Items ?? []).map((item) => unmarshall(item));
      startKey = page.LastEvaluatedKey;
    } while (startKey !== undefined);
  },
});
