import { expect, test } from 'vitest';
import { findMutation } from '#local/simulation/find-mutations.ts';
import { mutations } from '#local/simulation/mutations.ts';

/** Those that few histories find; `npm run simulate:mutations` looks for all. */
const quick = ['take every use for idle', 'forget the lead', 'act on a GET', 'tell an every watch of every window'];

test.each(quick)(
  'the simulator finds the mistake "%s"',
  async (name) => {
    const index = mutations.findIndex((mutation) => mutation.name === name);
    const { histories, promises } = await findMutation(index, 200);
    expect(histories).toBeGreaterThan(0);
    expect(promises).not.toEqual([]);
  },
  120_000,
);
