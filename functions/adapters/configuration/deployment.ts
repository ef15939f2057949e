import * as z from 'zod/mini';
import { address, described, wholeNumber } from './field.ts';

/** How the stacks are deployed. */
export const deployment = z.strictObject({
  keepData: described(
    'Whether the table, with all that Warden remembers, is protected and survives `cdk destroy`.',
    z._default(z.boolean(), true),
  ),
  logRetentionDays: described(
    'Days after which log lines are forgotten.',
    z._default(z.literal([7, 14, 30, 60, 90, 180, 365]), 30),
  ),
  alarmsTo: described(
    'Mail address that alarms go to, once it has confirmed that. Missing: `mail.operator`.',
    z.exactOptional(address()),
  ),
});

const shortestLease = 40;
const longestLease = 58;

/** How the scheduled runs keep out of each other's way. */
export const runs = z.strictObject({
  leaseSeconds: described(
    'Seconds for which a run of a minute keeps others out, at most; it stops working 8 seconds before.',
    z._default(wholeNumber(shortestLease, longestLease), longestLease),
  ),
});

const timed = z.object({
  runs: z.object({ leaseSeconds: z.number() }),
  availability: z.object({ pollSeconds: z.literal([15, 20, 30]) }),
});
/** What a lease holds beside the time from the first look of a minute to the last: that look itself, and 8 seconds after it. */
const besideLooks = 10;

/** All looks of a minute fit into one run. */
export const looksFit = z.check<unknown>(
  ({ value, issues }) => {
    const given = z.safeParse(timed, value).data;
    if (given === undefined) return;
    const { pollSeconds } = given.availability;
    const least = 60 - pollSeconds + besideLooks;
    if (given.runs.leaseSeconds >= least) return;
    const message = `at least ${least}, so that a look every ${pollSeconds} seconds (availability.pollSeconds) fits into one run`;
    issues.push({ code: 'custom', path: ['runs', 'leaseSeconds'], input: given.runs.leaseSeconds, message });
  },
  { when: () => true },
);

/** The name of the CloudFormation stack of a stage. */
export const stackNameOf = (stage: string): string => `gpu-warden-${stage}`;
