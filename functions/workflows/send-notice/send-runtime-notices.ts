import type { Report } from '#domain/event.ts';
import { acceptWarning, addresseeOf, refuseWarning } from '#domain/guardrails/episode.ts';
import type { GuardBoard, Versioned } from '#domain/guardrails/guard-board.ts';
import type { LedgerEntry } from '#domain/guardrails/ledger.ts';
import { canRecreate } from '#domain/guardrails/particulars.ts';
import type { GuardRules } from '#domain/guardrails/policy.ts';
import { type RuntimeCase, type RuntimeKey, runtimeKey } from '#domain/guardrails/runtime-case.ts';
import { type ComposedWarning, dailyMailOf, freedOver, warningsFor } from '#domain/guardrails/runtime-mail.ts';
import type { DeletedRow, RuntimeMail } from '#domain/guardrails/runtime-notice.ts';
import type { SavedRuntime } from '#domain/guardrails/saved-runtime.ts';
import { isDue, type OperatorDesk, withTold } from '#domain/guardrails/trouble.ts';
import type { WarningRecord } from '#domain/guardrails/warning-record.ts';
import { mailKept } from '#domain/keeping.ts';
import { claimSending, failed, mayWrite, refused, released } from '#domain/mailing.ts';
import type { RenderedMail, SendResult } from '#domain/notice.ts';
import { newRecipient, type Recipient } from '#domain/recipient.ts';
import { day, hour, type Instant } from '#domain/time.ts';
import { failIfAny } from '#workflows/attempts.ts';
import { CaseBusyError, type CaseStore, decideOnCase, mostTries } from '#workflows/cases.ts';
import { decideOnRecipient, type RecipientStore } from '#workflows/recipients.ts';
import type { SendNoticeOutcome } from './send-notice.ts';

/** What the sender reads and writes of the guard's world. */
export type RuntimeNoticeStore = CaseStore & {
  readBoard(): Promise<GuardBoard>;
  readDesk(): Promise<Versioned<OperatorDesk>>;
  saveDesk(desk: OperatorDesk, version: number): Promise<boolean>;
  saveWarningRecord(record: WarningRecord): Promise<void>;
  readLedger(from: Instant, to: Instant): Promise<readonly LedgerEntry[]>;
  readSaved(id: string): Promise<Versioned<SavedRuntime> | undefined>;
};

/** Makes the links that need no login. */
export type RuntimeLinks = {
  keepUrl(link: { project: string; runtimeId: string; episodeId: string; mailId: string; expiresAt: Instant }): string;
  keepAllUrl(link: { recipientId: string; mailId: string; expiresAt: Instant }): string;
  rearmUrl(link: { breakerId: string; recipientId: string; expiresAt: Instant }): string;
  recreateUrl(link: { savedId: string; recipientId: string; expiresAt: Instant }): string;
};

/** Everything that sending the notices of job 2 needs of the world. */
export type RuntimeNoticeWorld = {
  readonly store: RecipientStore & RuntimeNoticeStore;
  readonly render: (mail: RuntimeMail) => RenderedMail | Promise<RenderedMail>;
  readonly mailer: { send(address: string, mail: RenderedMail): Promise<SendResult> };
  readonly links: RuntimeLinks;
  readonly clock: () => Instant;
  readonly newId: () => string;
  readonly digest: (text: string) => string;
  readonly report: Report;
};

/** Changes a case by a pure function; one that is not there any more is left alone. */
const changeCase = (store: CaseStore, key: RuntimeKey, change: (kase: RuntimeCase) => RuntimeCase): Promise<void> =>
  decideOnCase(store, key, (kase) => ({ kase: kase && change(kase), result: undefined }));

const changeDesk = async (world: RuntimeNoticeWorld, change: (desk: OperatorDesk) => OperatorDesk): Promise<void> => {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const { value, version } = await world.store.readDesk();
    if (await world.store.saveDesk(change(value), version)) return;
  }
  throw new CaseBusyError(`The operator's desk could not be written in ${mostTries} tries.`);
};

/** A mail that is due, and what is to be recorded when the mail service takes it, or refuses it for good. */
type DueMail = {
  readonly mailId: string;
  readonly mail: RuntimeMail;
  readonly rows: number;
  readonly prepare?: () => Promise<void>;
  readonly accepted: (at: Instant) => Promise<void>;
  readonly refused: (at: Instant) => Promise<void>;
};

type Addressee = { readonly id: string; readonly address: string };

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
  const sent = await world.mailer.send(to.address, rendered);
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
      let retryAt = now;
      await release(world, to, claimId, (recipient) => {
        const after = failed(recipient, sent.because, now);
        retryAt = after.failure?.retryAt ?? now;
        return after;
      });
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

/** Does each of several things, whatever becomes of the others; then fails if any failed. */
const forAll = async <T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> => {
  const failures: unknown[] = [];
  for (const item of items) await act(item).catch((failure: unknown) => failures.push(failure));
  failIfAny(failures);
};

/** A Keep link outlives the time that its mail names: the page says what has become of the runtime. */
const keepLinkLives = day;

const warningMail = (
  world: RuntimeNoticeWorld,
  to: Addressee,
  warnings: readonly ComposedWarning[],
  would: boolean,
): DueMail => {
  const mailId = world.newId();
  const writtenAt = world.clock();
  const rows = warnings.map(({ kase, row, accepted }) => {
    const { episodeId, deleteAt } = accepted;
    const link = { project: kase.project, runtimeId: kase.id, episodeId, mailId, expiresAt: deleteAt + keepLinkLives };
    return { ...row, keepUrl: world.links.keepUrl(link) };
  });
  const latest = Math.max(...rows.map(({ deleteAt }) => deleteAt));
  const all = { recipientId: to.id, mailId, expiresAt: latest + keepLinkLives };
  const keepAll = rows.length > 1 ? { keepAllUrl: world.links.keepAllUrl(all) } : {};
  return {
    mailId,
    rows: rows.length,
    mail: { kind: 'warning', writtenAt, rows, would, ...keepAll },
    prepare: () =>
      world.store.saveWarningRecord({
        mailId,
        recipientId: to.id,
        writtenAt,
        rows: warnings.map(({ kase: { project, id, name }, accepted: { episodeId, deleteAt } }) => ({
          project,
          id,
          name,
          episodeId,
          deleteAt,
        })),
      }),
    accepted: (at) =>
      forAll(warnings, async ({ key, kase, accepted, entry }) => {
        const ledgered = would ? undefined : { ...entry, at };
        await changeCase(world.store, key, (current) => acceptWarning(current, { ...accepted, mailId, at }, ledgered));
        const { project, id: runtimeId, name } = kase;
        const { step, deleteAt } = accepted;
        world.report({ event: 'runtime-warned', step, recipientId: to.id, deleteAt, project, runtimeId, name });
      }),
    refused: (at) =>
      forAll(warnings, ({ key, accepted, level }) =>
        changeCase(world.store, key, (current) => refuseWarning(current, { ...accepted, level }, at)),
      ),
  };
};

type OwedGone = NonNullable<RuntimeCase['owedGone']>;
type GoneCase = { readonly kase: RuntimeCase; readonly owed: OwedGone };

const withoutOwedGone = (kase: RuntimeCase, owed: OwedGone): RuntimeCase => {
  const { owedGone, ...rest } = kase;
  return owedGone?.owedAt === owed.owedAt ? rest : kase;
};

/** An address that takes no mail is tried again after so long. */
const retryRefused = 6 * hour;

/** The next addressee is told; the last one, who runs all of this, is tried again. */
const nextAddressee = (kase: RuntimeCase, { owedAt, level }: OwedGone, now: Instant): RuntimeCase => {
  const { owedGone } = kase;
  if (owedGone?.owedAt !== owedAt || owedGone.level !== level) return kase;
  const isLast = level + 1 >= owedGone.to.length;
  return {
    ...kase,
    owedGone: isLast ? { ...owedGone, retryAt: now + retryRefused } : { ...owedGone, level: level + 1 },
  };
};

const deletedRow = async (world: RuntimeNoticeWorld, to: Addressee, { kase, owed }: GoneCase): Promise<DeletedRow> => {
  const { entry, savedId } = owed;
  const saved = savedId === undefined ? undefined : (await world.store.readSaved(savedId))?.value;
  const unsaved = saved?.unsaved ?? kase.particulars?.unsaved ?? [];
  const { project, id, name } = kase;
  const link = saved && { savedId: saved.id, recipientId: to.id, expiresAt: saved.expiresAt };
  const recreate = link && canRecreate(unsaved) && { url: world.links.recreateUrl(link), until: link.expiresAt };
  return {
    runtime: entry.runtime ?? { project, id, name },
    deletedAt: entry.at,
    because: entry.because,
    unsaved,
    ...(entry.evidence === undefined ? {} : { evidence: entry.evidence }),
    ...(entry.money === undefined ? {} : { money: entry.money }),
    ...(recreate ? { recreate } : {}),
  };
};

const deletedMail = async (
  world: RuntimeNoticeWorld,
  to: Addressee,
  goneCases: readonly GoneCase[],
): Promise<DueMail> => {
  const rows = await Promise.all(goneCases.map((one) => deletedRow(world, to, one)));
  const changeEach = (change: (kase: RuntimeCase, owed: OwedGone) => RuntimeCase) =>
    forAll(goneCases, ({ kase, owed }) =>
      changeCase(world.store, runtimeKey(kase), (current) => change(current, owed)),
    );
  return {
    mailId: world.newId(),
    rows: rows.length,
    mail: { kind: 'deleted', writtenAt: world.clock(), rows },
    accepted: () => changeEach(withoutOwedGone),
    refused: (at) => changeEach((kase, owed) => nextAddressee(kase, owed, at)),
  };
};

/** There is nobody after the operator: the message ends among the dead letters, and they are tried again later. */
const operatorRefused = (world: RuntimeNoticeWorld) => (at: Instant) =>
  changeDesk(world, (desk) => ({ ...desk, retryAt: at + retryRefused }));

const troubleMail = (world: RuntimeNoticeWorld, to: Addressee, board: GuardBoard): DueMail | undefined => {
  const now = world.clock();
  const troubles = Object.values(board.desk.value.troubles).filter((trouble) => isDue(trouble, now));
  if (troubles.length === 0) return undefined;
  const { open } = board.breaker.value;
  const isTold = open !== undefined && troubles.some(({ key }) => key === open.id);
  const rearm = { breakerId: open?.id ?? '', recipientId: to.id, expiresAt: now + mailKept };
  const keys = troubles.map(({ key }) => key);
  return {
    mailId: world.newId(),
    rows: troubles.length,
    mail: {
      kind: 'trouble',
      writtenAt: now,
      troubles,
      ...(isTold ? { rearmUrl: world.links.rearmUrl(rearm) } : {}),
    },
    // What was over when it was accepted was not when it was written.
    accepted: () => changeDesk(world, (desk) => withTold(desk, keys, now)),
    refused: operatorRefused(world),
  };
};

const dailyMail = async (
  world: RuntimeNoticeWorld,
  rules: GuardRules,
  board: GuardBoard,
): Promise<DueMail | undefined> => {
  const { digestOwed: to, digestUpTo: from } = board.desk.value;
  if (to === undefined || from === undefined) return undefined;
  const now = world.clock();
  const done = () =>
    changeDesk(world, (desk) => {
      const { digestOwed, ...rest } = desk;
      return digestOwed === to ? { ...rest, digestUpTo: to } : desk;
    });
  const ledger = await world.store.readLedger(now - freedOver, now);
  const mail = dailyMailOf(board, rules, ledger, { from, to, now });
  if (mail === undefined) {
    await done();
    return undefined;
  }
  return { mailId: world.newId(), rows: mail.entries.length, mail, accepted: done, refused: operatorRefused(world) };
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
  const mails = mailsFor(world, rules, to, await world.store.readBoard(), isTheirs);
  if (taken === 'refused') return refuseAll(world, mails);
  let outcome: SendNoticeOutcome = 'nothing-to-send';
  try {
    for (const due of mails) {
      const mail = await due();
      if (mail === undefined) continue;
      outcome = await sendOne(world, to, claimId, mail);
      if (outcome !== 'sent') break;
    }
  } finally {
    await release(world, to, claimId);
  }
  return outcome;
};
