import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { replayTrace } from '#local/bench/replay-trace.ts';
import { loadAvailabilityTrace } from '#local/emulator/emulator.ts';

/** Measured series that lie beside the repository, and not in it. */
const measured = join(import.meta.dirname, '../../../shared/traces/availability.csv.gz');
const absent = !existsSync(measured);
if (absent) console.log(`The replay of the measured availability is skipped: there is no trace at ${measured}.`);

describe.skipIf(absent)('a replay of the measured availability (skipped where it is absent)', () => {
  test('tells every once watch at the first row, and every long window to its every watch', async () => {
    const { broken, scores, polls } = await replayTrace(await loadAvailabilityTrace(measured), { days: 1 });
    expect(polls).toBe(289);
    expect(broken).toEqual([]);
    const [once, every] = scores;
    // Each of the eleven offers has a window in the first day.
    expect(once).toMatchObject({ policy: 'once', mails: 11, worstDelayMs: 0 });
    expect(every).toMatchObject({ policy: 'every', longUntold: 0 });
    // At most one mail in 6 h and offer.
    expect(every?.mails).toBeGreaterThan(11);
    expect(every?.mails).toBeLessThanOrEqual(11 * 5);
  }, 60_000);
});
