import { addresseeOf } from '#domain/guardrails/episode.ts';
import type { GuardBoard } from '#domain/guardrails/guard-board.ts';
import type { GuardRules } from '#domain/guardrails/policy.ts';
import { warningsFor } from '#domain/guardrails/runtime-mail.ts';
import { isDue } from '#domain/guardrails/trouble.ts';
import { claimSending, failed, mayWrite, refused, released } from '#domain/mailing.ts';
import { newRecipient, type Recipient } from '#domain/recipient.ts';
import type { Instant } from '#domain/time.ts';
import { decideOnRecipient } from '#workflows/recipients.ts';
import { dailyMail, troubleMail } from './operator-mails.ts';
import { deletedMail, type GoneCase, warningMail } from './owner-mails.ts';
import type { Addressee, DueMail, RuntimeNoticeWorld } from './runtime-notice-world.ts';
import type { SendNoticeOutcome } from './send-claimed.ts';

/** Takes the address, or keeps it: nobody else writes to it meanwhile. `refused`: it is not to be written to now. */
const claim = (world: RuntimeNoticeWorld, { id, address }: Addressee, claimId: string) =>
  decideOnRecipient<'claimed' | 'later' | 'refused'>(world.store, id, (known) => {
    const recipient = known ?? newRecipient(id, address);
    const now = world.clock();
    const isOurs = recipient.sending?.mailId === claimId;
    const may = isOurs ? 'yes' : mayWrite(recipient, now);
    return may === 'yes' ? { save: claimSending(recipient, claimId, now), result: 'claimed' } : { result: may };
  });

const release = (
  world: RuntimeNoticeWorld,
  { id }: Addressee,
  claimId: string,
  change: (recipient: Recipient) => Recipient = (recipient) => recipient,
): Promise<void> =>
  decideOnRecipient(world.store, id, (current) =>
    current === undefined ? { result: undefined } : { save: released(current, claimId, change), result: undefined },
  );

/** An address that failed so often, over about an hour, is passed over for the next: somebody must hear of it. */
const mostFailures = 6;

/** Sends one mail while the address is claimed, and records what came of it. */
const sendOne = async (
  world: RuntimeNoticeWorld,
  to: Addressee,
  claimId: string,
  due: DueMail,
): Promise<SendNoticeOutcome> => {
  // What cannot be rendered is not sent, so that its message fails every time and ends where somebody sees it.
  const rendered = await world.render(due.mail);
  await due.prepare?.();
  if ((await claim(world, to, claimId)) !== 'claimed') return 'later';
  const identity = { mailId: due.mailId, recipientId: to.id, about: due.mail.kind };
  const sent = await world.mailer.send(to.address, { ...rendered, identity });
  const now = world.clock();
  const { subject } = rendered;
  switch (sent.result) {
    case 'accepted': {
      const { mailId, rows } = due;
      const { messageId } = sent;
      world.report({ event: 'mail-sent', recipientId: to.id, mailId, messageId, subject, rows, at: now });
      await due.accepted(now);
      return 'sent';
    }
    case 'failed': {
      let failure = { count: 0, retryAt: now };
      await release(world, to, claimId, (recipient) => {
        const after = failed(recipient, sent.because, now);
        failure = after.failure ?? failure;
        return after;
      });
      const { count, retryAt } = failure;
      if (count >= mostFailures) await due.refused(now);
      world.report({ event: 'mail-failed', recipientId: to.id, because: sent.because, retryAt });
      return 'later';
    }
    case 'refused':
      await due.refused(now);
      await release(world, to, claimId, (recipient) => refused(recipient, sent.because, now));
      world.report({ event: 'mail-undeliverable', recipientId: to.id, because: sent.because });
      return 'undelivered';
  }
};

const goneFor = (board: GuardBoard, isTheirs: (address: string) => boolean, now: Instant): GoneCase[] =>
  [...board.cases.values()].flatMap(({ value: kase }) => {
    const { owedGone: owed } = kase;
    if (owed === undefined || (owed.retryAt ?? 0) > now) return [];
    return isTheirs(addresseeOf(owed) ?? '') ? [{ kase, owed }] : [];
  });

const addressIn = (
  board: GuardBoard,
  rules: GuardRules,
  isTheirs: (address: string) => boolean,
): string | undefined => {
  const owed = [...board.cases.values()].flatMap(({ value: { episode, owedGone } }) =>
    [episode?.last, episode?.first, owedGone].flatMap((one) => (one === undefined ? [] : (addresseeOf(one) ?? []))),
  );
  return [rules.operator, ...owed].find(isTheirs);
};

type Due = () => DueMail | undefined | Promise<DueMail | undefined>;

/** What a recipient is owed, as the board says it; each mail is put together when its turn has come. */
const mailsFor = (
  world: RuntimeNoticeWorld,
  rules: GuardRules,
  to: Addressee,
  board: GuardBoard,
  isTheirs: (address: string) => boolean,
): readonly Due[] => {
  const now = world.clock();
  const warnings = warningsFor(board, rules, isTheirs, now, world.digest);
  const gone = goneFor(board, isTheirs, now);
  const ofWarnings = [false, true].flatMap((would): Due[] => {
    const rows = warnings.filter((warning) => warning.would === would);
    return rows.length === 0 ? [] : [() => warningMail(world, to, rows, would)];
  });
  const isOperator = isTheirs(rules.operator) && (board.desk.value.retryAt ?? 0) <= now;
  return [
    ...ofWarnings,
    ...(gone.length === 0 ? [] : [() => deletedMail(world, to, gone)]),
    ...(isOperator ? [() => troubleMail(world, to, board), () => dailyMail(world, rules, board)] : []),
  ];
};

/** Whether something is owed to an address that is the last one and takes no mail: its message is to end where somebody sees it. */
const isGivenUp = (
  rules: GuardRules,
  { cases, desk }: GuardBoard,
  isTheirs: (address: string) => boolean,
  now: Instant,
): boolean => {
  const waits = (retryAt: Instant | undefined) => retryAt !== undefined && retryAt > now;
  const { troubles, digestOwed, retryAt } = desk.value;
  const isOwed = digestOwed !== undefined || Object.values(troubles).some((trouble) => isDue(trouble, now));
  if (isTheirs(rules.operator) && waits(retryAt) && isOwed) return true;
  return [...cases.values()].some(
    ({ value: { owedGone } }) =>
      owedGone !== undefined && waits(owedGone.retryAt) && isTheirs(addresseeOf(owedGone) ?? ''),
  );
};

/** An address that is known to take no mail: what is owed to it goes to whoever is next. */
const refuseAll = async (world: RuntimeNoticeWorld, mails: readonly Due[]): Promise<SendNoticeOutcome> => {
  let outcome: SendNoticeOutcome = 'nothing-to-send';
  for (const due of mails) {
    const mail = await due();
    if (mail === undefined) continue;
    await mail.refused(world.clock());
    outcome = 'undelivered';
  }
  return outcome;
};

/**
 * Sends a recipient what job 2 owes them: warnings, deletions, and, to the operator, troubles and the daily mail. The address
 * is claimed first, and what is owed is read after that, so that two senders never send the same; each mail is recorded
 * after the mail service's yes. Whatever is not sent stays owed and is announced again by guard-runtimes.
 */
export const sendRuntimeNotices = async (
  world: RuntimeNoticeWorld,
  rules: GuardRules,
  recipientId: string,
): Promise<SendNoticeOutcome> => {
  const isTheirs = (address: string) => world.digest(address.toLowerCase()) === recipientId;
  const address = addressIn(await world.store.readBoard(), rules, isTheirs);
  if (address === undefined) return 'nothing-to-send';
  const to = { id: recipientId, address };
  const claimId = world.newId();
  const taken = await claim(world, to, claimId);
  if (taken === 'later') return 'later';
  const board = await world.store.readBoard();
  const mails = mailsFor(world, rules, to, board, isTheirs);
  if (taken === 'refused') return refuseAll(world, mails);
  let outcome: SendNoticeOutcome = isGivenUp(rules, board, isTheirs, world.clock()) ? 'undelivered' : 'nothing-to-send';
  // What throws leaves the claim to run out: a mail whose yes could not be recorded is not sent again at once.
  for (const due of mails) {
    const mail = await due();
    if (mail === undefined) continue;
    outcome = await sendOne(world, to, claimId, mail);
    if (outcome !== 'sent') break;
  }
  await release(world, to, claimId);
  return outcome;
};
