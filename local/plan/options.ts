import { Command, CommanderError } from 'commander';
import * as z from 'zod/mini';
import type { Variables } from '#adapters/configuration/environment.ts';
import { check, faultReport } from '#adapters/configuration/faults.ts';
import { httpAddress } from '#adapters/configuration/field.ts';
import { optionName, tokenFaults, tokenVariable } from '../start-options.ts';
import { explainHelp, planHelp } from './help.ts';

/** Whom to ask. Addresses that are missing are those of the settings; none ends in a slash. */
export type Provider =
  | { readonly kind: 'emulated' }
  | { readonly kind: 'real'; readonly token: string; readonly runtimesUrl?: string; readonly inventoryUrl?: string };

/** What a command line of `npm run plan` asks for. */
export type PlanOptions = {
  readonly provider: Provider;
  /** Missing: warden.config.ts. */
  readonly configPath?: string;
  readonly json: boolean;
};

/** What one of `npm run explain` asks for: a runtime by its id or name. `raw`: with the metrics answer as it came. */
export type ExplainOptions = PlanOptions & { readonly runtime: string; readonly raw: boolean };

/** What to do: look, show the help text, or say all that is wrong with the command line. */
export type LookCommand<Options> =
  | { readonly kind: 'look'; readonly options: Options }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'refused'; readonly message: string };

type Typed = {
  readonly providerUrl?: string;
  readonly inventoryUrl?: string;
  readonly config?: string;
  readonly emulator?: boolean;
  readonly json?: boolean;
  readonly raw?: boolean;
};

const addresses = z.object({ providerUrl: z.optional(httpAddress()), inventoryUrl: z.optional(httpAddress()) });

const createCommand = (name: string, description: string, help: string): Command =>
  new Command(`npm run ${name} --`)
    .description(description)
    .option('--emulator', 'ask an emulator of the provider with made-up runtimes; needs no account')
    .option('--provider-url <url>', "base of the provider's runtimes service, instead of the one in the settings")
    .option('--inventory-url <url>', 'base of its inventory service; each of the two stands for the other')
    .option('--config <file>', 'settings to use instead of warden.config.ts')
    .option('--json', 'one JSON object instead of a page for people; its shape stands below')
    .allowExcessArguments(false)
    .addHelpText('after', help);

type Read =
  | { readonly kind: 'typed'; readonly typed: Typed; readonly words: readonly string[] }
  | Exclude<LookCommand<never>, { kind: 'look' }>;

const refused = (name: string, message: string) =>
  ({ kind: 'refused', message: `${message}\nnpm run ${name} -- --help shows all options.` }) as const;

const read = (name: string, command: Command, words: readonly string[]): Read => {
  const help: string[] = [];
  command.exitOverride().configureOutput({ writeOut: (text) => help.push(text), writeErr: () => {} });
  try {
    command.parse(words, { from: 'user' });
    return { kind: 'typed', typed: command.opts<Typed>(), words: command.args };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return { kind: 'help', text: help.join('') };
    return refused(name, error.message);
  }
};

const optionsOf = (name: string, typed: Typed, environment: Variables): LookCommand<PlanOptions> => {
  const { providerUrl, inventoryUrl, emulator = false, config, json = false } = typed;
  const given = { providerUrl, inventoryUrl };
  const checked = check(addresses, given);
  const token = environment[tokenVariable];
  const needless = Object.entries(given).flatMap(([name, url]) =>
    emulator && url !== undefined
      ? [{ path: optionName(name), given: 'an address', allowed: 'nothing with --emulator' }]
      : [],
  );
  const missing = emulator ? [] : tokenFaults(token, 'reading (npm run plan -- --emulator needs none)');
  const wrong = checked.ok ? [] : checked.faults.map((fault) => ({ ...fault, path: optionName(fault.path) }));
  const faults = [...wrong, ...needless, ...missing];
  if (!checked.ok || faults.length > 0) return refused(name, faultReport('The command line has', faults));
  const { providerUrl: runtimes, inventoryUrl: inventory } = checked.value;
  const runtimesUrl = runtimes ?? inventory;
  const inventoryAt = inventory ?? runtimes;
  const provider: Provider = emulator
    ? { kind: 'emulated' }
    : {
        kind: 'real',
        token: token ?? '',
        ...(runtimesUrl === undefined ? {} : { runtimesUrl }),
        ...(inventoryAt === undefined ? {} : { inventoryUrl: inventoryAt }),
      };
  return { kind: 'look', options: { provider, json, ...(config === undefined ? {} : { configPath: config }) } };
};

/** Reads the command line of `npm run plan` (without `node` and the script) and the variables that belong to it. */
export const readPlanCommand = (words: readonly string[], environment: Variables): LookCommand<PlanOptions> => {
  const what = 'Looks once at every runtime and says what GPU Warden would do about it. It only reads.';
  const typed = read('plan', createCommand('plan', what, planHelp), words);
  return typed.kind === 'typed' ? optionsOf('plan', typed.typed, environment) : typed;
};

/** Reads the command line of `npm run explain`, likewise. */
export const readExplainCommand = (words: readonly string[], environment: Variables): LookCommand<ExplainOptions> => {
  const what = 'Says why one runtime is or is not going to be deleted, rule by rule. It only reads.';
  const command = createCommand('explain', what, explainHelp)
    .argument('<runtime>', 'its id, its name, or a part of its name')
    .option('--raw', 'show the metrics answer as it came, beside what was read from it');
  const typed = read('explain', command, words);
  if (typed.kind !== 'typed') return typed;
  const plan = optionsOf('explain', typed.typed, environment);
  if (plan.kind !== 'look') return plan;
  const [runtime = ''] = typed.words;
  return { kind: 'look', options: { ...plan.options, runtime, raw: typed.typed.raw ?? false } };
};
