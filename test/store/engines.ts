import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { createAvailabilityStore } from '#adapters/store/availability-store.ts';
import { createCreatingStore } from '#adapters/store/creating-store.ts';
import { createRecipientStore } from '#adapters/store/recipient-store.ts';
import { createTable as createTableOver, type Table } from '#adapters/store/table.ts';
import { type FaultProxy, startFaultProxy } from '#local/engines/fault-proxy.ts';
import { createTable, type Table as Engine, startSecondTable, startTable } from '#local/engines/table.ts';
import { tableClient } from '../local/sdk-clients.ts';
import { startServedTable } from './served-table.ts';

/** The engine under test, reached through a proxy that counts its calls. Every test finds an empty table in it. */
export type Bench = {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly table: Table;
  readonly store: ReturnType<typeof createAvailabilityStore> &
    ReturnType<typeof createRecipientStore> &
    ReturnType<typeof createCreatingStore>;
  readonly proxy: FaultProxy;
};

type Start = (print: (line: string) => void) => Promise<Engine | undefined>;
const local: readonly (readonly [string, Start])[] = [
  ['dynalite', () => startTable()],
  ['the second engine', startSecondTable],
];
const simulated: typeof local = [['the simulated table', startServedTable]];

/** The long tests run the same suite on the simulator's table: see `vitest.long.config.ts`. */
const engines = process.env.STORE_ENGINE === 'simulated' ? simulated : local;

/** Everything that comes page by page, as pages. */
export const pagesOf = async <T>(source: AsyncIterable<T[]>): Promise<T[][]> => {
  const pages: T[][] = [];
  for await (const page of source) pages.push(page);
  return pages;
};

/** Runs a suite on every engine. Where one cannot run, its tests are skipped and say why. */
export const onEveryEngine = (suite: (bench: () => Bench) => void): void => {
  describe.each(engines)('on %s', (_name, start) => {
    let engine: Engine | undefined;
    let proxy: FaultProxy | undefined;
    let bench: Bench | undefined;
    let whyNot = 'the engine did not start';
    let tables = 0;

    beforeAll(async () => {
      engine = await start((line) => {
        whyNot = line;
        process.stderr.write(`${line}\n`);
      });
      if (engine !== undefined) proxy = await startFaultProxy({ target: engine.endpoint });
    });

    beforeEach(async ({ skip }) => {
      if (proxy === undefined) return skip(whyNot);
      proxy.faults.clear();
      tables += 1;
      const tableName = `warden-${tables}`;
      const client = tableClient(proxy.endpoint);
      await createTable(client, tableName);
      const table = createTableOver(client, tableName);
      bench = {
        client,
        tableName,
        table,
        proxy,
        store: { ...createAvailabilityStore(table), ...createRecipientStore(table), ...createCreatingStore(table) },
      };
      return () => client.destroy();
    });

    afterAll(async () => {
      await proxy?.close();
      await engine?.close();
    });

    suite(() => {
      if (bench === undefined) throw new Error('There is a bench only while a test runs');
      return bench;
    });
  });
};
