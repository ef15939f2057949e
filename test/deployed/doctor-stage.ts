import { createServer } from 'node:http';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { onTestFinished } from 'vitest';
import { readSettings } from '#adapters/configuration/define-config.ts';
import type { Settings, SettingsInput } from '#adapters/configuration/settings.ts';
import { settingsHash } from '#adapters/configuration/settings-hash.ts';
import { invalidLinkPage } from '#adapters/pages/link-faults.ts';
import { createAvailabilityStore } from '#adapters/store/availability-store.ts';
import { createGuardStore } from '#adapters/store/guard-store.ts';
import { createTable as openTable } from '#adapters/store/table.ts';
import { createSecrets } from '#local/deployed/checks/secrets.ts';
import type { DeployedWorld } from '#local/deployed/checks/world.ts';
import type { AwsClients } from '#local/deployed/doctor-aws.ts';
import { type Emulator, startEmulator } from '#local/emulator/emulator.ts';
import { providerSettings } from '#local/emulator/provider-settings.ts';
import { closeServer, listenOnLoopback, loopback } from '#local/engines/loopback.ts';
import { type Queue, startQueue } from '#local/engines/queue.ts';
import { createTable, startTable } from '#local/engines/table.ts';
import { queueClient, tableClient } from '../local/sdk-clients.ts';
import { type Account, startAccount } from './doctor-account.ts';

export const minutesAgo = (minutes: number): number => Date.now() - minutes * 60_000;
export const credentialParameter = '/gpu-warden-prod/provider-credential';
const linkKeysParameter = '/gpu-warden-prod/link-keys';
export const linkSecret = 'signing-secret-'.padEnd(43, 'x');

/** A server that answers every request with our page about a link that is cut off. */
const startLinks = async (): Promise<string> => {
  const { status, headers, body } = invalidLinkPage('malformed');
  const server = createServer((_, response) => response.writeHead(status, { ...headers }).end(body));
  const port = await listenOnLoopback(server);
  onTestFinished(() => closeServer(server));
  return `http://${loopback}:${port}`;
};

const identity = { VerifiedForSendingStatus: true, VerificationStatus: 'SUCCESS' };
const signed = { SigningEnabled: true, Status: 'SUCCESS', Tokens: ['t1'] };

const eventDestination = {
  Name: 'events',
  Enabled: true,
  MatchingEventTypes: ['BOUNCE', 'COMPLAINT', 'REJECT'],
  EventBridgeDestination: { EventBusArn: 'arn:aws:events:eu-central-1:1:event-bus/default' },
};

const quietAlarms = () =>
  ['NoPoll', 'DeadLetters'].map((id) => ({
    id,
    AlarmName: `stack-${id}`,
    AlarmDescription: `Somebody is hurt. What to do: docs/runbook.md#${id.toLowerCase()}`,
    StateValue: 'OK',
    StateUpdatedTimestamp: minutesAgo(5) / 1_000,
    ActionsEnabled: true,
  }));

/** An account in which a stage was deployed, and everything about it is well. */
const healthyAccount = (settings: Settings, token: string, outputs: Record<string, string>): Account => ({
  stack: {
    status: 'UPDATE_COMPLETE',
    outputs: { ...outputs, SettingsHash: settingsHash(settings) },
  },
  parameters: new Map([
    [credentialParameter, { value: `${token}\n`, at: minutesAgo(90) }],
    [linkKeysParameter, { value: `k2:${linkSecret},k1:${'o'.repeat(43)}`, at: minutesAgo(90) }],
  ]),
  schedules: new Map(
    ['looks', 'guards'].map((name) => [
      name,
      {
        State: 'ENABLED',
        ScheduleExpression: 'rate(1 minute)',
        Target: { DeadLetterConfig: { Arn: 'arn:aws:sqs:eu-central-1:1:dead' } },
      },
    ]),
  ),
  mail: {
    ProductionAccessEnabled: true,
    SendingEnabled: true,
    EnforcementStatus: 'HEALTHY',
    SendQuota: { Max24HourSend: 50_000, SentLast24Hours: 12 },
  },
  identities: new Map([['gpu.dev', { ...identity, DkimAttributes: signed }]]),
  suppressed: new Map(),
  configurationSets: new Map([['mails', { EventDestinations: [eventDestination] }]]),
  alarms: quietAlarms(),
  subscriptions: [{ arn: 'arn:aws:sns:eu-central-1:1:alarms:1', endpoint: 'ops@gpu.dev' }],
  refused: new Map(),
  silent: new Set(),
});

/** Both functions have just run. */
const haveRun = async (dynamodb: AwsClients['dynamodb'], tableName: string, at: number): Promise<void> => {
  await createTable(dynamodb, tableName);
  const table = openTable(dynamodb, tableName);
  const availability = createAvailabilityStore(table);
  await availability.takeLease('run', at, at + 1_000);
  await availability.saveFleet('run', { observed: 0, lastCompleteAt: at }, at);
  const guard = createGuardStore(table);
  await guard.takeLease('run', at, at + 1_000);
  await guard.saveFleet('run', { clocks: new Map(), slots: [], judgedAt: at }, at);
};

/** `healthy`: as everything is well; a test breaks of it what it wants to see found. */
export type Stage = {
  readonly account: Account;
  readonly emulator: Emulator;
  readonly world: DeployedWorld;
  readonly clients: AwsClients;
  readonly tableName: string;
  readonly queueUrls: { readonly notices: string; readonly deadLetters: string };
  readonly asked: readonly string[];
  /** For a process of its own: the settings, and where each service is. */
  readonly settings: Settings;
  readonly environment: Readonly<Record<string, string>>;
};

const clientsAt = (endpoint: string, tableEndpoint: string, queueEndpoint: string): AwsClients => {
  const configuration = {
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
  return {
    cloudformation: new CloudFormationClient(configuration),
    cloudwatch: new CloudWatchClient(configuration),
    dynamodb: tableClient(tableEndpoint),
    scheduler: new SchedulerClient(configuration),
    ses: new SESv2Client(configuration),
    sns: new SNSClient(configuration),
    sqs: queueClient(queueEndpoint),
    ssm: new SSMClient(configuration),
  };
};

const settingsFor = (emulator: Emulator, more: Partial<SettingsInput>): Settings =>
  readSettings({
    provider: providerSettings(emulator),
    mail: { sender: 'warden@gpu.dev', operator: 'ops@gpu.dev' },
    ...more,
  });

const outputsOf = (queue: Queue, linksUrl: string): Record<string, string> => ({
  TableName: 'warden',
  NoticeQueueUrl: queue.queueUrl,
  DeadLetterQueueUrls: Object.values(queue.deadLetterQueueUrls).join(','),
  LinksUrl: linksUrl,
  ProviderCredentialParameter: credentialParameter,
  LinkKeysParameter: linkKeysParameter,
  ConfigurationSet: 'mails',
  Schedules: 'looks,guards',
  MetricsNamespace: 'GpuWarden/prod',
  AlarmTopicArn: 'arn:aws:sns:eu-central-1:1:alarms',
  FunctionNames: 'watch-availability=prod-watch,guard-runtimes=prod-guard',
});

/** A stage in which everything is well: real table, queues and provider, and an account that says so. */
export const startStage = async (more: Partial<SettingsInput> = {}): Promise<Stage> => {
  const [emulator, table, queue, linksUrl] = await Promise.all([
    startEmulator(),
    startTable(),
    startQueue(),
    startLinks(),
  ]);
  onTestFinished(async () => {
    await Promise.all([emulator.close(), table.close(), queue.close()]);
  });
  const settings = settingsFor(emulator, more);
  const account = healthyAccount(settings, emulator.token, outputsOf(queue, linksUrl));
  const { endpoint, asked } = await startAccount(account);
  const clients = clientsAt(endpoint, table.endpoint, queue.endpoint);
  await haveRun(clients.dynamodb, 'warden', Date.now());
  const world: DeployedWorld = {
    stage: 'prod',
    stackName: 'gpu-warden-prod',
    aws: clients,
    awsOptions: { flags: ' --region eu-central-1' },
    loadSettings: async () => settings,
    fetch: globalThis.fetch,
    clock: Date.now,
    signal: new AbortController().signal,
    secrets: createSecrets(),
  };
  const queueUrls = { notices: queue.queueUrl, deadLetters: queue.deadLetterQueueUrls.notices };
  const environment = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
    AWS_ENDPOINT_URL_SQS: queue.endpoint,
  };
  return { account, emulator, world, clients, tableName: 'warden', queueUrls, asked, settings, environment };
};
