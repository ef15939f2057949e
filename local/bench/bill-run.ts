import { type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { minute } from '#domain/time.ts';
import { tableName } from '#local/backtest/memory-world.ts';
import { dayOf, liveQuietly, liveThroughDay } from './bill-day.ts';
import { addRuntimes, type Load, listOffers } from './bill-load.ts';
import { dayOfSpans, type Span, spansOf } from './bill-span.ts';
import { startBillWorld } from './bill-world.ts';
import { itemBytes } from './write-meter.ts';

/** What a day of an installation uses, and what is in its table: at the beginning, and more with each day. */
export type CountedDay = {
  readonly load: Load;
  readonly day: Span;
  readonly tableBytes: number;
  readonly tableBytesADay: number;
};

/** Watches are taken in, clocks begin. */
const warmMinutes = 10;
/** What is done every 5, 10 and 60 minutes is all in it. */
const usualQuietMinutes = 60;

/** Monday, 2 November 2026, 08:00 UTC: when the daily mail is due. */
const dailyMailAt = Date.UTC(2026, 10, 2, 8);

/** DynamoDB counts 100 bytes for an item beside its content. */
const bytesBesideAnItem = 100;

const bytesIn = async (client: DynamoDBClient): Promise<number> => {
  let bytes = 0;
  for await (const { Items = [] } of paginateScan({ client }, { TableName: tableName })) {
    for (const item of Items) bytes += itemBytes(item) + bytesBesideAnItem;
  }
  return bytes;
};

/** Runs the real handlers through the events of a day and through quiet minutes, and counts. */
export const countDay = async (
  load: Load,
  onProgress: (done: string) => void = () => {},
  quietMinutes = usualQuietMinutes,
): Promise<CountedDay> => {
  const { minutes, idleFrom } = dayOf(load);
  // By then there is something to report.
  const world = await startBillWorld(load, dailyMailAt - (warmMinutes + minutes - 5) * minute);
  try {
    listOffers(world.control, load);
    const runtimes = addRuntimes(world.control, load);
    const usual = runtimes.slice(idleFrom.length);
    await liveQuietly(world, usual, warmMinutes);
    world.takeInvocations();
    const before = await bytesIn(world.dynamodb);
    onProgress(`${load.watches} watches taken in`);
    await liveThroughDay(world, runtimes, load);
    const events = { minutes, invocations: world.takeInvocations() };
    const after = await bytesIn(world.dynamodb);
    onProgress(`the events of a day, in ${minutes} minutes`);
    await liveQuietly(world, usual, quietMinutes);
    const spans = await spansOf(events, { minutes: quietMinutes, invocations: world.takeInvocations() });
    onProgress(`${quietMinutes} quiet minutes`);
    const day = dayOfSpans(spans.events, spans.quiet);
    return { load, day, tableBytes: before, tableBytesADay: Math.max(0, after - before) };
  } finally {
    await world.close();
  }
};
