import { ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '#local/emulator/emulator.ts';
import { createTable } from '#local/engines/table.ts';
import { sqsEvent } from '#local/sqs-event.ts';
import { h100, region, startEngines, type TestEngines } from '../availability/world.ts';
import { queueClient, tableClient } from '../local/sdk-clients.ts';
import { bundleEntries, entryNames, failureToStart, runEntry, sourceOf, type Variables } from './entry-runner.ts';
import { eventOf, tokenFor } from './links-bench.ts';

const linkSecret = 'a-secret-of-at-least-thirty-two-characters';
const queueUrl = 'https://sqs.eu-west-1.amazonaws.com/000000000000/notices';

/** Everything that the functions find in their environment, beside what Lambda itself puts there. */
const declared = {
  'watch-availability': ['TABLE_NAME', 'NOTICE_QUEUE_URL', 'PROVIDER_TOKEN'],
  'send-notice': ['TABLE_NAME', 'LINKS_URL', 'LINK_KEYS'],
  links: ['TABLE_NAME', 'LINKS_URL', 'LINK_KEYS'],
} as const;
const variables: Variables = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  TABLE_NAME: 'entries',
  NOTICE_QUEUE_URL: queueUrl,
  PROVIDER_TOKEN: 'pat-nc-0000',
  LINKS_URL: 'https://links.example.com',
  LINK_KEYS: `1:${linkSecret}`,
};
const without = (names: readonly string[], from: Variables = variables): Variables =>
  Object.fromEntries(Object.entries(from).filter(([name]) => !names.includes(name)));

let bundles: Awaited<ReturnType<typeof bundleEntries>>;
let engines: TestEngines;
let emulator: Emulator;
let sqs: SQSClient;
let env: Variables;
beforeAll(async () => {
  [bundles, engines, emulator] = await Promise.all([bundleEntries(), startEngines(), startEmulator()]);
  const { table, queue, mail } = engines.proxies;
  sqs = queueClient(queue.endpoint);
  const dynamodb = tableClient(table.endpoint);
  await createTable(dynamodb, variables.TABLE_NAME ?? '');
  dynamodb.destroy();
  await engines.inbox.clear();
  const settings = {
    provider: {
      runtimesUrl: emulator.runtimesUrl,
      inventoryUrl: emulator.inventoryUrl,
      organisation: emulator.organisation,
      projects: emulator.projects,
    },
    mail: { sender: 'warden@example.com', operator: 'operator@example.com' },
    availability: { watches: [{ to: 'ada@example.com', region, configId: h100, notify: 'every' }] },
  };
  env = {
    ...variables,
    AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
    AWS_ENDPOINT_URL_SQS: queue.endpoint,
    AWS_ENDPOINT_URL_SESV2: mail.endpoint,
    NOTICE_QUEUE_URL: queue.through(engines.queue.queueUrl),
    PROVIDER_TOKEN: emulator.token,
    TEST_SETTINGS: JSON.stringify(settings),
  };
});
afterAll(async () => {
  sqs.destroy();
  await Promise.all([engines.close(), emulator.close(), bundles.remove()]);
});

const metricsIn = (lines: readonly Readonly<Record<string, unknown>>[]) =>
  lines
    .filter(({ _aws }) => _aws !== undefined)
    .map(({ _aws, ...values }) => {
      expect(_aws).toMatchObject({ CloudWatchMetrics: [{ Namespace: 'GpuWarden', Dimensions: [['service']] }] });
      return values;
    });

test('bundled and run by plain node, the functions take a wish to a mail, and its link to its end', async () => {
  emulator.control.setOffer({ configId: h100, available: 4 });
  const watched = await runEntry(bundles.pathOf('watch-availability'), env, [{ source: 'aws.scheduler' }]);
  expect(watched.answers).toEqual([null]);
  expect(watched.lines).toContainEqual(
    expect.objectContaining({
      level: 'INFO',
      message: 'watch-fired',
      service: 'watch-availability',
      configId: h100,
      function_request_id: 'request-0',
      cold_start: true,
    }),
  );
  const [counted, ...others] = metricsIn(watched.lines);
  expect(others).toEqual([]);
  expect(counted).toMatchObject({ service: 'watch-availability', Polls: 1, WatchesFired: 1 });

  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: env.NOTICE_QUEUE_URL }));
  const bodies = Messages.map(({ Body = '' }) => Body);
  expect(bodies).toHaveLength(1);
  const sent = await runEntry(bundles.pathOf('send-notice'), env, [sqsEvent([...bodies, 'poison'])]);
  expect(sent.answers).toEqual([{ batchItemFailures: [{ itemIdentifier: 'message-1' }] }]);
  expect(sent.lines).toContainEqual(
    expect.objectContaining({ message: 'mail-sent', service: 'send-notice', function_request_id: 'request-0' }),
  );
  expect(metricsIn(sent.lines)).toEqual([{ service: 'send-notice', MailsSent: 1, PartsFailed: 1 }]);
  const [mail, ...more] = await engines.inbox.messages();
  expect(more).toEqual([]);
  expect(mail).toMatchObject({ to: ['ada@example.com'], subject: 'NVIDIA H100 is available in as-south-1' });

  const token = /token=([^>]+)>/.exec(mail?.headers.find(({ name }) => name === 'List-Unsubscribe')?.value ?? '')?.[1];
  const visits = [
    eventOf('GET', { token: token ?? '' }),
    eventOf('POST', { token: token ?? '', body: 'List-Unsubscribe=One-Click' }),
    eventOf('GET', { token: `${token}x` }),
  ];
  const linked = await runEntry(bundles.pathOf('links'), env, visits);
  expect(linked.answers).toMatchObject([
    { statusCode: 200, body: expect.stringContaining('Stop these alerts?') },
    { statusCode: 200, body: expect.stringContaining('These alerts are stopped') },
    { statusCode: 400 },
  ]);
  expect(linked.lines).toMatchObject([{ message: 'unsubscribed', function_request_id: 'request-1', watches: 1 }]);

  // Whatever was printed is what CloudWatch keeps.
  const printed = watched.output + sent.output + linked.output;
  for (const secret of ['@', emulator.token, linkSecret, 'token=', token ?? 'no token']) {
    expect(printed).not.toContain(secret);
  }
});

test('a run that fails throws, and its log lines and metrics are written all the same', async () => {
  const { answers, lines } = await runEntry(
    bundles.pathOf('watch-availability'),
    { ...env, PROVIDER_TOKEN: 'pat-nc-no' },
    [{}],
  );
  expect(answers).toEqual([{ failed: expect.stringContaining('Parts of the run that failed') }]);
  expect(metricsIn(lines)).toMatchObject([{ PollsFailed: 1 }]);
});

test('a link that cannot be answered is a page, a log line and a metric', async () => {
  const refusal = engines.proxies.table.faults.add({ match: '*', kind: 'refuse' });
  const token = tokenFor({ expiresAt: Date.now() + 60_000 }, '1', linkSecret);
  const { answers, lines } = await runEntry(bundles.pathOf('links'), env, [eventOf('GET', { token })]);
  refusal.remove();
  expect(answers).toMatchObject([{ statusCode: 500 }]);
  expect(lines).toEqual([expect.objectContaining({ service: 'links', PartsFailed: 1 })]);
});

describe.each(entryNames)('%s', (name) => {
  test('starts with the settings that are in the repository', async () => {
    expect(await failureToStart(sourceOf(name), variables)).toBeUndefined();
  });

  test('without its variables fails at its start and names every one of them, and no other', async () => {
    const failure = await failureToStart(bundles.pathOf(name), without(Object.keys(variables), env));
    expect(failure).toContain('EnvironmentError: The environment has 3 faults:');
    expect(failure?.match(/^ {2}\w+(?=: given nothing)/gm)?.map((line) => line.trim())).toEqual(declared[name]);
  });
});

test.each(['watch-availability', 'send-notice'] as const)(
  '%s fails at its start where the settings have faults',
  async (name) => {
    const failure = await failureToStart(bundles.pathOf(name), {
      ...env,
      TEST_SETTINGS: '{"mail":{"sender":"nobody"}}',
    });
    expect(failure).toMatch(/^SettingsError: The settings have \d+ faults:/);
    expect(failure).toContain('mail.sender: given "nobody"');
  },
);
