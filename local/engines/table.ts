import { mkdir } from 'node:fs/promises';
import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { closeServer, listenOnLoopback, loopback } from './loopback.ts';

export { startSecondTable } from './second-table.ts';

/** A DynamoDB that runs here. `endpoint` is what an unmodified SDK client takes. */
export type Table = { readonly endpoint: string; readonly close: () => Promise<void> };

/** Starts the embedded table: in memory, or kept in `directory`, which is made where it is missing. */
export const startTable = async (options: { port?: number; directory?: string } = {}): Promise<Table> => {
  if (options.directory !== undefined) await mkdir(options.directory, { recursive: true });
  const server = dynalite({
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
    ...(options.directory === undefined ? {} : { path: options.directory }),
  });
  const port = await listenOnLoopback(server, options.port);
  return { endpoint: `http://${loopback}:${port}`, close: () => closeServer(server) };
};

const untilActive = async (client: DynamoDBClient, tableName: string): Promise<void> => {
  // The SDK's waiter sleeps for at least a second; the engines here need a millisecond.
  const { Table: table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
  if (table?.TableStatus !== 'ACTIVE') await untilActive(client, tableName);
};

/** Creates the one table, as the stack does: `pk` and `sk`, on demand, no index, no stream. A table that is there already stays. */
export const createTable = async (client: DynamoDBClient, tableName: string): Promise<void> => {
  try {
    await client.send(
      new CreateTableCommand({
        TableName: tableName,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
      }),
    );
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await untilActive(client, tableName);
};
