import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Settings } from '#adapters/configuration/settings.ts';
import { newId } from '#adapters/identity.ts';
import { createSesMailer } from '#adapters/mailer.ts';
import { createProviderClient } from '#adapters/provider/client.ts';
import type { Credential } from '#adapters/provider/credential.ts';
import { createInventory } from '#adapters/provider/inventory.ts';
import { createNoticeQueue } from '#adapters/queue.ts';
import { fixedLinks } from '#adapters/secrets/kept-links.ts';
import type { Report } from '#domain/event.ts';
import { createHandler as createGuardRuntimesHandler } from '#handlers/guard-runtimes/handler.ts';
import { createHandler as createLinksHandler } from '#handlers/links/handler.ts';
import { createHandler as createSendNoticeHandler } from '#handlers/send-notice/handler.ts';
import { createHandler as createWatchAvailabilityHandler } from '#handlers/watch-availability/handler.ts';
import type { MissingCredential } from '#workflows/credential.ts';
import type { SendNoticeWorld } from '#workflows/send-notice/send-notice.ts';
import type { Clock } from './clock.ts';

/** Where the engines answer, and what the handlers find there. */
export type Engines = {
  readonly tableEndpoint: string;
  readonly tableName: string;
  readonly queueUrl: string;
  readonly mailEndpoint: string;
};

export type SystemOptions = {
  readonly settings: Settings;
  readonly engines: Engines;
  readonly credential: Credential;
  /** Missing: whoever starts a system brings its credential. */
  readonly missingCredential?: MissingCredential;
  /** Whoever sleeps in simulated time needs somebody to move it on: see `selfMovingSleep`. */
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly report: Report;
  /** Public address of the link pages, and the secret that signs them (at least 32 characters). */
  readonly linksUrl: string;
  readonly linkSecret: string;
  /** Missing: mails go to the engine. */
  readonly mailer?: SendNoticeWorld['mailer'];
  /** In [0, 1), for the order and the offset of readings. Missing: as it comes. */
  readonly chance?: () => number;
  /** Missing: as they come. */
  readonly newId?: () => string;
  /** Ends runs that take too long. Missing: in real time. */
  readonly expireAfter?: (milliseconds: number) => AbortSignal;
  /** How often the SDK tries a call before it fails. */
  readonly mostAttempts?: number;
};

/** Clients of local engines take any credentials; the region names nothing. */
export const localClient = { region: 'local', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };

/** The very handlers that Lambda runs, over the real SDK clients, wired to engines on this machine. */
export const createSystem = (options: SystemOptions) => {
  const { settings, engines, credential, clock, report } = options;
  const environment = {
    TABLE_NAME: engines.tableName,
  };
  const tries = options.mostAttempts === undefined ? {} : { maxAttempts: options.mostAttempts };
  const dynamodb = new DynamoDBClient({ ...localClient, ...tries, endpoint: engines.tableEndpoint });
  const sqs = new SQSClient({ ...localClient, ...tries, endpoint: new URL(engines.queueUrl).origin });
  const ses = new SESv2Client({ ...localClient, ...tries, endpoint: engines.mailEndpoint });
  const provider = createProviderClient({
    settings: settings.provider,
    credential,
    clock: clock.now,
    sleep: clock.sleep,
  });
  const { missingCredential = async () => undefined } = options;
  const given = {
    clock: clock.now,
    newId: options.newId ?? newId,
    expireAfter: options.expireAfter ?? ((milliseconds: number) => AbortSignal.timeout(milliseconds)),
  };
  const keys = [{ version: 'local', secret: options.linkSecret }];
  const links = fixedLinks({ keys, baseUrl: options.linksUrl });
  return {
    watchAvailability: createWatchAvailabilityHandler({
      environment,
      settings,
      dynamodb,
      announce: createNoticeQueue(sqs, engines.queueUrl, 'availability').announce,
      inventory: createInventory(provider),
      missingCredential,
      ...given,
      sleep: clock.sleep,
      report,
    }),
    guardRuntimes: createGuardRuntimesHandler({
      environment,
      settings,
      dynamodb,
      announce: createNoticeQueue(sqs, engines.queueUrl, 'runtimes').announce,
      provider,
      missingCredential,
      ...given,
      sleep: clock.sleep,
      chance: options.chance ?? Math.random,
      report,
    }),
    sendNotice: createSendNoticeHandler({
      environment,
      settings,
      dynamodb,
      links,
      mailer: options.mailer ?? createSesMailer(ses, settings.mail),
      ...given,
      report,
    }),
    links: createLinksHandler({ environment, settings, dynamodb, links, provider, ...given, report }),
    sqs,
    dynamodb,
    close: () => {
      for (const client of [dynamodb, sqs, ses]) client.destroy();
    },
  };
};

export type System = ReturnType<typeof createSystem>;
