import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  ResourceNotFoundException,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { createTable as createTableOver } from '#adapters/store/table.ts';
import { createTable } from '#local/engines/table.ts';
import { createSimulatedTable, tableRequestHandler } from '#local/simulation/table.ts';
import { localClient } from '#local/system.ts';

const key = { pk: 'p', sk: 's' };

const start = async () => {
  const simulated = createSimulatedTable();
  const client = new DynamoDBClient({
    ...localClient,
    maxAttempts: 1,
    endpoint: 'http://services.simulated',
    requestHandler: tableRequestHandler(simulated.execute),
  });
  await createTable(client, 'warden');
  return { simulated, client, table: createTableOver(client, 'warden') };
};

test('what was put comes back through the real client, binaries too, and shares nothing with the table', async () => {
  const { table, simulated } = await start();
  const item = { ...key, count: 1.5, deep: { list: ['a', null, true] }, bytes: new Uint8Array([0, 255]) };
  await table.put(item);
  expect(await table.get(key)).toEqual(item);
  const [stored] = simulated.items();
  expect(stored?.bytes?.B).toEqual(new Uint8Array([0, 255]));
  stored?.bytes?.B?.fill(7);
  stored?.deep?.M?.list?.L?.pop();
  expect(await table.get(key)).toEqual(item);
});

test('a condition that does not hold, a missing table and a refused request arrive as they do from DynamoDB', async () => {
  const { simulated, client, table } = await start();
  const input = { TableName: 'warden', Item: { pk: { S: 'p' }, sk: { S: 's' } } };
  simulated.execute('PutItem', input);
  expect(await table.put(key, { condition: 'attribute_not_exists(pk)' })).toBe(false);
  const again = () => simulated.execute('PutItem', { ...input, ConditionExpression: 'attribute_not_exists(pk)' });
  expect(again).toThrow(ConditionalCheckFailedException);
  await expect(createTableOver(client, 'none').get(key)).rejects.toThrow(ResourceNotFoundException);
  const invalid = { name: 'ValidationException', $metadata: { httpStatusCode: 400 } };
  await expect(table.get({ pk: 'p', sk: '' })).rejects.toMatchObject(invalid);
  await expect(table.put({ ...key, text: 'x'.repeat(400 * 1024) })).rejects.toMatchObject(invalid);
  const filtered = new ScanCommand({ TableName: 'warden', FilterExpression: 'attribute_exists(pk)' });
  await expect(client.send(filtered)).rejects.toMatchObject(invalid);
});

const item = { ...key, n: 10, text: 'abc', deep: { n: 9 }, set: new Set(['b', 'a']) };
const values = { ':nine': 9, ':ten': 10, ':text': 'ab', ':set': new Set(['a', 'b']) };
/** The values that an expression mentions; none at all where it mentions none, as others are refused. */
const valuesFor = (expression: string) => {
  const used = Object.entries(values).filter(([name]) => expression.includes(name));
  return used.length === 0 ? {} : { values: Object.fromEntries(used) };
};

test.each([
  ['n > :nine', true],
  ['deep.n = :nine AND n = :ten', true],
  ['n < :nine OR NOT deep.n <> :nine', true],
  ['NOT (n = :ten OR n = :nine)', false],
  ['n BETWEEN :nine AND :ten', true],
  ['text >= :text AND begins_with(text, :text)', true],
  ['text = :nine', false],
  ['missing <> :nine', true],
  ['missing < :nine', false],
  ['set = :set', true],
  ['attribute_exists(deep.n) AND attribute_not_exists(deep.m)', true],
])('the condition %s', async (condition, holds) => {
  const { table } = await start();
  await table.put(item);
  expect(await table.delete(key, { condition, ...valuesFor(condition) })).toBe(holds);
});

test.each([
  ['SET n = n + :nine, deep.n = n - :nine', { n: 19, deep: { n: 1 } }],
  ['SET m = if_not_exists(m, :nine), n = if_not_exists(n, :nine)', { m: 9 }],
  ['REMOVE deep.n, #text', { deep: {}, text: undefined }],
  ['ADD n :nine, fresh :set', { n: 19, fresh: new Set(['a', 'b']) }],
])('the update %s', async (expression, change) => {
  const { table } = await start();
  await table.put(item);
  const names = expression.includes('#') ? { names: { '#text': 'text' } } : {};
  expect(await table.update(key, { expression, ...names, ...valuesFor(expression) })).toEqual({ ...item, ...change });
});

test.each([
  'SET',
  'SET , n = :nine',
  'SET n = :nine SET m = :nine',
  'SET n = :nine, n = :ten',
  'SET n = missing',
  'SET n = text + :nine',
  'SET missing.n = :nine',
  'SET list[0] = :nine',
  'SET pk = :text',
  'ADD text :nine',
  'DELETE set :set',
])('the update %s is refused and changes nothing', async (expression) => {
  const { table } = await start();
  await table.put(item);
  await expect(table.update(key, { expression, ...valuesFor(expression) })).rejects.toMatchObject({
    name: 'ValidationException',
  });
  expect(await table.get(key)).toEqual(item);
});

test.each([
  'size(text) > :nine',
  'n IN (:nine)',
  'n = :nine n',
  'n =',
  '(n = :nine',
  'BEGINS_WITH(text, :text)',
  '#n = :ten',
])('the condition %s is refused', async (condition) => {
  const { table } = await start();
  const refused = table.put(item, { condition, ...valuesFor(condition) });
  await expect(refused).rejects.toMatchObject({ name: 'ValidationException' });
});

test('a value that no expression mentions is refused', async () => {
  const { table } = await start();
  const refused = table.put(item, { condition: 'attribute_not_exists(pk)', values: { ':zero': 0 } });
  await expect(refused).rejects.toMatchObject({ name: 'ValidationException' });
});

test('keys stand in the order of their bytes, and a scan goes on where its page ended', async () => {
  const { client, table } = await start();
  for (const sk of ['\u{1F600}', '\uFFFD', 'b', 'B']) await table.put({ pk: 'p', sk });
  const sorted = ['B', 'b', '\uFFFD', '\u{1F600}'];
  const first = await client.send(new ScanCommand({ TableName: 'warden', Limit: 3 }));
  const start3 = { TableName: 'warden', ExclusiveStartKey: first.LastEvaluatedKey };
  const second = await client.send(new ScanCommand(start3));
  expect([...(first.Items ?? []), ...(second.Items ?? [])].map(({ sk }) => sk?.S)).toEqual(sorted);
  expect(second.LastEvaluatedKey).toBeUndefined();
});
