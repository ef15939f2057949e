import { Command, CommanderError } from 'commander';
import { watchKeys } from './watch-option.ts';

/** The command line as it was typed; nothing in it is checked yet. */
export type TypedOptions = {
  readonly providerUrl?: string;
  readonly inventoryUrl?: string;
  readonly smtpUrl?: string;
  readonly availability?: string;
  readonly speed?: string;
  readonly watch?: readonly string[];
  readonly exitAfter?: string;
  readonly data?: string;
  readonly inboxPort?: string;
  readonly json?: boolean;
  readonly enforce?: boolean;
};

const examples = `
Examples:
  npm start
      the emulated provider, time-lapsed; the first mail comes within seconds
  npm start -- --watch "model=H100,region=as-south-1,to=me@example.com"
      the same with your own watch; give --watch again for more
  npm start -- --watch "vramMin=80,gpus=8,maxPrice=2.50,notify=every,to=me@example.com"
      any GPU with 80 GiB or more, eight on one machine, up to $2.50 per GPU-hour, every time it comes back
  npm start -- --availability availability.csv.gz --speed 1200
      what a recorded history would have told whom
  npm start --silent -- --exit-after 30s --json | tail -n 1
      thirty seconds for a machine to read; --silent keeps npm's own lines out of it; the last line is the summary
  NEEVCLOUD_TOKEN=pat-nc-… npm start -- --provider-url https://api.ai.neevcloud.com/gpu \\
      --inventory-url https://api.ai.neevcloud.com/inventory --smtp-url smtps://user:password@mail.example.com
      the real provider, in real time, with mails that reach people. Of idle runtimes it only tells: nothing is deleted,
      whatever warden.config.ts says. npm run plan looks once, without table and mails
  … npm start -- --provider-url … --inventory-url … --smtp-url … --enforce
      the same, and where warden.config.ts says mode: 'enforce', owners are warned and idle runtimes DELETED

Names in --watch: ${watchKeys.join(', ')}.
  to        mail address that is told (required)
  region    such as as-south-1; missing: any. With config it names one offer exactly
  config    such as gpu-h100-80g-20cpu-125g
  model     whole words of the GPU's name, such as H100 or "RTX 5090"
  vendor    such as NVIDIA
  vramMin   least GiB of one GPU; vramMax the most
  gpus      GPUs wanted on one machine (1)
  maxPrice  highest USD for one GPU for one hour
  notify    once (one mail, then done) or every (each time it comes back, at most one in 6 h)

Environment:
  NEEVCLOUD_TOKEN  personal access token (pat-nc-…) for --provider-url
`;

const createCommand = (): Command =>
  new Command('npm start --')
    .description('Runs GPU Warden on this machine with everything embedded: table, queue, inbox page and provider.')
    .option('--provider-url <url>', 'the real provider, instead of the emulator: base of its runtimes service')
    .option(
      '--inventory-url <url>',
      'base of its inventory service; each of the two stands for the other if that is missing',
    )
    .option('--smtp-url <url>', 'send mails through this server: smtp://user:password@host:587 or smtps://…')
    .option('--availability <file>', 'replay a recorded history (CSV or CSV.gz, or a folder of them) on the emulator')
    .option('--speed <factor>', 'seconds that pass in one real second, 1 to 3600 (60; a replay: 600)')
    .option('--watch <watch>', 'what to wait for, key=value,…; repeatable', (watch, before: string[] = []) => [
      ...before,
      watch,
    ])
    .option('--exit-after <time>', 'end by itself after this real time: 500ms, 30s, 5m, 1h')
    .option('--json', 'one JSON object per line on standard output and nothing else there; the last is the summary')
    .option(
      '--enforce',
      "really delete idle runtimes at the real provider, where warden.config.ts says mode: 'enforce'; needs --smtp-url",
    )
    .option('--data <folder>', 'keep the table in this folder (in memory; with the real provider: .warden)')
    .option('--inbox-port <port>', 'port of the inbox page (8005; another if that is taken)')
    .allowExcessArguments(false)
    .addHelpText('after', examples);

/** What the words of a command line say: options, a request for help, or a mistake that the parser found. */
export type TypedCommand =
  | { readonly kind: 'options'; readonly options: TypedOptions }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'mistake'; readonly message: string };

/** Reads a command line (without `node` and the script). Prints nothing and never ends the process. */
export const readCommand = (words: readonly string[]): TypedCommand => {
  const help: string[] = [];
  const command = createCommand()
    .exitOverride()
    .configureOutput({ writeOut: (text) => help.push(text), writeErr: () => {} });
  try {
    command.parse(words, { from: 'user' });
    return { kind: 'options', options: command.opts<TypedOptions>() };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return { kind: 'help', text: help.join('') };
    return { kind: 'mistake', message: error.message };
  }
};
