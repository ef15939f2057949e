import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SESv2Client } from '@aws-sdk/client-sesv2';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Settings } from '#adapters/configuration/settings.ts';
import type { DeadLetterQueues } from '#adapters/dead-letters.ts';
import { createSesMailer } from '#adapters/mailer.ts';
import { createInventory, type InventoryClient } from '#adapters/provider/inventory.ts';
import { createNoticeQueue } from '#adapters/queue.ts';
import { countMessages } from '#adapters/queue-counts.ts';
import { fixedLinks } from '#adapters/secrets/kept-links.ts';
import type { Report } from '#domain/event.ts';
import { createHandler as createGuardRuntimesHandler } from '#handlers/guard-runtimes/handler.ts';
import { createHandler as createHttpApiHandler } from '#handlers/http-api/handler.ts';
import { createHandler as createLinksHandler } from '#handlers/links/handler.ts';
import { createHandler as createNoteBouncesHandler } from '#handlers/note-bounces/handler.ts';
import type { RunParts } from '#handlers/run.ts';
import {
  createHandler as createRuntimesApiHandler,
  type Parts as RuntimesApiParts,
} from '#handlers/runtimes-api/handler.ts';
import { createHandler as createSendNoticeHandler } from '#handlers/send-notice/handler.ts';
import { createHandler as createWatchAvailabilityHandler } from '#handlers/watch-availability/handler.ts';
import type { MissingCredential } from '#workflows/credential.ts';
import type { GuardWorld } from '#workflows/guard-runtimes/world.ts';
import type { RecreateWorld } from '#workflows/runtime-links/recreate.ts';
import type { SendNoticeWorld } from '#workflows/send-notice/send-notice.ts';
import type { Clock } from './clock.ts';

/** Everything outside the handlers that they talk to, and what they are told of themselves. */
export type HandlersParts = Omit<RunParts, 'clock'> & {
  readonly settings: Settings;
  readonly dynamodb: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly ses: SESv2Client;
  readonly provider: InventoryClient &
    GuardWorld['provider'] &
    RecreateWorld['provider'] &
    RuntimesApiParts['provider'];
  readonly tableName: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrls: DeadLetterQueues<string>;
  /** Missing: whoever starts the handlers brings a credential. */
  readonly missingCredential?: MissingCredential;
  /** Whoever sleeps in simulated time needs somebody to move it on: see `selfMovingSleep`. */
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly report: Report;
  /** Public address of the link pages, and the secret that signs them (at least 32 characters). */
  readonly linksUrl: string;
  readonly linkSecret: string;
  /** Missing: mails go to SES. */
  readonly mailer?: SendNoticeWorld['mailer'];
  /** In [0, 1), for the order and the offset of readings. Missing: as it comes. */
  readonly chance?: () => number;
};

/** The very handlers that Lambda runs, wired as their entries wire them, over the clients given. */
export const createHandlers = (parts: HandlersParts) => {
  const { settings, dynamodb, sqs, ses, provider, queueUrl, clock, report, newId, expireAfter } = parts;
  const { missingCredential = async () => undefined } = parts;
  const given = { environment: { TABLE_NAME: parts.tableName }, settings, dynamodb, report, newId, expireAfter };
  const timed = { ...given, clock: clock.now };
  const keys = [{ version: 'local', secret: parts.linkSecret }];
  const links = fixedLinks({ keys, baseUrl: parts.linksUrl });
  return {
    watchAvailability: createWatchAvailabilityHandler({
      ...timed,
      announce: createNoticeQueue(sqs, queueUrl, 'availability').announce,
      inventory: createInventory(provider),
      provider,
      missingCredential,
      sleep: clock.sleep,
    }),
    guardRuntimes: createGuardRuntimesHandler({
      ...timed,
      announce: createNoticeQueue(sqs, queueUrl, 'runtimes').announce,
      provider,
      missingCredential,
      sleep: clock.sleep,
      chance: parts.chance ?? Math.random,
    }),
    sendNotice: createSendNoticeHandler({
      ...timed,
      links,
      mailer: parts.mailer ?? createSesMailer(ses, settings.mail),
    }),
    httpApi: createHttpApiHandler({
      ...timed,
      environment: {
        ...timed.environment,
        NOTICE_DEAD_LETTER_QUEUE_URL: parts.deadLetterQueueUrls.notices,
        EVENT_DEAD_LETTER_QUEUE_URL: parts.deadLetterQueueUrls.events,
      },
      countMessages: (url, signal) => countMessages(sqs, url, signal),
    }),
    runtimesApi: createRuntimesApiHandler({ ...timed, provider }),
    links: createLinksHandler({ ...timed, links, provider }),
    noteBounces: createNoteBouncesHandler(timed),
  };
};

export type Handlers = ReturnType<typeof createHandlers>;
