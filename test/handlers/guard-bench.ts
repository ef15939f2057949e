import { DeleteMessageCommand, PurgeQueueCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { createGuardStore } from '#adapters/store/guard-store.ts';
import { createTable as tableOver } from '#adapters/store/table.ts';
import type { WardenEvent } from '#domain/event.ts';
import { day, minute } from '#domain/time.ts';
import { movableClock } from '#local/clock.ts';
import { startEmulator } from '#local/emulator/emulator.ts';
import { providerSettings } from '#local/emulator/provider-settings.ts';
import { createTable } from '#local/engines/table.ts';
import { lambdaContext } from '#local/lambda-context.ts';
import { sqsEvent } from '#local/sqs-event.ts';
import { createSystem } from '#local/system.ts';
import { type TestEngines, worldStart } from '../availability/world.ts';

/** As short as the settings allow, so that a test gets through it. */
export const ladder = { firstWarningAfter: '5m', lastWarningAfter: '10m', deleteAfter: '25m', lead: '15m' };

const usual = {
  mode: 'enforce',
  sampleOffsetSeconds: 0,
  owners: [{ name: '{owner}-*', to: '{owner}@example.com' }],
  policies: [{ name: 'short', ladder }],
};

/** Takes every message that is visible off the queue. */
const takeAll = async (sqs: SQSClient, QueueUrl: string): Promise<string[]> => {
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  for (const { ReceiptHandle } of Messages) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  const bodies = Messages.map(({ Body = '' }) => Body);
  return bodies.length === 0 ? [] : [...bodies, ...(await takeAll(sqs, QueueUrl))];
};

export type GuardOptions = {
  readonly guardrails?: object;
  readonly provider?: object;
  /** Real time that a tick's sleeps last beyond what was asked for, in milliseconds. */
  readonly sleepsLonger?: number;
  readonly chance?: () => number;
};

let tables = 0;

/** guard-runtimes and send-notice over a table, a queue and an inbox, and an emulated provider of its own. */
export const startGuardBench = async (engines: TestEngines, options: GuardOptions = {}) => {
  const clock = movableClock(worldStart);
  const emulator = await startEmulator({ clock: clock.now });
  const { queue, inbox, proxies } = engines;
  for (const proxy of Object.values(proxies)) proxy.faults.clear();
  await inbox.clear();
  tables += 1;
  const tableName = `guard-${tables}`;
  const events: WardenEvent[] = [];
  const { sleepsLonger = 0, chance = () => 0.5 } = options;
  const settings = readSettings({
    provider: { ...providerSettings(emulator), callsPerSecond: 1000, ...options.provider },
    mail: { sender: 'warden@example.com', operator: 'operator@example.com' },
    guardrails: { ...usual, ...options.guardrails },
  });
  const build = (mailEndpoint: string) =>
    createSystem({
      settings,
      engines: {
        tableEndpoint: proxies.table.endpoint,
        tableName,
        queueUrl: proxies.queue.through(queue.queueUrl),
        deadLetterQueueUrls: queue.deadLetterQueueUrls,
        mailEndpoint,
      },
      credential: { kind: 'token', token: async () => emulator.token },
      clock: { now: clock.now, sleep: (milliseconds) => clock.advance(milliseconds + sleepsLonger) },
      report: (event) => events.push(event),
      linksUrl: 'https://links.example.com',
      linkSecret: 'a secret of at least thirty-two characters',
      mostAttempts: 1,
      chance,
    });
  const system = build(proxies.mail.endpoint);
  let sender = system;
  await createTable(system.dynamodb, tableName);
  await system.sqs.send(new PurgeQueueCommand({ QueueUrl: queue.queueUrl }));
  const table = tableOver(system.dynamodb, tableName);

  const run = async (event: unknown = {}, timeoutMs = 60_000): Promise<unknown> =>
    system.guardRuntimes(event, lambdaContext({ functionName: 'guard-runtimes', timeoutMs }));
  /** Hands over one event of several records; answers which bodies come again. */
  const handle = async (bodies: readonly string[]): Promise<string[]> => {
    const event = sqsEvent(bodies);
    const { batchItemFailures } = await sender.sendNotice(event, lambdaContext({ functionName: 'send-notice' }));
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    return event.Records.filter(({ messageId }) => failed.has(messageId)).map(({ body }) => body);
  };
  const announced = () => takeAll(system.sqs, queue.queueUrl);
  return {
    clock,
    emulator,
    control: emulator.control,
    proxies,
    events,
    table,
    store: createGuardStore(table),
    named: <N extends WardenEvent['event']>(name: N) =>
      events.filter((event): event is Extract<WardenEvent, { event: N }> => event.event === name),
    lease: async () => (await table.get({ pk: 'guard', sk: 'fleet' }))?.lease,
    /** One that has been there for a day, in the first project unless told otherwise. */
    add: (name: string, kind: 'idle' | 'busy', change: object = {}) =>
      emulator.control.addRuntime({ name, createdMinutesAgo: day / minute, metrics: { kind }, ...change }),
    run,
    announced,
    handle,
    /** From now on mails go to another mail service. */
    sendThrough: (mailEndpoint: string): void => {
      if (sender !== system) sender.close();
      sender = build(mailEndpoint);
    },
    /** Minutes pass, each with a run, whose messages are handled. */
    step: async (minutes = 1): Promise<void> => {
      for (let passed = 0; passed < minutes; passed += 1) {
        await clock.advance(minute);
        await run();
        await handle(await announced());
      }
    },
    mails: async () =>
      (await inbox.messages()).map(({ to, subject, text = '' }) => ({ to: to[0] ?? '', subject, text })),
    close: async () => {
      system.close();
      if (sender !== system) sender.close();
      await emulator.close();
    },
  };
};

export type GuardBench = Awaited<ReturnType<typeof startGuardBench>>;
