import pLimit from 'p-limit';
import type { Breaker } from '#domain/guardrails/breaker.ts';
import { longestStretch } from '#domain/guardrails/clock.ts';
import { addresseeOf } from '#domain/guardrails/episode.ts';
import type { Catalogue, GuardBoard, GuardFleet } from '#domain/guardrails/guard-board.ts';
import { factsOf } from '#domain/guardrails/guard-board.ts';
import {
  advanceClocks,
  breakerAfter,
  completed,
  type FleetSituation,
  isRunning,
  type Judged,
  type SeenRuntime,
} from '#domain/guardrails/judge-fleet.ts';
import { packReadings } from '#domain/guardrails/packed-readings.ts';
import { type ConfigFacts, policyFor } from '#domain/guardrails/policy.ts';
import { isIdleUse } from '#domain/guardrails/reading.ts';
import { type RuntimeCase, type RuntimeKey, runtimeKey } from '#domain/guardrails/runtime-case.ts';
import type { Offer } from '#domain/offer.ts';
import type { Runtime } from '#domain/runtime.ts';
import { day, hour, type Instant, second } from '#domain/time.ts';
import { createAttempts, type Fail, failIfAny } from '#workflows/attempts.ts';
import { type Cases, createCases, flushed } from './cases.ts';
import { type Deletions, deleteRuntime, settleGone } from './delete-runtime.ts';
import { judge } from './judge.ts';
import { type ListedFleet, listFleet, vanishedFrom } from './list-fleet.ts';
import { readRuntimes } from './read-runtimes.ts';
import { tellOperator } from './tell-operator.ts';
import { watchDeletions, watchReappeared } from './watch-deletions.ts';
import type { GuardSettings, GuardWorld, Run } from './world.ts';

/** How long a run holds the lease at most: a crashed one must not cost the next minute's run. */
const leaseFor = 58 * second;
const catalogueEvery = hour;
const casesAtOnce = 16;
/** What is remembered of a runtime that is gone: it may come back. */
const goneRemembered = 7 * day;
const vanishedRemembered = day;

type Part = 'board' | 'runtimes' | 'prices' | 'detail' | 'cases' | 'deletions' | 'operator' | 'announce';

/** By region and config; by the config alone with its price only where that is the same in every region. */
const byConfig = (offers: readonly Offer[]): Catalogue['configs'] => {
  const configs: Record<string, ConfigFacts> = {};
  for (const { region, configId, gpuModel, pricePerGpuHour } of offers) {
    const known = configs[configId];
    const isSame = known === undefined || known.pricePerGpuHour === pricePerGpuHour;
    configs[`${region}/${configId}`] = { gpuModel, pricePerGpuHour };
    configs[configId] = isSame ? { gpuModel, pricePerGpuHour } : { gpuModel };
  }
  return configs;
};

/** Prices and models, asked anew every hour. An inventory that cannot be read leaves the old ones. */
const catalogueOf = async (world: GuardWorld, run: Run, board: GuardBoard): Promise<Catalogue | undefined> => {
  const known = board.catalogue;
  if (known !== undefined && world.clock() - known.askedAt < catalogueEvery) return known;
  const listing = await world.provider.listOffers({}, { signal: run.signal, deadline: run.deadline });
  const { askedAt, rows, complete } = listing;
  if (rows.length === 0) return known;
  const configs = byConfig(rows.map(({ value }) => value));
  const catalogue = { askedAt, configs: complete ? configs : { ...known?.configs, ...configs } };
  await world.store.saveCatalogue(catalogue);
  return catalogue;
};

const isForgettable = (kase: RuntimeCase, now: Instant): boolean => {
  const { outbox, owedGone, keep, named = 0, vanishedAt, deletion, episode, reported } = kase;
  if (outbox.length > 0 || owedGone !== undefined || (keep !== undefined && keep.until > now) || named > now)
    return false;
  if (deletion?.state === 'gone') return now - deletion.at > goneRemembered;
  if (deletion !== undefined) return false;
  if (vanishedAt !== undefined) return now - vanishedAt > vanishedRemembered;
  const warnedLately = kase.firstWarnedAt !== undefined && now - kase.firstWarnedAt < day;
  return episode === undefined && reported === undefined && !warnedLately && kase.reappearedAt === undefined;
};

/** Takes note of the runtimes that are gone without us, and forgets the cases that have nothing more to say. */
const settleVanished = async (cases: Cases, vanished: readonly RuntimeKey[], now: Instant): Promise<void> => {
  for (const key of vanished) {
    const kase = cases.get(key);
    if (kase === undefined || kase.vanishedAt !== undefined || kase.deletion?.state === 'deleting') continue;
    if (kase.deletion?.state !== 'gone') await settleGone(cases, kase, now);
  }
  for (const kase of cases.all().values()) if (isForgettable(kase, now)) await cases.remove(kase);
};

/** Writes the cases that were changed by what was judged; the others are not written. */
const saveJudged = async (cases: Cases, judged: readonly Judged[], fail: Fail): Promise<void> => {
  await pLimit(casesAtOnce).map(judged, async ({ key, kase }) => {
    const before = cases.get(key);
    if (kase === undefined) return;
    const { vanishedAt: _, ...listed } = kase;
    if (kase === before && kase.vanishedAt === undefined) return;
    await cases.save(kase.vanishedAt === undefined ? kase : listed).catch(fail);
  });
};

const settleBreaker = async (world: GuardWorld, board: GuardBoard, after: Breaker): Promise<void> => {
  const { value: before, version } = board.breaker;
  for (const entry of before.outbox) await world.store.appendLedger(entry);
  const next = before.outbox.length === 0 ? after : { ...after, outbox: after.outbox.slice(before.outbox.length) };
  if (next === before) return;
  const saved = await world.store.saveBreaker(next, version);
  if (saved && next.open !== undefined && before.open === undefined) {
    world.report({ event: 'breaker-opened', runtimes: next.open.runtimes, fleet: next.open.fleet });
  }
};

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

const reportRound = (
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
  const breaker = breakerAfter(board.breaker.value, clocks, seen, now);
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
  return { clocks, slots: deletions.slots, judgedAt: now, ...(slowedTo === undefined ? {} : { slowedTo }) };
};

/** Brings every case's entries into the ledger; the cases without them are written with the next change. */
const flushAll = async (world: GuardWorld, cases: Cases): Promise<ReadonlyMap<RuntimeKey, RuntimeCase>> => {
  const all = await pLimit(casesAtOnce).map([...cases.all()], async ([key, kase]) => {
    const clean = await flushed(world, kase);
    if (clean !== kase) await cases.save(clean);
    return [key, cases.get(key) ?? clean] as const;
  });
  return new Map(all);
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
  const startedAt = world.clock();
  if (startedAt >= run.deadline) {
    world.report({ event: 'run-skipped', because: 'there is no time to record what it would see' });
    return;
  }
  const leaseUntil = startedAt + leaseFor;
  if (!(await world.store.takeLease(run.holder, startedAt, leaseUntil))) {
    world.report({ event: 'run-skipped', because: 'another run holds the lease' });
    return;
  }
  const failures: unknown[] = [];
  const fleet = await guardOnce(world, run, settings, failures, leaseUntil);
  await saveFleet(world, run, fleet, world.clock());
  failIfAny(failures);
};
