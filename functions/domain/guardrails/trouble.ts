import { day, hour, type Instant } from '#domain/time.ts';

/** Something that stands wrong and that the operator must know of, by kind. */
export type TroubleKind =
  /** A runtime was asked to be deleted and is still there: it bills on. */
  | 'stuck'
  /** Nobody could be told about an idle runtime: it is not deleted. */
  | 'unreachable'
  /** The breaker is open: nothing is deleted and nobody warned. */
  | 'breaker'
  /** A deleted runtime is there again: it bills again. */
  | 'reappeared'
  /** A runtime's readings have been unknown for 6 hours. */
  | 'unknown'
  /** A runtime has not been `Running` for an hour. */
  | 'not-running'
  /** Nothing is sent to an address any more: it bounced for good, or somebody complained. */
  | 'suppressed'
  /** A mail came back that nobody else is sent. */
  | 'mail-returned';

/** `told`: when the operator's mails about it were accepted. `usdPerHour`: what it costs meanwhile, where that is known. */
export type Trouble = {
  readonly key: string;
  readonly kind: TroubleKind;
  readonly since: Instant;
  readonly about: string;
  readonly because: string;
  readonly usdPerHour?: number;
  readonly told: readonly Instant[];
  /** It is over, since then; told once, if it was told at all. */
  readonly overAt?: Instant;
};

/** What the operator is owed: the standing troubles, and the daily mail. */
export type OperatorDesk = {
  readonly troubles: Readonly<Record<string, Trouble>>;
  /** The end of the day that the last daily mail was about. */
  readonly digestUpTo?: Instant;
  /** A daily mail is owed about the time until then. */
  readonly digestOwed?: Instant;
  /** The operator's address takes no mail; tried again then. */
  readonly retryAt?: Instant;
};

export const emptyDesk: OperatorDesk = { troubles: {} };

/** These are told once and then stand in the daily mail. */
const toldOnce: ReadonlySet<TroubleKind> = new Set([
  'unknown',
  'not-running',
  'reappeared',
  'suppressed',
  'mail-returned',
]);

/** The mail service tells of these, once: no look finds them, and they stand in the daily mail for a week. */
const reported: ReadonlySet<TroubleKind> = new Set(['suppressed', 'mail-returned']);
const reportedStands = 7 * day;

const standsAsReported = ({ kind, since }: FoundTrouble, now: Instant): boolean =>
  reported.has(kind) && now - since < reportedStands;

/** Whether the operator is to be told of a trouble now: at once, after 1 hour, then daily, and once when it is over. */
export const isDue = ({ kind, told, overAt }: Trouble, now: Instant): boolean => {
  const last = told.at(-1);
  if (last === undefined) return overAt === undefined;
  if (toldOnce.has(kind)) return false;
  if (overAt !== undefined) return last < overAt;
  return now - last >= (told.length === 1 ? hour : day);
};

export type FoundTrouble = Omit<Trouble, 'told' | 'overAt'>;

/** A trouble that is over is remembered until that has been told. */
const isSettled = ({ kind, told, overAt }: Trouble): boolean =>
  overAt !== undefined && (toldOnce.has(kind) || told.length === 0 || (told.at(-1) ?? 0) >= overAt);

/** The desk with the troubles as they were found now: new ones are added, those that are no more are over. */
export const withTroubles = (desk: OperatorDesk, found: readonly FoundTrouble[], now: Instant): OperatorDesk => {
  const current = new Map(found.map((trouble) => [trouble.key, trouble]));
  const known = Object.values(desk.troubles).flatMap((trouble): Trouble[] => {
    const still = current.get(trouble.key);
    current.delete(trouble.key);
    if (standsAsReported(trouble, now)) return [trouble];
    if (still !== undefined) {
      // One that is there again before its end was told has not ended for anybody.
      const { overAt: _, ...rest } = trouble;
      // The reason why a reading is unknown has new words each time; they are no news.
      const { because } = still.kind === 'unknown' ? trouble : still;
      return [{ ...rest, ...still, since: trouble.since, because }];
    }
    const over = trouble.overAt === undefined ? { ...trouble, overAt: now } : trouble;
    return isSettled(over) ? [] : [over];
  });
  const fresh = [...current.values()].map((trouble): Trouble => ({ ...trouble, told: [] }));
  return { ...desk, troubles: Object.fromEntries([...known, ...fresh].map((trouble) => [trouble.key, trouble])) };
};

/** The desk with a trouble that was reported; one that is known, or that was reported too long ago, changes nothing. */
export const withReported = (desk: OperatorDesk, trouble: FoundTrouble, now: Instant): OperatorDesk => {
  if (desk.troubles[trouble.key] !== undefined || !standsAsReported(trouble, now)) return desk;
  return { ...desk, troubles: { ...desk.troubles, [trouble.key]: { ...trouble, told: [] } } };
};

/** The desk without a trouble that somebody has mended. */
export const withoutTrouble = (desk: OperatorDesk, key: string): OperatorDesk => {
  const { [key]: mended, ...troubles } = desk.troubles;
  return mended === undefined ? desk : { ...desk, troubles };
};

/** The desk after the operator was told of these troubles. */
export const withTold = (desk: OperatorDesk, keys: readonly string[], at: Instant): OperatorDesk => {
  const told = new Set(keys);
  const troubles = Object.values(desk.troubles).flatMap((trouble): Trouble[] => {
    if (!told.has(trouble.key) || trouble.told.includes(at)) return [trouble];
    // The first, which says how often, and the latest two say all that is needed.
    const after = { ...trouble, told: [...trouble.told, at].slice(-3) };
    return isSettled(after) ? [] : [after];
  });
  return { ...desk, troubles: Object.fromEntries(troubles.map((trouble) => [trouble.key, trouble])) };
};
