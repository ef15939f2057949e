import { PurgeQueueCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { JWTPayload } from 'jose';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { newId } from '#adapters/identity.ts';
import { createProviderClient } from '#adapters/provider/client.ts';
import { countMessages } from '#adapters/queue-counts.ts';
import { createAvailabilityStore } from '#adapters/store/availability-store.ts';
import { createGuardStore } from '#adapters/store/guard-store.ts';
import { createRecipientStore } from '#adapters/store/recipient-store.ts';
import { createTable as tableOver } from '#adapters/store/table.ts';
import type { WardenEvent } from '#domain/event.ts';
import { createHandler } from '#handlers/http-api/handler.ts';
import { createHandler as createRuntimesHandler } from '#handlers/runtimes-api/handler.ts';
import { type ApiHandlers, apiRoute } from '#local/api-route.ts';
import { startEmulator } from '#local/emulator/emulator.ts';
import { providerSettings } from '#local/emulator/provider-settings.ts';
import { startFaultProxy } from '#local/engines/fault-proxy.ts';
import { startQueue } from '#local/engines/queue.ts';
import { createTable, startTable } from '#local/engines/table.ts';
import { startHttpFront } from '#local/http-front.ts';
import { type Person, startIssuer } from '#local/issuer.ts';
import { settingsWith } from '../configuration/example.ts';
import { queueClient, tableClient } from '../local/sdk-clients.ts';

export const people = {
  ann: { email: 'ann@example.com' },
  bob: { email: 'bob@example.com' },
  operator: { email: 'olga@example.com', groups: ['operators'] },
  unverified: { email: 'ann@example.com', verified: false },
  machine: {},
} as const satisfies Record<string, Person>;

export type Sent = {
  readonly as?: keyof typeof people;
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
};

export type Answered = { readonly status: number; readonly body: unknown; readonly headers: Headers };

/** A handler of the API behind an authorizer like the gateway's, asked over real HTTP. */
export const serveApi = async (handlers: ApiHandlers, now: () => number) => {
  const issuer = await startIssuer();
  const front = await startHttpFront({
    handler: async () => ({ statusCode: 404 }),
    functionName: 'links',
    routeOf: (path) => apiRoute(path, handlers, issuer.authorize),
    clock: { now },
    onFailure: (error) => {
      throw error;
    },
  });
  const tokenOf = (who: keyof typeof people, over: JWTPayload = {}) => issuer.sign(people[who], over);
  const send = async (
    method: string,
    path: string,
    { as, token, body, headers = {} }: Sent = {},
  ): Promise<Answered> => {
    const sent = token ?? (as && (await tokenOf(as)));
    const answer = await fetch(`${front.url}${path}`, {
      method,
      headers: {
        ...(sent === undefined ? {} : { authorization: `Bearer ${sent}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text), headers: answer.headers };
  };
  const close = () => Promise.all([front.close(), issuer.close()]);
  return { url: front.url, tokenOf, send, close };
};

/** The dead-letter queues, behind a proxy that can make them fail. */
const startDeadLetters = async () => {
  const queue = await startQueue();
  const proxy = await startFaultProxy({ target: queue.endpoint });
  const client = queueClient(proxy.endpoint);
  const { deadLetterQueueUrls: urls } = queue;
  return {
    urls,
    /** What becomes of the calls to them. */
    faults: proxy.faults,
    countMessages: (url: string, signal: AbortSignal) => countMessages(client, url, signal),
    add: async (of: keyof typeof urls, MessageBody: string): Promise<void> => {
      await client.send(new SendMessageCommand({ QueueUrl: urls[of], MessageBody }));
    },
    /** Takes one, as somebody who looks at it: it comes back after half a minute. */
    lookAt: async (of: keyof typeof urls): Promise<string | undefined> =>
      (await client.send(new ReceiveMessageCommand({ QueueUrl: urls[of] }))).Messages?.[0]?.Body,
    removeAll: async (of: keyof typeof urls): Promise<void> => {
      await client.send(new PurgeQueueCommand({ QueueUrl: urls[of] }));
    },
    close: async () => {
      client.destroy();
      await proxy.close();
      await queue.close();
    },
  };
};

export type ServedApi = Awaited<ReturnType<typeof serveApi>>;

/** What of a world with all its handlers the API is. */
type ServedWorld = {
  readonly system: () => ApiHandlers;
  readonly clock: { readonly now: () => number };
};

/** The API of a world, as it is at each request: it may be another process by then. */
export const serveWorld = (world: () => ServedWorld): Promise<ServedApi> =>
  serveApi(
    {
      httpApi: (event, context) => world().system().httpApi(event, context),
      runtimesApi: (event, context) => world().system().runtimesApi(event, context),
    },
    () => world().clock.now(),
  );

/** The API over the embedded table and queues. */
export const startApi = async () => {
  const [table, deadLetters] = await Promise.all([startTable(), startDeadLetters()]);
  const dynamodb = tableClient(table.endpoint);
  await createTable(dynamodb, 'warden');
  const reported: WardenEvent[] = [];
  const time = { now: Date.parse('2026-11-24T12:00:00Z') };
  const patience = { mostMs: 10_000 };
  const emulator = await startEmulator({ clock: () => time.now, projects: ['prj-a', 'prj-b'] });
  const settings = readSettings(
    settingsWith({
      provider: { ...providerSettings(emulator), projects: ['prj-a'], callsPerSecond: 1000 },
      guardrails: { owners: [{ name: '{owner}-*', to: '{owner}@example.com' }] },
      creating: { allowed: 'everybody', whenAvailable: true, maxUsdPerHour: 20 },
    }),
  );
  const given = {
    environment: {
      TABLE_NAME: 'warden',
      NOTICE_DEAD_LETTER_QUEUE_URL: deadLetters.urls.notices,
      EVENT_DEAD_LETTER_QUEUE_URL: deadLetters.urls.events,
    },
    settings,
    dynamodb,
    clock: () => time.now,
    report: (event: WardenEvent) => reported.push(event),
  };
  const credential = { kind: 'token', token: async () => emulator.token } as const;
  const handler = createHandler({
    ...given,
    newId,
    countMessages: deadLetters.countMessages,
    expireAfter: (milliseconds) => AbortSignal.timeout(Math.min(milliseconds, patience.mostMs)),
  });
  const runtimes = createRuntimesHandler({
    ...given,
    newId,
    provider: createProviderClient({ settings: settings.provider, credential, clock: given.clock }),
  });
  const { url, tokenOf, send, close } = await serveApi(
    {
      httpApi: async (event, context) => handler(event, context),
      runtimesApi: async (event, context) => runtimes(event, context),
    },
    () => time.now,
  );
  const availability = createAvailabilityStore(tableOver(dynamodb, 'warden'));
  return {
    url,
    tokenOf,
    send,
    time,
    /** As after a look that saw the whole inventory. */
    seeInventory: async () => {
      await availability.takeLease('bench', time.now, time.now);
      await availability.saveFleet('bench', { observed: 0, lastCompleteAt: time.now }, time.now);
    },
    /** No call is waited for any longer. */
    patience,
    reported,
    deadLetters,
    emulator: emulator.control,
    recipients: createRecipientStore(tableOver(dynamodb, 'warden')),
    availability,
    guard: createGuardStore(tableOver(dynamodb, 'warden')),
    /** From here on every call to the table fails. */
    loseTable: () => table.close(),
    loseProvider: () => emulator.close(),
    close: async () => {
      await close();
      await emulator.close();
      dynamodb.destroy();
      await table.close();
      await deadLetters.close();
    },
  };
};

export type Api = Awaited<ReturnType<typeof startApi>>;
