import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { guardRulesOf } from '#adapters/configuration/guard-rules.ts';
import type { Settings } from '#adapters/configuration/settings.ts';
import { digest } from '#adapters/identity.ts';
import { createAvailabilityStore } from '#adapters/store/availability-store.ts';
import { createGuardStore } from '#adapters/store/guard-store.ts';
import { createRecipientStore } from '#adapters/store/recipient-store.ts';
import { createTable } from '#adapters/store/table.ts';
import type { Report } from '#domain/event.ts';
import type { Instant } from '#domain/time.ts';
import { httpHandler } from '#handlers/http-handler.ts';
import { operations as runtimesOperations } from '#handlers/runtimes-api/operations/index.ts';
import type { Environment } from './environment.ts';
import { operations } from './operations/index.ts';

/** Everything that the handler is given: its environment, the user's settings, and the world it works in. */
export type Parts = {
  readonly environment: Pick<Environment, 'TABLE_NAME'>;
  readonly settings: Settings;
  readonly dynamodb: DynamoDBClient;
  readonly clock: () => Instant;
  readonly newId: () => string;
  readonly report: Report;
};

/**
 * The Lambda function behind our HTTP API (API Gateway HTTP API, payload format 2.0). The gateway's authorizer has checked the
 * token; whom it lets in only gets what is theirs.
 */
export const createHandler = ({ environment, settings, dynamodb, clock, newId, report }: Parts) => {
  const table = createTable(dynamodb, environment.TABLE_NAME);
  const guard = createGuardStore(table);
  const store = { ...createAvailabilityStore(table), ...createRecipientStore(table), readLedger: guard.readLedger };
  const { registerUpstream } = settings.availability;
  const watches = { store, clock, newId, digest, registerUpstream };
  const world = { watches, store, guard, rules: guardRulesOf(settings) };
  return httpHandler({
    operations,
    described: [...operations, ...runtimesOperations],
    world,
    signIn: settings.api,
    part: 'http-api',
    report,
  });
};
