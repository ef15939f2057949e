import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Item, Table } from '#adapters/store/table.ts';
import { tableName } from '#local/backtest/memory-world.ts';
import { BenchFailedError } from './bench-world.ts';

/** DynamoDB takes at most so many items in one BatchWriteItem. */
const batchSize = 25;

const writeBatch = async (client: DynamoDBClient, items: readonly Item[]): Promise<void> => {
  const requests = items.map((item) => ({ PutRequest: { Item: marshall(item, { removeUndefinedValues: true }) } }));
  const { UnprocessedItems = {} } = await client.send(
    new BatchWriteItemCommand({ RequestItems: { [tableName]: requests } }),
  );
  const left = UnprocessedItems[tableName]?.length ?? 0;
  if (left > 0) throw new BenchFailedError(`The table left ${left} items of a batch unwritten.`);
};

type Batch = { readonly items: Item[]; readonly written: Promise<void> };

/**
 * A table for filling: what the store's own functions put at about the same time goes out 25 items to a call. Conditions are
 * not looked at, so it is for items that are not there yet. Everything but `put` goes straight to `table`.
 */
export const createFillingTable = (client: DynamoDBClient, table: Table): Table => {
  let open: Batch | undefined;

  const openBatch = (): Batch => {
    const items: Item[] = [];
    // By the next turn of the event loop, everybody who writes now has come.
    const written = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      if (open?.items === items) open = undefined;
      return writeBatch(client, items);
    });
    return { items, written };
  };

  return {
    ...table,
    put: async (item) => {
      open ??= openBatch();
      const batch = open;
      batch.items.push(item);
      if (batch.items.length >= batchSize) open = undefined;
      await batch.written;
      return true;
    },
  };
};
