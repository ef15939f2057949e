import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { processEnvironment } from '#adapters/configuration/process-environment.ts';
import type { Settings } from '#adapters/configuration/settings.ts';
import { createTimeWords } from '#adapters/mail/time-words.ts';
import { jsonLine, paperOf, runCommand } from '../plan/terminal.ts';
import { createSecrets } from './checks/secrets.ts';
import { openClients, regionOf } from './doctor-aws.ts';
import { type DoctorOptions, readDoctorCommand } from './doctor-options.ts';
import { doctorPage } from './doctor-page.ts';
import { diagnose } from './doctor-run.ts';

const loadSettings = async (configPath: string | undefined): Promise<Settings> => {
  const file = configPath === undefined ? '#config' : pathToFileURL(resolve(configPath)).href;
  const loaded: { readonly default?: unknown } = await import(file);
  return readSettings(loaded.default);
};

/** For commands: what was typed here, so that they meet the same account. */
const flagsOf = ({ region, profile }: DoctorOptions): string =>
  [
    ...(region === undefined ? [] : [` --region ${region}`]),
    ...(profile === undefined ? [] : [` --profile ${profile}`]),
  ].join('');

/** In the zone of the settings, where they can be read. */
const zoneOf = (settings: Promise<Settings>): Promise<string> =>
  settings.then(
    ({ mail }) => mail.timeZone,
    () => 'UTC',
  );

const examine = async (options: DoctorOptions) => {
  const { stage, configPath, profile, linksUrl } = options;
  const region = regionOf(options.region, processEnvironment());
  const settings = loadSettings(configPath);
  const secrets = createSecrets();
  const ending = new AbortController();
  const diagnosis = await diagnose({
    stage,
    stackName: `gpu-warden-${stage}`,
    ...(configPath === undefined ? {} : { configPath }),
    aws: openClients({ ...(region === undefined ? {} : { region }), ...(profile === undefined ? {} : { profile }) }),
    awsOptions: { flags: flagsOf(options), ...(profile === undefined ? {} : { profile }) },
    loadSettings: () => settings,
    ...(linksUrl === undefined ? {} : { linksUrl }),
    fetch: globalThis.fetch,
    clock: Date.now,
    signal: ending.signal,
    secrets,
  });
  ending.abort();
  const paper = paperOf(process.stdout);
  const text = options.json
    ? `${jsonLine(diagnosis)}\n`
    : doctorPage(diagnosis, createTimeWords(await zoneOf(settings)), paper);
  return { text: secrets.takenOut(text), whole: diagnosis.healthy };
};

await runCommand(readDoctorCommand(process.argv.slice(2)), examine);
// Calls that were given up must not hold the shell.
process.stdout.write('', () => process.exit());
