import * as z from 'zod/mini';
import type { Variables } from '#adapters/configuration/environment.ts';
import { check, type Fault, faultReport } from '#adapters/configuration/faults.ts';
import { httpAddress, wholeNumber } from '#adapters/configuration/field.ts';
import { shown } from '#adapters/configuration/secret.ts';
import { hour, minute, second } from '#domain/time.ts';
import { readCommand, type TypedOptions } from './start-command.ts';
import { readWatchOption, type WatchSetting } from './watch-option.ts';

type Everywhere = {
  readonly watches: readonly WatchSetting[];
  /** Mails go through this server; missing: to the inbox page, where nobody else sees them. May hold a password. */
  readonly smtpUrl?: string;
  readonly exitAfterMs?: number;
  readonly json: boolean;
  readonly inboxPort?: number;
};

/** The emulated provider; `speed` simulated seconds pass in one real second. */
export type EmulatedOptions = Everywhere & {
  readonly mode: 'emulated';
  readonly speed: number;
  readonly history: { readonly kind: 'scenario' } | { readonly kind: 'replay'; readonly path: string };
  /** Missing: the table is in memory. */
  readonly dataDirectory?: string;
};

/**
 * The real provider: real time, state on disk. Addresses are without a trailing slash. `enforce`: idle runtimes may be
 * deleted where the settings say so; otherwise everything only observes.
 */
export type ProviderOptions = Everywhere & {
  readonly mode: 'provider';
  readonly runtimesUrl: string;
  readonly inventoryUrl: string;
  readonly token: string;
  readonly dataDirectory: string;
  readonly enforce: boolean;
};

export type StartOptions = EmulatedOptions | ProviderOptions;

/** What a command line asks for: a start, the help text, or, where something is wrong with it, all that is wrong. */
export type StartCommand =
  | { readonly kind: 'start'; readonly options: StartOptions }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'refused'; readonly message: string };

const scenarioSpeed = 60;
const replaySpeed = 600;
const providerDataDirectory = '.warden';

/** The variable that holds the personal access token of the real provider. */
export const tokenVariable = 'NEEVCLOUD_TOKEN';

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: second, m: minute, h: hour };

const toMs = (text: string): number => {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  return Math.round(Number(amount) * (unitMs[unit] ?? Number.NaN));
};

const isSmtpAddress = (text: string): boolean => {
  const url = URL.parse(text);
  return url !== null && /^smtps?:$/.test(url.protocol) && url.hostname !== '';
};

const duration = z.pipe(
  z.string().check(z.refine((text) => toMs(text) > 0, { error: 'a time above 0 such as 500ms, 30s, 5m or 1h' })),
  z.transform(toMs),
);

const speed = z.pipe(
  z.string().check(
    z.refine((text) => /^\d+(\.\d+)?$/.test(text) && Number(text) >= 1 && Number(text) <= 3600, {
      error: 'a number from 1 to 3600',
    }),
  ),
  z.transform(Number),
);

const port = z.pipe(
  z.pipe(
    z.string(),
    z.transform((text) => (/^\d+$/.test(text) ? Number(text) : text)),
  ),
  wholeNumber(1, 65_535),
);

const values = z.object({
  providerUrl: z.optional(httpAddress()),
  inventoryUrl: z.optional(httpAddress()),
  smtpUrl: z.optional(
    z
      .string()
      .check(z.refine(isSmtpAddress, { error: 'smtp://host:587 or smtps://host, with user:password@ if needed' })),
  ),
  availability: z.optional(z.string().check(z.minLength(1))),
  speed: z.optional(speed),
  exitAfter: z.optional(duration),
  inboxPort: z.optional(port),
  data: z.optional(z.string().check(z.minLength(1))),
});

type Values = z.output<typeof values>;

/** An option as it is typed: `providerUrl` is `--provider-url`. */
export const optionName = (name: string): string =>
  `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** What is wrong with the token of the real provider, as far as can be seen without asking. @param what it is for */
export const tokenFaults = (token: string | undefined, what: string): Fault[] => {
  const allowed = `a personal access token (pat-nc-…) in the environment, for ${what}`;
  if (token === undefined || token.trim() === '') return [{ path: tokenVariable, given: 'nothing', allowed }];
  // The provider refuses these, but only after the start, with a bare 401.
  return token.startsWith('sk-') ? [{ path: tokenVariable, given: 'an inference key (sk-…)', allowed }] : [];
};

/** Whoever is warned must be able to read the warning before anything is deleted. */
const enforceFaults = ({ enforce, smtpUrl }: TypedOptions): Fault[] =>
  enforce && smtpUrl === undefined
    ? [{ path: '--enforce', given: 'no --smtp-url', allowed: 'with --smtp-url only: owners are warned by mail first' }]
    : [];

const storyFaults = ({ enforce }: TypedOptions): Fault[] =>
  enforce
    ? [{ path: '--enforce', given: 'no --provider-url', allowed: 'the real provider only; the story enforces anyway' }]
    : [];

/** What cannot stand together, and what is missing beside what was given. */
const faultsBetween = (typed: TypedOptions, token: string | undefined): Fault[] => {
  if (typed.providerUrl !== undefined || typed.inventoryUrl !== undefined) {
    const onlyEmulated = (path: string, given: string | undefined, because: string): Fault[] =>
      given === undefined ? [] : [{ path, given: shown(given), allowed: `nothing with the real provider: ${because}` }];
    return [
      ...tokenFaults(token, '--provider-url and --inventory-url'),
      ...enforceFaults(typed),
      ...onlyEmulated('--speed', typed.speed, 'its time is real time'),
      ...onlyEmulated('--availability', typed.availability, 'only the emulator can replay a history'),
    ];
  }
  if (typed.smtpUrl === undefined || typed.watch !== undefined) return storyFaults(typed);
  // The scenario's own watches name made-up people; a real server would bother whoever has these addresses.
  const allowed = 'at least one --watch with an address of yours';
  return [...storyFaults(typed), { path: '--smtp-url', given: 'no --watch', allowed }];
};

const toOptions = (
  typed: TypedOptions,
  { providerUrl, inventoryUrl, ...given }: Values,
  watches: readonly WatchSetting[],
  token: string,
): StartOptions => {
  const everywhere: Everywhere = {
    watches,
    json: typed.json ?? false,
    ...(given.smtpUrl === undefined ? {} : { smtpUrl: given.smtpUrl }),
    ...(given.exitAfter === undefined ? {} : { exitAfterMs: given.exitAfter }),
    ...(given.inboxPort === undefined ? {} : { inboxPort: given.inboxPort }),
  };
  const runtimesUrl = providerUrl ?? inventoryUrl;
  if (runtimesUrl !== undefined) {
    return {
      ...everywhere,
      mode: 'provider',
      runtimesUrl,
      inventoryUrl: inventoryUrl ?? runtimesUrl,
      token,
      dataDirectory: given.data ?? providerDataDirectory,
      enforce: typed.enforce ?? false,
    };
  }
  const replay = given.availability;
  return {
    ...everywhere,
    mode: 'emulated',
    speed: given.speed ?? (replay === undefined ? scenarioSpeed : replaySpeed),
    history: replay === undefined ? { kind: 'scenario' } : { kind: 'replay', path: replay },
    ...(given.data === undefined ? {} : { dataDirectory: given.data }),
  };
};

const refused = (message: string): StartCommand => ({
  kind: 'refused',
  message: `${message}\nnpm start -- --help shows all options.`,
});

/** Reads the command line of `npm start` (without `node` and the script) and the variables that belong to it. */
export const readStartCommand = (words: readonly string[], environment: Variables): StartCommand => {
  const command = readCommand(words);
  if (command.kind === 'help') return command;
  if (command.kind === 'mistake') return refused(command.message);
  const typed = command.options;
  const token = environment[tokenVariable];
  const checked = check(values, typed);
  const watches = (typed.watch ?? []).map(readWatchOption);
  const faults = [
    ...(checked.ok ? [] : checked.faults.map((fault) => ({ ...fault, path: optionName(fault.path) }))),
    ...watches.flatMap((read) => read.faults),
    ...faultsBetween(typed, token),
  ];
  if (!checked.ok || faults.length > 0) return refused(faultReport('The command line has', faults));
  const wanted = watches.flatMap((read) => ('watch' in read ? [read.watch] : []));
  return { kind: 'start', options: toOptions(typed, checked.value, wanted, token ?? '') };
};
