import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { WardenEvent } from '#domain/event.ts';
import { type Instant, minute } from '#domain/time.ts';
import type { TakenMail } from '#local/backtest/memory-world.ts';
import { startHttpFront } from '#local/http-front.ts';
import { lambdaContext } from '#local/lambda-context.ts';
import { sqsEvent } from '#local/sqs-event.ts';
import { BenchFailedError, startBenchWorld } from './bench-world.ts';
import type { FunctionName, Invocation } from './bill-functions.ts';
import { type Load, watchesOf } from './bill-load.ts';
import { meterUnits } from './bill-units.ts';
import { sumOf } from './guard-run.ts';

const startWorld = async (load: Load, startsAt: Instant, onEvent: (event: WardenEvent) => void) => {
  let queueUrl = '';
  const world = await startBenchWorld({
    startsAt,
    availability: { pollSeconds: load.pollSeconds, watches: watchesOf(load) },
    // Turns are waited for in the clock's time, as are the offset of the readings and the looks between two schedules.
    calls: { callsPerSecond: 20 },
    guardrails: { mode: 'enforce', owners: [{ name: '{owner}-*', to: '{owner}@example.com' }] },
    onEvent,
    through: async (engine, url) => {
      if (engine === 'queue') queueUrl = url;
      return url;
    },
  });
  return { ...world, queueUrl };
};

type World = Awaited<ReturnType<typeof startWorld>>;

/** Counts what the functions send to the queue; what is received and deleted there is Lambda's own doing. */
const meterSends = ({ sqs }: World['system']) => {
  let sends = 0;
  sqs.middlewareStack.add(
    (next, context) => async (call) => {
      if (context.commandName === 'SendMessageBatchCommand') sends += 1;
      return next(call);
    },
    { step: 'initialize', name: 'meterSends' },
  );
  return () => sends;
};

/** Records what each invocation asked for, told and worked. One at a time. */
const createRecorder = (world: World, events: WardenEvent[]) => {
  const units = meterUnits(world.system.dynamodb);
  const sends = meterSends(world.system);
  const invocations: Invocation[] = [];
  const mails: TakenMail[] = [];
  const invoke = async <T>(name: FunctionName, isCold: boolean, work: () => Promise<T>): Promise<T> => {
    units.take();
    events.splice(0);
    const before = { calls: sumOf(world.control.calls()), sends: sends(), at: world.clock.now() };
    const cpu = process.cpuUsage();
    const answer = await work();
    const { user, system } = process.cpuUsage(cpu);
    const taken = world.takeMails();
    mails.push(...taken);
    invocations.push({
      name,
      isCold,
      providerCalls: sumOf(world.control.calls()) - before.calls,
      table: units.take(),
      queueCalls: sends() - before.sends,
      mails: taken.length,
      cpuMs: (user + system) / 1000,
      waitedMs: world.clock.now() - before.at,
      events: [...events],
    });
    return answer;
  };
  return { invoke, sends, takeInvocations: () => invocations.splice(0), takeMails: () => mails.splice(0) };
};

type Invoke = ReturnType<typeof createRecorder>['invoke'];

/** Messages that send-notice is handed at once, at most, as the stack has it. */
const batchSize = 5;

/** Lambda's poller: hands over a batch as it finds it. */
const deliverOnce = async ({ system, queueUrl }: World, invoke: Invoke): Promise<boolean> => {
  const { sqs } = system;
  const receive = new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: batchSize, WaitTimeSeconds: 0 });
  const { Messages: messages = [] } = await sqs.send(receive);
  if (messages.length === 0) return false;
  const event = sqsEvent(messages.map(({ Body = '' }: Message) => Body));
  const context = lambdaContext({ functionName: 'send-notice' });
  const { batchItemFailures } = await invoke('send-notice', true, () => system.sendNotice(event, context));
  if (batchItemFailures.length > 0) throw new BenchFailedError(`Messages that failed: ${batchItemFailures.length}`);
  const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  return true;
};

/** The real handlers over local engines, every invocation of them recorded. Mails are few, so that each finds a new environment. */
export const startBillWorld = async (load: Load, startsAt: Instant) => {
  const events: WardenEvent[] = [];
  const world = await startWorld(load, startsAt, (event) => events.push(event));
  const { invoke, sends, takeInvocations, takeMails } = createRecorder(world, events);
  const front = await startHttpFront({
    handler: (event, context) => invoke('links', true, async () => world.system.links(event, context)),
    functionName: 'links',
    clock: world.clock,
    onFailure: (failure) => {
      throw failure;
    },
  });
  let [minutes, delivered] = [0, 0];
  return {
    control: world.control,
    dynamodb: world.system.dynamodb,
    minutes: () => minutes,
    /** A minute later: both schedules, and what they put on the queue. Answers the mails that were sent. */
    tick: async (): Promise<readonly TakenMail[]> => {
      minutes += 1;
      await world.clock.advance(startsAt + minutes * minute - world.clock.now());
      await invoke('watch-availability', false, world.tick);
      await invoke('guard-runtimes', false, world.guard);
      if (sends() > delivered) while (await deliverOnce(world, invoke));
      delivered = sends();
      return takeMails();
    },
    /** Follows a link of a mail. */
    visit: async (method: 'GET' | 'POST', link: string, form?: Record<string, string>): Promise<void> => {
      const { pathname, search } = new URL(link);
      const body = form === undefined ? {} : { body: new URLSearchParams(form) };
      const { ok, status } = await fetch(`${front.url}${pathname}${search}`, { method, ...body });
      if (!ok) throw new BenchFailedError(`The page behind a link answers ${status}.`);
    },
    takeInvocations,
    close: async () => {
      await front.close();
      await world.close();
    },
  };
};

export type BillWorld = Awaited<ReturnType<typeof startBillWorld>>;
