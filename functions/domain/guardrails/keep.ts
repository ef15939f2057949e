import { checkedDuration } from '#domain/duration.ts';
import type { Instant } from '#domain/time.ts';
import { voidWarnings } from './episode.ts';
import type { LedgerEntry } from './ledger.ts';
import { type Keep, type RuntimeCase, runtimeKey } from './runtime-case.ts';
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

/** Why nothing can be asked for a runtime any more; undefined while it can. `gone`: it is, or is listed no more. */
export const tooLate = (kase: RuntimeCase | undefined): Extract<KeepOutcome, { outcome: 'too-late' }> | undefined => {
  if (kase?.deletion !== undefined && kase.deletion.state !== 'condemned') {
    return { outcome: 'too-late', state: kase.deletion.state };
  }
  return kase?.vanishedAt === undefined ? undefined : { outcome: 'too-late', state: 'gone' };
};

/** What Keep would come to now, before a choice is made. */
export const keepable = (
  kase: RuntimeCase | undefined,
  episodeId: string,
): Exclude<KeepOutcome, { outcome: 'kept' }> | { readonly outcome: 'keepable'; readonly kase: RuntimeCase } => {
  return tooLate(kase) ?? (kase?.episode?.id === episodeId ? { outcome: 'keepable', kase } : { outcome: 'over' });
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
  const kept = withKeep(before, { until, at: now, by }, { because: `kept for ${choice} by a link`, recipientId });
  return { kase: kept, outcome: { outcome: 'kept', until } };
};

/** Why somebody keeps a runtime, exempts it, or ends that, for the ledger. */
export type Said = { readonly because: string; readonly recipientId?: string | undefined };

/** The entry of what a person does to a runtime; `by` tells it from what others do at the same moment. */
export const personEntry = (
  act: 'kept' | 'released' | 'exempted' | 'exemption-ended',
  { project, id, name }: Pick<RuntimeCase, 'project' | 'id' | 'name'>,
  by: string,
  { because, recipientId }: Said,
  now: Instant,
): LedgerEntry => ({
  id: `${runtimeKey({ project, id })}/${by}/${now}/${act}`,
  at: now,
  act,
  who: { kind: 'person', ...(recipientId === undefined ? {} : { recipientId }) },
  because,
  runtime: { project, id, name },
});

/** A case without what was decided about the runtime: somebody wants it to stay. */
export const undecided = ({ deletion: _condemned, asked: _asked, stuckSince: _stuck, ...rest }: RuntimeCase) => rest;

const withKeep = (kase: RuntimeCase, keep: Keep, said: Said): RuntimeCase => {
  const rest = undecided(kase);
  const entry = personEntry('kept', kase, keep.by, said, keep.at);
  return voidWarnings({ ...rest, keep, outbox: [...kase.outbox, entry] }, 'somebody asked to keep it', keep.at);
};

/** What asking to keep a runtime, warned of or not, came to. */
export type KeepUntilOutcome = Exclude<KeepOutcome, { outcome: 'over' }>;

/**
 * Keeps a runtime until a time, whether anybody was warned of it or not; the time takes the place of that of a keep before. The
 * same again changes nothing. `before`: its case, or a new one where there is none.
 */
export const keepUntil = (
  before: RuntimeCase,
  { until, by, ...said }: Said & { readonly until: Instant; readonly by: string },
  now: Instant,
): { readonly kase: RuntimeCase; readonly outcome: KeepUntilOutcome } => {
  const late = tooLate(before);
  if (late !== undefined) return { kase: before, outcome: late };
  const kase = before.keep?.until === until ? before : withKeep(before, { until, at: now, by }, said);
  return { kase, outcome: { outcome: 'kept', until } };
};

/** Ends a keep: the runtime is judged again as any other. Its next warning is a fresh one. One that is not kept stays as it is. */
export const release = (
  kase: RuntimeCase,
  { by, ...said }: Said & { readonly by: string },
  now: Instant,
): RuntimeCase => {
  const { keep, ...rest } = kase;
  if (keep === undefined || keep.until <= now) return kase;
  return { ...rest, outbox: [...kase.outbox, personEntry('released', kase, by, said, now)] };
};
