import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { digest } from '#adapters/identity.ts';
import { createGuardStore } from '#adapters/store/guard-store.ts';
import { createRecipientStore } from '#adapters/store/recipient-store.ts';
import { createTable as tableOver } from '#adapters/store/table.ts';
import type { WardenEvent } from '#domain/event.ts';
import type { RuntimeCase, Warning } from '#domain/guardrails/runtime-case.ts';
import type { MailTopic } from '#domain/outgoing-mail.ts';
import { newRecipient, type Recipient } from '#domain/recipient.ts';
import { type Instant, minute, second } from '#domain/time.ts';
import { createHandler } from '#handlers/note-bounces/handler.ts';
import { createTable } from '#local/engines/table.ts';
import { lambdaContext } from '#local/lambda-context.ts';
import type { SentMail } from '#local/ses-events.ts';
import { startGate } from '../guarding/gate.ts';
import { tableClient } from '../local/sdk-clients.ts';

export const now = Date.UTC(2026, 10, 2, 11);
export const addressOf = (name: string) => `${name}@example.com`;
export const idOf = (name: string) => digest(addressOf(name));

/** A mail that was sent a minute ago. */
export const mailTo = (name: string, mailId: string, about: MailTopic = 'warning'): SentMail => ({
  to: addressOf(name),
  sentAt: now - minute,
  identity: { mailId, recipientId: idOf(name), about },
});

const warningIn = (step: Warning['step'], mailId: string, to: readonly string[]): Warning => ({
  step,
  owedAt: now - 2 * minute,
  notBefore: now - 2 * minute,
  deleteAt: now + 15 * minute,
  ahead: 0,
  to: to.map(addressOf),
  level: 0,
  mail: 'sent',
  mailId,
  counted: now - minute,
});

/** A runtime whose last warning went to the first of these, in this mail. */
export const warned = (
  id: string,
  mailId: string,
  to: readonly string[],
  changes: Partial<RuntimeCase> = {},
): RuntimeCase => ({
  project: 'prj-a',
  id,
  name: `${to[0]}-${id}`,
  ground: 'g',
  episode: { id: `e-${id}`, since: now - 120 * minute, last: warningIn('last', mailId, to) },
  named: now + 15 * minute,
  outbox: [],
  ...changes,
});

let tables = 0;

/** note-bounces over a table of its own, with a gate before it; what the test reads and writes goes past the gate. */
export const startBench = async (tableEndpoint: string) => {
  const gate = await startGate(tableEndpoint, ({ body }) => body);
  tables += 1;
  const tableName = `bounces-${tables}`;
  const behind = tableClient(tableEndpoint);
  const dynamodb = tableClient(gate.url);
  await createTable(behind, tableName);
  const events: WardenEvent[] = [];
  const clock = { now };
  const handler = createHandler({
    environment: { TABLE_NAME: tableName },
    settings: { mail: { operator: addressOf('operator') } },
    dynamodb,
    clock: () => clock.now,
    report: (event) => events.push(event),
  });
  const table = tableOver(behind, tableName);
  const store = { ...createRecipientStore(table), ...createGuardStore(table) };
  const seedCase = async (kase: RuntimeCase): Promise<void> => {
    const version = (await store.readCase(`${kase.project}/${kase.id}`))?.version ?? 0;
    await store.saveCase(kase, version);
  };
  return {
    clock,
    events,
    store,
    table,
    tableName,
    dynamodb: behind,
    setGate: gate.set,
    named: <N extends WardenEvent['event']>(name: N) =>
      events.filter((event): event is Extract<WardenEvent, { event: N }> => event.event === name),
    /** One invocation; what it threw is answered, as Lambda would count it. */
    note: (event: unknown): Promise<unknown> =>
      handler(event, lambdaContext({ functionName: 'note-bounces' })).then(
        () => undefined,
        (failure: unknown) => failure,
      ),
    seedCase,
    seedRecipient: async (name: string, changes: Partial<Recipient> = {}): Promise<void> => {
      const version = (await store.readRecipient(idOf(name)))?.version ?? 0;
      await store.saveRecipient({ ...newRecipient(idOf(name), addressOf(name)), ...changes }, version);
    },
    /** What a warning mail keeps before it is sent. */
    seedRecord: (name: string, mailId: string, cases: readonly RuntimeCase[]) =>
      store.saveWarningRecord({
        mailId,
        recipientId: idOf(name),
        writtenAt: now - minute - second,
        rows: cases.map(({ project, id, name, episode, named = 0 }) => {
          return { project, id, name, episodeId: episode?.id ?? '', deleteAt: named };
        }),
      }),
    caseOf: async (id: string): Promise<RuntimeCase | undefined> => (await store.readCase(`prj-a/${id}`))?.value,
    recipient: async (name: string): Promise<Recipient | undefined> =>
      (await store.readRecipient(idOf(name)))?.recipient,
    troubles: async () => Object.values((await store.readDesk()).value.troubles),
    /** Everything in the table, in an order that does not change. */
    dump: async (): Promise<readonly string[]> => {
      const { Items = [] } = await behind.send(new ScanCommand({ TableName: tableName }));
      return Items.map((item) => JSON.stringify(Object.entries(item).sort())).sort();
    },
    close: async () => {
      dynamodb.destroy();
      behind.destroy();
      await gate.close();
    },
  };
};

export type Bench = Awaited<ReturnType<typeof startBench>>;

/** The time of a mail about watches, as it stands in the recipient. */
export const writtenAt: Instant = now - minute - second;
