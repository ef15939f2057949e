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
import { newRecipient } from '#domain/recipient.ts';
import { day, type Instant } from '#domain/time.ts';
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

/** Takes the address for one mail: nobody else writes to it meanwhile. `refused`: it is not to be written to now. */
const claim = (world: RuntimeNoticeWorld, { id, address }: Addressee, mailId: string) =>
  decideOnRecipient<'claimed' | 'later' | 'refused'>(world.store, id, (known) => {
    const recipient = known ?? newRecipient(id, address);
    const now = world.clock();
    const may = mayWrite(recipient, now);
    return may === 'yes' ? { save: claimSending(recipient, mailId, now), result: 'claimed' } : { result: may };
  });

/** Sends one mail: claimed before the mail service is asked, recorded after its answer. */
const sendOne = async (world: RuntimeNoticeWorld, to: Addressee, due: DueMail): Promise<SendNoticeOutcome> => {
  // What cannot be rendered is never claimed, so that its message fails every time and ends where somebody sees it.
  const rendered = await world.render(due.mail);
  const taken = await claim(world, to, due.mailId);
  if (taken === 'later') return 'later';
  if (taken === 'refused') {
    await due.refused(world.clock());
    return 'undelivered';
  }
  await due.prepare?.();
  const sent = await world.mailer.send(to.address, rendered);
  const now = world.clock();
  const record = (change: Parameters<typeof released>[2]) =>
    decideOnRecipient(world.store, to.id, (current) =>
      current === undefined
        ? { result: undefined }
        : { save: released(current, due.mailId, change), result: undefined },
    );
  const { subject } = rendered;
  switch (sent.result) {
    case 'accepted': {
      await due.accepted(now);
      await record((recipient) => recipient);
      const { mailId, rows } = due;
      const { messageId } = sent;
      world.report({ event: 'mail-sent', recipientId: to.id, mailId, messageId, subject, rows, at: now });
      return 'sent';
    }
    case 'failed': {
      await record((recipient) => failed(recipient, sent.because, now));
      world.report({ event: 'mail-failed', recipientId: to.id, because: sent.because, retryAt: now });
      return 'later';
    }
    case 'refused':
      await due.refused(now);
      await record((recipient) => refused(recipient, sent.because, now));
      world.report({ event: 'mail-undeliverable', recipientId: to.id, because: sent.because });
      return 'undelivered';
  }
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
    accepted: async (at) => {
      for (const { key, kase, accepted, entry } of warnings) {
        const ledgered = would ? undefined : { ...entry, at };
        await changeCase(world.store, key, (current) => acceptWarning(current, { ...accepted, mailId, at }, ledgered));
        const { project, id: runtimeId, name } = kase;
        const { step, deleteAt } = accepted;
        world.report({ event: 'runtime-warned', step, recipientId: to.id, deleteAt, project, runtimeId, name });
      }
    },
    refused: async (at) => {
      for (const { key, accepted } of warnings) {
        await changeCase(world.store, key, (current) => refuseWarning(current, accepted, at));
      }
    },
  };
};

type OwedGone = NonNullable<RuntimeCase['owedGone']>;
type GoneCase = { readonly kase: RuntimeCase; readonly owed: OwedGone };

const withoutOwedGone = (kase: RuntimeCase, owed: OwedGone): RuntimeCase => {
  const { owedGone, ...rest } = kase;
  return owedGone?.owedAt === owed.owedAt ? rest : kase;
};

/** The next addressee is told; after the last one the first again, since somebody has to be. */
const nextAddressee = (kase: RuntimeCase, { owedAt }: OwedGone): RuntimeCase => {
  const { owedGone } = kase;
  if (owedGone?.owedAt !== owedAt) return kase;
  return { ...kase, owedGone: { ...owedGone, level: (owedGone.level + 1) % owedGone.to.length } };
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
  const changeEach = async (change: (kase: RuntimeCase, owed: OwedGone) => RuntimeCase) => {
    for (const { kase, owed } of goneCases) {
      await changeCase(world.store, runtimeKey(kase), (current) => change(current, owed));
    }
  };
  return {
    mailId: world.newId(),
    rows: rows.length,
    mail: { kind: 'deleted', writtenAt: world.clock(), rows },
    accepted: () => changeEach(withoutOwedGone),
    refused: () => changeEach(nextAddressee),
  };
};

/** Nothing else can be done about an operator who cannot be reached: the message ends among the dead letters. */
const nobodyElse = async () => {};

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
    refused: nobodyElse,
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
  return { mailId: world.newId(), rows: mail.entries.length, mail, accepted: done, refused: nobodyElse };
};

const goneFor = (board: GuardBoard, isTheirs: (address: string) => boolean): GoneCase[] =>
  [...board.cases.values()].flatMap(({ value: kase }) => {
    const { owedGone: owed } = kase;
    return owed !== undefined && isTheirs(addresseeOf(owed) ?? '') ? [{ kase, owed }] : [];
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

const worse = (a: SendNoticeOutcome, b: SendNoticeOutcome): SendNoticeOutcome => {
  const order: readonly SendNoticeOutcome[] = ['nothing-to-send', 'sent', 'later', 'undelivered'];
  return order.indexOf(a) > order.indexOf(b) ? a : b;
};

/**
 * Sends a recipient what job 2 owes them: warnings, deletions, and, to the operator, troubles and the daily mail. Each is
 * claimed before the mail service is asked, and recorded after its yes. Whatever is not sent stays owed and is announced
 * again by guard-runtimes.
 */
export const sendRuntimeNotices = async (
  world: RuntimeNoticeWorld,
  rules: GuardRules,
  recipientId: string,
): Promise<SendNoticeOutcome> => {
  const board = await world.store.readBoard();
  const isTheirs = (address: string) => world.digest(address.toLowerCase()) === recipientId;
  const address = addressIn(board, rules, isTheirs);
  if (address === undefined) return 'nothing-to-send';
  const to = { id: recipientId, address };
  const warnings = warningsFor(board, rules, isTheirs, world.clock(), world.digest);
  const gone = goneFor(board, isTheirs);
  const ofWarnings = [false, true].flatMap((would) => {
    const rows = warnings.filter((warning) => warning.would === would);
    return rows.length === 0 ? [] : [() => warningMail(world, to, rows, would)];
  });
  const isOperator = isTheirs(rules.operator);
  const mails: (() => DueMail | undefined | Promise<DueMail | undefined>)[] = [
    ...ofWarnings,
    ...(gone.length === 0 ? [] : [() => deletedMail(world, to, gone)]),
    ...(isOperator ? [() => troubleMail(world, to, board), () => dailyMail(world, rules, board)] : []),
  ];
  let outcome: SendNoticeOutcome = 'nothing-to-send';
  for (const due of mails) {
    const mail = await due();
    if (mail !== undefined) outcome = worse(outcome, await sendOne(world, to, mail));
  }
  return outcome;
};
