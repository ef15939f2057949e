import diagnosticsChannel from 'node:diagnostics_channel';
import pLimit from 'p-limit';
import { createAvailabilityStore } from '#adapters/store/availability-store.ts';
import { createRecipientStore } from '#adapters/store/recipient-store.ts';
import { createTable } from '#adapters/store/table.ts';
import { type Instant, minute, second } from '#domain/time.ts';
import type { Criteria } from '#domain/watch.ts';
import { shapeOf } from '#domain/watch-index.ts';
import { tableName } from '#local/backtest/memory-world.ts';
import { median } from '#local/quantiles.ts';
import { BenchFailedError, type BenchWorld, startBenchWorld } from './bench-world.ts';
import { meterCalls } from './call-meter.ts';
import { createFillingTable } from './filling-table.ts';
import { addWatch, type Filling, fillings, openingModel, openingRegion, type Stores } from './fillings.ts';

/** What one opening cost: the whole run that saw it. `toQueueMs` is from the poll's answer to the message on the queue. */
export type Opening = { readonly calls: number; readonly itemsRead: number; readonly toQueueMs: number };

/** The openings measured while so many watches that do not fire were in the table. */
export type Rung = {
  readonly watches: number;
  readonly fillSeconds: number;
  readonly memoryMb: number;
  readonly openings: readonly Opening[];
};

const watchesThatFire = 10;
const mostOpenings = 30;
const leastOpenings = 3;
/** Where a run is slow, p99 of few runs says enough. */
const openingsMayTakeMs = 20 * second;
const writersAtOnce = 400;
const chunk = 2_000;
/** They warm the code up, in a table nearly without other watches; what they cost is what a rung is compared with. */
const warmingOpenings = 8;
/** So many watches of a filling have every shape that it has. */
const watchesOfEveryKind = 4;
/** A fourfold cost says that it grows; the next rung would only take longer to say the same. */
const growthThatEnds = 4;

/** Tells when the answer to the latest inventory page was complete, from Node's own fetch: nothing is put in between. */
const watchPolls = () => {
  let answeredAt = 0;
  const note = (message: unknown): void => {
    if (typeof message !== 'object' || message === null || !('request' in message)) return;
    const { request } = message;
    if (typeof request !== 'object' || request === null || !('path' in request)) return;
    if (/\/inventory(\?|$)/.test(String(request.path))) answeredAt = performance.now();
  };
  diagnosticsChannel.subscribe('undici:request:trailers', note);
  return {
    answeredAt: () => answeredAt,
    stop: () => diagnosticsChannel.unsubscribe('undici:request:trailers', note),
  };
};

const addWatches = async (
  stores: Stores,
  wishes: readonly { readonly address: string; readonly criteria: Criteria }[],
  now: Instant,
) => {
  const byShape = new Map(wishes.map(({ criteria }) => [shapeOf(criteria), criteria]));
  for (const criteria of byShape.values()) await stores.addShape(criteria);
  await pLimit(writersAtOnce).map(wishes, ({ address, criteria }) => addWatch(stores, address, criteria, now));
};

const fill = async (stores: Stores, filling: Filling, from: number, to: number, now: Instant): Promise<void> => {
  for (let start = from; start < to; start += chunk) {
    const numbers = Array.from({ length: Math.min(chunk, to - start) }, (_, index) => start + index);
    const wishes = numbers.map((number) => ({
      address: `waits-${number}@example.com`,
      criteria: fillings[filling](number),
    }));
    await addWatches(stores, wishes, now);
  }
};

/** Opens one offer for which fresh watches wait, measures the run that sees it, and clears up after it. */
const measureOpening = async (
  world: BenchWorld,
  stores: Stores,
  meter: ReturnType<typeof meterCalls>,
  polls: ReturnType<typeof watchPolls>,
  repeat: number,
): Promise<Opening> => {
  const { configId, model } = openingModel;
  const region = openingRegion(repeat);
  const wishes = Array.from({ length: watchesThatFire }, (_, index) => ({
    address: `fires-${repeat}-${index}@example.com`,
    criteria: { gpus: 1, region, model },
  }));
  await addWatches(stores, wishes, world.clock.now());
  world.control.setOffer({ region, configId, available: 4 });
  await world.clock.advance(minute);
  meter.reset();
  await world.tick();
  const { calls, itemsRead, announcedAt } = meter.read();
  const answeredAt = polls.answeredAt();
  await world.deliver();
  const mails = world.takeMails().length;
  if (announcedAt === undefined || mails !== watchesThatFire) {
    throw new BenchFailedError(`${watchesThatFire} watches should have been mailed, and ${mails} were.`);
  }
  // Markers of those who were mailed are taken away by a later run, which must not be the next one that is measured.
  await world.clock.advance(3 * minute);
  await world.tick();
  const allCalls = Object.values(calls).reduce((sum, count) => sum + count, 0);
  return { calls: allCalls, itemsRead, toQueueMs: announcedAt - answeredAt };
};

/** Offers that are listed with nothing free, one region each, until their turn to open comes. */
const listOffers = async (world: BenchWorld, count: number): Promise<void> => {
  world.control.clearOffers();
  for (let repeat = 0; repeat < count; repeat += 1) {
    world.control.setOffer({ configId: openingModel.configId, region: openingRegion(repeat), available: 0 });
  }
  await world.tick();
};

const middle = (openings: readonly Opening[]) => median(openings.map(({ calls }) => calls)) ?? 0;

/** Everything that openings are measured with; `open` measures the next one. */
const startRig = async (openings: number) => {
  const world = await startBenchWorld({
    startsAt: Date.UTC(2026, 10, 2, 9),
    availability: { readRequestsMinutes: 15 },
  });
  const polls = watchPolls();
  const table = createFillingTable(world.system.dynamodb, createTable(world.system.dynamodb, tableName));
  const stores: Stores = { ...createAvailabilityStore(table), ...createRecipientStore(table) };
  const meter = meterCalls(world.system);
  let opened = 0;
  await listOffers(world, openings);
  return {
    fill: (filling: Filling, from: number, to: number) => fill(stores, filling, from, to, world.clock.now()),
    open: () => measureOpening(world, stores, meter, polls, opened++),
    close: async () => {
      polls.stop();
      await world.close();
    },
  };
};

const openSeveral = async (open: () => Promise<Opening>): Promise<Opening[]> => {
  const startedAt = performance.now();
  const openings: Opening[] = [];
  const inTime = () => performance.now() - startedAt < openingsMayTakeMs;
  while (openings.length < leastOpenings || (openings.length < mostOpenings && inTime())) openings.push(await open());
  return openings;
};

/** Fills the table rung by rung with watches that never fire and measures openings at each. Ends early where the cost grows. */
export const climb = async (
  filling: Filling,
  counts: readonly number[],
  onRung: (rung: Rung) => void,
): Promise<{ readonly ended: boolean }> => {
  const rig = await startRig(warmingOpenings + counts.length * mostOpenings);
  try {
    // The shapes of the watches that do not fire come first, so that whoever fires waits for the look at them.
    let filled = watchesOfEveryKind;
    await rig.fill(filling, 0, filled);
    const warming: Opening[] = [];
    while (warming.length < warmingOpenings) warming.push(await rig.open());
    for (const watches of counts) {
      const startedAt = performance.now();
      await rig.fill(filling, filled, watches);
      filled = watches;
      const fillSeconds = (performance.now() - startedAt) / second;
      const openings = await openSeveral(rig.open);
      onRung({ watches, fillSeconds, memoryMb: process.memoryUsage.rss() / 1e6, openings });
      if (middle(openings) > growthThatEnds * middle(warming)) return { ended: watches !== counts.at(-1) };
    }
    return { ended: false };
  } finally {
    await rig.close();
  }
};
