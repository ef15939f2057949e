import type { Todo } from '#domain/board.ts';
import { withoutTrouble } from '#domain/guardrails/trouble.ts';
import { suppressedKey, takingMailAgain } from '#domain/returned-mail.ts';
import type { Instant } from '#domain/time.ts';
import { changeDesk, type DeskStore } from '#workflows/desk.ts';
import { decideOnRecipient, type RecipientStore } from '#workflows/recipients.ts';

/** Everything that it needs of the world to write to an address again. */
export type UnsuppressWorld = {
  readonly store: RecipientStore & DeskStore & { putTodo(todo: Todo): Promise<void> };
  readonly clock: () => Instant;
  readonly newId: () => string;
};

/** `not-suppressed`: mails were sent to it all the time; `unknown`: nobody of that id is, or was, to be told anything. */
export type UnsuppressOutcome = 'written-to-again' | 'not-suppressed' | 'unknown';

/**
 * An address takes mail again, somebody says: it is written to again, and what its watches wait for is looked at in the next
 * run. The marker for that is put first. Safe to repeat.
 */
export const unsuppress = async (world: UnsuppressWorld, recipientId: string): Promise<UnsuppressOutcome> => {
  const now = world.clock();
  await world.store.putTodo({ recipientId, stamp: world.newId(), putAt: now, notBefore: now });
  const outcome = await decideOnRecipient<UnsuppressOutcome>(world.store, recipientId, (recipient) => {
    if (recipient === undefined) return { result: 'unknown' };
    if (recipient.undeliverable === undefined) return { result: 'not-suppressed' };
    return { save: takingMailAgain(recipient, world.clock()), result: 'written-to-again' };
  });
  await changeDesk(world.store, (desk) => withoutTrouble(desk, suppressedKey(recipientId)));
  return outcome;
};
