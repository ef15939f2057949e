import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { creatingLimitsOf } from '#adapters/configuration/creating.ts';
import type { Settings } from '#adapters/configuration/settings.ts';
import { wishesOf } from '#adapters/configuration/wishes.ts';
import { digest } from '#adapters/identity.ts';
import { createAvailabilityStore } from '#adapters/store/availability-store.ts';
import { createCreatingStore } from '#adapters/store/creating-store.ts';
import { createGuardStore } from '#adapters/store/guard-store.ts';
import { createRecipientStore } from '#adapters/store/recipient-store.ts';
import { createTable } from '#adapters/store/table.ts';
import type { Report } from '#domain/event.ts';
import { type RunParts, runWithin } from '#handlers/run.ts';
import { watchAvailability } from '#workflows/watch-availability/watch-availability.ts';
import type { Inventory, WatchAvailabilityWorld } from '#workflows/watch-availability/world.ts';
import type { Environment } from './environment.ts';

/** Everything that the handler is given: its environment, the user's settings, and the world it works in. */
export type Parts = RunParts & {
  readonly environment: Pick<Environment, 'TABLE_NAME'>;
  readonly settings: Settings;
  readonly dynamodb: DynamoDBClient;
  readonly announce: WatchAvailabilityWorld['queue']['announce'];
  readonly inventory: Inventory;
  readonly provider: WatchAvailabilityWorld['creating']['provider'];
  readonly missingCredential: WatchAvailabilityWorld['missingCredential'];
  readonly sleep: WatchAvailabilityWorld['sleep'];
  readonly report: Report;
};

/** The Lambda function behind the minute's schedule. The event carries nothing that the run needs. */
export const createHandler = ({ environment, settings, dynamodb, announce, provider, ...given }: Parts) => {
  const table = createTable(dynamodb, environment.TABLE_NAME);
  const limits = settings.creating.whenAvailable ? creatingLimitsOf(settings.creating) : undefined;
  const world: WatchAvailabilityWorld = {
    store: { ...createAvailabilityStore(table), ...createRecipientStore(table) },
    ...given,
    creating: { store: { ...createCreatingStore(table), ...createGuardStore(table) }, provider },
    queue: { announce },
    digest,
  };
  const rules = {
    ...settings.availability,
    upstreamTo: settings.availability.upstreamTo ?? settings.mail.operator,
    wishes: wishesOf(settings),
    creating: {
      allowed: settings.creating.allowed,
      projects: settings.provider.projects,
      ...(limits === undefined ? {} : { limits }),
    },
  };
  return middy(async (_event: unknown, context: Context): Promise<void> => {
    await watchAvailability(world, runWithin(given, settings.runs.leaseSeconds, context), rules);
  });
};
