import { beforeAll, describe, expect, test } from 'vitest';
import { emptyLoad } from '#local/bench/bill-load.ts';
import { usageOf } from '#local/bench/bill-month.ts';
import { billOf, missedTargets, reportOf } from '#local/bench/bill-report.ts';
import { type CountedDay, countDay } from '#local/bench/bill-run.ts';

const quietMinutes = 10;
const minutesOfMonth = 30.4 * 24 * 60;
const nothing = () => {};

const countedOf = (load: Partial<CountedDay['load']>) => countDay({ ...emptyLoad, ...load }, nothing, quietMinutes);

describe('a counted day', () => {
  let empty: CountedDay;
  beforeAll(async () => {
    empty = await countedOf({});
  });

  test('of an empty installation is its schedules and its pollers', () => {
    const usage = usageOf(empty);
    expect(usage).toMatchObject({ mails: 0, linkRequests: 0, scheduled: 2 * minutesOfMonth });
    // Once a day somebody looks whether there is anything to report.
    expect(usage.queueRequests - 15 * minutesOfMonth).toBeLessThan(4 * 31);
    expect(usage.functionRequests - 2 * minutesOfMonth).toBeLessThan(31);
    expect(usage.functionRequests).toBeGreaterThanOrEqual(2 * minutesOfMonth);
    // Each job takes its lease and writes its fleet, which are smaller than 1 KB; a minute more each hour for the prices.
    expect(usage.writeUnits / minutesOfMonth).toBeGreaterThanOrEqual(4);
    expect(usage.writeUnits / minutesOfMonth).toBeLessThan(5);
    expect(Object.keys(empty.day.metrics).sort()).toEqual(
      expect.arrayContaining(['guard-runtimes: GuardRuns', 'watch-availability: Polls']),
    );
  });

  test('grows with runtimes and mails, and its bill says by how much', async () => {
    const load = { runtimes: 3, watches: 4, windows: 2, alerts: 3 };
    const small = await countedOf(load);
    expect(small.day.mails).toBe(3);
    const [more, less] = [usageOf(small), usageOf(empty)];
    expect(more.mails).toBeCloseTo(3 * 30.4, 6);
    // A metrics call for each runtime and minute.
    expect((small.day.providerCalls - empty.day.providerCalls) / (24 * 60)).toBeCloseTo(3, 1);
    for (const billed of ['writeUnits', 'gbSeconds', 'logGb', 'mails', 'queueRequests', 'tableGb', 'sentGb'] as const) {
      expect(more[billed], billed).toBeGreaterThan(less[billed]);
    }
    const bill = billOf(small, empty);
    expect(bill.growing.usd).toBeGreaterThan(0);
    expect(bill.growing.usd).toBeLessThan(bill.total.usd);
    expect(bill.total.usd).toBeCloseTo(
      bill.positions.reduce((sum, { usd }) => sum + usd, 0),
      12,
    );
    expect(missedTargets(bill)).toEqual([]);
    expect(reportOf(bill)).toContain(
      '3 runtimes, 4 watches, a look every 60 s; a day: 0 warnings, 0 deletions, 2 windows, 3 mails',
    );
  });
});
