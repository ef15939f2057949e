import { App } from 'aws-cdk-lib';
import { readSettings } from '#adapters/configuration/define-config.ts';
import config from '#config';

// Faulty settings end the synthesis before anything is made of them.
readSettings(config);

const app = new App();
app.synth();
