import { checkedDuration } from '#domain/duration.ts';
import type { Instant } from '#domain/time.ts';
import { voidWarnings } from './episode.ts';
import type { LedgerEntry } from './ledger.ts';
import { type RuntimeCase, runtimeKey } from './runtime-case.ts';
import type { KeepChoice } from './runtime-notice.ts';

/** Of the choices those that a Keep link offers where a runtime may be kept for so many milliseconds at most. */
export const keepChoicesUpTo = (keepAtMost: number, choices: readonly KeepChoice[]): readonly KeepChoice[] =>
  choices.filter((choice) => checkedDuration(choice) <= keepAtMost);

/** What pressing Keep came to. `over`: the runtime was used since, or is not known any more; `too-late`: its deletion has begun. */
export type KeepOutcome =
  | { readonly outcome: 'kept'; readonly until: Instant }
  | { readonly outcome: 'over' }
  | { readonly outcome: 'too-late'; readonly state: 'deleting' | 'gone' };

export type KeepWish = {
  readonly episodeId: string;
  readonly choice: KeepChoice;
  readonly mailId: string;
  readonly recipientId?: string;
};

/** What Keep would come to now, before a choice is made. */
export const keepable = (
  kase: RuntimeCase | undefined,
  episodeId: string,
): Exclude<KeepOutcome, { outcome: 'kept' }> | { readonly outcome: 'keepable'; readonly kase: RuntimeCase } => {
  if (kase?.deletion !== undefined && kase.deletion.state !== 'condemned') {
    return { outcome: 'too-late', state: kase.deletion.state };
  }
  if (kase?.vanishedAt !== undefined) return { outcome: 'too-late', state: 'gone' };
  return kase?.episode?.id === episodeId ? { outcome: 'keepable', kase } : { outcome: 'over' };
};

/**
 * Keeps a runtime, and voids its warnings. Pressing the same choice of the same mail again changes nothing; a shorter choice
 * does not shorten a longer one.
 */
export const keepRuntime = (
  kase: RuntimeCase | undefined,
  { episodeId, choice, mailId, recipientId }: KeepWish,
  now: Instant,
): { readonly kase: RuntimeCase | undefined; readonly outcome: KeepOutcome } => {
  const found = keepable(kase, episodeId);
  if (found.outcome !== 'keepable') return { kase, outcome: found };
  const before = found.kase;
  const by = `${mailId}:${choice}`;
  const until = now + checkedDuration(choice);
  const { keep } = before;
  if (keep !== undefined && keep.until > now && (keep.by === by || keep.until >= until)) {
    return { kase, outcome: { outcome: 'kept', until: keep.until } };
  }
  const { project, id, name, deletion: _condemned, asked: _asked, stuckSince: _stuck, ...rest } = before;
  const entry: LedgerEntry = {
    id: `${runtimeKey(before)}/${by}/${now}/kept`,
    at: now,
    act: 'kept',
    who: { kind: 'person', ...(recipientId === undefined ? {} : { recipientId }) },
    because: `kept for ${choice} by a link`,
    runtime: { project, id, name },
  };
  const kept = { ...rest, project, id, name, keep: { until, at: now, by }, outbox: [...before.outbox, entry] };
  return { kase: voidWarnings(kept, 'somebody asked to keep it', now), outcome: { outcome: 'kept', until } };
};
