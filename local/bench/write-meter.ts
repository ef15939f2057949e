import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** One write to the table: of which item, and how large that was, in bytes as DynamoDB counts them (almost: of numbers). */
export type MeteredWrite = { readonly operation: string; readonly item: string; readonly bytes: number };

type Attributes = Readonly<Record<string, AttributeValue>>;

const utf8 = (text: string): number => Buffer.byteLength(text);

const valueBytes = (value: AttributeValue): number => {
  if (value.S !== undefined) return utf8(value.S);
  // About one byte for two digits, and one more.
  if (value.N !== undefined) return Math.ceil(value.N.length / 2) + 1;
  if (value.B !== undefined) return value.B.length;
  if (value.L !== undefined) return 3 + value.L.reduce((sum, each) => sum + 1 + valueBytes(each), 0);
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + itemBytes(value.M);
  return 1;
};

/** Source: "DynamoDB item sizes and formats" in its developer guide. */
export const itemBytes = (item: Attributes): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + utf8(name) + valueBytes(value), 0);

const isAttributes = (given: unknown): given is Attributes => typeof given === 'object' && given !== null;

const found = (given: unknown, name: string): Attributes | undefined => {
  const value = isAttributes(given) ? Object.entries(given).find(([key]) => key === name)?.[1] : undefined;
  return isAttributes(value) ? value : undefined;
};

/** Notes every write of a client, from inside it. `read` answers those since the last `reset`. */
export const meterWrites = (dynamodb: DynamoDBClient) => {
  let writes: MeteredWrite[] = [];
  dynamodb.middlewareStack.add(
    (next, context) => async (call) => {
      const answer = await next(call);
      const operation = String(context.commandName).replace(/Command$/, '');
      const item = found(call.input, 'Item') ?? found(answer.output, 'Attributes');
      const { pk, sk } = found(call.input, 'Key') ?? item ?? {};
      if (/^(Put|Update|Delete)Item$/.test(operation)) {
        writes.push({ operation, item: `${pk?.S}/${sk?.S}`, bytes: item === undefined ? 0 : itemBytes(item) });
      }
      return answer;
    },
    { step: 'initialize', name: 'meterWrites' },
  );
  return {
    reset: (): void => {
      writes = [];
    },
    read: (): readonly MeteredWrite[] => [...writes],
  };
};
