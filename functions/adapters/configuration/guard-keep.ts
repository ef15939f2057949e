import * as z from 'zod/mini';
import { durationOf, durationText } from '#domain/duration.ts';
import { described, distinct } from './field.ts';
import { boundedDuration, isTooShort } from './guard-floors.ts';

const sameLength = (item: unknown): string | undefined =>
  typeof item === 'string' ? durationOf(item.trim())?.toString() : undefined;

const choiceWords = 'a list of 1 to 6 durations';

/** For how long the links in warnings offer to keep a runtime. */
export const keepChoices = () =>
  z
    .array(described('How long.', boundedDuration('keepChoices')), { error: choiceWords })
    .check(z.minLength(1, { error: choiceWords }), z.maxLength(6, { error: choiceWords }), distinct(sameLength));

const withChoices = z.object({
  keepChoices: z.array(z.string()),
  keepAtMost: z.string(),
  policies: z.array(z.unknown()),
});
const withCeiling = z.object({ keepAtMost: z.string() });

/** Every runtime can be kept for some time: at least one choice is within what its policy allows. */
export const keepOffersSomething = z.check<unknown>(
  ({ value, issues }) => {
    const given = z.safeParse(withChoices, value).data;
    if (given === undefined) return;
    const choices = given.keepChoices.flatMap((choice) => durationOf(choice) ?? []);
    const shortest = Math.min(...choices);
    if (choices.length === 0) return;
    // What is too short by itself is told already.
    const leavesNone = (text = '') =>
      (durationOf(text) ?? shortest) < shortest && !isTooShort(value, 'keepAtMost', text);
    if (leavesNone(given.keepAtMost)) {
      const message = `at least one choice of at most keepAtMost (${given.keepAtMost})`;
      issues.push({ code: 'custom', path: ['keepChoices'], input: given.keepChoices, message });
    }
    for (const [index, policy] of given.policies.entries()) {
      const ceiling = z.safeParse(withCeiling, policy).data?.keepAtMost;
      if (!leavesNone(ceiling)) continue;
      const message = `at least ${durationText(shortest)}, the shortest of guardrails.keepChoices`;
      issues.push({ code: 'custom', path: ['policies', index, 'keepAtMost'], input: ceiling, message });
    }
  },
  { when: () => true },
);
