import * as z from 'zod/mini';
import { dateOrTime, described, isAddress, text, wholeNumber } from './field.ts';
import { boundedDuration, safeUnlessAllowed } from './guard-floors.ts';
import { keepChoices, keepOffersSomething } from './guard-keep.ts';
import { addressFields, ownerFields } from './guard-match.ts';
import { ownersReached, policiesNamed, policiesReached } from './guard-order.ts';
import { deletionsPerHour, deletionsPerTick, fallbackAddress, policy } from './guard-policy.ts';
import { timeOfDay } from './time-of-day.ts';

const ownerAddress = () => {
  const error = 'a mail address, such as me@example.com or {owner}@example.com';
  const isOwnerAddress = (value: string) => {
    const [local = '', domain = ''] = value.split('@');
    return isAddress(value) && !/[{}]/.test(local.replace('{owner}', '') + domain);
  };
  return z.string({ error }).check(z.trim(), z.refine(isOwnerAddress, { error }));
};

const usesOwner = z.object({ name: z.exactOptional(z.string()), to: z.string() });

const ownerIsInName = z.check<unknown>(
  ({ value, issues }) => {
    const owner = z.safeParse(usesOwner, value).data;
    if (owner === undefined || !owner.to.includes('{owner}') || owner.name?.includes('{owner}')) return;
    const message = 'a name pattern with {owner}, such as {owner}-*, because `to` asks for it';
    issues.push({ code: 'custom', path: ['name'], input: owner.name, message });
  },
  { when: () => true },
);

const owner = z
  .strictObject({
    ...ownerFields(),
    to: described(
      'Mail address of the owner; `{owner}` in it stands for what stands there in the name.',
      ownerAddress(),
    ),
  })
  .check(ownerIsInName);

const addressed = ['project', 'id', 'name'];

const aboutSomething = z.check<unknown>(
  ({ value, issues }) => {
    const fields = z.safeParse(z.record(z.string(), z.unknown()), value).data;
    if (fields === undefined || addressed.some((name) => fields[name] !== undefined)) return;
    issues.push({ code: 'custom', path: [], input: value, message: 'at least one of project, id and name' });
  },
  { when: () => true },
);

const exemption = z
  .strictObject({
    ...addressFields(),
    until: described(
      'When the exemption ends: a date (to the end of that day in `mail.timeZone`), a date and time with its offset, or `forever`.',
      z.union([dateOrTime(), z.literal('forever')], {
        error:
          'a date, such as 2026-12-31, a date and time with offset, such as 2026-12-31T18:00:00+05:30, or "forever"',
      }),
    ),
    because: described(
      'Why; it stands in the daily mail.',
      z.exactOptional(text('why it is exempt, in at most 200 characters').check(z.maxLength(200))),
    ),
  })
  .check(aboutSomething);

const limits = z.strictObject({
  deletionsPerTick: described('Most deletions that are begun in one tick.', z._default(deletionsPerTick(), 5)),
  deletionsPerHour: described('Most deletions that are begun in an hour.', z._default(deletionsPerHour(), 20)),
});

const limitNames = ['deletionsPerTick', 'deletionsPerHour'] as const;
const given = z.exactOptional(z.number());
const withLimits = z.object({
  limits: z.object({ deletionsPerTick: z.number(), deletionsPerHour: z.number() }),
  policies: z.array(z.unknown()),
});
const limited = z.object({ limits: z.object({ deletionsPerTick: given, deletionsPerHour: given }) });

/** A policy's own limits lie within those of the fleet: more it cannot have. */
const limitsWithin = z.check<unknown>(
  ({ value, issues }) => {
    const fleet = z.safeParse(withLimits, value).data;
    for (const [index, item] of fleet?.policies.entries() ?? []) {
      const own = z.safeParse(limited, item).data?.limits;
      for (const name of limitNames) {
        const most = fleet?.limits[name] ?? Number.POSITIVE_INFINITY;
        if ((own?.[name] ?? 0) <= most) continue;
        const message = `at most guardrails.limits.${name} (${most})`;
        issues.push({ code: 'custom', path: ['policies', index, 'limits', name], input: own?.[name], message });
      }
    }
  },
  { when: () => true },
);

/** Job 2: what is idle, who is warned and what is deleted. */
export const guardrails = z
  .strictObject({
    mode: described(
      '`observe`: only tells what would be done. `enforce`: warns owners and deletes.',
      z._default(z.enum(['observe', 'enforce']), 'observe'),
    ),
    observeTo: described(
      'Who is told in observe mode: only the `operator`, or also the `owner`.',
      z._default(z.enum(['operator', 'owner']), 'operator'),
    ),
    limits: described('Limits for all runtimes together.', z.prefault(limits, {})),
    sampleOffsetSeconds: described(
      'Each tick begins its readings up to so many seconds late, by chance, so that no periodic job hides between them.',
      z._default(wholeNumber(0, 45), 30),
    ),
    dailyMailAt: described(
      'When the operator gets the daily mail, in `mail.timeZone`.',
      z._default(timeOfDay(), '08:00'),
    ),
    assumeOnDemand: described(
      'Whether a plan that cannot be read counts as on demand. Otherwise it counts as reserved, and the runtime is only reported.',
      z._default(z.boolean(), false),
    ),
    minimumAge: described('A runtime that is younger is never idle.', z._default(boundedDuration('minimumAge'), '30m')),
    keepChoices: described(
      'For how long a link offers to keep a runtime, as far as `keepAtMost` allows it.',
      z._default(keepChoices(), ['4h', '1d', '7d']),
    ),
    keepAtMost: described(
      'Longest time that somebody may keep a runtime for with a link.',
      z._default(boundedDuration('keepAtMost'), '7d'),
    ),
    unsafeShortLadder: described(
      'For tests only: allows durations from 1 second on, so that a runtime may be deleted seconds after its warning. Every mail and page says so.',
      z._default(z.boolean(), false),
    ),
    fallback: described(
      'Mail address that is told when the owner is not known or cannot be reached. Missing: `mail.operator`.',
      z.exactOptional(fallbackAddress()),
    ),
    owners: described(
      'Whose runtimes are whose; the first that fits is told.',
      z._default(
        z
          .array(described('Whose runtimes these are.', owner), { error: 'a list of at most 500 owners' })
          .check(ownersReached, z.maxLength(500)),
        [],
      ),
    ),
    exemptions: described(
      'Runtimes that are neither warned about nor deleted; each listed in the daily mail.',
      z._default(
        z
          .array(described('What is exempt, and until when.', exemption), { error: 'a list of at most 500 exemptions' })
          .check(z.maxLength(500)),
        [],
      ),
    ),
    policies: described(
      'Rules for some of the runtimes; the first that matches counts. A built-in one called `default`, for everything, comes last.',
      z._default(
        z
          .array(described('Rules for some of the runtimes.', policy), { error: 'a list of at most 50 policies' })
          .check(policiesNamed, policiesReached, z.maxLength(50)),
        [],
      ),
    ),
  })
  .check(limitsWithin, safeUnlessAllowed, keepOffersSomething);
