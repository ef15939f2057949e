import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientLimits } from '#adapters/client-limits.ts';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { readEnvironment } from '#adapters/configuration/environment.ts';
import { processEnvironment } from '#adapters/configuration/process-environment.ts';
import { newId } from '#adapters/identity.ts';
import { createLateQueueCounts } from '#adapters/late-queue-counts.ts';
import { mapStackTraces } from '#adapters/stack-traces.ts';
import { createTelemetry } from '#adapters/telemetry.ts';
import config from '#config';
import { environmentSchema } from './environment.ts';
import { createHandler } from './handler.ts';

mapStackTraces();
// Once on cold start: every fault of the environment or the settings shows here, before the first request.
const environment = readEnvironment(environmentSchema, processEnvironment());
const settings = readSettings(config);
const { logger, metrics, report } = createTelemetry('http-api', environment.METRICS_NAMESPACE);

export const handler = createHandler({
  environment,
  settings,
  dynamodb: new DynamoDBClient(clientLimits),
  countMessages: createLateQueueCounts(),
  clock: () => Date.now(),
  newId,
  expireAfter: (milliseconds) => AbortSignal.timeout(milliseconds),
  report,
})
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics));
