import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import * as z from 'zod/mini';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { projectFolder } from './bundle.ts';
import { WardenStack } from './stack.ts';

const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));

const contextValue = z.optional(z.string());
const settingsFile = contextValue.parse(app.node.tryGetContext('config')) ?? 'warden.config.ts';
const { default: config }: { default: unknown } = await import(join(projectFolder, settingsFile));
// Faulty settings end the synthesis before anything is made of them.
const settings = readSettings(config);

for (const stage of settings.stages) new WardenStack(app, `gpu-warden-${stage}`, { stage, settings, settingsFile });
app.synth();
