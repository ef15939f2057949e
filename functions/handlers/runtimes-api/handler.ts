import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { creatingLimitsOf } from '#adapters/configuration/creating.ts';
import { guardRulesOf } from '#adapters/configuration/guard-rules.ts';
import type { Settings } from '#adapters/configuration/settings.ts';
import { digest } from '#adapters/identity.ts';
import { createCreatingStore } from '#adapters/store/creating-store.ts';
import { createGuardStore } from '#adapters/store/guard-store.ts';
import { createRecipientStore } from '#adapters/store/recipient-store.ts';
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
  readonly provider: RuntimesApiWorld['provider'] &
    RuntimesApiWorld['templates'] &
    RuntimesApiWorld['creating']['provider'];
  readonly clock: () => Instant;
  readonly newId: () => string;
  readonly report: Report;
};

/** The Lambda function behind the part of our HTTP API that asks the provider, and so holds its credential. */
export const createHandler = ({ environment, settings, dynamodb, provider, clock, newId, report }: Parts) => {
  const table = createTable(dynamodb, environment.TABLE_NAME);
  const store = createGuardStore(table);
  const creatingStore = createCreatingStore(table);
  const limits = creatingLimitsOf(settings.creating);
  const world: RuntimesApiWorld = {
    store,
    provider,
    templates: provider,
    offers: { ...createRecipientStore(table), ...creatingStore },
    projects: settings.provider.projects,
    rules: guardRulesOf(settings),
    mayCreate: { allowed: settings.creating.allowed, ...(limits === undefined ? {} : { limits }) },
    creating: { store: { ...store, ...creatingStore }, provider, clock, newId, digest, report },
    clock,
    digest,
  };
  return httpHandler({ operations, world, signIn: settings.api, part: 'runtimes-api', report });
};
