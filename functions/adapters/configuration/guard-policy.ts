import * as z from 'zod/mini';
import { address, described, positiveNumber, text, wholeNumber } from './field.ts';
import { boundedDuration } from './guard-floors.ts';
import { hours } from './guard-hours.ts';
import { ladder } from './guard-ladder.ts';
import { policyMatch } from './guard-match.ts';
import { defaultPolicy } from './guard-order.ts';

const idle = z.strictObject({
  gpuBelowPercent: described(
    'The busiest GPU is used by less than so many per cent.',
    z._default(positiveNumber(50), 5),
  ),
  cpuBelowCores: described(
    'And the CPU by less than so many cores, where it is reported.',
    z._default(positiveNumber(1024), 1),
  ),
  cpuBelowPercent: described(
    'Or by less than so many per cent, where it is not known how many cores that is.',
    z._default(positiveNumber(100), 5),
  ),
});

/** A mail address that is told when an owner is not known, or cannot be reached. */
export const fallbackAddress = () =>
  address().check(
    z.refine((value) => !/[{}]/.test(value), {
      error: 'a mail address, such as me@example.com; {owner} is for owners alone',
    }),
  );

/** Most deletions that are begun in one tick, and in an hour. */
export const deletionsPerTick = () => wholeNumber(1, 50);
export const deletionsPerHour = () => wholeNumber(1, 200);

/** The owner's rules for some of the runtimes. */
export const policy = z.strictObject({
  name: described(
    'Its name in mails and in the ledger; each policy has its own. One that is called `default` replaces the built-in one.',
    text('the name of the policy, at most 60 characters').check(z.maxLength(60)),
  ),
  match: described(
    'The runtimes that it is for: those that fit everything given here. Missing: all.',
    z.prefault(policyMatch(), {}),
  ),
  mode: described(
    '`observe`: only says what it would do. `enforce`: warns and deletes. `off`: does neither and does not look. Missing: `guardrails.mode`.',
    z.exactOptional(z.enum(['observe', 'enforce', 'off'])),
  ),
  idle: described('What counts as idle: all of it, in every sample since the last reading.', z.prefault(idle, {})),
  ladder: described('Observed idle time after which something follows.', z.prefault(ladder, {})),
  hours: described(
    'When it may delete; warnings go out at any time and name a time within these hours. Missing: always.',
    z.exactOptional(hours),
  ),
  limits: described(
    'Limits for the runtimes of this policy, below those of `guardrails.limits`.',
    z.exactOptional(
      z.strictObject({
        deletionsPerTick: described('Most deletions in one tick.', z.exactOptional(deletionsPerTick())),
        deletionsPerHour: described('Most deletions in an hour.', z.exactOptional(deletionsPerHour())),
      }),
    ),
  ),
  keepAtMost: described(
    'Longest time that somebody may keep a runtime for with a link. Missing: `guardrails.keepAtMost`.',
    z.exactOptional(boundedDuration('keepAtMost')),
  ),
  assumeOnDemand: described(
    'Whether a plan that cannot be read counts as on demand. Missing: `guardrails.assumeOnDemand`.',
    z.exactOptional(z.boolean()),
  ),
  fallback: described(
    'Mail address that is told when the owner is not known or cannot be reached. Missing: `guardrails.fallback`.',
    z.exactOptional(fallbackAddress()),
  ),
});

/** The policy that is always last: it matches everything. */
export const builtInPolicy = () => z.parse(policy, { name: defaultPolicy });
