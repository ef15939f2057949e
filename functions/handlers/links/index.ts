import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientLimits } from '#adapters/client-limits.ts';
import { readEnvironment } from '#adapters/configuration/environment.ts';
import { processEnvironment } from '#adapters/configuration/process-environment.ts';
import { createTelemetry } from '#adapters/telemetry.ts';
import { environmentSchema } from './environment.ts';
import { createHandler } from './handler.ts';

// Once on cold start: every fault of the environment shows here, before the first request.
const environment = readEnvironment(environmentSchema, processEnvironment());
const { logger, metrics, report } = createTelemetry('links');

export const handler = createHandler({
  environment,
  dynamodb: new DynamoDBClient(clientLimits),
  clock: () => Date.now(),
  report,
})
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics));
