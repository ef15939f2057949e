import * as z from 'zod/mini';
import { checkedDuration, durationOf } from '#domain/duration.ts';
import { second } from '#domain/time.ts';
import { duration, durationAllowed } from './duration.ts';
import { valueAt } from './faults.ts';

/** The least that is safe, and the most, of everything that decides how soon a runtime is deleted. */
const bounds = {
  firstWarningAfter: ['5m', '30d'],
  lastWarningAfter: ['5m', '30d'],
  deleteAfter: ['20m', '30d'],
  lead: ['15m', '7d'],
  freshLead: ['60m', '7d'],
  minimumAge: ['30m', '7d'],
  keepAtMost: ['4h', '30d'],
  keepChoices: ['1h', '30d'],
} as const satisfies Record<string, readonly [least: string, most: string]>;
type Bounded = keyof typeof bounds;

/** The duration that stands under this name; `safeUnlessAllowed` looks at its least. */
export const boundedDuration = (name: Bounded) => duration(bounds[name][0], bounds[name][1]);

const isAllowed = z.object({ unsafeShortLadder: z.literal(true) });

/** Whether a duration that can be read is shorter than is safe, and these guardrails do not allow that. */
export const isTooShort = (guardrails: unknown, name: Bounded, given: unknown): boolean => {
  const milliseconds = typeof given === 'string' ? (durationOf(given.trim()) ?? 0) : 0;
  const isUnsafe = milliseconds >= second && milliseconds < checkedDuration(bounds[name][0]);
  return isUnsafe && !z.safeParse(isAllowed, guardrails).success;
};

const countAt = (value: unknown, path: readonly PropertyKey[]): number => {
  const list = valueAt(value, path);
  return Array.isArray(list) ? list.length : 0;
};

type Place = readonly [name: Bounded, path: readonly PropertyKey[]];

const rungs = ['firstWarningAfter', 'lastWarningAfter', 'deleteAfter', 'lead', 'freshLead'] as const;

const placesOfPolicy = (index: number): Place[] => [
  ['keepAtMost', ['policies', index, 'keepAtMost']],
  ...rungs.map((rung): Place => [rung, ['policies', index, 'ladder', rung]]),
];

const placesIn = (guardrails: unknown): Place[] => [
  ['minimumAge', ['minimumAge']],
  ['keepAtMost', ['keepAtMost']],
  ...Array.from(
    { length: countAt(guardrails, ['keepChoices']) },
    (_, index): Place => ['keepChoices', ['keepChoices', index]],
  ),
  ...Array.from({ length: countAt(guardrails, ['policies']) }, (_, index) => placesOfPolicy(index)).flat(),
];

/** Nothing among the guardrails is shorter than is safe, unless the user asks for that in so many words. */
export const safeUnlessAllowed = z.check<unknown>(
  ({ value, issues }) => {
    for (const [name, path] of placesIn(value)) {
      const given = valueAt(value, path);
      if (!isTooShort(value, name, given)) continue;
      const message = durationAllowed(bounds[name][0], bounds[name][1]);
      issues.push({ code: 'custom', path: [...path], input: given, message });
    }
  },
  { when: () => true },
);
