import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { placeholdersIn } from '#adapters/configuration/placeholders.ts';
import type { Settings } from '#adapters/configuration/settings.ts';
import { createProviderClient, type ProviderClient } from '#adapters/provider/client.ts';
import type { PlanOptions } from './options.ts';
import { PlanError } from './plan-error.ts';

/** What a look needs of the provider; nothing that changes anything is among it. */
export type ReadOnlyProvider = Pick<ProviderClient, 'listRuntimes' | 'listOffers' | 'getRuntime' | 'getRuntimeMetrics'>;

/** Whom to ask and by which rules. `rawMetrics`: the bodies of all metrics answers, by
 * their addresses, where they were asked for. */
export type Source = {
  readonly emulated: boolean;
  readonly settings: Settings;
  readonly provider: ReadOnlyProvider;
  readonly rawMetrics: ReadonlyMap<string, string>;
  readonly close: () => Promise<void>;
};

/** A fetch that keeps the metrics answers as they came. */
const recording = (bodies: Map<string, string>): typeof globalThis.fetch => {
  return async (...request) => {
    const answer = await globalThis.fetch(...request);
    const url = String(request[0]);
    if (url.endsWith('/metrics')) bodies.set(url, await answer.clone().text());
    return answer;
  };
};

/** The settings in a file, or in warden.config.ts. @throws PlanError that says why it cannot be loaded; SettingsError */
export const loadSettings = async (configPath: string | undefined): Promise<Settings> => {
  const file = configPath === undefined ? '#config' : pathToFileURL(resolve(configPath)).href;
  const loaded: { readonly default?: unknown } = await import(file).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PlanError(`${configPath ?? 'warden.config.ts'} cannot be loaded: ${reason}`, { cause });
  });
  return readSettings(loaded.default);
};

const refusePlaceholders = (settings: Settings, file: string): void => {
  const left = placeholdersIn(settings).filter(({ path }) => path.startsWith('provider'));
  if (left.length === 0) return;
  const lines = left.map(({ path, what }) => `  ${path}: ${what}`);
  const without = 'Without an account: npm run plan -- --emulator';
  throw new PlanError(`${file} still has placeholders:\n${lines.join('\n')}\n${without}`);
};

const fetching = (bodies: Map<string, string>, raw: boolean) => (raw ? { fetch: recording(bodies) } : {});

const openReal = async (
  provider: Extract<PlanOptions['provider'], { kind: 'real' }>,
  configPath: string | undefined,
  raw: boolean,
): Promise<Source> => {
  const settings = await loadSettings(configPath);
  const { token, kind: _, ...addresses } = provider;
  const own = { ...settings, provider: { ...settings.provider, ...addresses } };
  refusePlaceholders(own, configPath ?? 'warden.config.ts');
  const rawMetrics = new Map<string, string>();
  const client = createProviderClient({
    settings: own.provider,
    credential: { kind: 'token', token: async () => token },
    ...fetching(rawMetrics, raw),
  });
  return { emulated: false, settings: own, provider: client, rawMetrics, close: async () => {} };
};

const openEmulated = async (raw: boolean): Promise<Source> => {
  // Half a second to load, which nobody needs who asks the real provider.
  const [{ startEmulator }, { providerSettings }, { addStoryRuntimes }] = await Promise.all([
    import('../emulator/emulator.ts'),
    import('../emulator/provider-settings.ts'),
    import('../story/runtimes.ts'),
  ]);
  const emulator = await startEmulator();
  const settings = readSettings({
    provider: { ...providerSettings(emulator), projects: emulator.projects.slice(0, 1) },
    mail: { sender: 'gpu-warden@example.com', operator: 'operator@example.com' },
    guardrails: { owners: [{ name: '{owner}-*', to: '{owner}@example.com' }] },
  });
  addStoryRuntimes(emulator.control, settings.provider.projects[0] ?? '');
  const rawMetrics = new Map<string, string>();
  const client = createProviderClient({
    settings: settings.provider,
    credential: { kind: 'token', token: async () => emulator.token },
    ...fetching(rawMetrics, raw),
  });
  return { emulated: true, settings, provider: client, rawMetrics, close: emulator.close };
};

/** Opens what the options name: the configured provider, or an emulator with the story's runtimes and usual rules. */
export const openSource = ({
  provider,
  configPath,
  raw = false,
}: PlanOptions & { readonly raw?: boolean }): Promise<Source> =>
  provider.kind === 'emulated' ? openEmulated(raw) : openReal(provider, configPath, raw);
