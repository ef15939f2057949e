import * as z from 'zod/mini';

/** Who makes what the mail service verifies: `existing` is there already, the others are made by the stack. */
export const identityChoice = () => z.enum(['existing', 'create-address', 'create-domain']);

const identified = z.object({ stages: z.array(z.string()), mail: z.object({ identity: z.string() }) });

/** SES has one identity of a name in an account and region: two stacks cannot both make it. */
export const identityMadeOnce = z.check<unknown>(
  ({ value, issues }) => {
    const given = z.safeParse(identified, value).data;
    if (given === undefined || given.stages.length < 2 || !given.mail.identity.startsWith('create-')) return;
    const message = '"existing", because only one of several stages could make it';
    issues.push({ code: 'custom', path: ['mail', 'identity'], input: given.mail.identity, message });
  },
  { when: () => true },
);
