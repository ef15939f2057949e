import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import middy from '@middy/core';
import type { Settings } from '#adapters/configuration/settings.ts';
import { digest } from '#adapters/identity.ts';
import { readMailEvent } from '#adapters/mail-events.ts';
import { createGuardStore } from '#adapters/store/guard-store.ts';
import { createRecipientStore } from '#adapters/store/recipient-store.ts';
import { createTable } from '#adapters/store/table.ts';
import type { Report } from '#domain/event.ts';
import type { Instant } from '#domain/time.ts';
import { noteReturnedMail } from '#workflows/note-bounces/note-bounces.ts';
import type { NoteBouncesWorld } from '#workflows/note-bounces/world.ts';
import type { Environment } from './environment.ts';

/** Everything that the handler is given: its environment, the user's settings, and the world it works in. */
export type Parts = {
  readonly environment: Pick<Environment, 'TABLE_NAME'>;
  readonly settings: { readonly mail: Pick<Settings['mail'], 'operator'> };
  readonly dynamodb: DynamoDBClient;
  readonly clock: () => Instant;
  readonly report: Report;
};

/**
 * The Lambda function behind what SES says of our mails afterwards (EventBridge, source `aws.ses`). What fails is thrown, so
 * that Lambda tries the event again and leaves it among the dead letters in the end.
 */
export const createHandler = ({ environment, settings, dynamodb, clock, report }: Parts) => {
  const table = createTable(dynamodb, environment.TABLE_NAME);
  const world: NoteBouncesWorld = {
    store: { ...createRecipientStore(table), ...createGuardStore(table) },
    operatorId: digest(settings.mail.operator.toLowerCase()),
    clock,
    digest,
    report,
  };
  return middy(async (event: unknown): Promise<void> => {
    const mail = readMailEvent(event);
    if (mail !== undefined) await noteReturnedMail(world, mail);
  });
};
