import { dequal } from 'dequal';
import type { Breaker } from '#domain/guardrails/breaker.ts';
import { factsOf, type Versioned } from '#domain/guardrails/guard-board.ts';
import { latestAtMinute } from '#domain/guardrails/hours.ts';
import type { FleetSituation, SeenRuntime } from '#domain/guardrails/judge-fleet.ts';
import { moneyOf } from '#domain/guardrails/money.ts';
import { type RuntimeCase, type RuntimeKey, runtimeKey } from '#domain/guardrails/runtime-case.ts';
import { type FoundTrouble, isDue, type OperatorDesk, withTroubles } from '#domain/guardrails/trouble.ts';
import { day, hour, type Instant } from '#domain/time.ts';
import type { GuardSettings, GuardWorld } from './world.ts';

const unknownTold = 6 * hour;
const notRunningTold = hour;
/** A runtime that came back stands in the daily mail for so long. */
const reappearedStands = 7 * day;

const troublesOfCase = (kase: RuntimeCase, now: Instant): FoundTrouble[] => {
  const key = runtimeKey(kase);
  const about = `${kase.name} (${key})`;
  const found: FoundTrouble[] = [];
  const { stuckSince, episode, reappearedAt, deletion } = kase;
  if (stuckSince !== undefined) {
    const because =
      (deletion?.state === 'deleting' ? deletion.because : undefined) ?? 'the provider does not delete it';
    found.push({ key: `stuck#${key}`, kind: 'stuck', since: stuckSince, about, because });
  }
  if (episode?.unreachable !== undefined) {
    const because = 'none of the addresses that are to be warned accepts mail';
    found.push({ key: `unreachable#${key}`, kind: 'unreachable', since: episode.unreachable.since, about, because });
  }
  if (reappearedAt !== undefined && now - reappearedAt < reappearedStands) {
    const because = 'it was deleted, and is there again';
    found.push({ key: `reappeared#${key}#${reappearedAt}`, kind: 'reappeared', since: reappearedAt, about, because });
  }
  return found;
};

const troublesOfClock = (fleet: FleetSituation, { runtime }: SeenRuntime): FoundTrouble[] => {
  const key = runtimeKey(runtime);
  const about = `${runtime.name} (${key})`;
  const clock = fleet.clocks.get(key);
  const { unknown, notRunning } = clock ?? {};
  if (notRunning !== undefined && fleet.now - notRunning.since >= notRunningTold) {
    const because = `its status is ${notRunning.status}`;
    return [{ key: `not-running#${key}`, kind: 'not-running', since: notRunning.since, about, because }];
  }
  if (unknown !== undefined && fleet.now - unknown.since >= unknownTold) {
    return [{ key: `unknown#${key}`, kind: 'unknown', since: unknown.since, about, because: unknown.because }];
  }
  return [];
};

const troubleOfBreaker = ({ open }: Breaker): FoundTrouble[] => {
  if (open === undefined) return [];
  const because = `the idle spans of ${open.runtimes} of ${open.fleet} runtimes began within 5 minutes`;
  return [{ key: open.id, kind: 'breaker', since: open.at, about: 'the breaker', because }];
};

/** What each hour of a trouble costs, where it is about a runtime that is listed and whose price is known. */
const priced = (fleet: FleetSituation, seen: readonly SeenRuntime[], troubles: readonly FoundTrouble[]) => {
  const prices = new Map<RuntimeKey, number>();
  for (const { runtime } of seen) {
    const { pricePerGpuHour } = factsOf(fleet.catalogue, runtime);
    const gpus = runtime.gpuCount ?? fleet.cases.get(runtimeKey(runtime))?.particulars?.gpuCount;
    const money = moneyOf(pricePerGpuHour, gpus, 0);
    if (money !== undefined) prices.set(runtimeKey(runtime), money.ratePerHour);
  }
  return troubles.map((trouble): FoundTrouble => {
    const usdPerHour = prices.get(trouble.key.split('#')[1] ?? '');
    return usdPerHour === undefined ? trouble : { ...trouble, usdPerHour };
  });
};

/** The daily mail is owed once its time of the day has passed. The first one ever is about the day that begins with the first run. */
const withDaily = (desk: OperatorDesk, { dailyMailMinute, rules }: GuardSettings, now: Instant): OperatorDesk => {
  const due = latestAtMinute(dailyMailMinute, rules.timeZone, now);
  if (desk.digestUpTo === undefined) return { ...desk, digestUpTo: now };
  return due > desk.digestUpTo && due !== desk.digestOwed ? { ...desk, digestOwed: due } : desk;
};

/** The troubles whose keys no listing could say anything about in this run: they stay as they are. */
const untouched = (desk: OperatorDesk, incomplete: (key: string) => boolean): FoundTrouble[] =>
  Object.values(desk.troubles)
    .filter(
      ({ key, kind, overAt }) => overAt === undefined && ['unknown', 'not-running'].includes(kind) && incomplete(key),
    )
    .map(({ told: _told, overAt: _over, ...trouble }) => trouble);

/**
 * Brings the operator's desk up to date, and answers whether a notice is due.
 *
 * @param isUnlisted whether nothing was learned in this run of the runtime that a trouble is about
 */
export const tellOperator = async (
  world: GuardWorld,
  settings: GuardSettings,
  fleet: FleetSituation,
  seen: readonly SeenRuntime[],
  { value: desk, version }: Versioned<OperatorDesk>,
  isUnlisted: (runtime: RuntimeKey) => boolean,
): Promise<boolean> => {
  const { now, breaker, cases } = fleet;
  const shown = new Set(seen.map(({ runtime }) => runtimeKey(runtime)));
  const found = [
    ...troubleOfBreaker(breaker),
    ...[...cases.values()].flatMap((kase) => troublesOfCase(kase, now)),
    ...seen.flatMap((each) => troublesOfClock(fleet, each)),
    ...untouched(desk, (key) => {
      const runtime = key.split('#')[1] ?? '';
      return !shown.has(runtime) && isUnlisted(runtime);
    }),
  ];
  const next = withDaily(withTroubles(desk, priced(fleet, seen, found), now), settings, now);
  const written = dequal(next, desk) || (await world.store.saveDesk(next, version));
  if (!written || (next.retryAt ?? 0) > now) return false;
  return next.digestOwed !== undefined || Object.values(next.troubles).some((trouble) => isDue(trouble, now));
};
