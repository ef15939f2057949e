import { Command } from 'commander';
import * as z from 'zod/mini';
import { parseWords, refusal } from '#local/command-line.ts';

/** What a command line of `npm run unsuppress` asks for. */
export type UnsuppressOptions = {
  readonly stage: string;
  readonly address: string;
  readonly region?: string;
  readonly profile?: string;
};

export type UnsuppressCommand =
  | { readonly kind: 'unsuppress'; readonly options: UnsuppressOptions }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'refused'; readonly message: string };

const help = `
A mail that bounces for good, and a reader who calls one spam, end all mails to that address: SES keeps it on the suppression
list of the account, and GPU Warden remembers it. Its warnings go to whoever is next, its watches tell nobody, and the
operator is told once. When the mailbox is mended, this ends both.

What was held back goes out within minutes. A watch whose only mail bounced for good waits again; one whose mail was called
spam stays done: change its entry in warden.config.ts. What was given up because nobody could be reached is tried again
within six hours. The suppression list is the account's: other senders in this region write to the address again, too.

If the address still takes no mail, its next mail bounces, and it is suppressed again. Do not use this for somebody who
complained and does not want mails: take their address out of warden.config.ts.

Examples:
  npm run unsuppress -- --stage prod --address ada@example.com
  npm run unsuppress -- --stage test --address ada@example.com --profile ops --region eu-central-1

AWS permissions that it needs:
  cloudformation:DescribeStacks on the stack
  dynamodb:GetItem, dynamodb:PutItem on its table
  ses:DeleteSuppressedDestination (on *)

Exit code: 0 when nothing holds mails to the address back any more, 1 otherwise; it is safe to run it again.
`;

const createCommand = (): Command =>
  new Command('npm run unsuppress --')
    .description('Writes to a mail address again that bounced or complained.')
    .option('--stage <name>', 'the stage, as in the setting `stages`', 'prod')
    .option('--address <address>', 'the mail address (required)')
    .option('--region <name>', 'AWS region of the stack')
    .option('--profile <name>', 'AWS profile with credentials for it')
    .allowExcessArguments(false)
    .addHelpText('after', help);

const stageWords = '--stage: the name of a stage, such as prod';
const addressWords = '--address: one mail address, such as ada@example.com';

const typedSchema = z.object({
  stage: z.string().check(z.regex(/^[a-z][a-z0-9-]{0,19}$/, { error: stageWords })),
  address: z
    .string({ error: addressWords })
    .check(z.regex(/^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/, { error: addressWords })),
  region: z.exactOptional(z.string()),
  profile: z.exactOptional(z.string()),
});

const refused = (message: string) => refusal('unsuppress', message);

/** Reads the command line of `npm run unsuppress` (without `node` and the script). */
export const readUnsuppressCommand = (words: readonly string[]): UnsuppressCommand => {
  const command = createCommand();
  const noOrder = parseWords(command, words, 'unsuppress');
  if (noOrder !== undefined) return noOrder;
  const typed = typedSchema.safeParse(command.opts());
  if (typed.success) return { kind: 'unsuppress', options: typed.data };
  return refused(typed.error.issues.map(({ message }) => message).join('\n'));
};
