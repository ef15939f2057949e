import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { creatingLimitsOf } from '#adapters/configuration/creating.ts';
import { guardRulesOf } from '#adapters/configuration/guard-rules.ts';
import type { Settings } from '#adapters/configuration/settings.ts';
import { type CountMessages, createDeadLetters } from '#adapters/dead-letters.ts';
import { digest } from '#adapters/identity.ts';
import type { ExpireAfter } from '#adapters/provider/abort.ts';
import { createAvailabilityStore } from '#adapters/store/availability-store.ts';
import { createGuardStore } from '#adapters/store/guard-store.ts';
import { createPersonStore } from '#adapters/store/person-store.ts';
import { createRecipientStore } from '#adapters/store/recipient-store.ts';
import { createTable } from '#adapters/store/table.ts';
import type { Report } from '#domain/event.ts';
import type { Instant } from '#domain/time.ts';
import { httpHandler } from '#handlers/http-handler.ts';
import type { Environment } from './environment.ts';
import { operations } from './operations/index.ts';

/** Everything that the handler is given: its environment, the user's settings, and the world it works in. */
export type Parts = {
  readonly environment: Omit<Environment, 'METRICS_NAMESPACE'>;
  readonly settings: Settings;
  readonly dynamodb: DynamoDBClient;
  readonly countMessages: CountMessages;
  readonly clock: () => Instant;
  readonly newId: () => string;
  readonly expireAfter: ExpireAfter;
  readonly report: Report;
};

/**
 * The Lambda function behind our HTTP API (API Gateway HTTP API, payload format 2.0). The gateway's authorizer has checked the
 * token; whom it lets in only gets what is theirs.
 */
export const createHandler = (parts: Parts) => {
  const { environment, settings, dynamodb, countMessages, clock, newId, expireAfter, report } = parts;
  const table = createTable(dynamodb, environment.TABLE_NAME);
  const guard = createGuardStore(table);
  const store = {
    ...createAvailabilityStore(table),
    ...createRecipientStore(table),
    ...createPersonStore(table),
    readLedger: guard.readLedger,
  };
  const { whenAvailable, allowed } = settings.creating;
  const limits = creatingLimitsOf(settings.creating);
  const queueUrls = {
    notices: environment.NOTICE_DEAD_LETTER_QUEUE_URL,
    events: environment.EVENT_DEAD_LETTER_QUEUE_URL,
  };
  const world = {
    watches: { store, clock, newId, digest, registerUpstream: settings.availability.registerUpstream },
    store,
    guard,
    deadLetters: createDeadLetters({ queueUrls, countMessages, expireAfter, report }),
    rules: guardRulesOf(settings),
    projects: settings.provider.projects,
    ...(whenAvailable && limits !== undefined ? { creating: { allowed, limits } } : {}),
  };
  return httpHandler({
    operations,
    // Loaded when somebody asks: no other request needs what makes it.
    // Loaded when somebody asks: no other request needs it.
    document: async () => (await import('./openapi.json', { with: { type: 'json' } })).default,
    world,
    signIn: settings.api,
    part: 'http-api',
    report,
  });
};
