import { ReceiveMessageCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLinks } from '#adapters/links.ts';
import { createGuardStore } from '#adapters/store/guard-store.ts';
import { createTable as tableOver } from '#adapters/store/table.ts';
import type { RuntimeCase } from '#domain/guardrails/runtime-case.ts';
import { day } from '#domain/time.ts';
import { type Emulator, startEmulator } from '#local/emulator/emulator.ts';
import { createTable } from '#local/engines/table.ts';
import { startIssuer } from '#local/issuer.ts';
import { linkEvent } from '#local/link-event.ts';
import { sqsEvent } from '#local/sqs-event.ts';
import { h100, region, startEngines, type TestEngines } from '../availability/world.ts';
import { queueClient, tableClient } from '../local/sdk-clients.ts';
import { account, type ParameterStore, region as ssmRegion, startParameterStore } from '../secrets/parameter-store.ts';
import { bundleEntries, entryNames, failureToStart, runEntry, sourceOf, type Variables } from './entry-runner.ts';
import { eventOf, tokenFor } from './links-bench.ts';

const linkSecret = 'a-secret-of-at-least-thirty-two-characters';
const queueUrl = 'https://sqs.eu-west-1.amazonaws.com/000000000000/notices';

/** Everything that the functions find in their environment, beside what Lambda itself puts there. */
const declared = {
  'watch-availability': ['TABLE_NAME', 'METRICS_NAMESPACE', 'NOTICE_QUEUE_URL', 'PROVIDER_CREDENTIAL_PARAMETER'],
  'send-notice': ['TABLE_NAME', 'METRICS_NAMESPACE', 'LINK_KEYS_PARAMETER', 'LINKS_URL', 'CONFIGURATION_SET'],
  'guard-runtimes': ['TABLE_NAME', 'METRICS_NAMESPACE', 'NOTICE_QUEUE_URL', 'PROVIDER_CREDENTIAL_PARAMETER'],
  links: ['TABLE_NAME', 'METRICS_NAMESPACE', 'LINK_KEYS_PARAMETER', 'LINKS_URL', 'PROVIDER_CREDENTIAL_PARAMETER'],
  'http-api': ['TABLE_NAME', 'METRICS_NAMESPACE', 'NOTICE_DEAD_LETTER_QUEUE_URL', 'EVENT_DEAD_LETTER_QUEUE_URL'],
  'note-bounces': ['TABLE_NAME', 'METRICS_NAMESPACE'],
  'prepare-secrets': ['METRICS_NAMESPACE', 'PROVIDER_CREDENTIAL_PARAMETER', 'LINK_KEYS_PARAMETER'],
} as const;
const variables: Variables = {
  AWS_REGION: ssmRegion,
  AWS_ACCESS_KEY_ID: account.accessKeyId,
  AWS_SECRET_ACCESS_KEY: account.secretAccessKey,
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  TABLE_NAME: 'entries',
  NOTICE_QUEUE_URL: queueUrl,
  NOTICE_DEAD_LETTER_QUEUE_URL: `${queueUrl}-dead`,
  EVENT_DEAD_LETTER_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/000000000000/events-dead',
  METRICS_NAMESPACE: 'GpuWarden/test',
  PROVIDER_CREDENTIAL_PARAMETER: '/entries/provider-credential',
  LINKS_URL: 'https://links.example.com',
  LINK_KEYS_PARAMETER: '/entries/link-keys',
  CONFIGURATION_SET: 'entries',
};
const without = (names: readonly string[], from: Variables = variables): Variables =>
  Object.fromEntries(Object.entries(from).filter(([name]) => !names.includes(name)));

let bundles: Awaited<ReturnType<typeof bundleEntries>>;
let engines: TestEngines;
let emulator: Emulator;
let parameters: ParameterStore;
let sqs: SQSClient;
let env: Variables;
beforeAll(async () => {
  [bundles, engines, emulator, parameters] = await Promise.all([
    bundleEntries(),
    startEngines(),
    startEmulator(),
    startParameterStore(),
  ]);
  parameters.set('/entries/provider-credential', emulator.token);
  parameters.set('/entries/link-keys', `1:${linkSecret}`);
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
    // Real seconds.
    guardrails: { sampleOffsetSeconds: 0 },
  };
  env = {
    ...variables,
    AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
    AWS_ENDPOINT_URL_SQS: queue.endpoint,
    AWS_ENDPOINT_URL_SESV2: mail.endpoint,
    NOTICE_QUEUE_URL: queue.through(engines.queue.queueUrl),
    NOTICE_DEAD_LETTER_QUEUE_URL: queue.through(engines.queue.deadLetterQueueUrls.notices),
    EVENT_DEAD_LETTER_QUEUE_URL: queue.through(engines.queue.deadLetterQueueUrls.events),
    AWS_ENDPOINT_URL_SSM: parameters.endpoint,
    TEST_SETTINGS: JSON.stringify(settings),
  };
});
afterAll(async () => {
  sqs.destroy();
  await Promise.all([engines.close(), emulator.close(), parameters.close(), bundles.remove()]);
});

const metricsIn = (lines: readonly Readonly<Record<string, unknown>>[]) =>
  lines
    .filter(({ _aws }) => _aws !== undefined)
    .map(({ _aws, ...values }) => {
      expect(_aws).toMatchObject({ CloudWatchMetrics: [{ Namespace: 'GpuWarden/test', Dimensions: [['service']] }] });
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

test('guard-runtimes reads and judges; a Keep link keeps, and nothing printed gives it away', async () => {
  const { id, project } = emulator.control.addRuntime({ name: 'ada-notebook', metrics: { kind: 'idle' } });
  const guarded = await runEntry(bundles.pathOf('guard-runtimes'), env, [{ source: 'aws.scheduler' }]);
  expect(guarded.answers).toEqual([null]);
  const facts = { service: 'guard-runtimes', function_request_id: 'request-0', cold_start: true };
  expect(guarded.lines).toContainEqual(
    expect.objectContaining({ level: 'INFO', message: 'guarded', ...facts, complete: true, runtimes: 1, idle: 1 }),
  );
  const readings = guarded.lines.filter(({ message }) => message === 'readings');
  expect(readings).toHaveLength(1);
  expect(JSON.stringify(readings)).not.toMatch(new RegExp(`ada-notebook|${id}`));
  expect(metricsIn(guarded.lines)).toEqual([{ service: 'guard-runtimes', GuardRuns: 1 }]);

  const dynamodb = tableClient(engines.proxies.table.endpoint);
  const episode = { id: 'episode-1', since: Date.now(), keepAtMost: day };
  const kase: RuntimeCase = { project, id, name: 'ada-notebook', ground: 'g', episode, outbox: [] };
  await createGuardStore(tableOver(dynamodb, variables.TABLE_NAME ?? '')).saveCase(kase, 0);
  dynamodb.destroy();
  const links = createLinks({ keys: [{ version: '1', secret: linkSecret }], baseUrl: 'https://links.example.com' });
  const expiresAt = Date.now() + 60_000;
  const link = new URL(links.keepUrl({ project, runtimeId: id, episodeId: 'episode-1', mailId: 'mail-1', expiresAt }));
  const keepToken = link.searchParams.get('token') ?? '';
  const visits = [
    eventOf('GET', { path: '/keep', token: keepToken }),
    eventOf('POST', { path: '/keep', token: keepToken, body: 'for=4h' }),
    eventOf('POST', { path: '/keep', token: `${keepToken.slice(0, -4)}AAAA`, body: 'for=4h' }),
  ];
  const kept = await runEntry(bundles.pathOf('links'), env, visits);
  expect(kept.answers).toMatchObject([{ statusCode: 200 }, { statusCode: 200 }, { statusCode: 403 }]);
  const told = { service: 'links', function_request_id: 'request-1', runtimeId: id };
  expect(kept.lines).toContainEqual(expect.objectContaining({ message: 'runtime-kept', ...told }));
  expect(metricsIn(kept.lines)).toMatchObject([{ RuntimesKept: 1 }]);
  const printed = guarded.output + kept.output;
  for (const secret of ['@', emulator.token, linkSecret, 'token=', ...keepToken.split('.').slice(1)]) {
    expect(printed).not.toContain(secret);
  }
});

test.each([
  ['watch-availability', { PollsFailed: 1 }],
  ['guard-runtimes', { RuntimesUnlisted: [1, 1] }],
] as const)('%s that fails throws, and its log lines and metrics are written all the same', async (name, metrics) => {
  parameters.set('/entries/refused', 'pat-nc-no');
  const refused = { ...env, PROVIDER_CREDENTIAL_PARAMETER: '/entries/refused' };
  const { answers, lines, output } = await runEntry(bundles.pathOf(name), refused, [{}]);
  expect(answers).toEqual([{ failed: expect.stringContaining('Parts of the run that failed') }]);
  expect(metricsIn(lines)).toMatchObject([metrics]);
  expect(output).not.toContain('pat-nc-no');
});

test.each(['watch-availability', 'guard-runtimes'] as const)(
  '%s ends in peace while nobody has set the credential',
  async (name) => {
    parameters.set('/entries/unset', 'not-set');
    const unset = { ...env, PROVIDER_CREDENTIAL_PARAMETER: '/entries/unset' };
    const { answers, lines, output } = await runEntry(bundles.pathOf(name), unset, [{}]);
    expect(answers).toEqual([null]);
    expect(output).toContain('"level":"WARN","message":"credential-missing"');
    expect(metricsIn(lines)).toEqual([{ service: name, CredentialMissing: 1 }]);
  },
);

test('send-notice without its keys sends nothing, and the message comes again', async () => {
  const { LINK_KEYS_PARAMETER = '' } = env;
  const unset = { ...env, LINK_KEYS_PARAMETER: `${LINK_KEYS_PARAMETER}-elsewhere` };
  const event = sqsEvent([JSON.stringify({ recipientId: 'ada' })]);
  const { answers, lines, output } = await runEntry(bundles.pathOf('send-notice'), unset, [event]);
  expect(answers).toEqual([{ batchItemFailures: [{ itemIdentifier: 'message-0' }] }]);
  expect(output).toContain('LinkKeysError: The parameter /entries/link-keys-elsewhere does not exist');
  expect(metricsIn(lines)).toEqual([{ service: 'send-notice', PartsFailed: 1 }]);
});

test('a link that cannot be answered is a page, a log line and a metric', async () => {
  const refusal = engines.proxies.table.faults.add({ match: '*', kind: 'refuse' });
  const token = tokenFor({ expiresAt: Date.now() + 60_000 }, '1', linkSecret);
  const { answers, lines } = await runEntry(bundles.pathOf('links'), env, [eventOf('GET', { token })]);
  refusal.remove();
  expect(answers).toMatchObject([{ statusCode: 500 }]);
  expect(lines).toEqual([expect.objectContaining({ service: 'links', PartsFailed: 1 })]);
});

test('http-api counts the dead letters, with a client that it loads when it is asked for them', async () => {
  const issuer = await startIssuer();
  const authorization = `Bearer ${await issuer.sign({ email: 'ada@example.com' })}`;
  const claims = await issuer.authorize(authorization);
  await issuer.close();
  const event = linkEvent('GET', 'https://api.example.com/v1/health');
  const asked = {
    ...event,
    headers: { ...event.headers, authorization },
    requestContext: { ...event.requestContext, authorizer: { jwt: { claims, scopes: null } } },
  };
  const QueueUrl = engines.queue.deadLetterQueueUrls.events;
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'an event that no function took' }));
  const { answers, lines } = await runEntry(bundles.pathOf('http-api'), env, [asked]);
  const [answer] = answers;
  expect(answer).toMatchObject({ statusCode: 200 });
  expect(JSON.parse(String(answer?.body))).toMatchObject({ well: false, dead_letters: { notices: 0, events: 1 } });
  expect(lines).toEqual([]);
});

describe.each(entryNames)('%s', (name) => {
  test('starts with the settings that are in the repository', async () => {
    expect(await failureToStart(sourceOf(name), variables)).toBeUndefined();
  });

  test('without its variables fails at its start and names every one of them, and no other', async () => {
    const failure = await failureToStart(bundles.pathOf(name), without(Object.keys(variables), env));
    expect(failure).toContain(`EnvironmentError: The environment has ${declared[name].length} faults:`);
    expect(failure?.match(/^ {2}\w+(?=: given nothing)/gm)?.map((line) => line.trim())).toEqual(declared[name]);
  });
});

test.each(entryNames.filter((name) => name !== 'prepare-secrets'))(
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
