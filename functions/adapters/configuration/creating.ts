import * as z from 'zod/mini';
import type { CreatingLimits } from '#domain/creating/limits.ts';
import { described, positiveNumber, wholeNumber } from './field.ts';

/** The settings `creating`: whether GPU Warden may make runtimes, which cost money, and how much at most. */
export const creating = z.strictObject({
  allowed: described(
    'Who may have runtimes made by the HTTP API. What is made bills until it is deleted.',
    z._default(
      z.enum(['nobody', 'operators', 'everybody'], { error: "'nobody', 'operators' or 'everybody'" }),
      'nobody',
    ),
  ),
  whenAvailable: described(
    'Whether a watch may have its runtime made as soon as it can be rented, without anybody being asked again.',
    z._default(z.boolean({ error: 'true or false' }), false),
  ),
  maxUsdPerHour: described(
    'Most that all runtimes which GPU Warden made for watches and requests, and which are still there, may cost in an hour, in USD; what somebody makes again after a deletion is theirs. Needed unless `allowed` is `nobody`.',
    z.exactOptional(positiveNumber(100_000)),
  ),
  maxPricePerGpuHour: described(
    'Most that one GPU of a runtime may cost in an hour, in USD. Missing: any price within `maxUsdPerHour`.',
    z.exactOptional(positiveNumber(1000)),
  ),
  maxGpus: described('Most GPUs of one runtime.', z._default(wholeNumber(1, 1024), 8)),
  maxRuntimes: described(
    'Most runtimes that GPU Warden made and that are still there.',
    z._default(wholeNumber(1, 100), 5),
  ),
});

/** Nothing is made without a limit on what it costs. */
export const spendingLimited = z.check<{ creating: z.output<typeof creating> }>(({ value, issues }) => {
  const { allowed, whenAvailable, maxUsdPerHour } = value.creating;
  if (allowed === 'nobody' && whenAvailable) {
    issues.push({
      code: 'custom',
      path: ['creating', 'whenAvailable'],
      input: whenAvailable,
      message: "only where `creating.allowed` is 'operators' or 'everybody'",
    });
  }
  if (allowed === 'nobody' || maxUsdPerHour !== undefined) return;
  issues.push({
    code: 'custom',
    path: ['creating', 'maxUsdPerHour'],
    input: maxUsdPerHour,
    message: 'a number of USD above 0: nothing is made without a spending limit',
  });
});

/** What may be made at most; undefined where nothing may. */
export const creatingLimitsOf = ({
  allowed,
  maxUsdPerHour,
  maxPricePerGpuHour,
  maxGpus,
  maxRuntimes,
}: z.output<typeof creating>): CreatingLimits | undefined => {
  if (allowed === 'nobody' || maxUsdPerHour === undefined) return undefined;
  const price = maxPricePerGpuHour === undefined ? {} : { maxPricePerGpuHour };
  return { maxUsdPerHour, maxGpus, maxRuntimes, ...price };
};
