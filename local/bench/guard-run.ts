import { readSettings } from '#adapters/configuration/define-config.ts';
import { createProviderClient } from '#adapters/provider/client.ts';
import { unpackReadings } from '#domain/guardrails/packed-readings.ts';
import { second } from '#domain/time.ts';
import { tableName } from '#local/backtest/memory-world.ts';
import { realClock } from '#local/clock.ts';
import { startQueue } from '#local/engines/queue.ts';
import { createTable, startTable } from '#local/engines/table.ts';
import { lambdaContext } from '#local/lambda-context.ts';
import { createSystem } from '#local/system.ts';
import { failAt } from './bench-world.ts';
import { meterCalls } from './call-meter.ts';
import { startEmulatorProcess } from './emulator-process.ts';
import { type MeteredWrite, meterWrites } from './write-meter.ts';

/** Milliseconds that the provider takes for every answer. */
export const answersIn = 50;

export type Calls = Readonly<Record<string, number>>;

/** One run of guard-runtimes. `read` of `runtimes` were read, `busyMs` is what its own thread worked. */
export type GuardTick = {
  readonly milliseconds: number;
  readonly busyMs: number;
  readonly runtimes: number;
  readonly read: number;
  readonly provider: Calls;
  readonly table: Calls;
  readonly writes: readonly MeteredWrite[];
};

/** The same calls in a bare loop over the same client, and nothing else. */
export type BareLoop = { readonly milliseconds: number; readonly calls: number };

export type Pace = { readonly callsAtOnce: number; readonly callsPerSecond: number };

const less = (after: Calls, before: Calls): Calls =>
  Object.fromEntries(
    Object.entries(after)
      .map(([operation, count]): [string, number] => [operation, count - (before[operation] ?? 0)])
      .filter(([, count]) => count > 0),
  );

export const sumOf = (calls: Calls): number => Object.values(calls).reduce((sum, count) => sum + count, 0);

/** Real time, which can be moved ahead: calls take what they take, and the minute between two ticks takes nothing. */
const createSkippingClock = () => {
  const real = realClock();
  let ahead = 0;
  return {
    now: () => real.now() + ahead,
    sleep: real.sleep,
    skip: (milliseconds: number): void => {
      ahead += milliseconds;
    },
  };
};

/** A fleet of which every second runtime is idle, too short a time for anybody to be warned. */
const addRuntimes = async (
  ask: Awaited<ReturnType<typeof startEmulatorProcess>>['ask'],
  runtimes: number,
): Promise<void> => {
  for (let index = 0; index < runtimes; index += 1) {
    const metrics = { kind: index % 2 === 0 ? 'idle' : 'busy' };
    await ask('POST', '/runtimes', { name: `r${index}`, createdMinutesAgo: 1500, metrics });
  }
};

/** A fleet at a provider in another process, and the real handler over local engines; time is real, and skips between ticks. */
export const startGuardRig = async (runtimes: number) => {
  const [emulator, table, queue] = await Promise.all([startEmulatorProcess(), startTable(), startQueue()]);
  const clock = createSkippingClock();
  const credential = { kind: 'token', token: async () => emulator.token } as const;
  await addRuntimes(emulator.ask, runtimes);
  await emulator.ask('POST', '/faults', { kind: 'delay', milliseconds: answersIn });

  const settingsAt = (pace: Pace) =>
    readSettings({
      provider: { ...emulator.provider, ...pace },
      mail: { sender: 'warden@example.com', operator: 'operator@example.com' },
      guardrails: { sampleOffsetSeconds: 0 },
    });

  /** Handlers at one pace; all share one table. */
  const startAt = async (pace: Pace) => {
    const settings = settingsAt(pace);
    let read = 0;
    const system = createSystem({
      settings,
      engines: {
        tableEndpoint: table.endpoint,
        tableName,
        queueUrl: queue.queueUrl,
        deadLetterQueueUrls: queue.deadLetterQueueUrls,
        mailEndpoint: 'http://127.0.0.1:9',
      },
      credential,
      clock,
      report: (event) => {
        failAt(event);
        if (event.event !== 'readings') return;
        const seen = [...unpackReadings(event.packed).readings.values()];
        read += seen.filter(({ reading }) => reading?.state === 'known').length;
      },
      linksUrl: 'https://links.example.com',
      linkSecret: 'a secret of at least thirty-two characters',
    });
    await createTable(system.dynamodb, tableName);
    const meter = meterCalls(system);
    const writes = meterWrites(system.dynamodb);
    const provider = createProviderClient({ settings: settings.provider, credential });
    const skip = async (seconds: number): Promise<void> => {
      clock.skip(seconds * second);
      await emulator.ask('POST', '/clock', { advanceSeconds: seconds });
    };
    return {
      /** One run, a minute after the one before. */
      tick: async (): Promise<GuardTick> => {
        await skip(60);
        const before = await emulator.calls();
        meter.reset();
        writes.reset();
        read = 0;
        const utilisation = performance.eventLoopUtilization();
        const startedAt = performance.now();
        await system.guardRuntimes({}, lambdaContext({ functionName: 'guard-runtimes' }));
        const milliseconds = performance.now() - startedAt;
        const busyMs = performance.eventLoopUtilization(utilisation).active;
        const provider = less((await emulator.calls()).calls, before.calls);
        return { milliseconds, busyMs, runtimes, read, provider, table: meter.read().calls, writes: writes.read() };
      },
      /** What a tick asks the provider for, asked by nothing but its client. */
      bare: async (): Promise<BareLoop> => {
        const before = await emulator.calls();
        const startedAt = performance.now();
        const listings = await Promise.all(settings.provider.projects.map((project) => provider.listRuntimes(project)));
        const listed = listings.flatMap(({ rows }) => rows.map(({ value }) => value));
        await Promise.all(listed.map((runtime) => provider.getRuntimeMetrics(runtime)));
        const milliseconds = performance.now() - startedAt;
        return { milliseconds, calls: sumOf(less((await emulator.calls()).calls, before.calls)) };
      },
      close: system.close,
    };
  };
  return {
    startAt,
    close: async (): Promise<void> => {
      await Promise.all([emulator.close(), table.close(), queue.close()]);
    },
  };
};
