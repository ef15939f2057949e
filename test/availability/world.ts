import { DeleteMessageCommand, PurgeQueueCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { readSettings } from '#adapters/configuration/define-config.ts';
import type { WardenEvent } from '#domain/event.ts';
import { minute } from '#domain/time.ts';
import { movableClock } from '#local/clock.ts';
import { type Emulator, startEmulator } from '#local/emulator/emulator.ts';
import { providerSettings } from '#local/emulator/provider-settings.ts';
import { startFaultProxy } from '#local/engines/fault-proxy.ts';
import { startInbox } from '#local/engines/inbox.ts';
import { startQueue } from '#local/engines/queue.ts';
import { createTable, startTable } from '#local/engines/table.ts';
import { lambdaContext } from '#local/lambda-context.ts';
import { sqsEvent } from '#local/sqs-event.ts';
import { createSystem, type System } from '#local/system.ts';

/** Monday, 2 November 2026, 09:00 UTC. */
export const worldStart = Date.UTC(2026, 10, 2, 9);
export const h100 = 'gpu-h100-80g-20cpu-125g';
export const region = 'as-south-1';
export const h100Offer = `${region}/${h100}`;

type WatchInput = {
  to: string;
  region?: string;
  configId?: string;
  model?: string;
  gpus?: number;
  maxPricePerGpuHour?: number;
  notify?: 'once' | 'every';
  until?: string;
};

export type WorldOptions = {
  readonly watches?: readonly WatchInput[];
  readonly availability?: Record<string, unknown>;
  readonly mail?: Record<string, unknown>;
  readonly creating?: Record<string, unknown>;
  readonly projects?: readonly string[];
};

const settingsFor = (
  emulator: Emulator,
  { watches = [], availability = {}, mail = {}, creating = {}, projects }: WorldOptions,
) =>
  readSettings({
    provider: {
      ...providerSettings(emulator),
      callsPerSecond: 1000,
      ...(projects === undefined ? {} : { projects: [...projects] }),
    },
    mail: { sender: 'warden@example.com', operator: 'operator@example.com', ...mail },
    availability: { ...availability, watches },
    creating,
  });

const takeMessage = async (sqs: SQSClient, queueUrl: string) => {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 1, WaitTimeSeconds: 0 }),
  );
  return Messages[0];
};

/** Table, queue and inbox, each behind a proxy that can make it fail; a test file starts them once. */
export const startEngines = async () => {
  const [table, queue, inbox] = await Promise.all([
    startTable(),
    startQueue({ visibilityTimeoutSeconds: 1 }),
    startInbox(),
  ]);
  const [tableProxy, queueProxy, mailProxy] = await Promise.all([
    startFaultProxy({ target: table.endpoint }),
    startFaultProxy({ target: queue.endpoint }),
    startFaultProxy({ target: inbox.endpoint }),
  ]);
  return {
    queue,
    inbox,
    proxies: { table: tableProxy, queue: queueProxy, mail: mailProxy },
    close: async () => {
      await Promise.all([tableProxy.close(), queueProxy.close(), mailProxy.close()]);
      await Promise.all([table.close(), queue.close(), inbox.close()]);
    },
  };
};

export type TestEngines = Awaited<ReturnType<typeof startEngines>>;

/** Takes one message after the other, as Lambda's event source does; answers how many are dealt with. */
const deliverAll = async (system: System, queueUrl: string): Promise<number> => {
  let done = 0;
  for (;;) {
    const message = await takeMessage(system.sqs, queueUrl);
    if (message?.Body === undefined) return done;
    const context = lambdaContext({ functionName: 'send-notice' });
    const { batchItemFailures } = await system.sendNotice(sqsEvent([message.Body]), context);
    if (batchItemFailures.length > 0) continue;
    await system.sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle }));
    done += 1;
  }
};

let tables = 0;

/** A story of its own: an empty table, queue and inbox, an emulator of its own, and a clock that the test moves. */
export const startWorld = async (engines: TestEngines, options: WorldOptions = {}) => {
  const clock = movableClock(worldStart);
  const emulator = await startEmulator({ clock: clock.now });
  const { queue, inbox, proxies } = engines;
  for (const proxy of Object.values(proxies)) proxy.faults.clear();
  await inbox.clear();
  tables += 1;
  const tableName = `warden-${tables}`;
  const events: WardenEvent[] = [];
  let settings = settingsFor(emulator, options);
  const build = (): System =>
    createSystem({
      settings,
      engines: {
        tableEndpoint: proxies.table.endpoint,
        tableName,
        queueUrl: proxies.queue.through(queue.queueUrl),
        deadLetterQueueUrls: queue.deadLetterQueueUrls,
        mailEndpoint: proxies.mail.endpoint,
      },
      credential: { kind: 'token', token: async () => emulator.token },
      clock: { now: clock.now, sleep: (milliseconds) => clock.advance(milliseconds) },
      report: (event) => events.push(event),
      linksUrl: 'https://links.example.com',
      linkSecret: 'a secret of at least thirty-two characters',
      mostAttempts: 1,
    });
  // A small catalogue with nothing free: the story opens what it needs.
  emulator.control.clearOffers();
  for (const configId of [h100, 'gpu-a100-80g-12cpu-125g', 'gpu-h200-141g-20cpu-192g']) {
    emulator.control.setOffer({ configId, available: 0 });
  }
  let system = build();
  await createTable(system.dynamodb, tableName);
  await system.sqs.send(new PurgeQueueCommand({ QueueUrl: queue.queueUrl }));

  /** One run of the schedule; what it threw is answered, as Lambda would count it. */
  const tick = async (): Promise<unknown> => {
    try {
      await system.watchAvailability({}, lambdaContext({ functionName: 'watch-availability' }));
      return undefined;
    } catch (failure) {
      return failure;
    }
  };
  const deliver = (): Promise<number> => deliverAll(system, proxies.queue.through(queue.queueUrl));
  return {
    clock,
    emulator,
    control: emulator.control,
    events,
    queue,
    proxies,
    tableName,
    system: () => system,
    tick,
    deliver,
    /** Minutes pass, then the schedule runs and every message is handled. */
    step: async (minutes = 1): Promise<unknown> => {
      await clock.advance(minutes * minute);
      const failure = await tick();
      await deliver();
      return failure;
    },
    show: (available: number, change: Record<string, unknown> = {}) =>
      emulator.control.setOffer({ configId: h100, available, ...change }),
    mails: async () =>
      (await inbox.messages()).map(({ to, subject, text = '', html = '', headers }) => {
        return { to: to[0] ?? '', subject, text, html, headers };
      }),
    subjects: async () => (await inbox.messages()).map(({ subject }) => subject),
    /** A new process, or a new deployment: perhaps other settings, over the same table. */
    redeploy: (changed: WorldOptions = options) => {
      system.close();
      settings = settingsFor(emulator, changed);
      system = build();
    },
    close: async () => {
      system.close();
      await emulator.close();
    },
  };
};

export type World = Awaited<ReturnType<typeof startWorld>>;
