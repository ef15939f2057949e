import { describe, expect, test } from 'vitest';
import { createKeptParameter } from '#adapters/secrets/kept-parameter.ts';
import type { WardenEvent } from '#domain/event.ts';
import { minute, second } from '#domain/time.ts';
import { failureOf, keysName, noon, startSecrets } from './given.ts';

/** A parameter that is kept over the store, and how often it was read there. */
const startKept = async () => {
  const given = await startSecrets();
  const { store, read, clock, events } = given;
  const report = (event: WardenEvent) => void events.push(event);
  const kept = createKeptParameter({ name: keysName, read: () => read(keysName), clock, report });
  store.set(keysName, 'one');
  return { ...given, kept, reads: () => store.counted('GetParameter') };
};
const denied = { status: 400, body: { __type: 'AccessDeniedException', message: 'no' } };

describe('a value', () => {
  test('is read once for all who ask, and remembered for as long as they allow', async () => {
    const { kept, reads, pass, store } = await startKept();
    expect(await Promise.all([kept.recent(minute), kept.recent(minute), kept.fresh()])).toEqual(['one', 'one', 'one']);
    store.set(keysName, 'two');
    pass(minute - 1);
    expect(await kept.recent(minute)).toBe('one');
    expect(reads()).toBe(1);
    pass(1);
    expect(await kept.recent(minute)).toBe('two');
    expect(reads()).toBe(2);
  });

  test('is read anew by whoever wants it fresh', async () => {
    const { kept, store } = await startKept();
    await kept.recent(minute);
    store.set(keysName, 'two');
    expect(await kept.fresh()).toBe('two');
    expect(kept.remembered()).toBe('two');
  });

  test('has another edition when it is another, and only then', async () => {
    const { kept, store } = await startKept();
    await kept.fresh();
    const first = kept.edition();
    await kept.fresh();
    expect(kept.edition()).toBe(first);
    store.set(keysName, 'two');
    await kept.fresh();
    const second = kept.edition();
    expect(second).toBeGreaterThan(first);
    store.remove(keysName);
    await kept.fresh();
    expect(kept.edition()).toBeGreaterThan(second);
  });

  test('that is not there is remembered as well', async () => {
    const { kept, store, reads } = await startKept();
    store.remove(keysName);
    expect(await kept.recent(minute)).toBeUndefined();
    store.set(keysName, 'one');
    expect(await kept.recent(minute)).toBeUndefined();
    expect(await kept.recent(0)).toBe('one');
    expect(reads()).toBe(2);
  });
});

describe('where it cannot be read', () => {
  test('nothing is known: that is an error, for ten seconds without asking again', async () => {
    const { kept, store, reads, pass, events } = await startKept();
    store.fail('GetParameter', denied);
    for (let times = 0; times < 3; times += 1) {
      expect(await failureOf(kept.recent(minute))).toMatchObject({ name: 'ParameterUnreadableError' });
    }
    expect(reads()).toBe(1);
    pass(10 * second);
    store.mend();
    expect(await kept.recent(minute)).toBe('one');
    expect(events).toEqual([]);
  });

  test('the last value goes on counting, and the failure is told once', async () => {
    const { kept, store, reads, pass, events } = await startKept();
    await kept.recent(minute);
    pass(minute);
    store.fail('GetParameter', denied);
    expect(await Promise.all([kept.recent(minute), kept.recent(minute)])).toEqual(['one', 'one']);
    pass(9 * second);
    expect(await kept.recent(minute)).toBe('one');
    expect(reads()).toBe(2);
    expect(events).toEqual([{ event: 'part-failed', part: 'secrets', because: expect.stringContaining(keysName) }]);
    expect(JSON.stringify(events)).toContain('Its last value goes on counting.');
    pass(second);
    expect(await kept.recent(minute)).toBe('one');
    expect(events).toHaveLength(2);
  });

  test('who wants it fresh is told so, whatever is remembered', async () => {
    const { kept, store, events } = await startKept();
    await kept.fresh();
    store.fail('GetParameter', denied);
    expect(await failureOf(kept.fresh())).toMatchObject({ name: 'ParameterUnreadableError' });
    expect(kept.remembered()).toBe('one');
    expect(events).toEqual([]);
  });
});

test('time that stands still is no reason to read again', async () => {
  const { kept, reads, time } = await startKept();
  for (let times = 0; times < 5; times += 1) await kept.recent(minute);
  expect(time.now).toBe(noon);
  expect(reads()).toBe(1);
});
