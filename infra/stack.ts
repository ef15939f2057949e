import { Duration, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { placeholdersIn } from '#adapters/configuration/placeholders.ts';
import type { Settings } from '#adapters/configuration/settings.ts';
import { settingsHash } from '#adapters/configuration/settings-hash.ts';
import type { Environment as GuardRuntimes } from '#handlers/guard-runtimes/environment.ts';
import type { Environment as HttpApi } from '#handlers/http-api/environment.ts';
import type { Environment as Links } from '#handlers/links/environment.ts';
import type { Environment as NoteBounces } from '#handlers/note-bounces/environment.ts';
import type { Environment as RuntimesApi } from '#handlers/runtimes-api/environment.ts';
import type { Environment as SendNotice } from '#handlers/send-notice/environment.ts';
import type { Environment as WatchAvailability } from '#handlers/watch-availability/environment.ts';
import { Alarms } from './constructs/alarms.ts';
import { dashboardHeading, WardenDashboard } from './constructs/dashboard.ts';
import { DeadLetters } from './constructs/dead-letters.ts';
import { FilledIn } from './constructs/filled-in.ts';
import { LinksApi } from './constructs/links-api.ts';
import { MailService } from './constructs/mail-service.ts';
import { MinuteSchedule } from './constructs/minute-schedule.ts';
import { NoticeQueue } from './constructs/notice-queue.ts';
import { Secrets } from './constructs/secrets.ts';
import { SignIn } from './constructs/sign-in.ts';
import { WardenTable } from './constructs/table.ts';
import { WardenFunction } from './constructs/warden-function.ts';
import { watchJobs } from './job-alarms.ts';
import { addOutputs, stepsFor } from './outputs.ts';

export type WardenStackProps = {
  /** Which of the copies that stand side by side this is. */
  readonly stage: string;
  readonly settings: Settings;
  /** Where the settings come from: a path in the project. Handlers are bundled with this file. */
  readonly settingsFile: string;
};

/**
 * One stage of GPU Warden, whole:
 *
 *   every minute ─► watch-availability ─┐
 *   every minute ─► guard-runtimes ─────┼─► table, queue ─► send-notice ─► SES ─► what comes back ─► note-bounces ─► table
 *   people ─► HTTP API ─► links ────────┘
 *               └─ with a token ─► http-api ─► table, dead letters; runtimes-api ─► table, provider
 */
export class WardenStack extends Stack {
  constructor(scope: Construct, id: string, { stage, settings, settingsFile }: WardenStackProps) {
    super(scope, id, { description: `GPU Warden, stage ${stage}` });
    // The CDK writes out dependencies that CloudFormation sees by itself.
    this.templateOptions.metadata = { 'cfn-lint': { config: { ignore_checks: ['W3005'] } } };
    new FilledIn(this, 'SettingsFilledIn', { placeholders: placeholdersIn(settings), settingsFile });
    const { deployment, mail } = settings;
    const METRICS_NAMESPACE = `GpuWarden/${stage}`;

    const alarmsTo = deployment.alarmsTo ?? mail.operator;
    const alarms = new Alarms(this, 'Alarms', { mailTo: alarmsTo });
    const defaults = { settingsFile, logRetention: deployment.logRetentionDays, alarms };
    const table = new WardenTable(this, 'Table', deployment);
    const secrets = new Secrets(this, 'Secrets', { ...defaults, metricsNamespace: METRICS_NAMESPACE });
    const notices = new NoticeQueue(this, 'Notices', { alarms });
    const links = new LinksApi(this, 'Links', { ...defaults, allowOrigins: settings.api.allowOrigins });
    const undelivered = new DeadLetters(this, 'EventDeadLetters', {
      alarms,
      hurts: 'A schedule could not start its function, or a mail that came back was not noted.',
    });
    const tick = {
      // A run is over before another one can hold its lease.
      timeout: Duration.seconds(settings.runs.leaseSeconds - 3),
      events: { retries: 0, oldest: Duration.minutes(1) },
      failures: 'several-in-a-row',
    } as const;

    // Job 1: looks at the inventory every minute, and at its table for who waits for what.
    const watchAvailability = new WardenFunction<WatchAvailability>(this, 'WatchAvailability', {
      ...defaults,
      ...tick,
      handler: 'watch-availability',
      environment: {
        METRICS_NAMESPACE,
        TABLE_NAME: table.tableName,
        NOTICE_QUEUE_URL: notices.queue.queueUrl,
        PROVIDER_CREDENTIAL_PARAMETER: secrets.credentialParameter,
      },
      memoryMiB: 256,
      hurts: 'Whoever waits for a GPU: looks at the inventory fail.',
    });
    watchAvailability.allowTable(table, ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query']);
    watchAvailability.allow(['sqs:SendMessage'], notices.queue.queueArn);
    secrets.allowCredential(watchAvailability);

    // Job 2: reads the use of every runtime every minute; warns, and deletes.
    const guardRuntimes = new WardenFunction<GuardRuntimes>(this, 'GuardRuntimes', {
      ...defaults,
      ...tick,
      handler: 'guard-runtimes',
      environment: {
        METRICS_NAMESPACE,
        TABLE_NAME: table.tableName,
        NOTICE_QUEUE_URL: notices.queue.queueUrl,
        PROVIDER_CREDENTIAL_PARAMETER: secrets.credentialParameter,
      },
      memoryMiB: 512,
      hurts: 'Whoever pays for idle runtimes: nobody looks after them.',
    });
    guardRuntimes.allowTable(table, ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query']);
    guardRuntimes.allow(['sqs:SendMessage'], notices.queue.queueArn);
    secrets.allowCredential(guardRuntimes);

    const schedules = [watchAvailability, guardRuntimes].map(
      ({ function: target, node }) =>
        new MinuteSchedule(this, `${node.id}Schedule`, { target, deadLetters: undelivered }),
    );

    // What SES says of our mails afterwards: an address that bounces is not written to again, and its warnings do not count.
    const noteBounces = new WardenFunction<NoteBounces>(this, 'NoteBounces', {
      ...defaults,
      handler: 'note-bounces',
      environment: { METRICS_NAMESPACE, TABLE_NAME: table.tableName },
      memoryMiB: 256,
      timeout: Duration.seconds(30),
      events: { retries: 2, oldest: Duration.hours(6), deadLetters: undelivered },
      failures: 'each',
      hurts: 'An owner whose warning bounced: it may still count as if it had arrived.',
    });
    noteBounces.allowTable(table, ['GetItem', 'PutItem', 'Query']);
    const mailService = new MailService(this, 'Mail', {
      identity: mail.identity,
      sender: mail.sender,
      listener: noteBounces.function,
      deadLetters: undelivered,
    });

    // Sends what somebody is owed, once.
    const sendNotice = new WardenFunction<SendNotice>(this, 'SendNotice', {
      ...defaults,
      handler: 'send-notice',
      environment: {
        METRICS_NAMESPACE,
        TABLE_NAME: table.tableName,
        LINKS_URL: links.url,
        LINK_KEYS_PARAMETER: secrets.linkKeysParameter,
        CONFIGURATION_SET: mailService.configurationSet.configurationSetName,
      },
      memoryMiB: 256,
      timeout: notices.timeout,
      failures: 'each',
      hurts: 'Whoever is owed a mail gets it late or not at all.',
    });
    sendNotice.allowTable(table, ['GetItem', 'PutItem', 'Query']);
    secrets.allowLinkKeys(sendNotice);
    mailService.allowSending(sendNotice);
    notices.feed(sendNotice);

    // The pages behind the links: keep, unsubscribe, make again.
    const pages = new WardenFunction<Links>(this, 'Pages', {
      ...defaults,
      handler: 'links',
      environment: {
        METRICS_NAMESPACE,
        TABLE_NAME: table.tableName,
        LINKS_URL: links.url,
        LINK_KEYS_PARAMETER: secrets.linkKeysParameter,
        PROVIDER_CREDENTIAL_PARAMETER: secrets.credentialParameter,
      },
      memoryMiB: 512,
      timeout: Duration.seconds(28),
      failures: 'each',
      hurts: 'Whoever presses a link in a mail: runtimes cannot be kept.',
    });
    pages.allowTable(table, ['GetItem', 'PutItem']);
    secrets.allowLinkKeys(pages);
    secrets.allowCredential(pages);
    links.serve(pages.function);

    // The API: what Warden knows, and what people may ask of it.
    const signIn = new SignIn(this, 'SignIn', { api: settings.api, keepData: deployment.keepData });
    const httpApi = new WardenFunction<HttpApi>(this, 'HttpApi', {
      ...defaults,
      handler: 'http-api',
      environment: {
        METRICS_NAMESPACE,
        TABLE_NAME: table.tableName,
        NOTICE_DEAD_LETTER_QUEUE_URL: notices.deadLetters.queueUrl,
        EVENT_DEAD_LETTER_QUEUE_URL: undelivered.queueUrl,
      },
      memoryMiB: 512,
      timeout: Duration.seconds(28),
      failures: 'each',
      hurts: 'Whoever calls the API: watches cannot be made or changed there.',
    });
    httpApi.allowTable(table, ['GetItem', 'PutItem', 'UpdateItem', 'Query']);
    httpApi.allow(['sqs:GetQueueAttributes'], notices.deadLetters.queueArn);
    httpApi.allow(['sqs:GetQueueAttributes'], undelivered.queueArn);

    // The part of the API that asks the provider: it alone holds the credential.
    const runtimesApi = new WardenFunction<RuntimesApi>(this, 'RuntimesApi', {
      ...defaults,
      handler: 'runtimes-api',
      environment: {
        METRICS_NAMESPACE,
        TABLE_NAME: table.tableName,
        PROVIDER_CREDENTIAL_PARAMETER: secrets.credentialParameter,
      },
      memoryMiB: 512,
      timeout: Duration.seconds(28),
      failures: 'each',
      hurts: 'Whoever calls the API about runtimes: they cannot be seen, kept or made there.',
    });
    runtimesApi.allowTable(table, ['GetItem', 'PutItem', 'Query']);
    secrets.allowCredential(runtimesApi);
    links.serveApi(httpApi.function, runtimesApi.function, signIn.authorizer);

    const functions = [
      watchAvailability,
      guardRuntimes,
      sendNotice,
      pages,
      httpApi,
      runtimesApi,
      noteBounces,
      secrets.preparer,
    ];
    const counted = watchJobs(alarms, METRICS_NAMESPACE);
    const heading = dashboardHeading(stage, settings);
    new WardenDashboard(this, 'Dashboard', { heading, alarms, functions, counted });

    addOutputs(this, {
      ...stepsFor({
        stage,
        settingsFile,
        sender: mail.sender,
        identity: mail.identity,
        alarmsTo,
        credentialParameter: secrets.credentialParameter,
        region: this.region,
        keepData: deployment.keepData,
        tableName: table.tableName,
      }),
      TableName: table.tableName,
      NoticeQueueUrl: notices.queue.queueUrl,
      DeadLetterQueueUrls: [notices.deadLetters, undelivered].map(({ queueUrl }) => queueUrl).join(','),
      LinksUrl: links.url,
      ApiUrl: links.url,
      ...signIn.outputs,
      ProviderCredentialParameter: secrets.credentialParameter,
      LinkKeysParameter: secrets.linkKeysParameter,
      ConfigurationSet: mailService.configurationSet.configurationSetName,
      Schedules: schedules.map(({ name }) => name).join(','),
      MetricsNamespace: METRICS_NAMESPACE,
      AlarmTopicArn: alarms.topic.topicArn,
      FunctionNames: functions.map(({ handler, function: { functionName } }) => `${handler}=${functionName}`).join(','),
      SettingsHash: settingsHash(settings),
    });
  }
}
