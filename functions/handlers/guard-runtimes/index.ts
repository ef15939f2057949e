import { setTimeout as wait } from 'node:timers/promises';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientLimits } from '#adapters/client-limits.ts';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { readEnvironment } from '#adapters/configuration/environment.ts';
import { processEnvironment } from '#adapters/configuration/process-environment.ts';
import { newId } from '#adapters/identity.ts';
import { createLateQueue } from '#adapters/late-queue.ts';
import { createProviderClient } from '#adapters/provider/client.ts';
import { openCredential } from '#adapters/secrets/open-secrets.ts';
import { mapStackTraces } from '#adapters/stack-traces.ts';
import { createTelemetry } from '#adapters/telemetry.ts';
import config from '#config';
import { environmentSchema } from './environment.ts';
import { createHandler } from './handler.ts';

mapStackTraces();
// Once on cold start: every fault of the environment or the settings shows here, before the first run.
const environment = readEnvironment(environmentSchema, processEnvironment());
const settings = readSettings(config);
const { logger, metrics, report } = createTelemetry('guard-runtimes', environment.METRICS_NAMESPACE);
const clock = () => Date.now();
const dynamodb = new DynamoDBClient(clientLimits);
const { credential, missing } = openCredential(
  { access: dynamodb.config, variables: processEnvironment(), clock, report },
  environment.PROVIDER_CREDENTIAL_PARAMETER,
);

export const handler = createHandler({
  environment,
  settings,
  dynamodb,
  announce: createLateQueue(environment.NOTICE_QUEUE_URL, 'runtimes').announce,
  provider: createProviderClient({
    settings: settings.provider,
    credential,
  }),
  missingCredential: missing,
  clock,
  newId,
  expireAfter: (milliseconds) => AbortSignal.timeout(milliseconds),
  sleep: async (milliseconds, signal) => {
    await wait(milliseconds, undefined, { signal });
  },
  chance: () => Math.random(),
  report,
})
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics));
