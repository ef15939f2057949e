import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { SSMClient } from '@aws-sdk/client-ssm';
import { clientLimits } from '#adapters/client-limits.ts';
import { readEnvironment } from '#adapters/configuration/environment.ts';
import { processEnvironment } from '#adapters/configuration/process-environment.ts';
import { createCustomResourceAnswer } from '#adapters/custom-resource.ts';
import { createFirstSecrets } from '#adapters/secrets/first-secrets.ts';
import { mapStackTraces } from '#adapters/stack-traces.ts';
import { createTelemetry } from '#adapters/telemetry.ts';
import { environmentSchema } from './environment.ts';
import { createHandler } from './handler.ts';

mapStackTraces();
// Once on cold start: every fault of the environment shows here, before the first request.
const environment = readEnvironment(environmentSchema, processEnvironment());
const { logger, metrics, report } = createTelemetry('prepare-secrets', environment.METRICS_NAMESPACE);

export const handler = createHandler({
  environment,
  secrets: createFirstSecrets({ client: new SSMClient(clientLimits), clock: () => Date.now(), randomBytes }),
  answer: createCustomResourceAnswer({
    fetch: (url, init) => globalThis.fetch(url, init),
    sleep: (milliseconds) => wait(milliseconds),
  }),
  report,
})
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics));
