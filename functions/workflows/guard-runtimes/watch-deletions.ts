import { nextDeletingStep, reappeared, reopened, withStuck } from '#domain/guardrails/deletion.ts';
import { factsOf } from '#domain/guardrails/guard-board.ts';
import type { Judged } from '#domain/guardrails/judge-fleet.ts';
import type { LedgerEntry } from '#domain/guardrails/ledger.ts';
import { policyFor } from '#domain/guardrails/policy.ts';
import { type RuntimeCase, runtimeKey } from '#domain/guardrails/runtime-case.ts';
import type { RuntimeDetail } from '#domain/runtime.ts';
import { type Instant, minute } from '#domain/time.ts';
import type { Fail } from '#workflows/attempts.ts';
import { type Deletions, deleteRuntime, settleGone } from './delete-runtime.ts';

const entryOf = (kase: RuntimeCase, act: LedgerEntry['act'], because: string, at: number): LedgerEntry => ({
  id: `${runtimeKey(kase)}/${at}/${act}`,
  at,
  act,
  who: act === 'stuck' ? { kind: 'rule', policy: 'deletion' } : { kind: 'others' },
  because,
  runtime: { project: kase.project, id: kase.id, name: kase.name },
});

const stuckEntry = (kase: RuntimeCase, now: number): LedgerEntry => {
  const { deletion } = kase;
  const because =
    deletion?.state === 'deleting' && deletion.because !== undefined ? deletion.because : 'it does not go';
  return entryOf(kase, 'stuck', because, now);
};

/** It bills on, whether or not anybody can say why. */
const notingStuck = (kase: RuntimeCase, now: Instant): RuntimeCase => {
  const noted = withStuck(kase, now);
  return noted === kase ? kase : { ...noted, outbox: [...noted.outbox, stuckEntry(noted, now)] };
};

/** Looks at one runtime that was asked to be deleted: until it answers 404 it bills. */
const watchDeletion = async (deletions: Deletions, kase: RuntimeCase): Promise<void> => {
  const { world, run, cases, fleet } = deletions;
  let detail: RuntimeDetail | undefined;
  try {
    detail = await world.provider.getRuntime(kase, { signal: run.signal, deadline: run.deadline });
  } catch (failure) {
    const noted = notingStuck(kase, world.clock());
    if (noted !== kase) await cases.save(noted);
    throw failure;
  }
  const now = world.clock();
  if (detail === undefined) return settleGone(cases, kase, now);
  const current = notingStuck(kase, now);
  const step = nextDeletingStep(current, detail.status, now);
  const next = step === 'reopen' ? reopened(current, now) : current;
  if (next !== kase && !(await cases.save(next))) return;
  if (step !== 'retry') return;
  const policy = policyFor(fleet.rules, detail, factsOf(fleet.catalogue, detail));
  // Enforced when it was asked, and no more: nothing is asked again.
  if (policy.mode === 'enforce') await deleteRuntime(deletions, next, policy);
};

/** Goes on with every deletion under way. One runtime's trouble is no other's. */
export const watchDeletions = async (deletions: Deletions, fail: Fail): Promise<void> => {
  for (const kase of deletions.cases.all().values()) {
    if (kase.deletion?.state !== 'deleting') continue;
    if (deletions.world.clock() >= deletions.run.deadline) return;
    try {
      await watchDeletion(deletions, kase);
    } catch (failure) {
      fail(failure);
    }
  }
};

/** A listing may lag behind for so long. */
const listingLags = 2 * minute;

/** A runtime that was gone and is listed: only its own answer says that it is there again. */
export const watchReappeared = async (
  { world, run, cases }: Deletions,
  judged: readonly Judged[],
  fail: Fail,
): Promise<void> => {
  for (const { key } of judged) {
    const kase = cases.get(key);
    if (kase?.deletion?.state !== 'gone' || world.clock() - kase.deletion.at < listingLags) continue;
    try {
      const detail = await world.provider.getRuntime(kase, { signal: run.signal, deadline: run.deadline });
      if (detail === undefined || /^(terminating|deleting)$/i.test(detail.status)) continue;
      const now = world.clock();
      await cases.save(reappeared(kase, entryOf(kase, 'reappeared', 'it was gone and is there again', now), now));
    } catch (failure) {
      fail(failure);
    }
  }
};
