import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { Settings } from '#adapters/configuration/settings.ts';
import { wishesOf } from '#adapters/configuration/wishes.ts';
import { digest, newId } from '#adapters/identity.ts';
import { createAvailabilityStore } from '#adapters/store/availability-store.ts';
import { createRecipientStore } from '#adapters/store/recipient-store.ts';
import { createTable } from '#adapters/store/table.ts';
import type { Report } from '#domain/event.ts';
import { type Instant, second } from '#domain/time.ts';
import { longestRunFor } from '#workflows/runs.ts';
import { watchAvailability } from '#workflows/watch-availability/watch-availability.ts';
import type { Inventory, WatchAvailabilityWorld } from '#workflows/watch-availability/world.ts';
import type { Environment } from './environment.ts';

/** Everything that the handler is given: its environment, the user's settings, and the world it works in. */
export type Parts = {
  readonly environment: Pick<Environment, 'TABLE_NAME'>;
  readonly settings: Settings;
  readonly dynamodb: DynamoDBClient;
  readonly announce: WatchAvailabilityWorld['queue']['announce'];
  readonly inventory: Inventory;
  readonly missingCredential: WatchAvailabilityWorld['missingCredential'];
  readonly clock: () => Instant;
  readonly sleep: WatchAvailabilityWorld['sleep'];
  readonly report: Report;
};

/** A run stops working so long before Lambda would end it, to record what it did. */
const reserve = 5 * second;

/** The Lambda function behind the minute's schedule. The event carries nothing that the run needs. */
export const createHandler = ({ environment, settings, dynamodb, announce, ...given }: Parts) => {
  const { clock } = given;
  const table = createTable(dynamodb, environment.TABLE_NAME);
  const world: WatchAvailabilityWorld = {
    store: { ...createAvailabilityStore(table), ...createRecipientStore(table) },
    ...given,
    queue: { announce },
    newId,
    digest,
  };
  const rules = {
    ...settings.availability,
    upstreamTo: settings.availability.upstreamTo ?? settings.mail.operator,
    wishes: wishesOf(settings),
  };
  const longestRun = longestRunFor(settings.runs.leaseSeconds * second);
  return middy(async (_event: unknown, context: Context): Promise<void> => {
    const timeLeft = Math.min(longestRun, context.getRemainingTimeInMillis() - reserve);
    const run = {
      holder: newId(),
      deadline: clock() + timeLeft,
      signal: AbortSignal.timeout(Math.max(0, timeLeft)),
    };
    await watchAvailability(world, run, rules);
  });
};
