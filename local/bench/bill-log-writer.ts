import { text } from 'node:stream/consumers';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import middy from '@middy/core';
import { createTelemetry } from '#adapters/telemetry.ts';
import type { WardenEvent } from '#domain/event.ts';
import { lambdaContext } from '#local/lambda-context.ts';

type Told = { readonly name: string; readonly events: readonly WardenEvent[] };

/** As long as the names that CloudFormation makes. */
const physicalName = (name: string) => `gpu-warden-prod-${name.replaceAll('-', '')}8B21F6D4-kQ3xZp7LmN2a`;

/** Invocations as JSON on standard input; the lines that the telemetry writes about them on standard output and error. */
const invocations: readonly Told[] = JSON.parse(await text(process.stdin));

const handlers = new Map<string, ReturnType<typeof createHandler>>();

const createHandler = (name: string) => {
  const { logger, metrics, report } = createTelemetry(name, 'GpuWarden/prod');
  return middy(async (events: readonly WardenEvent[]) => {
    for (const event of events) report(event);
  })
    .use(injectLambdaContext(logger))
    .use(logMetrics(metrics));
};

for (const { name, events } of invocations) {
  const handler = handlers.get(name) ?? createHandler(name);
  handlers.set(name, handler);
  await handler(events, lambdaContext({ functionName: physicalName(name) }));
}
