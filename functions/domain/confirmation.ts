import type { Recipient } from './recipient.ts';
import { day, type Instant } from './time.ts';

/**
 * Whether an address lets somebody have watches mailed to it: they asked, and it says yes by a link in a mail. `askedBy`: who they
 * are, in the words of that mail. `mailedAt`: when the mail with the link was written; missing while it is owed. `mails`: how many it
 * was sent for them before this asking and has not answered. `withdrawn`: they took it back; it is remembered for those mails.
 */
export type Confirmation =
  | {
      readonly state: 'waiting';
      readonly askedBy: string;
      readonly askedAt: Instant;
      readonly mailedAt?: Instant;
      readonly mails?: number;
      readonly withdrawn?: true;
    }
  | { readonly state: 'confirmed'; readonly askedBy: string; readonly askedAt: Instant; readonly confirmedAt: Instant };

export type WaitingConfirmation = Extract<Confirmation, { state: 'waiting' }>;

/** Who asks: an id that stands for them at their issuer, and who they are in words of which they wrote none themselves. */
export type Asker = { readonly personId: string; readonly askedBy: string };

/** An address that a person asked for, and what it has said. */
export type AskedAddress = {
  readonly recipientId: string;
  readonly address: string;
  readonly confirmation: Confirmation;
};

/** An address is asked by mail no more often, whoever asks. */
export const askedEvery = day;

/** The link works for so long after its mail was written. */
export const confirmationWaits = 7 * day;

/** Until when an address can say yes; what is not mailed yet waits for its mail as long. */
export const confirmableUntil = ({ askedAt, mailedAt }: WaitingConfirmation): Instant =>
  (mailedAt ?? askedAt) + confirmationWaits;

const isLive = (confirmation: Confirmation, now: Instant): boolean =>
  confirmation.state === 'confirmed' || (confirmation.withdrawn !== true && now < confirmableUntil(confirmation));

/** The more mails of somebody's an address has not answered, the longer they wait with the next: a day, a week, a month. */
const patience = [askedEvery, 7 * day, 30 * day] as const;
const longestPatience = 30 * day;

/** When a person may have an address asked again that has not answered the mail before; undefined where none was sent. */
const mayAskAgainAt = ({ mailedAt, mails = 0 }: WaitingConfirmation): Instant | undefined =>
  mailedAt === undefined ? undefined : mailedAt + (patience[mails] ?? longestPatience);

const isRemembered = (confirmation: Confirmation, now: Instant): boolean =>
  isLive(confirmation, now) ||
  (confirmation.state === 'waiting' && now < (confirmation.mailedAt ?? 0) + longestPatience);

/** What an address has said to a person; undefined where they did not ask, or too long ago. */
export const confirmationFor = (
  { confirmations }: Pick<Recipient, 'confirmations'>,
  personId: string,
  now: Instant,
): Confirmation | undefined => {
  const known = confirmations?.[personId];
  return known !== undefined && isLive(known, now) ? known : undefined;
};

export const isConfirmedFor = ({ confirmations }: Pick<Recipient, 'confirmations'>, personId: string): boolean =>
  confirmations?.[personId]?.state === 'confirmed';

/** People who ask for one address at most: they share its item. */
export const mostAskers = 100;

/** Why an address is not asked: it said no, it was asked by this person and did not answer, or too many ask. */
export type NotAsked = 'declined' | 'asked-lately' | 'too-many-askers';

const isDeclined = ({ declined }: Pick<Recipient, 'declined'>, now: Instant): boolean =>
  declined !== undefined && now < declined.until;

/**
 * A recipient of whom somebody has asked whether they may have it mailed, which makes a mail owed. Asking again makes another one
 * owed, the later the more mails were not answered. The same recipient where nothing changed.
 */
export const askedFor = (recipient: Recipient, { personId, askedBy }: Asker, now: Instant): Recipient | NotAsked => {
  const known = recipient.confirmations?.[personId];
  if (known?.state === 'confirmed') return recipient;
  if (isDeclined(recipient, now)) return 'declined';
  const isWaiting = known !== undefined && isLive(known, now);
  const againAt = known && mayAskAgainAt(known);
  if (isWaiting && (againAt === undefined || now < againAt)) return recipient;
  if (againAt !== undefined && now < againAt) return 'asked-lately';
  const others = Object.entries(recipient.confirmations ?? {}).filter(
    ([id, confirmation]) => id !== personId && isRemembered(confirmation, now),
  );
  if (others.length >= mostAskers) return 'too-many-askers';
  const mails = againAt === undefined ? (known?.mails ?? 0) : (known?.mails ?? 0) + 1;
  const asked: Confirmation = { state: 'waiting', askedBy, askedAt: now, ...(mails === 0 ? {} : { mails }) };
  return { ...recipient, confirmations: { ...Object.fromEntries(others), [personId]: asked } };
};

/**
 * A recipient who lets somebody have it mailed from now on; undefined where nobody waits for that, or the link was written before the
 * address said that it wants no such thing. Saying it twice changes nothing.
 */
export const confirmedFor = (
  recipient: Recipient,
  personId: string,
  now: Instant,
  linkWrittenAt: Instant = now,
): Recipient | undefined => {
  const known = confirmationFor(recipient, personId, now);
  if (known === undefined || known.state === 'confirmed') return known && recipient;
  if (linkWrittenAt <= (recipient.declined?.at ?? Number.NEGATIVE_INFINITY)) return undefined;
  const { askedBy, askedAt } = known;
  const confirmed: Confirmation = { state: 'confirmed', askedBy, askedAt, confirmedAt: now };
  return { ...recipient, confirmations: { ...recipient.confirmations, [personId]: confirmed } };
};

/** A recipient that this person may not have mailed any more; what is owed for asking is so no more. */
export const withoutConfirmation = (recipient: Recipient, personId: string): Recipient => {
  const { [personId]: known, ...others } = recipient.confirmations ?? {};
  const wasMailed = known?.state === 'waiting' && (known.mailedAt !== undefined || known.mails !== undefined);
  return {
    ...recipient,
    confirmations: wasMailed ? { ...others, [personId]: { ...known, withdrawn: true } } : others,
  };
};

/** "Stop all my alerts" holds for so long against whoever asks, and "Never ask me again" for so long. */
export const stopHolds = 30 * day;
export const neverHolds = 365 * day;

/** A recipient that nobody may have mailed, or asked, for so many milliseconds. */
export const declinedFor = ({ confirmations: _gone, ...rest }: Recipient, now: Instant, holds: number): Recipient => ({
  ...rest,
  declined: { at: now, until: Math.max(now + holds, rest.declined?.until ?? 0) },
});

/** When a person asked for each address, by the id of its recipient; what came of it is the recipient's. */
export type Asked = Readonly<Record<string, Instant>>;

/** Addresses that a person has asked for and that have not confirmed. */
export const mostOpen = 10;

/** Addresses of a person in all: each is read to show them. */
export const mostAddresses = 50;

/**
 * What a person has asked for, with one address more; undefined where that is too much. What they took back counts for a day, so
 * that nobody asks many strangers by taking each back at once.
 *
 * @param states what came of each, as far as anything did
 */
export const withAsked = (
  asked: Asked,
  states: ReadonlyMap<string, Confirmation['state']>,
  recipientId: string,
  now: Instant,
): Asked | undefined => {
  const others = Object.entries(asked).filter(
    ([id, askedAt]) => id !== recipientId && (states.has(id) || now - askedAt < askedEvery),
  );
  const open = others.filter(([id]) => states.get(id) !== 'confirmed');
  if (open.length >= mostOpen || others.length >= mostAddresses) return undefined;
  return { ...Object.fromEntries(others), [recipientId]: now };
};
