import type { GuardBoard } from '#domain/guardrails/guard-board.ts';
import type { GuardRules } from '#domain/guardrails/policy.ts';
import { dailyMailOf, freedOver } from '#domain/guardrails/runtime-mail.ts';
import { isDue, withTold } from '#domain/guardrails/trouble.ts';
import { mailKept } from '#domain/keeping.ts';
import type { Instant } from '#domain/time.ts';
import { changeDesk } from '#workflows/desk.ts';
import { retryRefused } from './owner-mails.ts';
import type { Addressee, DueMail, RuntimeNoticeWorld } from './runtime-notice-world.ts';

/** There is nobody after the operator: the message ends among the dead letters, and they are tried again later. */
const operatorRefused = (world: RuntimeNoticeWorld) => (at: Instant) =>
  changeDesk(world.store, (desk) => ({ ...desk, retryAt: at + retryRefused }));

export const troubleMail = (world: RuntimeNoticeWorld, to: Addressee, board: GuardBoard): DueMail | undefined => {
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
    accepted: () => changeDesk(world.store, (desk) => withTold(desk, keys, now)),
    refused: operatorRefused(world),
  };
};

export const dailyMail = async (
  world: RuntimeNoticeWorld,
  rules: GuardRules,
  board: GuardBoard,
): Promise<DueMail | undefined> => {
  const { digestOwed: to, digestUpTo: from } = board.desk.value;
  if (to === undefined || from === undefined) return undefined;
  const now = world.clock();
  const done = () =>
    changeDesk(world.store, (desk) => {
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
