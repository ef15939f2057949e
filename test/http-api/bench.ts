import type { JWTPayload } from 'jose';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { newId } from '#adapters/identity.ts';
import { createProviderClient } from '#adapters/provider/client.ts';
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
import { createTable, startTable } from '#local/engines/table.ts';
import { startHttpFront } from '#local/http-front.ts';
import { type Person, startIssuer } from '#local/issuer.ts';
import { settingsWith } from '../configuration/example.ts';
import { tableClient } from '../local/sdk-clients.ts';

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

/** The API over the embedded table. */
export const startApi = async () => {
  const table = await startTable();
  const dynamodb = tableClient(table.endpoint);
  await createTable(dynamodb, 'warden');
  const reported: WardenEvent[] = [];
  const time = { now: Date.parse('2026-11-24T12:00:00Z') };
  const emulator = await startEmulator({ clock: () => time.now, projects: ['prj-a', 'prj-b'] });
  const settings = readSettings(
    settingsWith({
      provider: { ...providerSettings(emulator), projects: ['prj-a'] },
      guardrails: { owners: [{ name: '{owner}-*', to: '{owner}@example.com' }] },
      creating: { allowed: 'everybody', whenAvailable: true, maxUsdPerHour: 20 },
    }),
  );
  const given = {
    environment: { TABLE_NAME: 'warden' },
    settings,
    dynamodb,
    clock: () => time.now,
    report: (event: WardenEvent) => reported.push(event),
  };
  const credential = { kind: 'token', token: async () => emulator.token } as const;
  const handler = createHandler({ ...given, newId });
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
  return {
    url,
    tokenOf,
    send,
    time,
    reported,
    emulator: emulator.control,
    recipients: createRecipientStore(tableOver(dynamodb, 'warden')),
    availability: createAvailabilityStore(tableOver(dynamodb, 'warden')),
    guard: createGuardStore(tableOver(dynamodb, 'warden')),
    /** From here on every call to the table fails. */
    loseTable: () => table.close(),
    loseProvider: () => emulator.close(),
    close: async () => {
      await close();
      await emulator.close();
      dynamodb.destroy();
      await table.close();
    },
  };
};

export type Api = Awaited<ReturnType<typeof startApi>>;
