import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import * as z from 'zod/mini';
import { readSettings, SettingsError } from '#adapters/configuration/define-config.ts';
import { stackNameOf } from '#adapters/configuration/deployment.ts';
import type { Settings } from '#adapters/configuration/settings.ts';
import { projectFolder, usualSettingsFile } from './bundle.ts';
import { WardenStack } from './stack.ts';

/** Faulty settings end the synthesis before anything is made of them. */
const loadSettings = async (settingsFile: string): Promise<Settings> => {
  const path = join(projectFolder, settingsFile);
  if (!existsSync(path)) {
    const what = `There is no settings file ${JSON.stringify(settingsFile)} in ${projectFolder}.`;
    throw new Error(`${what} Give a path in this folder, such as -c config=warden.staging.config.ts, or none.`);
  }
  const { default: config }: { default?: unknown } = await import(path);
  return readSettings(config);
};

const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
const settingsFile = z._default(z.string(), usualSettingsFile).parse(app.node.tryGetContext('config'));
try {
  const settings = await loadSettings(settingsFile);
  for (const stage of settings.stages) new WardenStack(app, stackNameOf(stage), { stage, settings, settingsFile });
  app.synth();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
