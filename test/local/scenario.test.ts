import { expect, onTestFinished, test } from 'vitest';
import { check } from '#adapters/configuration/faults.ts';
import { watch } from '#adapters/configuration/watch.ts';
import { day, minute } from '#domain/time.ts';
import { movableClock } from '#local/clock.ts';
import { startEmulator } from '#local/emulator/emulator.ts';
import { playScenario, scenarioTrace, scenarioWatches } from '#local/scenario.ts';

const h100 = 'gpu-h100-80g-20cpu-125g';

/** The emulator with the scenario, and a look at it in a minute of the story. */
const play = async () => {
  const start = Date.UTC(2026, 2, 3, 12);
  const clock = movableClock(start);
  const emulator = await startEmulator({ clock: clock.now });
  onTestFinished(emulator.close);
  playScenario(emulator.control);
  const freeAt = async (storyMinute: number, configId: string): Promise<number | undefined> => {
    await clock.advance(start + storyMinute * minute - clock.now());
    return emulator.control.offers().find((offer) => offer.configId === configId)?.available;
  };
  return { freeAt, offers: () => emulator.control.offers() };
};

test('polled every minute, the H100 opens within three, closes, and opens again within the first quarter of an hour', async () => {
  const { freeAt } = await play();
  const seen: boolean[] = [];
  for (let storyMinute = 0; storyMinute <= 30; storyMinute += 1)
    seen.push(((await freeAt(storyMinute, h100)) ?? 0) > 0);
  expect(seen.indexOf(true)).toBe(2);
  const changes = seen.flatMap((rentable, at) => (at > 0 && rentable !== seen[at - 1] ? [at] : []));
  expect(changes).toEqual([2, 10, 15, 23]);
});

test('nothing that the default watches wait for is free at the start: the first mail is about the H100', async () => {
  const { offers } = await play();
  const free = offers().filter(({ available }) => available > 0);
  expect(free.length).toBeGreaterThan(0);
  expect(free.filter(({ configId }) => /-80g-/.test(configId))).toEqual([]);
});

test('the rest of the catalogue is there, and the story goes on for a week', async () => {
  const { freeAt, offers } = await play();
  expect(offers().length).toBeGreaterThan(scenarioTrace.offers.length);
  expect(await freeAt((6 * day) / minute + 2, h100)).toBe(2);
});

test('rows are in order, one per instant', () => {
  for (const { configId, rows } of scenarioTrace.offers) {
    const times = rows.map(({ atSeconds }) => atSeconds);
    expect(times, configId).toEqual([...new Set(times)].toSorted((one, other) => one - other));
  }
});

test('the default watches are watches, one of each kind', () => {
  for (const each of scenarioWatches) expect(check(watch, each)).toEqual({ ok: true, value: each });
  expect(scenarioWatches.map(({ notify }) => notify)).toEqual(['once', 'every']);
});
