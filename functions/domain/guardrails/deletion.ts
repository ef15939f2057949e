import { day, type Instant, minute } from '#domain/time.ts';
import { endEpisode, voidWarnings, wasWarned } from './episode.ts';
import type { LedgerEntry } from './ledger.ts';
import { type Deletion, type Intent, type RuntimeCase, runtimeKey } from './runtime-case.ts';
import { latestAfterNamed } from './verdict.ts';

/** A runtime that is not gone so long after it was asked to be deleted is stuck. */
export const stuckAfter = 10 * minute;

/** The intent of a DELETE that may have had an effect. */
const askedBy = ({ refused, entry, to, savedId }: Extract<Deletion, { state: 'deleting' }>): Intent | undefined =>
  refused ? undefined : { entry, to, ...(savedId === undefined ? {} : { savedId }) };

/** The case without its deletion; that a DELETE was asked, and not refused, is remembered. */
const withoutDeletion = ({ deletion, ...kase }: RuntimeCase): RuntimeCase => {
  const asked = deletion?.state === 'deleting' ? askedBy(deletion) : undefined;
  return asked === undefined ? kase : { ...kase, asked };
};

/** Chosen for deletion: the last look decides. */
export const condemned = (kase: RuntimeCase, now: Instant): RuntimeCase =>
  kase.deletion?.state === 'deleting' ? kase : { ...kase, deletion: { state: 'condemned', at: now } };

/** The last look said no: the case is closed, and what was said of a deletion counts no more. */
export const spared = (kase: RuntimeCase, because: string, entry: LedgerEntry, now: Instant): RuntimeCase => {
  const { stuckSince: _, ...rest } = withoutDeletion(kase);
  return voidWarnings({ ...rest, outbox: [...kase.outbox, entry] }, because, now);
};

/** Observe mode: it would have been deleted now. */
export const wouldDelete = (kase: RuntimeCase, entry: LedgerEntry, now: Instant): RuntimeCase => {
  const { episode } = kase;
  const marked = episode === undefined ? {} : { episode: { ...episode, would: now } };
  return { ...withoutDeletion(kase), ...marked, outbox: [...kase.outbox, entry] };
};

/** The intent to delete, written before each DELETE. Whether it was asked is not known until that is written, too. */
export const intended = (kase: RuntimeCase, intent: Intent, now: Instant): RuntimeCase => {
  const before = kase.deletion?.state === 'deleting' ? kase.deletion : undefined;
  const asks = (before?.asks ?? 0) + 1;
  const asked = (before === undefined ? undefined : askedBy(before)) ?? kase.asked;
  return {
    ...kase,
    ...(asked === undefined ? {} : { asked }),
    deletion: { state: 'deleting', since: before?.since ?? now, intentAt: now, asks, ...intent },
    outbox: [...kase.outbox, { ...intent.entry, id: `${intent.entry.id}/${now}` }],
  };
};

/** DELETE was answered, or not. `not`: why it was not accepted, and whether that is sure. */
export const asked = (
  kase: RuntimeCase,
  askedAt: Instant,
  not?: { readonly because: string; readonly isRefused: boolean },
): RuntimeCase => {
  const { deletion } = kase;
  if (deletion?.state !== 'deleting') return kase;
  const refused = not?.isRefused ? { refused: true as const } : {};
  return { ...kase, deletion: { ...deletion, askedAt, ...refused, ...(not && { because: not.because }) } };
};

/** A runtime that goes later than this after it was asked to was not deleted by our asking. */
const askedCounts = day;

/**
 * It answers 404, or is listed no more, after our intent: it is gone, and its owner is to be told. Undefined where we never
 * asked: then somebody else deleted it.
 */
export const gone = (kase: RuntimeCase, now: Instant): RuntimeCase | undefined => {
  const { deletion, asked, stuckSince: _stuck, episode: _episode, keep: _keep, reappearedAt: _again, ...known } = kase;
  const { exemption: _exemption, ...rest } = known;
  const intent = (deletion?.state === 'deleting' ? askedBy(deletion) : undefined) ?? asked;
  if (intent === undefined || now - intent.entry.at > askedCounts) return undefined;
  const { entry: before, to, savedId } = intent;
  const entry: LedgerEntry = { ...before, id: `${runtimeKey(kase)}/${before.at}/deleted`, at: now, act: 'deleted' };
  const saved = savedId === undefined ? {} : { savedId };
  return {
    ...rest,
    deletion: { state: 'gone', at: now },
    owedGone: { to, level: 0, owedAt: now, entry, ...saved },
    outbox: [...kase.outbox, entry],
  };
};

/** Somebody else deleted it: the case is closed, and nobody is told by us. */
export const closedByOthers = (kase: RuntimeCase, now: Instant): RuntimeCase => {
  const { project, id, name, deletion: _deletion, asked: _asked, stuckSince: _stuck, ...rest } = kase;
  const entry: LedgerEntry = {
    id: `${runtimeKey(kase)}/${now}/closed`,
    at: now,
    act: 'closed',
    who: { kind: 'others' },
    because: 'somebody else deleted it',
    runtime: { project, id, name },
  };
  const wasTold = kase.episode !== undefined && wasWarned(kase.episode);
  return { ...endEpisode({ ...rest, project, id, name }, wasTold ? entry : undefined), vanishedAt: now };
};

/** It is there again although it was gone: nobody is warned of its old idle time. */
export const reappeared = (kase: RuntimeCase, entry: LedgerEntry, now: Instant): RuntimeCase => {
  // A mail that says it is deleted would not be true any more.
  const { owedGone: _untold, ...rest } = withoutDeletion(kase);
  return { ...rest, reappearedAt: now, outbox: [...kase.outbox, entry] };
};

/** Asked to be deleted, not gone, and too late for another DELETE on the old warning: the ladder begins again. */
export const reopened = (kase: RuntimeCase, now: Instant): RuntimeCase =>
  voidWarnings(withoutDeletion(kase), 'it was asked to be deleted and is still there', now);

export type DeletingStep = 'wait' | 'retry' | 'reopen';

/** What to do about a runtime that was asked to be deleted and still answers with a status. One that terminates is only watched. */
export const nextDeletingStep = (kase: RuntimeCase, status: string, now: Instant): DeletingStep => {
  const { deletion, named } = kase;
  if (deletion?.state !== 'deleting' || /^(terminating|deleting)$/i.test(status)) return 'wait';
  if (deletion.askedAt !== undefined && now - deletion.askedAt < stuckAfter) return 'wait';
  return named !== undefined && now <= named + latestAfterNamed ? 'retry' : 'reopen';
};

/** Notes that a runtime is stuck, once 10 minutes have passed since it was first asked to be deleted. */
export const withStuck = (kase: RuntimeCase, now: Instant): RuntimeCase => {
  const { deletion } = kase;
  if (deletion?.state !== 'deleting' || kase.stuckSince !== undefined) return kase;
  return now - deletion.since >= stuckAfter ? { ...kase, stuckSince: deletion.since } : kase;
};
