import { Command } from 'commander';
import * as z from 'zod/mini';
import { parseWords, refusal } from '#local/command-line.ts';
import type { LookCommand } from '../plan/options.ts';

/** What a command line of `npm run rotate-link-keys` asks for. */
export type RotateOptions = {
  readonly stage: string;
  /** How many keys there are afterwards, the new one among them. */
  readonly keep: number;
  /** Whether keys that are missing or of no use are made anew. */
  readonly create: boolean;
  readonly region?: string;
  readonly profile?: string;
};

const mostKept = 20;

const help = `
Every link in a mail (Keep, unsubscribe, make again) is signed. The newest key signs; the older ones are kept so that links in
mails that were sent before go on working. This makes a new key, and drops the oldest. Nothing needs to be deployed: functions
look for new keys every five minutes.

Links end by themselves after 90 days at the latest, so that a rotation every month with --keep 4 breaks none. After a leak,
--keep 1 drops every other key at once: links sent so far, and those of mails of the next five minutes, stop working.

Only the versions of keys are ever shown.

Examples:
  npm run rotate-link-keys -- --stage prod
  npm run rotate-link-keys -- --stage prod --keep 1 --profile ops --region eu-central-1

AWS permissions that it needs:
  ssm:GetParameter, ssm:PutParameter on the parameter /gpu-warden-STAGE/link-keys

Exit code: 0 when the new key is in its place, 1 otherwise.
`;

const createCommand = (): Command =>
  new Command('npm run rotate-link-keys --')
    .description('Makes a new key that signs the links in mails.')
    .option('--stage <name>', 'the stage, as in the setting `stages`', 'prod')
    .option('--keep <number>', `keys that there are afterwards, the new one among them, 1 to ${mostKept}`, '3')
    .option('--create', 'make keys anew where they are missing or of no use; links sent so far stop working')
    .option('--region <name>', 'AWS region of the stack')
    .option('--profile <name>', 'AWS profile with credentials for it')
    .allowExcessArguments(false)
    .addHelpText('after', help);

const keepWords = `--keep: a whole number from 1 to ${mostKept}`;
const typedSchema = z.object({
  stage: z.string().check(z.regex(/^[a-z][a-z0-9-]{0,19}$/, { error: '--stage: the name of a stage, such as prod' })),
  keep: z.pipe(z.string().check(z.regex(/^(?:[1-9]|1\d|20)$/, { error: keepWords })), z.transform(Number)),
  create: z._default(z.boolean(), false),
  region: z.exactOptional(z.string()),
  profile: z.exactOptional(z.string()),
});

const refused = (message: string) => refusal('rotate-link-keys', message);

/** Reads the command line of `npm run rotate-link-keys` (without `node` and the script). */
export const readRotateCommand = (words: readonly string[]): LookCommand<RotateOptions> => {
  const command = createCommand();
  const noOrder = parseWords(command, words, 'rotate-link-keys');
  if (noOrder !== undefined) return noOrder;
  const typed = typedSchema.safeParse(command.opts());
  if (typed.success) return { kind: 'look', options: typed.data };
  return refused(typed.error.issues.map(({ message }) => message).join('\n'));
};
