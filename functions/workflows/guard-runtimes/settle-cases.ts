import pLimit from 'p-limit';
import type { Breaker } from '#domain/guardrails/breaker.ts';
import { ownExemption } from '#domain/guardrails/exemption.ts';
import type { GuardBoard } from '#domain/guardrails/guard-board.ts';
import type { Judged } from '#domain/guardrails/judge-fleet.ts';
import type { RuntimeCase, RuntimeKey } from '#domain/guardrails/runtime-case.ts';
import { day, type Instant } from '#domain/time.ts';
import type { Fail } from '#workflows/attempts.ts';
import { type Cases, flushed } from './cases.ts';
import { settleGone } from './delete-runtime.ts';
import type { GuardWorld } from './world.ts';

const casesAtOnce = 16;
/** What is remembered of a runtime that is gone: it may come back. */
const goneRemembered = 7 * day;
const vanishedRemembered = day;

const isForgettable = (kase: RuntimeCase, now: Instant): boolean => {
  const { outbox, owedGone, keep, named = 0, vanishedAt, deletion, episode, reported } = kase;
  if (outbox.length > 0 || owedGone !== undefined || (keep !== undefined && keep.until > now) || named > now)
    return false;
  if (deletion?.state === 'gone') return now - deletion.at > goneRemembered;
  if (deletion !== undefined) return false;
  if (vanishedAt !== undefined) return now - vanishedAt > vanishedRemembered;
  if (kase.madeFor !== undefined) return false;
  const warnedLately = kase.firstWarnedAt !== undefined && now - kase.firstWarnedAt < day;
  // Of a runtime that is there: an exemption of one that is gone protects nothing.
  if (ownExemption(kase, now) !== undefined) return false;
  return episode === undefined && reported === undefined && !warnedLately && kase.reappearedAt === undefined;
};

/** Takes note of the runtimes that are gone without us, and forgets the cases that have nothing more to say. */
export const settleVanished = async (cases: Cases, vanished: readonly RuntimeKey[], now: Instant): Promise<void> => {
  for (const key of vanished) {
    const kase = cases.get(key);
    if (kase === undefined || kase.vanishedAt !== undefined || kase.deletion?.state === 'deleting') continue;
    if (kase.deletion?.state !== 'gone') await settleGone(cases, kase, now);
  }
  for (const kase of cases.all().values()) if (isForgettable(kase, now)) await cases.remove(kase);
};

/** Writes the cases that were changed by what was judged; the others are not written. */
export const saveJudged = async (cases: Cases, judged: readonly Judged[], fail: Fail): Promise<void> => {
  await pLimit(casesAtOnce).map(judged, async ({ key, kase }) => {
    const before = cases.get(key);
    if (kase === undefined) return;
    const { vanishedAt: _, ...listed } = kase;
    if (kase === before && kase.vanishedAt === undefined) return;
    await cases.save(kase.vanishedAt === undefined ? kase : listed).catch(fail);
  });
};

export const settleBreaker = async (world: GuardWorld, board: GuardBoard, after: Breaker): Promise<void> => {
  const { value: before, version } = board.breaker;
  for (const entry of before.outbox) await world.store.appendLedger(entry);
  const next = before.outbox.length === 0 ? after : { ...after, outbox: after.outbox.slice(before.outbox.length) };
  if (next === before) return;
  const saved = await world.store.saveBreaker(next, version);
  if (saved && next.open !== undefined && before.open === undefined) {
    world.report({ event: 'breaker-opened', runtimes: next.open.runtimes, fleet: next.open.fleet });
  }
};

/** Brings every case's entries into the ledger; the cases without them are written with the next change. */
export const flushAll = async (world: GuardWorld, cases: Cases): Promise<ReadonlyMap<RuntimeKey, RuntimeCase>> => {
  const all = await pLimit(casesAtOnce).map([...cases.all()], async ([key, kase]) => {
    const clean = await flushed(world, kase);
    if (clean !== kase) await cases.save(clean);
    return [key, cases.get(key) ?? clean] as const;
  });
  return new Map(all);
};
