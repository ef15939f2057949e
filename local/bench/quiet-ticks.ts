import { minute } from '#domain/time.ts';
import { type FaultProxy, startFaultProxy } from '#local/engines/fault-proxy.ts';
import { startBenchWorld } from './bench-world.ts';

/** Calls of one tick in which nothing changed, by operation, on average. */
export type QuietTick = {
  readonly ticks: number;
  readonly table: Readonly<Record<string, number>>;
  readonly queue: Readonly<Record<string, number>>;
  readonly provider: Readonly<Record<string, number>>;
};

/** Two hours: what is done only every few minutes is in the average. */
const ticks = 120;

const perTick = (before: Readonly<Record<string, number>>, after: Readonly<Record<string, number>>) =>
  Object.fromEntries(
    Object.entries(after)
      .map(([operation, count]): [string, number] => [operation, (count - (before[operation] ?? 0)) / ticks])
      .filter(([, count]) => count > 0),
  );

/** Runs ticks a minute apart, with the default settings, over an inventory that stands still, and counts what they ask for. */
export const measureQuietTicks = async (): Promise<QuietTick> => {
  const proxies: Partial<Record<'table' | 'queue', FaultProxy>> = {};
  const world = await startBenchWorld({
    startsAt: Date.UTC(2026, 10, 2, 9),
    availability: { watches: [{ to: 'waits@example.com', region: 'as-south-1', configId: 'gpu-h100-80g-20cpu-125g' }] },
    through: async (engine, url) => {
      const proxy = await startFaultProxy({ target: new URL(url).origin });
      proxies[engine] = proxy;
      return proxy.through(url);
    },
  });
  const counts = () => ({
    table: proxies.table?.calls() ?? {},
    queue: proxies.queue?.calls() ?? {},
    provider: world.control.calls(),
  });
  const tick = async () => {
    await world.clock.advance(minute);
    await world.tick();
    await world.deliver();
  };
  try {
    // The watch is taken in, and its marker settles.
    for (let warming = 0; warming < 10; warming += 1) await tick();
    const before = counts();
    for (let quiet = 0; quiet < ticks; quiet += 1) await tick();
    const after = counts();
    return {
      ticks,
      table: perTick(before.table, after.table),
      queue: perTick(before.queue, after.queue),
      provider: perTick(before.provider, after.provider),
    };
  } finally {
    await world.close();
    await Promise.all(Object.values(proxies).map((proxy) => proxy.close()));
  }
};
