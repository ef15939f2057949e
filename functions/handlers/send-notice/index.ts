import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientLimits } from '#adapters/client-limits.ts';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { readEnvironment } from '#adapters/configuration/environment.ts';
import { processEnvironment } from '#adapters/configuration/process-environment.ts';
import { newId } from '#adapters/identity.ts';
import type { Mailer } from '#adapters/mailer.ts';
import { openLinks } from '#adapters/secrets/open-secrets.ts';
import { mapStackTraces } from '#adapters/stack-traces.ts';
import { createTelemetry } from '#adapters/telemetry.ts';
import config from '#config';
import { environmentSchema } from './environment.ts';
import { createHandler } from './handler.ts';

mapStackTraces();
// Once on cold start: every fault of the environment or the settings shows here, before the first message.
const environment = readEnvironment(environmentSchema, processEnvironment());
const settings = readSettings(config);
const { logger, metrics, report } = createTelemetry('send-notice', environment.METRICS_NAMESPACE);
const clock = () => Date.now();
const dynamodb = new DynamoDBClient(clientLimits);

// Loaded once, with the first mail.
let opened: Promise<Mailer> | undefined;
const mailer = () => {
  const mail = { sender: settings.mail.sender, configurationSet: environment.CONFIGURATION_SET };
  opened ??= import('#adapters/open-mailer.ts').then(({ openSesMailer }) => openSesMailer(mail));
  return opened;
};

export const handler = createHandler({
  environment,
  settings,
  dynamodb,
  links: openLinks(
    { access: dynamodb.config, variables: processEnvironment(), clock, report },
    environment.LINK_KEYS_PARAMETER,
    environment.LINKS_URL,
  ),
  mailer: { send: async (address, mail) => (await mailer()).send(address, mail) },
  clock,
  newId,
  report,
})
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics));
