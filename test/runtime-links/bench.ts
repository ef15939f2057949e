import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { newId } from '#adapters/identity.ts';
import { createLinks, type LinkFactsOf, type LinkPurpose } from '#adapters/links.ts';
import { createProviderClient } from '#adapters/provider/client.ts';
import { fixedLinks } from '#adapters/secrets/kept-links.ts';
import { createGuardStore } from '#adapters/store/guard-store.ts';
import { createTable as tableOver } from '#adapters/store/table.ts';
import type { WardenEvent } from '#domain/event.ts';
import { day, type Instant } from '#domain/time.ts';
import { createHandler } from '#handlers/links/handler.ts';
import { type Emulator, startEmulator } from '#local/emulator/emulator.ts';
import { providerSettings } from '#local/emulator/provider-settings.ts';
import { startFaultProxy } from '#local/engines/fault-proxy.ts';
import { createTable, startTable } from '#local/engines/table.ts';
import { lambdaContext } from '#local/lambda-context.ts';
import { eventOf } from '../handlers/links-bench.ts';
import { tableClient } from '../local/sdk-clients.ts';
import { now } from './facts.ts';

export const newSecret = 'the-new-secret-of-at-least-32-characters';
export const oldSecret = 'the-old-secret-of-at-least-32-characters';
export const linksUrl = 'https://links.example.com';

const makers = {
  unsubscribe: 'unsubscribeUrl',
  confirm: 'confirmUrl',
  keep: 'keepUrl',
  'keep-all': 'keepAllUrl',
  rearm: 'rearmUrl',
  recreate: 'recreateUrl',
} as const satisfies Record<LinkPurpose, string>;

/** A token as a mail carries it, signed with the newest key unless told otherwise. */
export const tokenFor = <P extends LinkPurpose>(
  purpose: P,
  facts: LinkFactsOf[P],
  version = '2',
  secret = newSecret,
): string => {
  const links = createLinks({ keys: [{ version, secret }], baseUrl: linksUrl });
  const make = links[makers[purpose]] as (facts: LinkFactsOf[P]) => string;
  return new URL(make(facts)).searchParams.get('token') ?? '';
};

const settingsFor = (emulator: Emulator) =>
  readSettings({
    provider: { ...providerSettings(emulator), callsPerSecond: 1000 },
    mail: { sender: 'warden@example.com', operator: 'operator@example.com', timeZone: 'Asia/Kolkata' },
  });

/** Everything in a table, in the order of its keys. */
const dumpOf = async (client: DynamoDBClient, TableName: string) => {
  const { Items = [] } = await client.send(new ScanCommand({ TableName, ConsistentRead: true }));
  const sorted = Items.map((item) => unmarshall(item)).map((item) => [`${item.pk} ${item.sk}`, item] as const);
  return Object.fromEntries(sorted.toSorted(([a], [b]) => a.localeCompare(b)));
};

/** A form as a browser sends it, base64 as API Gateway passes it. */
const formOf = (fields: Readonly<Record<string, string>> | undefined) =>
  fields === undefined
    ? {}
    : { body: Buffer.from(String(new URLSearchParams(fields))).toString('base64'), isBase64Encoded: true };

export type Visit = { readonly token?: string; readonly form?: Readonly<Record<string, string>> };

/** The links handler over a real table, behind a proxy, and an emulated provider. `reset` empties both. */
export const startBench = async () => {
  let time: Instant = now;
  const [table, emulator] = await Promise.all([startTable(), startEmulator({ clock: () => time })]);
  const proxy = await startFaultProxy({ target: table.endpoint });
  const client = tableClient(proxy.endpoint);
  const direct = tableClient(table.endpoint);
  const events: WardenEvent[] = [];
  const clock = () => time;
  let tables = 0;
  const wire = (TABLE_NAME: string) => {
    const settings = settingsFor(emulator);
    const provider = createProviderClient({
      settings: settings.provider,
      credential: { kind: 'token', token: async () => emulator.token },
      clock,
    });
    const keys = [
      { version: '2', secret: newSecret },
      { version: '1', secret: oldSecret },
    ];
    return {
      handler: createHandler({
        environment: { TABLE_NAME },
        settings,
        dynamodb: client,
        links: fixedLinks({ keys, baseUrl: linksUrl }),
        provider,
        clock,
        newId,
        report: (event) => events.push(event),
      }),
      store: createGuardStore(tableOver(direct, TABLE_NAME)),
      tableName: TABLE_NAME,
    };
  };
  let wired = wire('none');
  return {
    emulator,
    control: emulator.control,
    /** Between the handler and the table; the bench's own look at the table goes around it. */
    proxy,
    /** Since the last reset. */
    events,
    store: () => wired.store,
    dump: () => dumpOf(direct, wired.tableName),
    clock,
    /** The time goes on. */
    pass: (milliseconds: number): void => {
      time += milliseconds;
    },
    /** Opens a page, or presses a button on it. */
    visit: async (method: string, path: string, { token, form }: Visit = {}) => {
      const context = lambdaContext({ functionName: 'links' });
      const request = { path, ...(token === undefined ? {} : { token }), ...formOf(form) };
      const { body = '', ...rest } = await wired.handler(eventOf(method, request), context);
      return { ...rest, body, requestId: context.awsRequestId };
    },
    reset: async (): Promise<void> => {
      time = now;
      proxy.faults.clear();
      emulator.control.reset();
      events.splice(0);
      tables += 1;
      wired = wire(`links-${tables}`);
      await createTable(direct, wired.tableName);
    },
    close: async (): Promise<void> => {
      client.destroy();
      direct.destroy();
      await proxy.close();
      await Promise.all([table.close(), emulator.close()]);
    },
  };
};

export type Bench = Awaited<ReturnType<typeof startBench>>;

/** Good for a week and a day: longer than anything that a link of ours is good for. */
export const later = now + 8 * day;
