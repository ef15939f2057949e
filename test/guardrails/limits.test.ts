import { describe, expect, test } from 'vitest';
import { noRoomFor, type Slot, slotsWithinTheHour } from '#domain/guardrails/limits.ts';
import type { Limits } from '#domain/guardrails/policy.ts';
import { at } from '../domain/given.ts';

const limits: Limits = { perTick: 5, perHour: 20 };
const now = at(100);
const justOver = 1 / 60_000;

const slots = (many: number, minutes: number, policy = 'default'): Slot[] =>
  Array.from({ length: many }, () => ({ at: at(minutes), policy }));

describe('room for another deletion', () => {
  type Row = [rule: string, slots: readonly Slot[], tickSlots: readonly Slot[], of: Partial<Limits>, room: boolean];
  const tick = (many: number, policy?: string) => slots(many, 100, policy);
  const table: Row[] = [
    ['nothing begun', [], [], {}, true],
    ['4 in this tick', tick(4), tick(4), {}, true],
    ['5 in this tick', tick(5), tick(5), {}, false],
    ['5 in the tick before', slots(5, 99), [], {}, true],
    ['19 within the hour', slots(19, 50), [], {}, true],
    ['20 within the hour', slots(20, 50), [], {}, false],
    ['20, one of them an hour ago', [...slots(19, 50), ...slots(1, 40)], [], {}, true],
    ['20, one of them just under an hour ago', [...slots(19, 50), ...slots(1, 40 + justOver)], [], {}, false],
    ['17 before and 3 now', [...slots(17, 50), ...tick(3)], tick(3), {}, false],
    ['the clock went back: those ahead count', slots(20, 500), [], {}, false],
    ['its own limit in a tick', tick(2), tick(2), { perTick: 2 }, false],
    ['its own limit in a tick, others took the slots', tick(2, 'other'), tick(2, 'other'), { perTick: 2 }, true],
    ['its own limit in an hour', slots(3, 50), [], { perHour: 3 }, false],
    ['its own limit in an hour, others took the slots', slots(3, 50, 'other'), [], { perHour: 3 }, true],
    ['its own limit in an hour, long ago', slots(3, 40), [], { perHour: 3 }, true],
    ['a higher limit of its own does not lift that of the fleet', slots(20, 50), [], { perHour: 90 }, false],
    ['nor in a tick', tick(5), tick(5), { perTick: 90 }, false],
    ['others count for the fleet', [...slots(10, 50), ...slots(10, 60, 'other')], [], {}, false],
    ['others in this tick count for the fleet', tick(5, 'other'), tick(5, 'other'), {}, false],
    ['none at all', [], [], { perTick: 0 }, false],
  ];
  test.each(table)('%s', (_, taken, tickSlots, of, room) => {
    const why = noRoomFor({ name: 'default', limits: of }, taken, tickSlots, limits, now);
    expect(why === undefined).toBe(room);
  });

  test('says which limit it was', () => {
    const why = (taken: Slot[], tickSlots: Slot[], of: Partial<Limits> = {}) =>
      noRoomFor({ name: 'nights', limits: of }, taken, tickSlots, limits, now);
    expect(why([], tick(5))).toBe('at most 5 deletions in one tick');
    expect(why(slots(20, 50), [])).toBe('at most 20 deletions in an hour');
    expect(why([], tick(1, 'nights'), { perTick: 1 })).toBe('at most 1 deletions in one tick by policy nights');
    expect(why(slots(2, 50, 'nights'), [], { perHour: 2 })).toBe('at most 2 deletions in an hour by policy nights');
  });

  test('a policy without limits of its own has those of the fleet', () => {
    expect(noRoomFor({ name: 'default' }, slots(19, 50), [], limits, now)).toBeUndefined();
    expect(noRoomFor({ name: 'default' }, slots(20, 50), [], limits, now)).toBeDefined();
  });
});

test('slots are kept for an hour', () => {
  const kept = slotsWithinTheHour(
    [...slots(1, 40), ...slots(1, 40 + justOver), ...slots(1, 100), ...slots(1, 500)],
    now,
  );
  expect(kept.map((slot) => slot.at)).toEqual([at(40 + justOver), at(100), at(500)]);
});
