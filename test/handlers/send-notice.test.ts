import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SESv2Client } from '@aws-sdk/client-sesv2';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { newId } from '#adapters/identity.ts';
import { createSesMailer } from '#adapters/mailer.ts';
import { fixedLinks } from '#adapters/secrets/kept-links.ts';
import { createAvailabilityStore } from '#adapters/store/availability-store.ts';
import { createRecipientStore } from '#adapters/store/recipient-store.ts';
import { createTable as tableOver } from '#adapters/store/table.ts';
import type { WardenEvent } from '#domain/event.ts';
import { hour, minute } from '#domain/time.ts';
import { createHandler as createLinksHandler } from '#handlers/links/handler.ts';
import { createHandler } from '#handlers/send-notice/handler.ts';
import { type FaultProxy, startFaultProxy } from '#local/engines/fault-proxy.ts';
import { type Inbox, startInbox } from '#local/engines/inbox.ts';
import { createTable, startTable, type Table } from '#local/engines/table.ts';
import { lambdaContext } from '#local/lambda-context.ts';
import { sqsEvent } from '#local/sqs-event.ts';
import { startMailService } from '../adapters/mail-service.ts';
import { mailClient, tableClient } from '../local/sdk-clients.ts';
import { eventOf, unasked } from './links-bench.ts';
import { configId, now, openOffer, owedFor, owedPerson, personWith, region } from './people.ts';

const settings = readSettings({
  provider: { organisation: 'org-17', projects: ['prj-42'] },
  mail: { sender: 'warden@example.com', operator: 'operator@example.com', timeZone: 'Asia/Kolkata' },
  availability: { mailsPerHour: 2 },
});
const links = fixedLinks({ keys: [{ version: '1', secret: 'k'.repeat(32) }], baseUrl: 'https://links.example.com' });

let table: Table;
let inbox: Inbox;
let tableProxy: FaultProxy;
let mailProxy: FaultProxy;
let dynamodb: DynamoDBClient;
let ses: SESv2Client;
beforeAll(async () => {
  [table, inbox] = await Promise.all([startTable(), startInbox()]);
  tableProxy = await startFaultProxy({ target: table.endpoint });
  mailProxy = await startFaultProxy({ target: inbox.endpoint });
  dynamodb = tableClient(tableProxy.endpoint);
  ses = mailClient(mailProxy.endpoint);
});
afterAll(async () => {
  dynamodb.destroy();
  ses.destroy();
  await Promise.all([tableProxy.close(), mailProxy.close()]);
  await Promise.all([table.close(), inbox.close()]);
});

let tables = 0;
let environment: { TABLE_NAME: string };
let store: ReturnType<typeof createRecipientStore>;
let time = now;
let events: WardenEvent[] = [];
const clock = () => time;
const report = (event: WardenEvent) => void events.push(event);

beforeEach(async () => {
  tableProxy.faults.clear();
  mailProxy.faults.clear();
  await inbox.clear();
  tables += 1;
  environment = { TABLE_NAME: `warden-${tables}` };
  time = now;
  events = [];
  await createTable(dynamodb, environment.TABLE_NAME);
  const over = tableOver(dynamodb, environment.TABLE_NAME);
  store = createRecipientStore(over);
  await createAvailabilityStore(over).saveOffer(openOffer);
  for (const id of ['ada', 'bob', 'eve']) await store.saveRecipient(owedPerson(id), 0);
});

/** Hands over one event of several records; answers which bodies come again. */
const handle = async (bodies: readonly string[], client = ses): Promise<string[]> => {
  const mailer = createSesMailer(client, settings.mail);
  const handler = createHandler({ environment, settings, dynamodb, links, mailer, clock, newId, report });
  const event = sqsEvent(bodies);
  const { batchItemFailures } = await handler(event, lambdaContext({ functionName: 'send-notice' }));
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  return event.Records.filter(({ messageId }) => failed.has(messageId)).map(({ body }) => body);
};
const linksParts = () => ({ environment, settings, dynamodb, links, provider: unasked });
const to = (recipientId: string) => JSON.stringify({ recipientId });
const mailedTo = async () => (await inbox.messages()).map((mail) => mail.to[0]).toSorted();
const named = (name: WardenEvent['event']) => events.filter(({ event }) => event === name);

test('every recipient of an event gets their mail, and nothing comes again', async () => {
  expect(await handle([to('ada'), to('bob'), to('eve')])).toEqual([]);
  expect(await mailedTo()).toEqual(['ada@example.com', 'bob@example.com', 'eve@example.com']);
  expect(named('mail-sent')).toHaveLength(3);
  expect((await store.readRecipient('ada'))?.recipient).toMatchObject({
    owed: {},
    mailedAt: [now],
    watches: { w1: { standing: { state: 'done', at: now } } },
  });
});

describe('a message that is not one of ours', () => {
  const poison = [
    'ada@example.com',
    '{"recipientId":"ada@exa',
    '',
    'null',
    '[]',
    '{}',
    '{"recipientId":""}',
    '{"recipientId":42}',
    '{"address":"ada@example.com"}',
  ];
  test.each(poison)('comes again alone, and is told without what stands in it: %s', async (body) => {
    expect(await handle([to('ada'), body, to('bob')])).toEqual([body]);
    expect(await mailedTo()).toEqual(['ada@example.com', 'bob@example.com']);
    expect(named('part-failed')).toEqual([{ event: 'part-failed', part: 'notice', because: expect.any(String) }]);
    expect(JSON.stringify(events)).not.toMatch(/@|ada@exa/);
  });

  test('does not fail the function, even where there is no other', async () => {
    expect(await handle(poison)).toEqual(poison);
  });
});

test('who is not known, or is owed nothing, is sent nothing, and the message is done', async () => {
  await store.saveRecipient(personWith('dan', { w1: { region, configId } }), 0);
  expect(await handle([to('nobody'), to('dan')])).toEqual([]);
  expect(await mailedTo()).toEqual([]);
  expect(events).toEqual([]);
});

test('a message that comes twice, in one event or in two, is one mail', async () => {
  expect(await handle([to('ada'), to('ada')])).toEqual([]);
  expect(await handle([to('ada')])).toEqual([]);
  expect(await mailedTo()).toEqual(['ada@example.com']);
});

test('the mail says what the settings say, and its link stops the watch that it named', async () => {
  await handle([to('ada')]);
  const [mail] = await inbox.messages();
  expect(mail).toMatchObject({ from: 'warden@example.com', subject: 'NVIDIA H100 is available in as-south-1' });
  expect(mail?.text).toContain('2 Nov');
  expect(mail?.text).toContain('14:20');
  expect(mail?.text).toContain('prj-42');
  const header = mail?.headers.find(({ name }) => name === 'List-Unsubscribe')?.value ?? '';
  expect(mail?.headers).toContainEqual({ name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' });
  const link = new URL(header.replace(/^<|>$/g, ''));
  expect(`${link.origin}${link.pathname}`).toBe('https://links.example.com/unsubscribe');
  const recipient = await store.readRecipient('ada');
  if (recipient === undefined) throw new Error('Ada is gone');
  const rearmed = personWith('ada', { w1: { region, configId } });
  await store.saveRecipient({ ...recipient.recipient, watches: rearmed.watches }, recipient.version);
  const links = createLinksHandler({ ...linksParts(), clock, newId, report });
  const visit = eventOf('POST', { token: link.searchParams.get('token') ?? '', body: 'List-Unsubscribe=One-Click' });
  expect(await links(visit, lambdaContext({ functionName: 'links' }))).toMatchObject({ statusCode: 200 });
  expect((await store.readRecipient('ada'))?.recipient.watches.w1?.standing).toMatchObject({ because: 'unsubscribed' });
});

test('the links of a mail work for 90 days', async () => {
  await handle([to('ada')]);
  const [mail] = await inbox.messages();
  const token = /token=([^>]+)>/.exec(mail?.headers.find(({ name }) => name === 'List-Unsubscribe')?.value ?? '')?.[1];
  const statusAt = async (at: number) => {
    const links = createLinksHandler({ ...linksParts(), clock: () => at, newId, report });
    const answer = await links(eventOf('GET', { token: token ?? '' }), lambdaContext({ functionName: 'links' }));
    return answer.statusCode;
  };
  expect(await statusAt(now + 90 * 24 * hour - 1)).toBe(200);
  expect(await statusAt(now + 90 * 24 * hour)).toBe(410);
});

describe('a mail service', () => {
  test('that refuses one mail: its message alone comes again, and the recipient says why', async () => {
    const message = 'Address ada@example.com was rejected.';
    const refuse = (address: string) =>
      address === 'ada@example.com' ? { status: 400, code: 'MessageRejected', message } : undefined;
    const client = mailClient(await startMailService(refuse));
    onTestFinished(() => client.destroy());
    expect(await handle([to('bob'), to('ada'), to('eve')], client)).toEqual([to('ada')]);
    const because = 'MessageRejected: Address <address> was rejected.';
    expect(named('mail-sent')).toHaveLength(2);
    expect(named('mail-undeliverable')).toEqual([{ event: 'mail-undeliverable', recipientId: 'ada', because }]);
    expect(await store.readRecipient('ada')).toMatchObject({
      recipient: { owed: owedFor('w1'), undeliverable: { because, since: now } },
    });
    // While the refusal stands the message is not taken off the queue: it ends among the dead letters.
    expect(await handle([to('ada')])).toEqual([to('ada')]);
    expect(await mailedTo()).toEqual([]);
  });

  test('that throttles: the mail stays owed, waits out its back-off and is sent then', async () => {
    mailProxy.faults.add({ match: 'SendEmail', kind: 'throttle', times: 1 });
    expect(await handle([to('ada')])).toEqual([]);
    const because = expect.stringContaining('TooManyRequestsException');
    expect(named('mail-failed')).toEqual([
      { event: 'mail-failed', recipientId: 'ada', because, retryAt: now + minute },
    ]);
    time = now + minute - 1;
    expect(await handle([to('ada')])).toEqual([]);
    expect(named('mail-held')).toHaveLength(1);
    expect(await mailedTo()).toEqual([]);
    time = now + minute;
    expect(await handle([to('ada')])).toEqual([]);
    expect(await mailedTo()).toEqual(['ada@example.com']);
  });
});

test('no more mails an hour than the settings say', async () => {
  await store.saveRecipient({ ...owedPerson('dan'), mailedAt: [now - 30 * minute, now - 20 * minute] }, 0);
  expect(await handle([to('dan')])).toEqual([]);
  expect(named('mail-held')).toMatchObject([{ recipientId: 'dan', until: now + 30 * minute }]);
  time = now + 30 * minute;
  await handle([to('dan')]);
  expect(await mailedTo()).toEqual(['dan@example.com']);
});

test('a table that fails for one recipient: that message alone comes again, and later succeeds', async () => {
  const adas = ({ operation, body }: { operation: string; body: string }) =>
    operation === 'GetItem' && body.includes('recipient#ada');
  const fault = tableProxy.faults.add({ match: adas, kind: 'throttle' });
  expect(await handle([to('ada'), to('bob')])).toEqual([to('ada')]);
  expect(named('part-failed')).toHaveLength(1);
  fault.remove();
  expect(await handle([to('ada')])).toEqual([]);
  expect(await mailedTo()).toEqual(['ada@example.com', 'bob@example.com']);
});

test('no address, token or link is in any event', async () => {
  await handle([to('ada')]);
  mailProxy.faults.add({ match: 'SendEmail', kind: 'refuse' });
  await handle([to('bob')]);
  tableProxy.faults.add({ match: 'PutItem', kind: 'refuse' });
  await handle([to('eve')]);
  expect(events.map(({ event }) => event)).toEqual(['mail-sent', 'mail-failed', 'part-failed']);
  expect(JSON.stringify(events)).not.toMatch(/@|token=|https:|kkkk/);
});
