import { hour, type Instant } from '#domain/time.ts';
import type { LedgerEntry } from './ledger.ts';
import type { Episode, ReturnedWarning, RuntimeCase, Warning } from './runtime-case.ts';

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

const hasReturned = (episode: Episode | undefined, mailId: string): boolean =>
  episode?.returned?.some((returned) => returned.mailId === mailId) ?? false;

/** The case without the warning that was in a mail: nobody read it. */
const withoutWarning = (kase: RuntimeCase, mailId: string, now: Instant): RuntimeCase => {
  const { first, last } = kase.episode ?? {};
  if (![first, last].some((warning) => warning?.mailId === mailId)) return kase;
  const voided = voidWarnings(kase, 'its warning came back', now);
  const { episode, firstWarnedAt: _firstWarnedAt, ...rest } = voided;
  if (episode?.first?.mailId !== mailId) return voided;
  const { first: _first, ...others } = episode;
  return { ...rest, episode: others };
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
 * voided meanwhile, or its mail has come back before this was recorded. Recording it twice changes nothing.
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
  const isReturned = episode?.id === episodeId && hasReturned(episode, mailId);
  const told = step === 'first' && !isReturned ? { ...promised, firstWarnedAt: at } : promised;
  if (episode === undefined || warning === undefined || warning.owedAt !== owedAt) return told;
  const { unreachable: _, ...reached } = episode;
  const accepted: Warning = { ...warning, mail: 'sent', mailId, deleteAt, counted: warning.counted ?? at };
  const after = { ...told, episode: { ...reached, [step]: accepted } };
  return isReturned ? withoutWarning(after, mailId, at) : after;
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

/** So many are remembered: more than are ever on their way at once. */
const mostReturned = 20;

/** A mail about an idle time that came back, and to whom it went: the digest of their address. */
export type ReturnedMailOf = Omit<ReturnedWarning, 'at'> & { readonly episodeId: string };

/**
 * A warning that does not count after all: it bounced or was complained about. The next one is a fresh one, and goes to
 * whoever can be reached. It counts no more either where its acceptance is recorded later than this. What was deleted, or is
 * being deleted, is not changed. Recording it twice changes nothing.
 */
export const bounceWarning = (
  kase: RuntimeCase,
  { mailId, recipientId, episodeId }: ReturnedMailOf,
  now: Instant,
): RuntimeCase => {
  const { episode, deletion } = kase;
  if (episode?.id !== episodeId || hasReturned(episode, mailId)) return kase;
  const isOver = episode.would !== undefined || (deletion !== undefined && deletion.state !== 'condemned');
  if (isOver) return kase;
  const returned = [...(episode.returned ?? []), { mailId, recipientId, at: now }].slice(-mostReturned);
  return withoutWarning({ ...kase, episode: { ...episode, returned } }, mailId, now);
};

/** Those of the addressees whose mails about this idle time have not come back lately. */
export const reachable = (
  episode: Episode | undefined,
  addressees: readonly string[],
  now: Instant,
  digest: (text: string) => string,
): readonly string[] => {
  const lately = episode?.returned?.filter(({ at }) => now - at < retryUnreachable) ?? [];
  const passedOver = new Set(lately.map(({ recipientId }) => recipientId));
  return addressees.filter((address) => !passedOver.has(digest(address.toLowerCase())));
};

/** Nobody is left who could be warned: that is tried again later. */
export const unreached = (kase: RuntimeCase, now: Instant): RuntimeCase =>
  kase.episode === undefined
    ? kase
    : { ...kase, episode: { ...kase.episode, unreachable: { since: now, retryAt: now + retryUnreachable } } };

/** Whom a warning is for now. */
export const addresseeOf = ({ to, level }: Pick<Warning, 'to' | 'level'>): string | undefined => to[level];
