import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { newId } from '#adapters/identity.ts';
import { createLinks, type LinkFacts } from '#adapters/links.ts';
import { createProviderClient } from '#adapters/provider/client.ts';
import { fixedLinks } from '#adapters/secrets/kept-links.ts';
import { createRecipientStore } from '#adapters/store/recipient-store.ts';
import { createTable as tableOver } from '#adapters/store/table.ts';
import type { WardenEvent } from '#domain/event.ts';
import type { Recipient } from '#domain/recipient.ts';
import { day } from '#domain/time.ts';
import { createHandler } from '#handlers/links/handler.ts';
import { startFaultProxy } from '#local/engines/fault-proxy.ts';
import { createTable, startTable } from '#local/engines/table.ts';
import { lambdaContext } from '#local/lambda-context.ts';
import { tableClient } from '../local/sdk-clients.ts';
import { now, owedFor, personWith } from './people.ts';

export const newSecret = 'the-new-secret-of-at-least-32-characters';
export const oldSecret = 'the-old-secret-of-at-least-32-characters';
export const linksUrl = 'https://links.example.com';

/** A token as a mail carries it, signed with the newest key unless told otherwise. */
export const tokenFor = (facts: Partial<LinkFacts> = {}, version = '2', secret = newSecret): string => {
  const links = createLinks({ keys: [{ version, secret }], baseUrl: linksUrl });
  const url = links.unsubscribeUrl({ recipientId: 'ada', mailId: 'm1', expiresAt: now + 90 * day, ...facts });
  return new URL(url).searchParams.get('token') ?? '';
};
export const token = tokenFor();

export const settings = readSettings({
  provider: { organisation: 'org-17', projects: ['prj-42'] },
  mail: { sender: 'warden@example.com', operator: 'operator@example.com' },
});

/** For links of job 1, none of which asks the provider. */
export const unasked = createProviderClient({
  settings: settings.provider,
  credential: { kind: 'token', token: () => Promise.reject(new Error('The provider is not to be asked.')) },
});

/** Ada's mail named two of her three watches. */
export const ada: Recipient = {
  ...personWith('ada', { w1: { model: 'H100' }, w2: { model: 'A100' }, w3: { model: 'L40S' } }),
  owed: { ...owedFor('w1'), ...owedFor('w3') },
};
export const namedWords = ['any H100', 'any A100'];
/** The table as every test finds it. */
export const untouched = { recipient: ada, version: 1 };

export type Request = {
  readonly token?: string;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  readonly path?: string;
};

/** What API Gateway hands over. Source: "payload format version 2.0" in its developer guide. */
export const eventOf = (method: string, request: Request): APIGatewayProxyEventV2 => {
  const { path = '/unsubscribe', body, isBase64Encoded = false, token: given } = request;
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: given === undefined ? '' : `token=${given}`,
    headers: { host: 'links.example.com', 'user-agent': 'test' },
    ...(given === undefined ? {} : { queryStringParameters: { token: given } }),
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      domainName: 'links.example.com',
      domainPrefix: 'links',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
      requestId: 'request-7',
      routeKey: '$default',
      stage: '$default',
      time: '02/Nov/2026:09:00:00 +0000',
      timeEpoch: now,
    },
    ...(body === undefined ? {} : { body }),
    isBase64Encoded,
  };
};

/** The links handler over a real table, behind a proxy. `reset` gives it an empty table with Ada and her mail in it. */
export const startLinksBench = async () => {
  const table = await startTable();
  const proxy = await startFaultProxy({ target: table.endpoint });
  const client = tableClient(proxy.endpoint);
  const events: WardenEvent[] = [];
  let tables = 0;
  const wire = (TABLE_NAME: string) => {
    const keys = [
      { version: '2', secret: newSecret },
      { version: '1', secret: oldSecret },
    ];
    return {
      store: createRecipientStore(tableOver(client, TABLE_NAME)),
      handler: createHandler({
        environment: { TABLE_NAME },
        settings,
        dynamodb: client,
        links: fixedLinks({ keys, baseUrl: linksUrl }),
        provider: unasked,
        clock: () => now,
        newId,
        report: (event) => events.push(event),
      }),
    };
  };
  let wired = wire('none');

  /** Answers an event as it is. */
  const answer = async (event: APIGatewayProxyEventV2) => {
    const context = lambdaContext({ functionName: 'links' });
    const { body = '', ...rest } = await wired.handler(event, context);
    return { ...rest, body, requestId: context.awsRequestId };
  };
  return {
    proxy,
    /** Since the last reset. */
    events,
    store: () => wired.store,
    ada: () => wired.store.readRecipient('ada'),
    /** Ids of Ada's watches that wait. */
    armed: async (): Promise<string[]> =>
      Object.values((await wired.store.readRecipient('ada'))?.recipient.watches ?? {})
        .filter(({ standing }) => standing.state === 'armed')
        .map(({ watch }) => watch.id),
    answer,
    /** Follows Ada's link. */
    visit: (method: string, request: Request = {}) => answer(eventOf(method, { token, ...request })),
    reset: async (): Promise<void> => {
      proxy.faults.clear();
      events.splice(0);
      tables += 1;
      await createTable(client, `warden-${tables}`);
      wired = wire(`warden-${tables}`);
      await wired.store.saveRecipient(ada, 0);
      const watches = namedWords.map((words, index) => ({ id: `w${index + 1}`, words }));
      await wired.store.saveMail({ mailId: 'm1', recipientId: 'ada', watches, writtenAt: now });
    },
    close: async (): Promise<void> => {
      client.destroy();
      await proxy.close();
      await table.close();
    },
  };
};

export type LinksBench = Awaited<ReturnType<typeof startLinksBench>>;
