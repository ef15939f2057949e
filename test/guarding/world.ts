import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { DeleteMessageCommand, PurgeQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { createGuardStore } from '#adapters/store/guard-store.ts';
import { createTable as tableOver } from '#adapters/store/table.ts';
import type { WardenEvent } from '#domain/event.ts';
import { type Instant, minute } from '#domain/time.ts';
import { movableClock } from '#local/clock.ts';
import { type RuntimeWish, startEmulator } from '#local/emulator/emulator.ts';
import { createTable } from '#local/engines/table.ts';
import { lambdaContext } from '#local/lambda-context.ts';
import { linkEvent } from '#local/link-event.ts';
import { sqsEvent } from '#local/sqs-event.ts';
import { createSystem, type System } from '#local/system.ts';
import { type TestEngines, worldStart } from '../availability/world.ts';
import { type Gate, startGate } from './gate.ts';
import { type ProviderCall, providerCallOf } from './provider-call.ts';

export { startEngines, type TestEngines, worldStart } from '../availability/world.ts';

export const operator = 'operator@example.com';
export const h200 = 'gpu-h200-141g-20cpu-192g';

/** Minutes of idle time: as short as settings allow, so that a story takes eight ticks. */
export const shortLadder = { firstWarningAfter: '5m', lastWarningAfter: '20m', deleteAfter: '35m', lead: '15m' };

export type WorldOptions = {
  readonly guardrails?: Record<string, unknown>;
  readonly provider?: Record<string, unknown>;
  readonly mail?: Record<string, unknown>;
};

/** Something that happened, and when by the product's clock. */
export type Told = { readonly at: Instant; readonly event: WardenEvent };
export type Called = ProviderCall & { readonly at: Instant };

type Stage = { readonly url: string; readonly organisation: string; readonly projects: readonly string[] };

const settingsFor = ({ url, organisation, projects }: Stage, { guardrails, provider, mail }: WorldOptions) =>
  readSettings({
    provider: {
      runtimesUrl: `${url}/gpu`,
      inventoryUrl: `${url}/inventory`,
      tenantUrl: `${url}/tenant`,
      organisation,
      projects: [...projects],
      callsPerSecond: 1000,
      ...provider,
    },
    mail: { sender: 'warden@example.com', operator, ...mail },
    guardrails: {
      mode: 'enforce',
      sampleOffsetSeconds: 0,
      owners: [{ name: '{owner}-*', to: '{owner}@example.com' }],
      policies: [{ name: 'short', ladder: shortLadder }],
      ...guardrails,
    },
  });

/** Takes one message after the other, as Lambda's event source does; answers how many are dealt with. */
const deliverAll = async (system: System, queueUrl: string): Promise<number> => {
  for (let done = 0; ; done += 1) {
    const taken = await system.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 1, WaitTimeSeconds: 0 }),
    );
    const [message] = taken.Messages ?? [];
    if (message?.Body === undefined) return done;
    const context = lambdaContext({ functionName: 'send-notice' });
    const { batchItemFailures } = await system.sendNotice(sqsEvent([message.Body]), context);
    if (batchItemFailures.length > 0) continue;
    await system.sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle }));
  }
};

/** What SES says of an address on its suppression list. */
const refusal = { status: 400, type: 'MessageRejected', body: '{"message":"The address is suppressed."}' };

let tables = 0;

/** A story of its own: an empty table, queue and inbox, an emulator of its own, and clocks that the test moves. */
export const startWorld = async (engines: TestEngines, options: WorldOptions = {}) => {
  const clock = movableClock(worldStart);
  let [ahead, providerAhead] = [0, 0];
  const now = () => clock.now() + ahead;
  const emulator = await startEmulator({ clock: () => clock.now() + providerAhead, projects: ['prj-a', 'prj-b'] });
  const { queue, inbox, proxies } = engines;
  const provider = await startGate(emulator.url, providerCallOf);
  const mailGate = await startGate(proxies.mail.endpoint, ({ body }) => body);
  for (const proxy of Object.values(proxies)) proxy.faults.clear();
  await inbox.clear();
  tables += 1;
  const tableName = `guard-${tables}`;
  const told: Told[] = [];
  const calls: Called[] = [];
  const setGate = (gate: Gate<ProviderCall>) =>
    provider.set(async (call) => {
      const called = { ...call, at: now() };
      calls.push(called);
      const passage = await gate(call);
      if (passage === 'drop-connection' || typeof passage === 'object') calls.splice(calls.lastIndexOf(called), 1);
      return passage;
    });
  setGate(() => 'pass');
  const stage = { url: provider.url, organisation: emulator.organisation, projects: ['prj-a'] };
  const build = (changed: WorldOptions): System =>
    createSystem({
      settings: settingsFor(stage, changed),
      engines: {
        tableEndpoint: proxies.table.endpoint,
        tableName,
        queueUrl: proxies.queue.through(queue.queueUrl),
        deadLetterQueueUrls: queue.deadLetterQueueUrls,
        mailEndpoint: mailGate.url,
      },
      credential: { kind: 'token', token: async () => emulator.token },
      clock: { now, sleep: (milliseconds) => clock.advance(milliseconds) },
      report: (event) => told.push({ at: now(), event }),
      linksUrl: 'https://links.example.com',
      linkSecret: 'a secret of at least thirty-two characters',
      chance: () => 0.5,
      mostAttempts: 1,
    });
  let system = build(options);
  await createTable(system.dynamodb, tableName);
  await system.sqs.send(new PurgeQueueCommand({ QueueUrl: queue.queueUrl }));

  /** One run of the schedule; what it threw is answered, as Lambda would count it. */
  const tick = async (): Promise<unknown> => {
    const run = system.guardRuntimes({}, lambdaContext({ functionName: 'guard-runtimes' }));
    return run.then(
      () => undefined,
      (failure: unknown) => failure,
    );
  };
  const deliver = () => deliverAll(system, proxies.queue.through(queue.queueUrl));
  const step = async (minutes = 5): Promise<unknown> => {
    await clock.advance(minutes * minute);
    const failure = await tick();
    await deliver();
    return failure;
  };
  const mails = async () =>
    (await inbox.messages()).map(({ to, subject, text = '', html = '' }) => ({ to: to[0] ?? '', subject, text, html }));

  return {
    now,
    clock,
    emulator,
    control: emulator.control,
    proxies,
    queue,
    tableName,
    told,
    /** The calls that the provider got, in the order in which they were sent. */
    calls,
    setGate,
    /** The mail service refuses for good what contains these words, in the address or anywhere else. */
    refuseMails: (words: readonly string[]) =>
      mailGate.set((body) => (words.some((word) => body.includes(word)) ? refusal : 'pass')),
    system: () => system,
    tick,
    deliver,
    /** Minutes pass, then the schedule runs and every message is handled. */
    step,
    /** So many minutes in steps: a tick and a delivery after each. */
    minutes: async (minutes: number, every = 5): Promise<void> => {
      for (let passed = 0; passed < minutes; passed += every) await step(every);
    },
    overlappingTicks: (count: number) => Promise.all(Array.from({ length: count }, tick)),
    jump: ({ ours = 0, theirs = 0 }: { ours?: number; theirs?: number }) => {
      ahead += ours;
      providerAhead += theirs;
    },
    idle: (name: string, wish: RuntimeWish = {}) =>
      emulator.control.addRuntime({ name, project: 'prj-a', configId: h200, metrics: { kind: 'idle' }, ...wish }),
    events: (name: WardenEvent['event']) => told.flatMap(({ event }) => (event.event === name ? [event] : [])),
    mails,
    /** Subjects of the mails, all or those to one address. */
    subjects: async (to?: string) =>
      (await mails()).flatMap((mail) => (to === undefined || mail.to === to ? [mail.subject] : [])),
    deletions: () => calls.filter(({ kind }) => kind === 'delete').length,
    store: () => createGuardStore(tableOver(system.dynamodb, tableName)),
    /** Everything in the table, in an order that does not change. */
    dump: async (): Promise<readonly string[]> => {
      const { Items = [] } = await system.dynamodb.send(new ScanCommand({ TableName: tableName }));
      return Items.map((item) => JSON.stringify(Object.entries(item).sort())).sort();
    },
    /** Follows a link of a mail: GET as a person's browser or a scanner, POST with a form as a button. */
    visit: async (method: 'GET' | 'HEAD' | 'POST', link: string, form?: string) => {
      const { statusCode, body = '' } = await system.links(
        linkEvent(method, link, form),
        lambdaContext({ functionName: 'links' }),
      );
      return { status: statusCode ?? 0, body };
    },
    /** A new process, or a new deployment: perhaps other settings, over the same table. */
    redeploy: (changed: WorldOptions = options) => {
      system.close();
      system = build(changed);
    },
    close: async () => {
      system.close();
      await Promise.all([provider.close(), mailGate.close()]);
      await emulator.close();
    },
  };
};

export type World = Awaited<ReturnType<typeof startWorld>>;
