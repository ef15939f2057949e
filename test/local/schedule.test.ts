import { expect, test } from 'vitest';
import { minute } from '#domain/time.ts';
import { movableClock } from '#local/clock.ts';
import { startSchedule } from '#local/schedule.ts';

const start = Date.UTC(2026, 2, 3, 12);

/** A job whose runs end when the test says so. */
const heldJob = () => {
  const runs: { readonly atMinute: number; readonly end: () => void }[] = [];
  let underWay = 0;
  let mostAtOnce = 0;
  const job = async ({ scheduledAt }: { scheduledAt: number }): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    runs.push({ atMinute: (scheduledAt - start) / minute, end: resolve });
    underWay += 1;
    mostAtOnce = Math.max(mostAtOnce, underWay);
    await promise;
    underWay -= 1;
  };
  return { job, runs, minutes: () => runs.map(({ atMinute }) => atMinute), mostAtOnce: () => mostAtOnce };
};

const noFailure = (error: unknown): never => {
  throw error;
};

test('runs at once and then every so many minutes', async () => {
  const clock = movableClock(start);
  const at: number[] = [];
  const job = async () => void at.push((clock.now() - start) / minute);
  const schedule = startSchedule({ clock, everyMinutes: 2, job, onFailure: noFailure });
  await clock.advance(7 * minute);
  expect(at).toEqual([0, 2, 4, 6]);
  await schedule.stop();
  expect(clock.sleepers()).toBe(0);
  await clock.advance(10 * minute);
  expect(at).toHaveLength(4);
});

test('a long run leaves out the turns that fall into it and meets the next one in time', async () => {
  const clock = movableClock(start);
  const { job, runs, minutes, mostAtOnce } = heldJob();
  const schedule = startSchedule({ clock, everyMinutes: 1, job, onFailure: noFailure });
  await clock.advance(2.5 * minute);
  expect(minutes()).toEqual([0]);
  runs[0]?.end();
  await clock.advance(0.4 * minute);
  expect(minutes()).toEqual([0]);
  await clock.advance(0.1 * minute);
  expect(minutes()).toEqual([0, 3]);
  expect(mostAtOnce()).toBe(1);
  runs[1]?.end();
  await schedule.stop();
});

test('runs overlap when they are told to, as two Lambdas do', async () => {
  const clock = movableClock(start);
  const { job, runs, minutes, mostAtOnce } = heldJob();
  const schedule = startSchedule({ clock, everyMinutes: 1, job, onFailure: noFailure, overlapping: true });
  await clock.advance(2 * minute);
  expect(minutes()).toEqual([0, 1, 2]);
  expect(mostAtOnce()).toBe(3);
  for (const run of runs) run.end();
  await schedule.stop();
});

test('a job that throws, at once or later, is reported and runs again', async () => {
  const clock = movableClock(start);
  const failures: unknown[] = [];
  let runs = 0;
  const job = (): Promise<void> => {
    runs += 1;
    if (runs === 1) throw new Error('at once');
    return runs === 2 ? Promise.reject(new Error('later')) : Promise.resolve();
  };
  const schedule = startSchedule({ clock, everyMinutes: 1, job, onFailure: (error) => failures.push(error) });
  await clock.advance(3 * minute);
  expect(runs).toBe(4);
  expect(failures.map(String)).toEqual(['Error: at once', 'Error: later']);
  await schedule.stop();
});

test('a stop waits for the run under way', async () => {
  const clock = movableClock(start);
  const { job, runs } = heldJob();
  const schedule = startSchedule({ clock, everyMinutes: 1, job, onFailure: noFailure });
  await expect.poll(() => runs.length).toBe(1);
  let stopped = false;
  const stopping = schedule.stop().then(() => {
    stopped = true;
  });
  await clock.advance(5 * minute);
  expect(stopped).toBe(false);
  runs[0]?.end();
  await stopping;
  expect(runs).toHaveLength(1);
});

test('an interval of nothing is refused', () => {
  const clock = movableClock(start);
  expect(() => startSchedule({ clock, everyMinutes: 0, job: async () => {}, onFailure: noFailure })).toThrow(
    RangeError,
  );
});
