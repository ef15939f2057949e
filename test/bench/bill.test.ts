import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { createTable as tableOver } from '#adapters/store/table.ts';
import { tableName } from '#local/backtest/memory-world.ts';
import { billedMs, gbSecondsOf } from '#local/bench/bill-functions.ts';
import { above, allBilled, costOf, invoiceOf, totalOf } from '#local/bench/bill-invoice.ts';
import { emptyLoad } from '#local/bench/bill-load.ts';
import { readOptions } from '#local/bench/bill-options.ts';
import { type Billed, prices, type Usage } from '#local/bench/bill-prices.ts';
import { meterUnits, readUnitsOf, writeUnitsOf } from '#local/bench/bill-units.ts';
import { createTable, startTable } from '#local/engines/table.ts';
import { localClient } from '#local/system.ts';

const usageOf = (unitsOf: (billed: Billed) => number): Usage => ({
  writeUnits: unitsOf('writeUnits'),
  readUnits: unitsOf('readUnits'),
  tableGb: unitsOf('tableGb'),
  backupGb: unitsOf('backupGb'),
  functionRequests: unitsOf('functionRequests'),
  gbSeconds: unitsOf('gbSeconds'),
  queueRequests: unitsOf('queueRequests'),
  scheduled: unitsOf('scheduled'),
  mailEvents: unitsOf('mailEvents'),
  logGb: unitsOf('logGb'),
  keptLogGb: unitsOf('keptLogGb'),
  metrics: unitsOf('metrics'),
  alarms: unitsOf('alarms'),
  dashboards: unitsOf('dashboards'),
  parameters: unitsOf('parameters'),
  decryptions: unitsOf('decryptions'),
  linkRequests: unitsOf('linkRequests'),
  mails: unitsOf('mails'),
  alarmMails: unitsOf('alarmMails'),
  sentGb: unitsOf('sentGb'),
});

const consumed = z.object({ ConsumedCapacity: z.object({ CapacityUnits: z.number() }) });

/** From none to many times what is free. */
const units = fc.double({ min: 0, max: 1e9, noNaN: true });
const amounts = fc.array(units, { minLength: allBilled.length, maxLength: allBilled.length });
const usageFrom = (each: readonly number[]) => usageOf((billed) => each[allBilled.indexOf(billed)] ?? 0);

describe('an invoice', () => {
  test.each([
    ['below what is free', 400, 1000, 0],
    ['exactly what is free', 1000, 1000, 0],
    ['above what is free: only the rest', 3000, 1000, 0.8],
    ['nothing free', 3000, 0, 1.2],
  ])('%s', (_, used, free, usd) => {
    expect(costOf(used, { usd: 0.4, per: 1000 }, free)).toBeCloseTo(usd, 12);
  });

  test('is units × price, position by position', () => {
    const million = invoiceOf(usageOf((billed) => (billed === 'queueRequests' ? 3_000_000 : 0)));
    expect(million.filter(({ usdWithoutFree }) => usdWithoutFree > 0)).toMatchObject([
      { service: 'SQS', units: 3_000_000 },
    ]);
    expect(totalOf(million).usd).toBeCloseTo(0.8, 12);
    expect(totalOf(million).usdWithoutFree).toBeCloseTo(1.2, 12);
    expect(million.map(({ billed }) => billed)).toEqual(Object.keys(prices));
  });

  test('never pays anybody for what is free, and costs no less without it', () => {
    fc.assert(
      fc.property(amounts, (each) => {
        for (const { billed, units: used, usd, usdWithoutFree } of invoiceOf(usageFrom(each))) {
          expect(usd).toBeGreaterThanOrEqual(0);
          const { usd: price, per, alwaysFree } = prices[billed];
          expect(usdWithoutFree - usd).toBeCloseTo((Math.min(used, alwaysFree) * price) / per, 3);
          expect(usdWithoutFree).toBeGreaterThanOrEqual(usd);
        }
      }),
    );
  });

  test('never becomes less by more use', () => {
    fc.assert(
      fc.property(amounts, amounts, (each, more) => {
        const less = totalOf(invoiceOf(usageFrom(each)));
        const grown = above(totalOf(invoiceOf(usageFrom(each.map((used, at) => used + (more[at] ?? 0))))), less);
        expect(grown.usd).toBeGreaterThanOrEqual(0);
        expect(grown.usdWithoutFree).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('request units of the table', () => {
  test.each([
    [0, 1],
    [1, 1],
    [1024, 1],
    [1025, 2],
    [5 * 1024, 5],
  ])('a write of %d bytes is %d', (bytes, expected) => {
    expect(writeUnitsOf(bytes)).toBe(expected);
  });

  test.each([
    [0, true, 1],
    [4096, true, 1],
    [4097, true, 2],
    [4097, false, 1],
    [100, false, 0.5],
  ])('a read of %d bytes (consistent: %s) is %d', (bytes, consistent, expected) => {
    expect(readUnitsOf(bytes, consistent)).toBe(expected);
  });

  test('are what the engine itself says of the same calls', async () => {
    const engine = await startTable();
    const client = new DynamoDBClient({ ...localClient, endpoint: engine.endpoint });
    let said = 0;
    client.middlewareStack.add(
      (next) => async (call) => {
        Object.assign(call.input, { ReturnConsumedCapacity: 'TOTAL' });
        const answer = await next(call);
        said += consumed.safeParse(answer.output).data?.ConsumedCapacity.CapacityUnits ?? 0;
        return answer;
      },
      { step: 'initialize' },
    );
    try {
      await createTable(client, tableName);
      const meter = meterUnits(client);
      const table = tableOver(client, tableName);
      for (const [index, size] of [10, 900, 1500, 3000, 9000].entries()) {
        await table.put({ pk: 'a', sk: `${index}`, text: 'x'.repeat(size), more: { list: [1, 'two', true] } });
      }
      await table.get({ pk: 'a', sk: '4' });
      await table.get({ pk: 'a', sk: 'none' });
      // Smaller than before: what stood there counts.
      await table.put({ pk: 'a', sk: '3', text: 'x' });
      await table.update({ pk: 'a', sk: '4' }, { expression: 'SET lease = :l', values: { ':l': { until: 7 } } });
      for await (const _ of table.query('a'));
      for await (const _ of table.query('a', { from: '2', consistent: false }));
      await table.delete({ pk: 'a', sk: '2' });
      const { writes, reads, calls } = meter.take();
      const sum = (each: Readonly<Record<string, number>>) => Object.values(each).reduce((all, one) => all + one, 0);
      expect(calls).toBe(12);
      expect(sum(writes) + sum(reads)).toBe(said);
      expect(said).toBeGreaterThan(30);
      // The engine says nothing of it, but DynamoDB bills it, for the item that stands there.
      await table.put({ pk: 'a', sk: '4' }, { condition: 'attribute_not_exists(pk)' });
      expect(meter.take().writes).toEqual({ 'PutItem a/4': 9 });
    } finally {
      client.destroy();
      await engine.close();
    }
  });
});

describe('what an invocation is billed', () => {
  const quiet = {
    name: 'guard-runtimes',
    providerCalls: 0,
    table: { writes: {}, reads: {}, calls: 0 },
    queueCalls: 0,
    mails: 0,
    cpuMs: 0,
    waitedMs: 0,
    isCold: false,
  } as const;

  test('is the time it waits, and its work on the part of a core that its memory brings', () => {
    expect(gbSecondsOf({ ...quiet, waitedMs: 10_000 })).toBeCloseTo(5, 12);
    expect(gbSecondsOf({ ...quiet, name: 'watch-availability', waitedMs: 10_000 })).toBeCloseTo(2.5, 12);
    expect(billedMs({ ...quiet, cpuMs: 100 })).toBeCloseTo((100 * 1769) / 512, 9);
  });

  test('of calls to the provider, few are waited for beside their turns', () => {
    expect(billedMs({ ...quiet, providerCalls: 2 })).toBe(100);
    expect(billedMs({ ...quiet, providerCalls: 1000 })).toBe(200);
  });
});

describe('options', () => {
  const of = (words: string) => readOptions(words.split(' ').filter((word) => word !== ''));

  test("are the design's, and a day's events grow with the runtimes", () => {
    const design = {
      runtimes: 100,
      watches: 1000,
      pollSeconds: 60,
      warnings: 20,
      deletions: 5,
      windows: 10,
      alerts: 24,
    };
    expect(of('')).toEqual({ load: design, json: false });
    expect(of('--runtimes 200').load).toMatchObject({ warnings: 40, deletions: 10, alerts: 24 });
    expect(of('--mails 150 --json')).toMatchObject({ load: { alerts: 124 }, json: true });
    expect(of('--runtimes 0 --watches 0 --windows 0').load).toEqual(emptyLoad);
  });

  test.each([
    ['--runtimes 601', 'at most 600'],
    ['--runtimes 1.5', 'whole number'],
    ['--poll-seconds 10', 'one of 15, 20, 30, 60'],
    ['--runtimes 4 --warnings 10', 'at least 5 runtimes'],
    ['--warnings 3', 'even'],
    ['--warnings 4 --deletions 3', 'at least 6 warnings'],
    ['--mails 10', 'at least the warnings'],
    ['--mails 90 --watches 60', 'leaves 64 for watches'],
    ['--mails 40 --windows 0', 'no window opens'],
  ])('%s is refused', (words, because) => {
    expect(() => of(words)).toThrow(because);
  });
});
