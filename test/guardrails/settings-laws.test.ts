import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSettings, SettingsError } from '#adapters/configuration/define-config.ts';
import { guardRulesOf } from '#adapters/configuration/guard-rules.ts';
import type { Policy } from '#domain/guardrails/policy.ts';
import { type Instant, minute, second } from '#domain/time.ts';
import { settingsWithGuardrails } from '../configuration/example.ts';
import { start } from '../domain/given.ts';
import { type Guarded, guarded, type Look, mailed, tick } from './given.ts';

/** The policy that settings make of a ladder; none where they refuse it. */
const policyOf = (ladder: object, unsafeShortLadder: boolean): Policy | undefined => {
  const guardrails = { mode: 'enforce', unsafeShortLadder, policies: [{ name: 'default', ladder }] };
  try {
    return guardRulesOf(readSettings(settingsWithGuardrails(guardrails))).policies[0];
  } catch (error) {
    if (error instanceof SettingsError) return undefined;
    throw error;
  }
};

const inSeconds = fc.integer({ min: 0, max: 120 }).map((count) => `${count}s`);
const inMinutes = fc.integer({ min: 1, max: 150 }).map((count) => `${count}m`);
const rungs = (rung: fc.Arbitrary<string>) => {
  const given = fc.option(rung, { nil: undefined });
  // Mostly in their order, which chance alone seldom gives.
  const sorted = fc
    .tuple(rung, rung, rung, rung, rung)
    .map((all) => all.toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)))
    .map(([lead, firstWarningAfter, lastWarningAfter, deleteAfter, freshLead]) => ({
      lead,
      firstWarningAfter,
      lastWarningAfter,
      deleteAfter,
      freshLead,
    }));
  const any = fc.record({
    lead: given,
    firstWarningAfter: given,
    lastWarningAfter: given,
    deleteAfter: given,
    freshLead: given,
  });
  return fc.oneof({ weight: 4, arbitrary: sorted }, { weight: 1, arbitrary: any });
};

/** What is seen from run to run, how far apart the runs are (as parts of the ladder), and in how many runs a mail is taken over. */
const lives = fc.record({
  looks: fc.array(fc.constantFrom<Look>('idle', 'idle', 'idle', 'idle', 'idle', 'unknown', 'busy'), {
    minLength: 1,
    maxLength: 40,
  }),
  parts: fc.integer({ min: 2, max: 30 }),
  mailEvery: fc.integer({ min: 1, max: 5 }),
});
type Life = typeof lives extends fc.Arbitrary<infer T> ? T : never;

const longestStep = 4 * minute;

/** The mails of a runtime's last warnings: when each was accepted, and what it promised. */
type Accepted = { readonly at: Instant; readonly deleteAt: Instant };

const afterMail = (state: Guarded, now: Instant, accepted: Accepted[]): Guarded => {
  const after = mailed(state, now);
  const last = after.kase?.episode?.last;
  if (state.kase?.episode?.last?.mail === 'owed' && last?.mail === 'sent') {
    accepted.push({ at: now, deleteAt: last.deleteAt });
  }
  return after;
};

/** Whether a runtime was deleted in its life; its deletion is checked by the words of the design. */
const isDeletedRightly = (policy: Policy, { looks, parts, mailEvery }: Life): boolean => {
  const { deleteAfter, lead, freshLead } = policy.ladder;
  const step = Math.min(longestStep, Math.max(second, Math.floor(deleteAfter / parts)));
  const accepted: Accepted[] = [];
  let state = guarded({ policy });
  for (let run = 0; run < 120; run += 1) {
    const now = start + run * step;
    // After its adventures it is left alone.
    const ticked = tick(state, now, looks[run] ?? 'idle');
    state = ticked.state;
    if (ticked.verdict.verdict === 'delete') {
      const last = accepted.at(-1);
      expect(last, 'deleted without a warning').toBeDefined();
      expect(now - (last?.at ?? now)).toBeGreaterThanOrEqual(lead);
      expect(now).toBeGreaterThanOrEqual(Math.max(...accepted.map(({ deleteAt }) => deleteAt)));
      const isFresh = state.kase?.episode?.voided !== undefined;
      if (isFresh) expect(now - (last?.at ?? now)).toBeGreaterThanOrEqual(Math.max(lead, freshLead));
      return true;
    }
    if (run % mailEvery === 0) state = afterMail(state, now, accepted);
  }
  return false;
};

test.each([
  ['safe ladders', false, inMinutes],
  ['unsafe ladders', true, fc.oneof(inSeconds, inMinutes)],
])('law: no ladder that settings accept deletes without a warning accepted the lead before: %s', (_, unsafe, rung) => {
  const tally = { accepted: 0, refused: 0, deleted: 0 };
  fc.assert(
    fc.property(rungs(rung), lives, (ladder, life) => {
      const policy = policyOf(ladder, unsafe);
      if (policy === undefined) {
        tally.refused += 1;
        return;
      }
      tally.accepted += 1;
      const { firstWarningAfter, lastWarningAfter, deleteAfter, lead, freshLead } = policy.ladder;
      for (const each of [firstWarningAfter, lastWarningAfter, lead, freshLead])
        expect(each).toBeGreaterThanOrEqual(second);
      if (!unsafe) {
        expect(lead).toBeGreaterThanOrEqual(15 * minute);
        expect(freshLead).toBeGreaterThanOrEqual(60 * minute);
        expect(deleteAfter).toBeGreaterThanOrEqual(20 * minute);
      }
      tally.deleted += isDeletedRightly(policy, life) ? 1 : 0;
    }),
    { numRuns: 600 },
  );
  expect(tally.refused).toBeGreaterThan(50);
  expect(tally.accepted).toBeGreaterThan(20);
  expect(tally.deleted).toBeGreaterThan(10);
});
