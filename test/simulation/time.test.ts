import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSimulatedTime } from '#local/simulation/time.ts';

const start = Date.UTC(2026, 10, 2, 9);

test('time moves from one event to the next, in order, and to the end', async () => {
  const time = createSimulatedTime(start);
  const seen: string[] = [];
  const walk = async (name: string, steps: readonly number[]) => {
    for (const step of steps) {
      await time.sleep(step);
      seen.push(`${name} at ${time.now() - start}`);
    }
  };
  const walking = [walk('slow', [30, 30]), walk('quick', [10, 10, 10, 10])];
  await time.runUntil(start + 35);
  expect(seen).toEqual(['quick at 10', 'quick at 20', 'slow at 30', 'quick at 30']);
  expect(time.now()).toBe(start + 35);
  await time.runUntil(start + 100);
  await Promise.all(walking);
  expect(seen.slice(4)).toEqual(['quick at 40', 'slow at 60']);
});

test('what is due at one instant comes in the order in which it was asked for, and what is over comes now', async () => {
  const time = createSimulatedTime(start);
  const seen: string[] = [];
  for (const name of ['a', 'b', 'c']) time.at(start + 5, () => seen.push(name));
  time.at(start - 1000, () => seen.push(`late, at ${time.now() - start}`));
  await time.runUntil(start + 5);
  expect(seen).toEqual(['late, at 0', 'a', 'b', 'c']);
});

test('any number of events, in any order, come by their time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(50), { maxLength: 40 }), async (delays) => {
      const time = createSimulatedTime(start);
      const seen: number[] = [];
      for (const delay of delays) time.at(start + delay, () => seen.push(time.now() - start));
      await time.runUntil(start + 50);
      expect(seen).toEqual(delays.toSorted((a, b) => a - b));
    }),
    { numRuns: 50 },
  );
});

test('a cancelled event never comes', async () => {
  const time = createSimulatedTime(start);
  let came = false;
  time
    .at(start + 5, () => {
      came = true;
    })
    .cancel();
  await time.runUntil(start + 10);
  expect(came).toBe(false);
});

test('a sleep ends early with the reason of its signal, and a time limit aborts in simulated time', async () => {
  const time = createSimulatedTime(start);
  const limit = time.expireAfter(20);
  let endedAt = 0;
  const sleeping = time.sleep(1000, limit).catch((reason: unknown) => {
    endedAt = time.now() - start;
    return reason;
  });
  await time.runUntil(start + 19);
  expect(limit.aborted).toBe(false);
  await time.runUntil(start + 50);
  expect(await sleeping).toMatchObject({ name: 'TimeoutError' });
  expect(endedAt).toBe(20);
  await expect(time.sleep(1, limit)).rejects.toMatchObject({ name: 'TimeoutError' });
});

test('time waits for whoever reads an answer at the present instant', async () => {
  const time = createSimulatedTime(start);
  const readAt: number[] = [];
  const ask = async () => {
    await time.sleep(10);
    await new Response('{"some":"body"}').json();
    readAt.push(time.now() - start);
  };
  const asking = [ask(), time.sleep(11)];
  await time.runUntil(start + 20);
  await Promise.all(asking);
  expect(readAt).toEqual([10]);
});
