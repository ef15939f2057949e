import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { guardRulesOf } from '#adapters/configuration/guard-rules.ts';
import type { Settings } from '#adapters/configuration/settings.ts';
import { digest, newId } from '#adapters/identity.ts';
import { createLinks } from '#adapters/links.ts';
import { readNoticeMessage } from '#adapters/queue.ts';
import { createGuardStore } from '#adapters/store/guard-store.ts';
import { createRecipientStore } from '#adapters/store/recipient-store.ts';
import { createTable } from '#adapters/store/table.ts';
import type { Report } from '#domain/event.ts';
import type { MailSettings } from '#domain/notice.ts';
import type { Instant } from '#domain/time.ts';
import { linkKeysOf } from '#handlers/variables.ts';
import type { RuntimeNoticeWorld } from '#workflows/send-notice/runtime-notice-world.ts';
import { type SendNoticeWorld, sendNotice } from '#workflows/send-notice/send-notice.ts';
import { sendRuntimeNotices } from '#workflows/send-notice/send-runtime-notices.ts';
import type { Environment } from './environment.ts';

/** A notice that the mail service refuses; its message stays on the queue until it ends among the dead letters. */
export class NoticeUndeliveredError extends Error {
  override readonly name = 'NoticeUndeliveredError';
}

/** Everything that the handler is given: its environment, the user's settings, and the world it works in. */
export type Parts = {
  readonly environment: Pick<Environment, 'TABLE_NAME' | 'LINKS_URL' | 'LINK_KEYS'>;
  readonly settings: Settings;
  readonly dynamodb: DynamoDBClient;
  readonly mailer: SendNoticeWorld['mailer'];
  readonly clock: () => Instant;
  readonly report: Report;
};

const mailSettingsOf = ({ mail, provider }: Settings): MailSettings => ({
  timeZone: mail.timeZone,
  consoleUrl: provider.consoleUrl,
  runtimesUrl: provider.runtimesUrl,
  organisation: provider.organisation,
  project: provider.projects[0] ?? '',
});

/** The Lambda function behind the queue: a message names a recipient who is owed a mail. Failed messages alone come again. */
export const createHandler = ({ environment, settings, dynamodb, mailer, clock, report }: Parts) => {
  const mailSettings = mailSettingsOf(settings);
  const links = createLinks({ keys: linkKeysOf(environment.LINK_KEYS), baseUrl: environment.LINKS_URL });
  const table = createTable(dynamodb, environment.TABLE_NAME);
  const recipients = createRecipientStore(table);
  const shared = { mailer, clock, newId, report };
  const world: SendNoticeWorld = {
    ...shared,
    store: recipients,
    // Each job's mails are loaded with its first message.
    render: async (mail) => (await import('#adapters/mail/render.ts')).renderAvailabilityMail(mail, mailSettings),
    unsubscribeUrl: links.unsubscribeUrl,
  };
  const runtimeWorld: RuntimeNoticeWorld = {
    ...shared,
    store: { ...recipients, ...createGuardStore(table) },
    render: async (mail) =>
      (await import('#adapters/mail/render-runtime-mail.ts')).renderRuntimeMail(mail, mailSettings),
    links,
    digest,
  };
  const rules = guardRulesOf(settings);
  const take = async (record: SQSRecord): Promise<void> => {
    const { recipientId, about } = readNoticeMessage(record.body);
    const outcome =
      about === 'runtimes'
        ? await sendRuntimeNotices(runtimeWorld, rules, recipientId)
        : await sendNotice(world, settings.availability, recipientId);
    if (outcome === 'undelivered') throw new NoticeUndeliveredError(`Nothing can be sent to recipient ${recipientId}.`);
  };
  const takeOrReport = async (record: SQSRecord): Promise<void> => {
    try {
      await take(record);
    } catch (failure) {
      // What the mail service refuses was told when it did.
      if (!(failure instanceof NoticeUndeliveredError)) {
        report({ event: 'part-failed', part: 'notice', because: String(failure) });
      }
      throw failure;
    }
  };
  return middy(
    (event: SQSEvent, context: Context): Promise<SQSBatchResponse> =>
      processPartialResponse(event, takeOrReport, new BatchProcessor(EventType.SQS), {
        context,
        throwOnFullBatchFailure: false,
      }),
  );
};
