import { Command, CommanderError } from 'commander';
import * as z from 'zod/mini';
import { check, faultReport } from '#adapters/configuration/faults.ts';
import { httpAddress } from '#adapters/configuration/field.ts';
import type { LookCommand } from '../plan/options.ts';
import { optionName } from '../start-options.ts';
import { doctorHelp } from './doctor-help.ts';

/** What a command line of `npm run doctor` asks for. */
export type DoctorOptions = {
  readonly stage: string;
  /** Missing: warden.config.ts. */
  readonly configPath?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly linksUrl?: string;
  readonly json: boolean;
};

type Typed = {
  readonly stage?: string;
  readonly config?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly linksUrl?: string;
  readonly json?: boolean;
};

// They stand in commands that are copied into a shell.
const word = (error: string) => z.string().check(z.regex(/^[\w./@:+-]+$/, { error }));

const values = z.object({
  stage: z.string().check(z.regex(/^[a-z][a-z0-9-]{0,19}$/, { error: 'the name of a stage, such as prod' })),
  region: z.optional(
    z.string().check(z.regex(/^[a-z]{2,}(-[a-z]+)+-\d+$/, { error: 'a region, such as eu-central-1' })),
  ),
  profile: z.optional(word('a profile, in letters, digits and . _ / @ : + -')),
  linksUrl: z.optional(httpAddress()),
});

const createCommand = (): Command =>
  new Command('npm run doctor --')
    .description('Looks at a deployed stage from outside, from end to end, and says what is broken and what to do.')
    .option('--stage <name>', 'the stage, as in the setting `stages`', 'prod')
    .option('--config <file>', 'settings that it was deployed with, instead of warden.config.ts')
    .option('--region <name>', 'AWS region of the stack')
    .option('--profile <name>', 'AWS profile with credentials for it')
    .option('--links-url <url>', 'where the links answer, instead of the address in the outputs of the stack')
    .option('--json', 'one JSON object instead of a page for people; its shape stands below')
    .allowExcessArguments(false)
    .addHelpText('after', doctorHelp);

const refused = (message: string) =>
  ({ kind: 'refused', message: `${message}\nnpm run doctor -- --help shows all options.` }) as const;

const checked = (typed: Typed): LookCommand<DoctorOptions> => {
  const read = check(values, typed);
  if (!read.ok) {
    const faults = read.faults.map((fault) => ({ ...fault, path: optionName(fault.path) }));
    return refused(faultReport('The command line has', faults));
  }
  const { stage, region, profile, linksUrl } = read.value;
  const { config, json = false } = typed;
  return {
    kind: 'look',
    options: {
      stage,
      json,
      ...(config === undefined ? {} : { configPath: config }),
      ...(region === undefined ? {} : { region }),
      ...(profile === undefined ? {} : { profile }),
      ...(linksUrl === undefined ? {} : { linksUrl }),
    },
  };
};

/** Reads the command line of `npm run doctor` (without `node` and the script). */
export const readDoctorCommand = (words: readonly string[]): LookCommand<DoctorOptions> => {
  const help: string[] = [];
  const command = createCommand()
    .exitOverride()
    .configureOutput({ writeOut: (text) => help.push(text), writeErr: () => {} });
  try {
    command.parse(words, { from: 'user' });
    return checked(command.opts<Typed>());
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return { kind: 'help', text: help.join('') };
    return refused(error.message);
  }
};
