import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { SettingsInput } from '#adapters/configuration/settings-input.ts';
import type { Emulator } from '#local/emulator/emulator.ts';
import { projectFolder } from './cdk.ts';

/** Whose mails these are. No mail leaves this machine. */
export const people = {
  sender: 'gpu-warden@warden.internal',
  operator: 'operator@warden.internal',
  watcher: 'mia@warden.internal',
  secondWatcher: 'noor@warden.internal',
  fallback: 'team-lead@warden.internal',
  ownerOf: (runtimeName: string): string => `${runtimeName.split('-')[0]}@warden.internal`,
} as const;

export const senderDomain = 'warden.internal';
export const stage = 'deploytest';
export const stackName = `gpu-warden-${stage}`;

/** The offer that is waited for. */
export const awaited = { region: 'as-south-1', configId: 'gpu-h100-80g-20cpu-125g' } as const;

/** The ladder of an hour and more, in seconds: the same rules, and nobody waits two hours for a test. */
export const ladderSeconds = {
  firstWarningAfter: 6,
  lastWarningAfter: 16,
  deleteAfter: 24,
  lead: 6,
  freshLead: 8,
} as const;
const shortLadder = Object.fromEntries(Object.entries(ladderSeconds).map(([rung, count]) => [rung, `${count}s`]));
export const keepFor = '20s';

/** What somebody would write into warden.config.ts who has the emulator as a provider. */
export const testSettings = ({ runtimesUrl, inventoryUrl, tenantUrl, organisation, projects }: Emulator) =>
  ({
    stages: [stage],
    provider: { runtimesUrl, inventoryUrl, tenantUrl, organisation, projects: [...projects] },
    mail: { sender: people.sender, operator: people.operator },
    availability: { watches: [{ to: people.watcher, ...awaited }] },
    guardrails: {
      mode: 'enforce',
      unsafeShortLadder: true,
      minimumAge: '1s',
      keepChoices: [keepFor],
      keepAtMost: '1h',
      fallback: people.fallback,
      owners: [{ name: '{owner}-*', to: '{owner}@warden.internal' }],
      // Ticks follow each other at once here: none begins late.
      sampleOffsetSeconds: 0,
      policies: [{ name: 'default', mode: 'enforce', ladder: shortLadder }],
    },
    creating: { allowed: 'operators', whenAvailable: true, maxUsdPerHour: 1, maxGpus: 2 },
    deployment: { keepData: true, logRetentionDays: 7 },
  }) satisfies SettingsInput;

/** The same settings with one thing changed: somebody else wants to know of the same offer. */
export const changedSettings = (settings: ReturnType<typeof testSettings>): SettingsInput => ({
  ...settings,
  availability: { watches: [...settings.availability.watches, { to: people.secondWatcher, ...awaited }] },
});

/** The same for a stage that is not to leave anything behind. */
export const throwawaySettings = (settings: ReturnType<typeof testSettings>): SettingsInput => ({
  ...settings,
  deployment: { keepData: false },
});

/** Writes a settings file and answers its path as `-c config=…` takes it: seen from the project's folder. */
export const writeSettings = async (runFolder: string, settings: SettingsInput): Promise<string> => {
  const folder = join(runFolder, 'settings');
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'warden.config.mjs');
  await writeFile(file, `export default ${JSON.stringify(settings, null, 2)};\n`);
  return relative(projectFolder, file);
};
