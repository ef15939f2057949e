import { hour, type Instant, minute } from '#domain/time.ts';
import type { LedgerEntry } from './ledger.ts';
import type { Episode, RuntimeCase, Warning } from './runtime-case.ts';

/** After its warnings were voided, a runtime's deletion is at least so far away from the mail that warns afresh. */
export const freshLead = 60 * minute;

const retryUnreachable = 6 * hour;

const withoutEpisode = ({ episode: _, ...kase }: RuntimeCase): RuntimeCase => kase;

/** Ends the idle time that people were warned of. */
export const endEpisode = (kase: RuntimeCase, entry: LedgerEntry | undefined): RuntimeCase => ({
  ...withoutEpisode(kase),
  outbox: entry === undefined ? kase.outbox : [...kase.outbox, entry],
});

/** Whether anybody was warned of this idle time, or would have been. */
export const wasWarned = ({ first, last }: Episode): boolean =>
  first?.counted !== undefined || last?.counted !== undefined;

/**
 * Takes the ground from under the warnings: what is owed and not sent is not sent any more, and the next last warning is a
 * fresh one.
 */
export const voidWarnings = (kase: RuntimeCase, because: string, now: Instant): RuntimeCase => {
  const { episode } = kase;
  if (episode === undefined || (episode.first === undefined && episode.last === undefined)) return kase;
  const { last, first, would: _would, unreachable: _unreachable, ...rest } = episode;
  // Nothing more to take away: the reason that took it stands.
  if (last === undefined && first?.mail !== 'owed' && episode.voided !== undefined) return kase;
  const told = first === undefined || first.mail === 'owed' ? {} : { first };
  return { ...kase, episode: { ...rest, ...told, voided: { at: now, because } } };
};

/** Makes a warning owed. The episode begins with its first warning. */
export const oweWarning = (
  kase: RuntimeCase,
  warning: Warning,
  begun: Pick<Episode, 'id' | 'since' | 'keepAtMost'>,
): RuntimeCase => {
  const episode: Episode = kase.episode ?? begun;
  const named = warning.counted === undefined ? {} : { named: Math.max(kase.named ?? 0, warning.deleteAt) };
  const warned = warning.step === 'first' && warning.counted !== undefined ? { firstWarnedAt: warning.counted } : {};
  const { unreachable: _, first, ...rest } = episode;
  const { since } = begun;
  const ceiling = begun.keepAtMost === undefined ? {} : { keepAtMost: begun.keepAtMost };
  // A first warning that was not sent yet has been overtaken by the last one.
  const kept = first === undefined || (warning.step === 'last' && first.mail === 'owed') ? {} : { first };
  return { ...kase, ...named, ...warned, episode: { ...rest, ...kept, since, ...ceiling, [warning.step]: warning } };
};

/** What a mail told of one runtime. */
export type AcceptedWarning = {
  readonly episodeId: string;
  readonly step: Warning['step'];
  readonly owedAt: Instant;
  readonly mailId: string;
  readonly deleteAt: Instant;
  readonly at: Instant;
};

/**
 * Records that the mail service took over a warning. The time that it named is a promise even where the warning itself was
 * voided meanwhile. Recording it twice changes nothing.
 */
export const acceptWarning = (
  kase: RuntimeCase,
  { episodeId, step, owedAt, mailId, deleteAt, at }: AcceptedWarning,
  entry: LedgerEntry | undefined,
): RuntimeCase => {
  const { episode } = kase;
  const warning = episode?.id === episodeId ? episode[step] : undefined;
  if (warning?.mailId === mailId) return kase;
  const isNew = entry !== undefined && !kase.outbox.some(({ id }) => id === entry.id);
  const outbox = isNew ? [...kase.outbox, entry] : kase.outbox;
  const promised = { ...kase, named: Math.max(kase.named ?? 0, deleteAt), outbox };
  const told = step === 'first' ? { ...promised, firstWarnedAt: at } : promised;
  if (episode === undefined || warning === undefined || warning.owedAt !== owedAt) return told;
  const { unreachable: _, ...reached } = episode;
  const accepted: Warning = { ...warning, mail: 'sent', mailId, deleteAt, counted: warning.counted ?? at };
  return { ...told, episode: { ...reached, [step]: accepted } };
};

/** Records that the address whose turn it was cannot be written to: the next one is, or nobody, until that is tried again. */
export const refuseWarning = (
  kase: RuntimeCase,
  {
    episodeId,
    step,
    owedAt,
    level: refused,
  }: Pick<AcceptedWarning, 'episodeId' | 'step' | 'owedAt'> & Pick<Warning, 'level'>,
  now: Instant,
): RuntimeCase => {
  const { episode } = kase;
  const warning = episode?.id === episodeId ? episode[step] : undefined;
  if (episode === undefined || warning?.owedAt !== owedAt || warning.mail !== 'owed') return kase;
  // Refused by another address than the one whose turn it is: that was recorded before.
  if (warning.level !== refused) return kase;
  const level = warning.level + 1;
  if (level < warning.to.length) return { ...kase, episode: { ...episode, [step]: { ...warning, level } } };
  const unreachable = { since: episode.unreachable?.since ?? now, retryAt: now + retryUnreachable };
  return { ...kase, episode: { ...episode, unreachable, [step]: { ...warning, level: 0 } } };
};

/** A warning that does not count after all: it bounced or was complained about. The next addressee is warned afresh. */
export const bounceWarning = (kase: RuntimeCase, mailId: string, now: Instant): RuntimeCase => {
  const bounced = [kase.episode?.last, kase.episode?.first].find((warning) => warning?.mailId === mailId);
  if (bounced === undefined) return kase;
  const { episode, firstWarnedAt, ...rest } = voidWarnings(kase, 'its warning came back', now);
  if (episode?.first?.mailId !== mailId) return voidWarnings(kase, 'its warning came back', now);
  const { first: _bounced, ...others } = episode;
  return { ...rest, episode: others };
};

/** Whom a warning is for now. */
export const addresseeOf = ({ to, level }: Pick<Warning, 'to' | 'level'>): string | undefined => to[level];
