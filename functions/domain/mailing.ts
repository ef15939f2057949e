import { awaitsCreation } from './creating/watch-creation.ts';
import type { Told } from './firing.ts';
import type { OfferKey } from './offer.ts';
import type { KeptWatch, OwedRow, Recipient } from './recipient.ts';
import { hour, type Instant, minute } from './time.ts';
import { wishKey } from './watch.ts';

/** Why nothing is sent now. */
export type UnsentPlan =
  | { readonly act: 'nothing'; readonly because: 'nothing-owed' }
  | {
      readonly act: 'wait';
      readonly until: Instant;
      readonly because: 'another-sender' | 'hourly-limit' | 'daily-limit' | 'failed-before';
    }
  | { readonly act: 'keep'; readonly because: string; readonly until?: Instant };

/** What to do now for a recipient. `restFollowsAt` is set when this mail reaches the hourly limit. */
export type MailPlan =
  | UnsentPlan
  | { readonly act: 'send'; readonly rows: Readonly<Record<string, OwedRow>>; readonly restFollowsAt?: Instant };

/** Mails to a recipient whose acceptance lies within the hour before now, oldest first. */
const withinTheHour = (recipient: Recipient, now: Instant): Instant[] =>
  recipient.mailedAt.filter((at) => at > now - hour).sort((a, b) => a - b);

/** Why nothing is sent to a recipient now, whatever is owed. */
export const hindrance = (
  { undeliverable, sending, failure }: Recipient,
  now: Instant,
): Exclude<UnsentPlan, { act: 'nothing' }> | undefined => {
  if (undeliverable !== undefined && now < (undeliverable.retryAt ?? Number.POSITIVE_INFINITY)) {
    return {
      act: 'keep',
      because: undeliverable.because,
      ...(undeliverable.retryAt ? { until: undeliverable.retryAt } : {}),
    };
  }
  if (sending !== undefined && sending.until > now) {
    return { act: 'wait', until: sending.until, because: 'another-sender' };
  }
  if (failure !== undefined && failure.retryAt > now) {
    return { act: 'wait', until: failure.retryAt, because: 'failed-before' };
  }
  return undefined;
};

/** The rule "not too much": so many mails an hour; the last of them says when the rest follows, in one mail. */
export const planMail = (recipient: Recipient, mailsPerHour: number, now: Instant): MailPlan => {
  if (Object.keys(recipient.owed).length === 0) return { act: 'nothing', because: 'nothing-owed' };
  const hindered = hindrance(recipient, now);
  if (hindered !== undefined) return hindered;
  const sent = withinTheHour(recipient, now);
  const freesAt = (sent[Math.max(0, sent.length - mailsPerHour)] ?? now) + hour;
  if (sent.length >= mailsPerHour) return { act: 'wait', until: freesAt, because: 'hourly-limit' };
  const last = sent.length === mailsPerHour - 1;
  return { act: 'send', rows: recipient.owed, ...(last ? { restFollowsAt: freesAt } : {}) };
};

/** How long a sender holds its claim; longer than its mail call can last, so that two senders never send the same rows. */
export const sendingClaim = 90_000;

/** Takes the rows for sending: nobody else sends them until the claim has run out. */
export const claimSending = (recipient: Recipient, mailId: string, now: Instant): Recipient => ({
  ...recipient,
  sending: { mailId, until: now + sendingClaim },
});

/** What an accepted mail said of a row: the window's opening, and whether it was still open when the mail was written. */
export type ToldRow = {
  readonly watchId: string;
  readonly offer: OfferKey;
  readonly openedAt: Instant;
  readonly open: boolean;
};

/** Of how many offers a watch remembers what it was told, the latest first: more than any catalogue has. It bounds the item. */
const mostTold = 1000;

/**
 * A watch after a mail told something of its wish; a `once` watch is done if the mail could say "is available", and no runtime is
 * to be made for it any more.
 */
const afterTelling = (kept: KeptWatch, told: readonly ToldRow[], writtenAt: Instant): KeptWatch => {
  const news = Object.fromEntries(
    told.map(({ offer, openedAt, open }): [OfferKey, Told] => [
      offer,
      { openedAt, mailedAt: writtenAt, ...(open ? {} : { closed: true }) },
    ]),
  );
  const all = Object.entries({ ...kept.told, ...news }).sort(([, a], [, b]) => b.mailedAt - a.mailedAt);
  const mayEnd = kept.watch.notify === 'once' && kept.standing.state === 'armed' && !awaitsCreation(kept);
  const done = mayEnd && told.some(({ open }) => open);
  return {
    ...kept,
    standing: done ? { state: 'done', at: writtenAt } : kept.standing,
    told: Object.fromEntries(all.slice(0, mostTold)),
  };
};

/** A mail that the mail service took over: the keys of the owed rows in it and what it said of each window. */
export type AcceptedMail = {
  readonly rowKeys: readonly string[];
  readonly told: readonly ToldRow[];
  readonly writtenAt: Instant;
};

/** A suppressed address stays suppressed, whatever becomes of a mail that was on its way meanwhile. */
export const suppression = ({ undeliverable }: Recipient): Pick<Recipient, 'undeliverable'> =>
  undeliverable === undefined || undeliverable.retryAt !== undefined ? {} : { undeliverable };

/**
 * Records an accepted mail: its rows are no longer owed, and every watch with the same wish has been told; what became owed
 * for the same wish and window while the mail was on its way has been told by it too.
 */
export const accepted = (recipient: Recipient, mail: AcceptedMail): Recipient => {
  const { sending: _claim, failure: _failure, undeliverable: _undeliverable, ...rest } = recipient;
  const sent = new Set(mail.rowKeys);
  const wishOf = (watchId: string) => {
    const kept = recipient.watches[watchId];
    return kept && wishKey(kept.watch.criteria);
  };
  const watches: Record<string, KeptWatch> = Object.fromEntries(
    Object.entries(recipient.watches).map(([id, kept]) => {
      const wish = wishKey(kept.watch.criteria);
      const told = mail.told.filter((row) => wishOf(row.watchId) === wish);
      return [id, told.length === 0 ? kept : afterTelling(kept, told, mail.writtenAt)];
    }),
  );
  const toldByTwin = (row: OwedRow) =>
    row.kind === 'window' &&
    mail.told.some(
      ({ watchId, offer, openedAt }) =>
        offer === row.offer && openedAt >= row.openedAt && wishOf(watchId) === wishOf(row.watchId),
    );
  // One mail, then done: nothing more is told to a `once` watch, whatever fired while this mail was on its way.
  const isOver = ({ kind, watchId }: OwedRow) => kind === 'window' && watches[watchId]?.standing.state === 'done';
  const isStillOwed = ([key, row]: [string, OwedRow]) => !sent.has(key) && !toldByTwin(row) && !isOver(row);
  return {
    ...rest,
    ...suppression(recipient),
    watches,
    owed: Object.fromEntries(Object.entries(recipient.owed).filter(isStillOwed)),
    mailedAt: [...withinTheHour(recipient, mail.writtenAt), mail.writtenAt],
  };
};

/**
 * Records a mail's result over the recipient as it is now. A sender whose claim ran out may come late: then another's claim
 * stays, a failure of the late one says nothing any more, and a yes is written down once, however often it is recorded.
 */
export const recorded = (
  recipient: Recipient,
  mailId: string,
  result: { readonly accepted: AcceptedMail } | { readonly change: (recipient: Recipient) => Recipient },
): Recipient => {
  const { sending } = recipient;
  const isOurs = sending?.mailId === mailId;
  if ('change' in result) return isOurs ? result.change(recipient) : recipient;
  if (sending === undefined && recipient.mailedAt.includes(result.accepted.writtenAt)) return recipient;
  const after = accepted(recipient, result.accepted);
  return isOurs || sending === undefined ? after : { ...after, sending };
};

const longestRetry = 30 * minute;

/** Records a try that may succeed later: the next one waits 1, 2, 4, … up to 30 minutes. Nothing owed is lost. */
export const failed = (recipient: Recipient, because: string, now: Instant): Recipient => {
  const { sending: _claim, ...rest } = recipient;
  const count = (recipient.failure?.count ?? 0) + 1;
  const retryAt = now + Math.min(longestRetry, minute * 2 ** (count - 1));
  return { ...rest, failure: { count, retryAt, because } };
};

const retryUndeliverable = 6 * hour;

/** Records that the mail service refuses this mail for good. It is tried again after 6 h, since the reason may be mended. */
export const refused = (recipient: Recipient, because: string, now: Instant): Recipient => {
  const { sending: _claim, failure: _failure, ...rest } = recipient;
  const since = recipient.undeliverable?.since ?? now;
  return { ...rest, undeliverable: { because, since, retryAt: now + retryUndeliverable }, ...suppression(recipient) };
};

/** Records that an address must not be written to at all (it bounced or complained), unless that is known already. */
export const suppressed = (recipient: Recipient, because: string, now: Instant): Recipient =>
  recipient.undeliverable !== undefined && recipient.undeliverable.retryAt === undefined
    ? recipient
    : { ...recipient, undeliverable: { because, since: now } };

/**
 * Whether an address may be written to now, whatever is owed to it: not while another sender is at work or a failed try waits
 * (`later`), and not while it is known to be undeliverable (`refused`).
 */
export const mayWrite = ({ undeliverable, sending, failure }: Recipient, now: Instant): 'yes' | 'later' | 'refused' => {
  if (undeliverable !== undefined && now < (undeliverable.retryAt ?? Number.POSITIVE_INFINITY)) return 'refused';
  const waits = (sending !== undefined && sending.until > now) || (failure !== undefined && failure.retryAt > now);
  return waits ? 'later' : 'yes';
};

/** Gives up a sender's claim after a mail of which nothing else is recorded here; `change` records what became of it. */
export const released = (
  recipient: Recipient,
  mailId: string,
  change: (recipient: Recipient) => Recipient,
): Recipient => {
  if (recipient.sending?.mailId !== mailId) return recipient;
  const { sending: _claim, failure: _failure, undeliverable: _undeliverable, ...rest } = recipient;
  // A failure counts on from the one before: `change` is given the recipient with it.
  const changed = change(recipient);
  return changed === recipient ? { ...rest, ...suppression(recipient) } : changed;
};
