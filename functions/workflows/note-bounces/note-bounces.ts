import { type FoundTrouble, withReported } from '#domain/guardrails/trouble.ts';
import type { Undeliverable } from '#domain/recipient.ts';
import { afterReturned, endsWriting, type ReturnedMail, suppressedKey, suppressionOf } from '#domain/returned-mail.ts';
import { createAttempts, type Fail, failIfAny } from '#workflows/attempts.ts';
import { changeDesk } from '#workflows/desk.ts';
import { decideOnRecipient } from '#workflows/recipients.ts';
import { takeBackWarningsOf, takeBackWarningsTo } from './take-back-warnings.ts';
import type { NoteBouncesWorld } from './world.ts';

/** A mail came back before its sender recorded that it was sent. Noting it again later is safe, and needed. */
export class MailUnderWayError extends Error {
  override readonly name = 'MailUnderWayError';
}

/** What is known of the address that a mail went to. `suppressed`: nothing is sent to it any more. */
type Noted = { readonly address: string; readonly suppressed?: Undeliverable };

/** Notes on the recipient what the mail says of the address; undefined where nobody of that id is known. */
const noteOnRecipient = async (world: NoteBouncesWorld, mail: ReturnedMail, fail: Fail): Promise<Noted | undefined> => {
  const { mailId, recipientId, about, because } = mail;
  const writtenAt = about === 'availability' ? (await world.store.readMail(mailId))?.writtenAt : undefined;
  const change = await decideOnRecipient(world.store, recipientId, (before) => {
    if (before === undefined) return { result: undefined };
    const after = afterReturned(before, mail, writtenAt, world.clock());
    return { result: { before, after }, ...(after === before ? {} : { save: after }) };
  });
  if (change === undefined) return undefined;
  const { before, after } = change;
  const suppressed = suppressionOf(after);
  if (suppressed !== undefined && suppressionOf(before) === undefined) {
    world.report({ event: 'address-suppressed', recipientId, because });
  }
  // What its sender is about to record as told is to be taken back then.
  if (endsWriting(mail) && before.sending?.mailId === mailId) {
    fail(new MailUnderWayError(`Mail ${mailId} came back while it was being sent.`));
  }
  return { address: after.address, ...(suppressed === undefined ? {} : { suppressed }) };
};

const toldIn = ({ about }: ReturnedMail): string => {
  if (about === 'deleted') return 'it told of a deletion';
  return about === 'confirmation'
    ? 'it asked whether alerts may be mailed there'
    : 'it told of GPUs that can be rented';
};

/** What the operator is to know of it, once; a warning that came back goes to whoever is next, and needs no word. */
const troubleOf = (mail: ReturnedMail, { address: about, suppressed }: Noted): FoundTrouble | undefined => {
  const { recipientId, because, sentAt } = mail;
  if (suppressed !== undefined) {
    const { since, because: why } = suppressed;
    return { key: suppressedKey(recipientId), kind: 'suppressed', since, about, because: why };
  }
  if (endsWriting(mail) || mail.about === 'warning') return undefined;
  return {
    key: `mail-returned#${recipientId}`,
    kind: 'mail-returned',
    since: sentAt,
    about,
    because: `${because}; ${toldIn(mail)}`,
  };
};

/** Tells the operator; of the own address nobody but an alarm can tell. */
const tellOperator = async (world: NoteBouncesWorld, mail: ReturnedMail, noted: Noted): Promise<void> => {
  const { recipientId, because } = mail;
  if (recipientId === world.operatorId) {
    if (noted.suppressed !== undefined) world.report({ event: 'operator-suppressed', recipientId, because });
    return;
  }
  const trouble = troubleOf(mail, noted);
  if (trouble !== undefined) await changeDesk(world.store, (desk) => withReported(desk, trouble, world.clock()));
};

/**
 * Notes a mail that came back: its warnings do not count, an address that takes no mail is not written to any more, and the
 * operator is told. The warnings come first, since something is deleted if they stand. Each step is safe to repeat, so that
 * noting it twice changes nothing, and noting it again mends what failed. Fails, after everything else was done, if a step did.
 */
export const noteReturnedMail = async (world: NoteBouncesWorld, mail: ReturnedMail): Promise<void> => {
  const { mailId, recipientId, about, because } = mail;
  world.report({ event: 'mail-returned', mailId, recipientId, about, because });
  const failures: unknown[] = [];
  const { attempt } = createAttempts<'warnings' | 'recipient' | 'operator'>(failures, (part, why) =>
    world.report({ event: 'part-failed', part, because: why }),
  );
  await attempt('warnings', (fail) => takeBackWarningsOf(world, mail, fail), undefined);
  const noted = await attempt('recipient', (fail) => noteOnRecipient(world, mail, fail), undefined);
  if (noted !== undefined) {
    if (noted.suppressed !== undefined) {
      await attempt('warnings', (fail) => takeBackWarningsTo(world, mail, fail), undefined);
    }
    await attempt('operator', () => tellOperator(world, mail, noted), undefined);
  }
  failIfAny(failures);
};
