import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from '#adapters/configuration/settings.ts';
import type { Credential } from '#adapters/provider/credential.ts';
import { type ApiHandlers, apiRoute } from './api-route.ts';
import type { Clock } from './clock.ts';
import type { Console } from './console.ts';
import { startInbox } from './engines/inbox.ts';
import { usualPorts } from './engines/loopback.ts';
import { startQueue } from './engines/queue.ts';
import { createTable, startTable } from './engines/table.ts';
import { startHttpFront } from './http-front.ts';
import { startIssuer } from './issuer.ts';
import { lambdaContext } from './lambda-context.ts';
import { startQueuePoller } from './queue-poller.ts';
import { createSmtpMailer } from './smtp.ts';
import { createSystem, type System } from './system.ts';

export type MachineOptions = {
  readonly settings: Settings;
  readonly credential: Credential;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly report: Console['report'];
  /** Seconds of real time after which a message that was not dealt with comes again. */
  readonly visibilityTimeoutSeconds: number;
  /** Missing: everything is in memory and gone at the end. */
  readonly dataDirectory?: string;
  readonly inboxPort?: number;
  /** Missing: mails go to the inbox page. */
  readonly smtpUrl?: string;
};

const tableName = 'gpu-warden';

/** The key that signs links; kept beside the table, so that links in mails outlive a restart. */
const linkSecretIn = async (dataDirectory: string | undefined): Promise<string> => {
  const fresh = randomBytes(32).toString('base64url');
  if (dataDirectory === undefined) return fresh;
  const file = join(dataDirectory, 'link-secret');
  await mkdir(dataDirectory, { recursive: true });
  try {
    return await readFile(file, 'utf8');
  } catch {
    await writeFile(file, fresh, { mode: 0o600, flag: 'wx' });
    return fresh;
  }
};

const startEngines = async ({ dataDirectory, inboxPort, visibilityTimeoutSeconds }: MachineOptions) => {
  const [table, queue, inbox] = await Promise.all([
    startTable({
      port: usualPorts.table,
      ...(dataDirectory === undefined ? {} : { directory: join(dataDirectory, 'table') }),
    }),
    startQueue({ port: usualPorts.queue, visibilityTimeoutSeconds }),
    startInbox({ port: inboxPort ?? usualPorts.inbox }),
  ]);
  return { table, queue, inbox, close: () => Promise.all([table.close(), queue.close(), inbox.close()]) };
};

/** Everything that AWS would be, on this machine, with the handlers wired to it. */
export const startMachine = async (options: MachineOptions) => {
  const { settings, credential, clock, report } = options;
  const engines = await startEngines(options);
  const smtp = options.smtpUrl && createSmtpMailer({ url: options.smtpUrl, sender: settings.mail.sender });
  const failed = (job: string) => (error: unknown) => {
    // The parts of a run that failed were told one by one.
    if (!(error instanceof AggregateError)) report({ event: 'job-failed', job, because: String(error) });
  };
  const issuer = await startIssuer({ port: usualPorts.issuer, groupsClaim: settings.api.groupsClaim });
  const api: ApiHandlers = {
    httpApi: (event, context) => system.httpApi(event, context),
    runtimesApi: (event, context) => system.runtimesApi(event, context),
  };
  const front = await startHttpFront({
    handler: (event, context) => system.links(event, context),
    functionName: 'links',
    routeOf: (path) => apiRoute(path, api, issuer.authorize),
    clock,
    onFailure: failed('http'),
    port: usualPorts.front,
  });
  const system: System = createSystem({
    settings,
    credential,
    clock,
    report,
    engines: {
      tableEndpoint: engines.table.endpoint,
      tableName,
      queueUrl: engines.queue.queueUrl,
      deadLetterQueueUrls: engines.queue.deadLetterQueueUrls,
      mailEndpoint: engines.inbox.endpoint,
    },
    linksUrl: front.url,
    linkSecret: await linkSecretIn(options.dataDirectory),
    ...(smtp ? { mailer: smtp } : {}),
  });
  await createTable(system.dynamodb, tableName);
  const underWay = new Set<Promise<unknown>>();
  const poller = startQueuePoller({
    client: system.sqs,
    queueUrl: engines.queue.queueUrl,
    functionName: 'send-notice',
    handler: (event, context) => {
      const sending = system.sendNotice(event, context).finally(() => underWay.delete(sending));
      underWay.add(sending);
      return sending;
    },
    onFailure: failed('send-notice'),
  });
  return {
    inbox: engines.inbox,
    inboxUrl: engines.inbox.url,
    tableUrl: engines.table.endpoint,
    linksUrl: front.url,
    apiNote: `HTTP API: ${front.url}/openapi.json, with a token of POST ${issuer.url}/token (email=me@example.com).`,
    /** One run of watch-availability, as its schedule starts it. A failure is told, not thrown. */
    watch: async (): Promise<void> => {
      const context = lambdaContext({ functionName: 'watch-availability' });
      await system.watchAvailability({}, context).catch(failed('watch-availability'));
    },
    /** One run of guard-runtimes, as its schedule starts it. A failure is told, not thrown. */
    guard: async (): Promise<void> => {
      const context = lambdaContext({ functionName: 'guard-runtimes' });
      await system.guardRuntimes({}, context).catch(failed('guard-runtimes'));
    },
    /** Resolves when no mail is on its way. */
    settled: async (): Promise<void> => {
      await Promise.allSettled(underWay);
    },
    close: async (): Promise<void> => {
      await poller.stop();
      await front.close();
      await issuer.close();
      system.close();
      if (smtp) smtp.close();
      await engines.close();
    },
  };
};

export type Machine = Awaited<ReturnType<typeof startMachine>>;
