import { longestStretch } from '#domain/guardrails/clock.ts';
import type { GuardFleet } from '#domain/guardrails/guard-board.ts';
import type { FleetSituation, Judged } from '#domain/guardrails/judge-fleet.ts';
import { packReadings } from '#domain/guardrails/packed-readings.ts';
import { isIdleUse } from '#domain/guardrails/reading.ts';
import type { ListedFleet } from './list-fleet.ts';
import type { GuardSettings, GuardWorld } from './world.ts';

/** Tells what a run saw: its counts, its packed readings, and the runtimes that begin to cost observed time. */
export const reportRound = (
  world: GuardWorld,
  listed: ListedFleet,
  settings: GuardSettings,
  judged: readonly Judged[],
  fleet: FleetSituation,
  before: GuardFleet,
): void => {
  const { now } = fleet;
  const count = (test: (one: Judged) => boolean) => judged.filter(test).length;
  const unknown = count(({ verdict }) => verdict.verdict === 'unknown');
  const readingsThat = (state: 'known' | 'unknown') => count(({ situation }) => situation.reading?.state === state);
  const idle = count(({ situation, verdict }) => verdict.verdict !== 'unknown' && situation.clock.span !== undefined);
  world.report({
    event: 'guarded',
    at: now,
    complete: listed.complete.size === settings.projects.length,
    runtimes: judged.length,
    idle,
    busy: count(
      ({ situation: { reading, policy } }) => reading?.state === 'known' && !isIdleUse(reading.use, policy.thresholds),
    ),
    unknown,
    understood: readingsThat('known') > 0 || readingsThat('unknown') === 0,
    breakerOpen: fleet.breaker.open !== undefined,
  });
  const readings = new Map(
    judged.map(({ key, situation: { runtime, reading } }) => [
      key,
      { status: runtime.status, ...(reading === undefined ? {} : { reading }) },
    ]),
  );
  for (const packed of packReadings(now, readings, world.digest)) world.report({ event: 'readings', packed });
  for (const { situation } of judged) {
    const since = situation.clock.unknown?.since;
    if (since === undefined) continue;
    // Told once, when it begins to cost observed time.
    const crossed = since + longestStretch <= now && since + longestStretch > (before.judgedAt ?? 0);
    const { project, id, name } = situation.runtime;
    if (!crossed) continue;
    const because = situation.clock.unknown?.because ?? '';
    world.report({ event: 'runtime-unknown', because, project, runtimeId: id, name });
  }
};
