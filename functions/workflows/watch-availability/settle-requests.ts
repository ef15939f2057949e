import { createWithin } from '#domain/creating/creation.ts';
import type { CreationTodo } from '#domain/creating/request.ts';
import { minute } from '#domain/time.ts';
import { type Fail, rotated } from '#workflows/attempts.ts';
import { settleRequest } from '#workflows/create-runtime/create-on-request.ts';
import type { Run } from '#workflows/runs.ts';
import type { WatchAvailabilityWorld } from './world.ts';

/** Whoever puts a marker writes the request within this time, and is answered; a younger marker is left alone. */
const markerSettlesWithin = minute;

/**
 * Looks for the runtimes that somebody asked for by the API without a clear answer, and may not ask for again: whoever they were made
 * for is to own them, and the ledger is to know. One's trouble is no other's.
 */
export const settleRequests = async (
  world: WatchAvailabilityWorld,
  run: Run,
  todos: readonly CreationTodo[],
  fail: Fail,
): Promise<void> => {
  const { clock, newId, digest, report, creating } = world;
  for (const todo of rotated(todos, clock())) {
    if (run.deadline - clock() < createWithin) return;
    if (clock() - todo.putAt < markerSettlesWithin) continue;
    try {
      const isLeft = await settleRequest(
        { clock, newId, digest, report, deadline: run.deadline, ...creating },
        todo.id,
      );
      if (!isLeft) await creating.store.removeCreationTodo(todo);
    } catch (failure) {
      fail(failure);
    }
  }
};
