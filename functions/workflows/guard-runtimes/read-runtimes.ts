import pLimit from 'p-limit';
import type { GuardBoard } from '#domain/guardrails/guard-board.ts';
import { completed } from '#domain/guardrails/judge-fleet.ts';
import { type Reading, readUse } from '#domain/guardrails/reading.ts';
import { type RuntimeKey, runtimeKey } from '#domain/guardrails/runtime-case.ts';
import type { Runtime } from '#domain/runtime.ts';
import { type Instant, second } from '#domain/time.ts';
import type { Run } from '#workflows/runs.ts';
import type { GuardSettings, GuardWorld } from './world.ts';

/** What a round of readings brought. A runtime that was not reached has none. `slowedTo`: how many calls at once the next round begins with. */
export type Readings = { readonly readings: ReadonlyMap<RuntimeKey, Reading>; readonly slowedTo?: number };

/** Time that a run keeps for what follows the readings: judging, writing, and one deletion with its last look. */
const reserveAfterReadings = 20 * second;

const shuffled = <T>(items: readonly T[], chance: () => number): T[] =>
  items
    .map((item) => ({ item, at: chance() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);

/** By chance, so that no periodic job hides between readings; but those that were not reached last time come first. */
const inOrder = ({ fleet }: GuardBoard, runtimes: readonly Runtime[], chance: () => number): readonly Runtime[] => {
  const order = shuffled(runtimes, chance);
  const missed = (runtime: Runtime) => fleet.clocks.get(runtimeKey(runtime))?.missed === true;
  return [...order.filter(missed), ...order.filter((runtime) => !missed(runtime))];
};

/** A part of the minute, by chance, that still leaves time to read all of them. */
const offsetOf = (world: GuardWorld, settings: GuardSettings, readings: number, until: Instant): number => {
  const needed = (readings / settings.callsPerSecond) * second * 1.5 + 5 * second;
  const room = Math.max(0, until - world.clock() - needed);
  return Math.floor(world.chance() * Math.min(settings.sampleOffsetSeconds * second, room));
};

const isRateLimit = (failure: unknown) => failure instanceof Error && failure.name === 'RateLimited';

const wordsOf = (failure: unknown) => (failure instanceof Error ? failure.message : String(failure));

/**
 * Reads the use of runtimes, as many at once as may be and as long as there is time. When the provider says that it is too
 * much, fewer are read at once, in this run and at the beginning of the next.
 */
export const readRuntimes = async (
  world: GuardWorld,
  run: Run,
  settings: GuardSettings,
  board: GuardBoard,
  runtimes: readonly Runtime[],
): Promise<Readings> => {
  const { fleet } = board;
  const until = run.deadline - reserveAfterReadings;
  const offset = runtimes.length === 0 ? 0 : offsetOf(world, settings, runtimes.length, until);
  if (offset > 0) await world.sleep(offset, run.signal);

  const limit = pLimit(Math.max(1, Math.min(settings.callsAtOnce, fleet.slowedTo ?? settings.callsAtOnce)));
  const readings = new Map<RuntimeKey, Reading>();
  let slowedTo =
    fleet.slowedTo === undefined || fleet.slowedTo * 2 >= settings.callsAtOnce ? undefined : fleet.slowedTo * 2;

  const slowDown = (because: string) => {
    const callsAtOnce = Math.max(1, Math.floor(limit.concurrency / 2));
    if (slowedTo !== callsAtOnce) world.report({ event: 'slowed-down', callsAtOnce, because });
    limit.concurrency = callsAtOnce;
    slowedTo = callsAtOnce;
  };

  const read = async (runtime: Runtime): Promise<void> => {
    if (world.clock() >= until) return;
    const key = runtimeKey(runtime);
    const clock = fleet.clocks.get(key);
    const { gpuCount } = completed(runtime, board.cases.get(key)?.value);
    try {
      const metrics = await world.provider.getRuntimeMetrics(runtime, { signal: run.signal, deadline: until });
      const reading = readUse(metrics, {
        cpuReported: clock?.span?.highest.cpu !== undefined,
        ...(clock?.sampledAt === undefined ? {} : { sampledAt: clock.sampledAt }),
        ...(gpuCount === undefined ? {} : { gpuCount }),
      });
      readings.set(key, reading);
    } catch (failure) {
      if (isRateLimit(failure)) slowDown(wordsOf(failure));
      // Cut off by our own deadline: not reached, and first next time.
      if (world.clock() < until && !run.signal.aborted) {
        readings.set(key, { state: 'unknown', at: world.clock(), because: wordsOf(failure) });
      }
    }
  };
  await Promise.all(inOrder(board, runtimes, world.chance).map((runtime) => limit(read, runtime)));
  return { readings, ...(slowedTo === undefined ? {} : { slowedTo }) };
};
