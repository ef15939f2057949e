import { addresseeOf } from '#domain/guardrails/episode.ts';
import { factsOf, type GuardBoard, type GuardFleet } from '#domain/guardrails/guard-board.ts';
import {
  advanceClocks,
  breakerAfter,
  completed,
  type FleetSituation,
  isRunning,
  type Judged,
  type SeenRuntime,
} from '#domain/guardrails/judge-fleet.ts';
import { policyFor } from '#domain/guardrails/policy.ts';
import { type RuntimeCase, type RuntimeKey, runtimeKey } from '#domain/guardrails/runtime-case.ts';
import type { Runtime } from '#domain/runtime.ts';
import type { Instant } from '#domain/time.ts';
import { createAttempts, type Fail, failIfAny } from '#workflows/attempts.ts';
import { hasCredential } from '#workflows/credential.ts';
import { beginRun, type Run } from '#workflows/runs.ts';
import { createCases } from './cases.ts';
import { catalogueOf } from './catalogue.ts';
import { type Deletions, deleteRuntime } from './delete-runtime.ts';
import { judge } from './judge.ts';
import { listFleet, vanishedFrom } from './list-fleet.ts';
import { readRuntimes } from './read-runtimes.ts';
import { reportRound } from './report-round.ts';
import { flushAll, saveJudged, settleBreaker, settleVanished } from './settle-cases.ts';
import { tellOperator } from './tell-operator.ts';
import { watchDeletions, watchReappeared } from './watch-deletions.ts';
import type { GuardSettings, GuardWorld } from './world.ts';

type Part = 'board' | 'runtimes' | 'prices' | 'detail' | 'cases' | 'deletions' | 'operator' | 'announce';

/** Whom something is owed to that may be sent now. */
const owedTo = (cases: ReadonlyMap<RuntimeKey, RuntimeCase>, now: Instant): string[] =>
  [...cases.values()].flatMap(({ episode, owedGone }) => {
    const waits = (episode?.unreachable?.retryAt ?? 0) > now;
    const due = [episode?.first, episode?.last].flatMap((warning) =>
      warning?.mail === 'owed' && warning.notBefore <= now && !waits ? [addresseeOf(warning)] : [],
    );
    const isGoneDue = owedGone !== undefined && (owedGone.retryAt ?? 0) <= now;
    return [...due, isGoneDue ? addresseeOf(owedGone) : undefined].filter((address) => address !== undefined);
  });

/** Another run took the lease while this one worked: what it saw is not recorded, and nothing more is done. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

const saveFleet = async (world: GuardWorld, run: Run, fleet: GuardFleet, leaseUntil: Instant): Promise<void> => {
  if (await world.store.saveFleet(run.holder, fleet, leaseUntil)) return;
  throw new LeaseLostError('The lease was lost before the clocks could be written.');
};

/** Whether an idle span is over: should this run not come to its end, the next one must not take it for one that goes on. */
const endsASpan = (before: GuardFleet['clocks'], after: GuardFleet['clocks']): boolean =>
  [...before].some(([key, { span }]) => span !== undefined && after.get(key)?.span?.since !== span.since);

/** One run over everything; answers the fleet to be remembered. */
const guardOnce = async (
  world: GuardWorld,
  run: Run,
  settings: GuardSettings,
  failures: unknown[],
  leaseUntil: Instant,
): Promise<GuardFleet> => {
  const { attempt, failIn } = createAttempts<Part>(failures, (part, because) =>
    world.report({ event: 'part-failed', part, because }),
  );
  const board = await world.store.readBoard();
  for (const because of board.unreadable) failIn('board')(because);
  const { rules } = settings;
  const catalogue = await attempt('prices', () => catalogueOf(world, run, board), board.catalogue);
  const priced: GuardBoard = { ...board, ...(catalogue === undefined ? {} : { catalogue }) };
  const listed = await listFleet(world, run, settings, failIn('runtimes'));
  // What is known about these cannot be read: nothing is done about them.
  const runtimes = listed.runtimes.filter((runtime) => !board.unreadableCases.has(runtimeKey(runtime)));
  const isRead = (listed: Runtime) => {
    const runtime = completed(listed, board.cases.get(runtimeKey(listed))?.value);
    return isRunning(runtime) && policyFor(rules, runtime, factsOf(catalogue, runtime)).mode !== 'off';
  };
  const { readings, slowedTo } = await readRuntimes(world, run, settings, priced, runtimes.filter(isRead));
  const seen = runtimes.map((runtime): SeenRuntime => {
    const reading = readings.get(runtimeKey(runtime));
    return { runtime, ...(reading === undefined ? {} : { reading }) };
  });

  const now = world.clock();
  const vanished = vanishedFrom(board, listed, settings);
  const clocks = advanceClocks(priced, rules, seen, vanished, now);
  if (endsASpan(board.fleet.clocks, clocks)) await saveFleet(world, run, { ...board.fleet, clocks }, leaseUntil);
  const breaker = breakerAfter(priced, rules, clocks, seen, now);
  await attempt('cases', () => settleBreaker(world, board, breaker), undefined);
  const cases = createCases(world, board.cases);
  const cleaned = await attempt('cases', () => flushAll(world, cases), cases.all());
  const fleet: FleetSituation = {
    now,
    rules,
    clocks,
    clocksBefore: board.fleet.clocks,
    cases: cleaned,
    breaker,
    digest: world.digest,
    ...(catalogue === undefined ? {} : { catalogue }),
  };
  const judged = await judge(world, run, fleet, seen, failIn('detail'));
  reportRound(world, listed, settings, judged, fleet, board.fleet);
  await attempt('cases', (fail) => saveJudged(cases, judged, fail), undefined);
  await attempt('cases', () => settleVanished(cases, vanished, now), undefined);

  const deletions: Deletions = {
    world,
    run,
    fleet,
    cases,
    slots: [...board.fleet.slots],
    tickSlots: [],
  };
  await attempt('deletions', (fail) => act(deletions, judged, fail), undefined);
  const after: FleetSituation = { ...fleet, cases: cases.all() };
  const isUnlisted = (key: RuntimeKey) => !listed.complete.has(key.slice(0, key.indexOf('/')));
  const operatorIsDue = await attempt(
    'operator',
    () => tellOperator(world, settings, after, seen, board.desk, isUnlisted),
    false,
  );
  const addresses = [...owedTo(cases.all(), world.clock()), ...(operatorIsDue ? [rules.operator] : [])];
  const recipientIds = new Set(addresses.map((address) => world.digest(address.toLowerCase())));
  if (recipientIds.size > 0) await attempt('announce', () => world.announce([...recipientIds]), undefined);
  const { slowedTo: _, ...before } = board.fleet;
  return {
    ...before,
    clocks,
    slots: deletions.slots,
    judgedAt: now,
    ...(slowedTo === undefined ? {} : { slowedTo }),
  };
};

/** Deletes those whose time has come, the longest due first, after the deletions that are under way. */
const act = async (deletions: Deletions, judged: readonly Judged[], fail: Fail): Promise<void> => {
  await watchDeletions(deletions, fail);
  await watchReappeared(deletions, judged, fail);
  const due = judged.filter(({ verdict }) => verdict.verdict === 'delete');
  due.sort((a, b) => (a.kase?.named ?? 0) - (b.kase?.named ?? 0));
  for (const { key, kase, situation } of due) {
    // Somebody wrote it meanwhile: the next run judges anew.
    if (kase === undefined || deletions.cases.get(key) !== kase) continue;
    try {
      await deleteRuntime(deletions, kase, situation.policy);
    } catch (failure) {
      fail(failure);
    }
  }
};

/**
 * The whole of job 2 up to the queue: lists the runtimes, reads their use, moves their clocks on, judges, warns, and deletes.
 * Only one run works at a time; one that finds another at work does nothing. Fails, after everything else was done, if any
 * part failed.
 */
export const guardRuntimes = async (world: GuardWorld, run: Run, settings: GuardSettings): Promise<void> => {
  if (!(await hasCredential(world))) return;
  const leaseUntil = await beginRun(world, run);
  if (leaseUntil === undefined) return;
  const failures: unknown[] = [];
  const fleet = await guardOnce(world, run, settings, failures, leaseUntil);
  const endedAt = world.clock();
  await saveFleet(world, run, failures.length === 0 ? { ...fleet, succeededAt: endedAt } : fleet, endedAt);
  failIfAny(failures);
};
