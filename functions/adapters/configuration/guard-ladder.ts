import * as z from 'zod/mini';
import { durationOf, durationText } from '#domain/duration.ts';
import { described } from './field.ts';
import { boundedDuration } from './guard-floors.ts';

const ladderDefaults = {
  firstWarningAfter: '60m',
  lastWarningAfter: '105m',
  deleteAfter: '120m',
  lead: '15m',
  freshLead: '60m',
} as const;
type Rung = keyof typeof ladderDefaults;

/** The rungs that can be read, in milliseconds. */
const rungsOf = (value: unknown): Partial<Record<Rung, number>> => {
  const texts = z.safeParse(z.record(z.string(), z.unknown()), value).data ?? {};
  return Object.fromEntries(
    Object.keys(ladderDefaults).flatMap((name) => {
      const text = z.safeParse(z.string(), texts[name]).data;
      const milliseconds = text === undefined ? undefined : durationOf(text.trim());
      return milliseconds === undefined ? [] : [[name, milliseconds]];
    }),
  );
};

/** Nobody may write the rung that is at fault; then the default is. */
const orDefault = (name: Rung, milliseconds: number) =>
  milliseconds === durationOf(ladderDefaults[name]) ? `; ${ladderDefaults[name]} is the default` : '';

const firstFault = ({ firstWarningAfter: first, lastWarningAfter: last }: ReturnType<typeof rungsOf>) =>
  first === undefined || last === undefined || first <= last
    ? undefined
    : `at most lastWarningAfter (${durationText(last)})${orDefault('firstWarningAfter', first)}`;

const deleteFault = ({ lastWarningAfter: last, deleteAfter, lead }: ReturnType<typeof rungsOf>) => {
  if (last === undefined || deleteAfter === undefined) return undefined;
  const isDefault = orDefault('deleteAfter', deleteAfter);
  if (deleteAfter <= last) {
    return `more than lastWarningAfter (${durationText(last)}), or it would be deleted without a warning${isDefault}`;
  }
  if (lead === undefined || deleteAfter - last >= lead) return undefined;
  const least = durationText(last + lead);
  return `at least ${least}: lead (${durationText(lead)}) after lastWarningAfter (${durationText(last)})${isDefault}`;
};

const ladderInOrder = z.check<unknown>(
  ({ value, issues }) => {
    const rungs = rungsOf(value);
    const faults = { firstWarningAfter: firstFault(rungs), deleteAfter: deleteFault(rungs) };
    for (const [name, message] of Object.entries(faults)) {
      if (message !== undefined) issues.push({ code: 'custom', path: [name], input: value, message });
    }
  },
  { when: () => true },
);

/** Observed idle time after which something follows. One that could delete without a warning, or too soon after, is refused. */
export const ladder = z
  .strictObject({
    firstWarningAfter: described(
      'Idle time after which its owner is warned for the first time.',
      z._default(boundedDuration('firstWarningAfter'), ladderDefaults.firstWarningAfter),
    ),
    lastWarningAfter: described(
      'Idle time after which its owner is warned for the last time; that mail names the time of the deletion.',
      z._default(boundedDuration('lastWarningAfter'), ladderDefaults.lastWarningAfter),
    ),
    deleteAfter: described(
      'Idle time after which it is deleted, if the last warning has arrived.',
      z._default(boundedDuration('deleteAfter'), ladderDefaults.deleteAfter),
    ),
    lead: described(
      'Time from an accepted last warning to the deletion, at least.',
      z._default(boundedDuration('lead'), ladderDefaults.lead),
    ),
    freshLead: described(
      'The same after something took the warnings before it back; `lead` counts if that is longer.',
      z._default(boundedDuration('freshLead'), ladderDefaults.freshLead),
    ),
  })
  .check(ladderInOrder);
