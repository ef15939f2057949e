import pLimit from 'p-limit';
import type { Board, Todo } from '#domain/board.ts';
import { planMail } from '#domain/mailing.ts';
import { day, minute } from '#domain/time.ts';
import { lookAtRecipient } from './look-at-recipient.ts';
import type { Run, WatchAvailabilitySettings, WatchAvailabilityWorld } from './world.ts';

const recipientsAtOnce = 16;
/** Whoever puts a marker writes the recipient within this time; a younger marker is never taken away. */
const markerSettlesWithin = 2 * minute;

/** Looks at a marked recipient: answers its id if a mail is due, and puts off or takes away the marker otherwise. */
const settleTodo = async (
  world: WatchAvailabilityWorld,
  settings: WatchAvailabilitySettings,
  board: Board,
  todo: Todo,
): Promise<string | undefined> => {
  const judgement = await lookAtRecipient(world, todo.recipientId, board.offers);
  const now = world.clock();
  const plan = judgement && planMail(judgement.recipient, settings.mailsPerHour, now);
  switch (plan?.act) {
    case 'send':
      return todo.recipientId;
    case 'wait':
      // A claim of a sender that crashed is over soon; everything else may rest until its time.
      if (plan.because !== 'another-sender') await world.store.postponeTodo(todo, plan.until);
      return undefined;
    case 'keep':
      await world.store.postponeTodo(todo, plan.until ?? now + day);
      return undefined;
    case 'nothing':
    case undefined:
      if (now - todo.putAt > markerSettlesWithin) await world.store.removeTodo(todo);
      return undefined;
  }
};

/**
 * Looks at every marked recipient: watches just made fire here, and what is owed and was not sent is announced again,
 * except to those whom the match announced a moment ago. The queue may get an id twice; the sender takes it once.
 */
export const announceOwed = async (
  world: WatchAvailabilityWorld,
  run: Run,
  settings: WatchAvailabilitySettings,
  board: Board,
  justAnnounced: ReadonlySet<string>,
): Promise<void> => {
  const failures: unknown[] = [];
  const due = board.todo.filter((todo) => todo.notBefore <= world.clock() && !justAnnounced.has(todo.recipientId));
  const limit = pLimit(recipientsAtOnce);
  const again = await limit.map(due, async (todo) => {
    if (world.clock() >= run.deadline) return undefined;
    try {
      return await settleTodo(world, settings, board, todo);
    } catch (failure) {
      failures.push(failure);
      return undefined;
    }
  });
  const ids = again.filter((id) => id !== undefined);
  if (ids.length > 0) await world.queue.announce(ids);
  if (failures.length > 0) throw new AggregateError(failures, `Recipients not looked at: ${failures.join('; ')}`);
};
