import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { guardRulesOf } from '#adapters/configuration/guard-rules.ts';
import type { Settings } from '#adapters/configuration/settings.ts';
import { digest } from '#adapters/identity.ts';
import { createGuardStore } from '#adapters/store/guard-store.ts';
import { createTable } from '#adapters/store/table.ts';
import type { Report } from '#domain/event.ts';
import type { Instant } from '#domain/time.ts';
import { httpHandler } from '#handlers/http-handler.ts';
import type { Environment } from './environment.ts';
import { operations } from './operations/index.ts';
import type { RuntimesApiWorld } from './world.ts';

/** Everything that the handler is given: its environment, the user's settings, and the world it works in. */
export type Parts = {
  readonly environment: Pick<Environment, 'TABLE_NAME'>;
  readonly settings: Settings;
  readonly dynamodb: DynamoDBClient;
  readonly provider: RuntimesApiWorld['provider'] & RuntimesApiWorld['templates'];
  readonly clock: () => Instant;
  readonly report: Report;
};

/** The Lambda function behind the part of our HTTP API that asks the provider, and so holds its credential. */
export const createHandler = ({ environment, settings, dynamodb, provider, clock, report }: Parts) => {
  const world: RuntimesApiWorld = {
    store: createGuardStore(createTable(dynamodb, environment.TABLE_NAME)),
    provider,
    templates: provider,
    projects: settings.provider.projects,
    rules: guardRulesOf(settings),
    clock,
    digest,
  };
  return httpHandler({ operations, world, signIn: settings.api, part: 'runtimes-api', report });
};
