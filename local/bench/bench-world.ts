import { DeleteMessageBatchCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { readSettings } from '#adapters/configuration/define-config.ts';
import type { SettingsInput } from '#adapters/configuration/settings.ts';
import type { WardenEvent } from '#domain/event.ts';
import type { Instant } from '#domain/time.ts';
import { type TakenMail, tableName } from '#local/backtest/memory-world.ts';
import { type Clock, movableClock } from '#local/clock.ts';
import { startEmulator } from '#local/emulator/emulator.ts';
import { providerSettings } from '#local/emulator/provider-settings.ts';
import { startQueue } from '#local/engines/queue.ts';
import { createTable, startTable } from '#local/engines/table.ts';
import { lambdaContext } from '#local/lambda-context.ts';
import { sqsEvent } from '#local/sqs-event.ts';
import { createSystem, type System } from '#local/system.ts';

/** Something went wrong that no bench provokes: its numbers would mean nothing. */
export class BenchFailedError extends Error {
  override readonly name = 'BenchFailedError';
}

export type BenchWorldOptions = {
  readonly startsAt: Instant;
  readonly availability?: NonNullable<SettingsInput['availability']>;
  readonly guardrails?: NonNullable<SettingsInput['guardrails']>;
  /** How hard the provider may be asked, where it is not the default. */
  readonly calls?: Pick<SettingsInput['provider'], 'callsAtOnce' | 'callsPerSecond'>;
  /** Is told of everything that happens, also of what fails the bench. */
  readonly onEvent?: (event: WardenEvent) => void;
  /** Puts something between the handlers and an engine: answers the address to be used. Missing: nothing. */
  readonly through?: (engine: 'table' | 'queue', url: string) => Promise<string>;
};

const troubles: ReadonlySet<WardenEvent['event']> = new Set([
  'run-skipped',
  'poll-failed',
  'part-failed',
  'listing-incomplete',
  'requests-unread',
  'config-unchecked',
  'watch-unknown-config',
  'mail-failed',
  'mail-undeliverable',
  'runtimes-unlisted',
  'slowed-down',
]);

/** Ends the bench at an event that it does not provoke. */
export const failAt = (event: WardenEvent): void => {
  if (troubles.has(event.event)) throw new BenchFailedError(`Unexpected in a bench: ${JSON.stringify(event)}`);
};

const startEngines = async (options: WorldOptions, now: () => Instant) => {
  const [emulator, table, queue] = await Promise.all([startEmulator({ clock: now }), startTable(), startQueue()]);
  const { through = async (_engine, url) => url } = options;
  const tableEndpoint = await through('table', table.endpoint);
  const queueUrl = await through('queue', queue.queueUrl);
  const { deadLetterQueueUrls } = queue;
  return {
    emulator,
    engines: { tableEndpoint, tableName, queueUrl, deadLetterQueueUrls, mailEndpoint: 'http://127.0.0.1:9' },
    close: async () => {
      await Promise.all([emulator.close(), table.close(), queue.close()]);
    },
  };
};

const settingsFor = (emulator: Awaited<ReturnType<typeof startEmulator>>, options: WorldOptions) =>
  readSettings({
    provider: {
      ...providerSettings(emulator),
      // The pace is kept in simulated time, which stands still during a tick: a turn waited for would only move the clock.
      callsPerSecond: 1000,
      ...options.calls,
    },
    mail: { sender: 'warden@example.com', operator: 'operator@example.com' },
    ...(options.availability === undefined ? {} : { availability: options.availability }),
    ...(options.guardrails === undefined ? {} : { guardrails: options.guardrails }),
  });

/** Hands what waits on the queue to send-notice, ten messages in an event as Lambda does; answers how many were taken. */
const deliverOnce = async ({ sqs, sendNotice }: System, QueueUrl: string): Promise<number> => {
  const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 });
  const { Messages = [] } = await sqs.send(receive);
  if (Messages.length === 0) return 0;
  const event = sqsEvent(Messages.map(({ Body = '' }) => Body));
  const { batchItemFailures } = await sendNotice(event, lambdaContext({ functionName: 'send-notice' }));
  if (batchItemFailures.length > 0) throw new BenchFailedError(`Messages that failed: ${batchItemFailures.length}`);
  const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  return Messages.length;
};

/** Counts the calls that put messages on the queue, so that an empty queue is not asked thousands of times. */
const countAnnouncements = ({ sqs }: System): (() => number) => {
  let announcements = 0;
  sqs.middlewareStack.add(
    (next, context) => async (call) => {
      if (context.commandName === 'SendMessageBatchCommand') announcements += 1;
      return next(call);
    },
    { step: 'initialize', name: 'countAnnouncements' },
  );
  return () => announcements;
};

type WorldOptions = Omit<BenchWorldOptions, 'startsAt'>;

/** A bench world on a clock of the caller's: `sleep` is what the provider's client and the handlers wait with. */
export const startBenchWorldOn = async (clock: Pick<Clock, 'now' | 'sleep'>, options: WorldOptions) => {
  const { emulator, engines, close } = await startEngines(options, clock.now);
  const settings = settingsFor(emulator, options);
  const mails: TakenMail[] = [];
  const system = createSystem({
    settings,
    engines,
    credential: { kind: 'token', token: async () => emulator.token },
    clock,
    report: (event) => {
      options.onEvent?.(event);
      failAt(event);
    },
    linksUrl: 'https://links.example.com',
    linkSecret: 'a secret of at least thirty-two characters',
    mailer: {
      send: async (address, { subject, text }) => {
        mails.push({ address, subject, text, at: clock.now() });
        return { result: 'accepted', messageId: `mail-${mails.length}` };
      },
    },
  });
  await createTable(system.dynamodb, tableName);
  const announcements = countAnnouncements(system);
  let delivered = 0;
  return {
    system,
    settings,
    token: emulator.token,
    control: emulator.control,
    /** The mails taken since the last call. */
    takeMails: (): TakenMail[] => mails.splice(0),
    /** One run of the schedule of job 1. */
    tick: async (): Promise<void> => {
      await system.watchAvailability({}, lambdaContext({ functionName: 'watch-availability' }));
    },
    /** One run of the schedule of job 2. */
    guard: async (): Promise<void> => {
      await system.guardRuntimes({}, lambdaContext({ functionName: 'guard-runtimes' }));
    },
    /** Hands over every waiting message. */
    deliver: async (): Promise<void> => {
      if (announcements() === delivered) return;
      delivered = announcements();
      while ((await deliverOnce(system, engines.queueUrl)) > 0);
    },
    close: async () => {
      system.close();
      await close();
    },
  };
};

/**
 * The real handlers over real local engines on a clock that moves only when it is told to. Only the mail service is
 * replaced: it takes every mail and notes it.
 */
export const startBenchWorld = async ({ startsAt, ...options }: BenchWorldOptions) => {
  const clock = movableClock(startsAt);
  const sleep = (milliseconds: number) => clock.advance(milliseconds);
  return { clock, ...(await startBenchWorldOn({ now: clock.now, sleep }, options)) };
};

export type BenchWorld = Awaited<ReturnType<typeof startBenchWorld>>;
