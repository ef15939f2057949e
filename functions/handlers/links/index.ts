import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientLimits } from '#adapters/client-limits.ts';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { readEnvironment } from '#adapters/configuration/environment.ts';
import { processEnvironment } from '#adapters/configuration/process-environment.ts';
import { newId } from '#adapters/identity.ts';
import { createProviderClient } from '#adapters/provider/client.ts';
import { openCredential, openLinks } from '#adapters/secrets/open-secrets.ts';
import { mapStackTraces } from '#adapters/stack-traces.ts';
import { createTelemetry } from '#adapters/telemetry.ts';
import config from '#config';
import { environmentSchema } from './environment.ts';
import { createHandler } from './handler.ts';

mapStackTraces();
// Once on cold start: every fault of the environment or the settings shows here, before the first request.
const environment = readEnvironment(environmentSchema, processEnvironment());
const settings = readSettings(config);
const { logger, metrics, report } = createTelemetry('links', environment.METRICS_NAMESPACE);
const clock = () => Date.now();
const dynamodb = new DynamoDBClient(clientLimits);
const secrets = { access: dynamodb.config, variables: processEnvironment(), clock, report };
const { credential } = openCredential(secrets, environment.PROVIDER_CREDENTIAL_PARAMETER);

export const handler = createHandler({
  environment,
  settings,
  dynamodb,
  links: openLinks(secrets, environment.LINK_KEYS_PARAMETER, environment.LINKS_URL),
  provider: createProviderClient({
    settings: settings.provider,
    credential,
  }),
  clock,
  newId,
  report,
})
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics));
