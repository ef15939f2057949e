import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SQSClient } from '@aws-sdk/client-sqs';
import { newId } from '#adapters/identity.ts';
import { createProviderClient } from '#adapters/provider/client.ts';
import type { Credential } from '#adapters/provider/credential.ts';
import { createHandlers, type HandlersParts } from './handlers.ts';

/** Where the engines answer, and what the handlers find there. */
export type Engines = {
  readonly tableEndpoint: string;
  readonly tableName: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrls: HandlersParts['deadLetterQueueUrls'];
  readonly mailEndpoint: string;
};

type Given = Pick<
  HandlersParts,
  'settings' | 'missingCredential' | 'clock' | 'report' | 'linksUrl' | 'linkSecret' | 'mailer' | 'chance'
>;

export type SystemOptions = Given & {
  readonly engines: Engines;
  readonly credential: Credential;
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
export const createSystem = ({ engines, credential, mostAttempts, ...given }: SystemOptions) => {
  const { settings, clock } = given;
  const tries = mostAttempts === undefined ? {} : { maxAttempts: mostAttempts };
  const dynamodb = new DynamoDBClient({ ...localClient, ...tries, endpoint: engines.tableEndpoint });
  const sqs = new SQSClient({ ...localClient, ...tries, endpoint: new URL(engines.queueUrl).origin });
  const ses = new SESv2Client({ ...localClient, ...tries, endpoint: engines.mailEndpoint });
  const provider = createProviderClient({
    settings: settings.provider,
    credential,
    clock: clock.now,
    sleep: clock.sleep,
  });
  const { tableName, queueUrl, deadLetterQueueUrls } = engines;
  const handlers = createHandlers({
    newId,
    expireAfter: (milliseconds) => AbortSignal.timeout(milliseconds),
    ...given,
    ...{ dynamodb, sqs, ses, provider, tableName, queueUrl, deadLetterQueueUrls },
  });
  return {
    ...handlers,
    sqs,
    dynamodb,
    close: () => {
      for (const client of [dynamodb, sqs, ses]) client.destroy();
    },
  };
};

export type System = ReturnType<typeof createSystem>;
