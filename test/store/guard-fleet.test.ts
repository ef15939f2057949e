import { expect, test } from 'vitest';
import { createGuardStore } from '#adapters/store/guard-store.ts';
import type { Clock } from '#domain/guardrails/clock.ts';
import type { GuardFleet } from '#domain/guardrails/guard-board.ts';
import { minute } from '#domain/time.ts';
import { onEveryEngine } from './engines.ts';
import { now } from './facts.ts';
import { runtimeCase } from './guard-facts.ts';

const until = now + minute;
const clock: Clock = { seenAt: now - minute, busyAt: now };
const fleet: GuardFleet = {
  clocks: new Map([['research/rt-1', clock]]),
  slots: [{ at: now - minute, policy: 'default' }],
  slowedTo: 3,
  judgedAt: now,
  succeededAt: now - minute,
};
const more = [...fleet.slots, { at: now, policy: 'night' }];

onEveryEngine((bench) => {
  const guard = () => createGuardStore(bench().table);

  test('of many runs that begin at the same moment one gets the lease', async () => {
    const store = guard();
    const taken = await Promise.all(Array.from({ length: 20 }, (_, run) => store.takeLease(`run-${run}`, now, until)));
    expect(taken.filter(Boolean)).toHaveLength(1);
  });

  test('a lease ends at its time, not before, and whoever has it has it again', async () => {
    const store = guard();
    expect(await store.takeLease('slow', now, until)).toBe(true);
    expect(await store.takeLease('slow', now + 1, until)).toBe(true);
    expect(await store.takeLease('next', until - 1, until + minute)).toBe(false);
    expect(await store.takeLease('next', until, until + minute)).toBe(true);
    expect(await store.takeLease('slow', until, until + minute)).toBe(false);
  });

  test('the two jobs do not hold back each other', async () => {
    const { store } = bench();
    expect(await store.takeLease('watcher', now, until)).toBe(true);
    expect(await guard().takeLease('guard', now, until)).toBe(true);
  });

  test('the fleet is read as it was written, and the next lease leaves it', async () => {
    const store = guard();
    await store.takeLease('one', now, until);
    expect(await store.saveFleet('one', fleet, now + 5)).toBe(true);
    expect(await store.takeLease('two', now + 4, until)).toBe(false);
    expect(await store.takeLease('two', now + 5, until)).toBe(true);
    expect((await store.readBoard()).fleet).toStrictEqual(fleet);
    await store.saveFleet('two', { clocks: new Map(), slots: [] }, until);
    expect((await store.readBoard()).fleet).toStrictEqual({ clocks: new Map(), slots: [] });
  });

  test('a fleet that was only leased so far knows nothing', async () => {
    const store = guard();
    await store.takeLease('one', now, until);
    expect((await store.readBoard()).fleet).toStrictEqual({ clocks: new Map(), slots: [] });
    expect(await store.takeSlot('one', more)).toBe(true);
    expect((await store.readBoard()).fleet).toStrictEqual({ clocks: new Map(), slots: more });
  });

  test('a run that lost its lease writes neither the fleet nor a slot', async () => {
    const store = guard();
    await store.takeLease('slow', now, until);
    await store.takeLease('next', until, until + minute);
    await store.saveFleet('next', fleet, until + minute);
    expect(await store.saveFleet('slow', { clocks: new Map(), slots: [] }, until)).toBe(false);
    expect(await store.takeSlot('slow', more)).toBe(false);
    expect((await store.readBoard()).fleet).toStrictEqual(fleet);
    expect(await store.takeLease('third', until + 1, until + minute)).toBe(false);
  });

  test('without a lease nothing is written', async () => {
    const store = guard();
    expect(await store.saveFleet('nobody', fleet, until)).toBe(false);
    expect(await store.takeSlot('nobody', more)).toBe(false);
    expect((await store.readBoard()).fleet).toStrictEqual({ clocks: new Map(), slots: [] });
  });

  test('a slot is all of the fleet that taking one changes', async () => {
    const store = guard();
    await store.takeLease('one', now, until);
    await store.saveFleet('one', fleet, until);
    expect(await store.takeSlot('one', more)).toBe(true);
    expect((await store.readBoard()).fleet).toStrictEqual({ ...fleet, slots: more });
    expect(await store.takeLease('two', until - 1, until + minute)).toBe(false);
  });

  test('a run in which nothing changed makes three calls and writes one item', async () => {
    const { proxy } = bench();
    const store = guard();
    await store.saveCase(runtimeCase(), 0);
    const before = proxy.calls();
    await store.takeLease('one', now, until);
    const board = await store.readBoard();
    await store.saveFleet('one', board.fleet, now);
    const after = proxy.calls();
    const made = Object.entries(after).map(([operation, calls]) => [operation, calls - (before[operation] ?? 0)]);
    expect(Object.fromEntries(made.filter(([, calls]) => calls !== 0))).toEqual({
      UpdateItem: 1,
      Query: 1,
      PutItem: 1,
    });
  });
});
