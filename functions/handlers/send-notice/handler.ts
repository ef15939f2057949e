import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { guardRulesOf } from '#adapters/configuration/guard-rules.ts';
import type { Settings } from '#adapters/configuration/settings.ts';
import { digest } from '#adapters/identity.ts';
import type { LinkMaker } from '#adapters/links.ts';
import { readNoticeMessage } from '#adapters/queue.ts';
import type { KeptLinks } from '#adapters/secrets/kept-links.ts';
import { createGuardStore } from '#adapters/store/guard-store.ts';
import { createRecipientStore } from '#adapters/store/recipient-store.ts';
import { createTable } from '#adapters/store/table.ts';
import type { Report } from '#domain/event.ts';
import type { MailSettings } from '#domain/notice.ts';
import type { Instant } from '#domain/time.ts';
import type { RuntimeNoticeWorld } from '#workflows/send-notice/runtime-notice-world.ts';
import type { SendNoticeOutcome } from '#workflows/send-notice/send-claimed.ts';
import { type SendConfirmationWorld, sendConfirmation } from '#workflows/send-notice/send-confirmation.ts';
import { type SendNoticeWorld, sendNotice } from '#workflows/send-notice/send-notice.ts';
import { sendRuntimeNotices } from '#workflows/send-notice/send-runtime-notices.ts';
import type { Environment } from './environment.ts';

/** A notice that the mail service refuses; its message stays on the queue until it ends among the dead letters. */
export class NoticeUndeliveredError extends Error {
  override readonly name = 'NoticeUndeliveredError';
}

/** Everything that the handler is given: its environment, the user's settings, and the world it works in. */
export type Parts = {
  readonly environment: Pick<Environment, 'TABLE_NAME'>;
  readonly settings: Settings;
  readonly dynamodb: DynamoDBClient;
  readonly links: Pick<KeptLinks, 'current'>;
  readonly mailer: SendNoticeWorld['mailer'];
  readonly clock: () => Instant;
  readonly newId: () => string;
  readonly report: Report;
};

const mailSettingsOf = ({ mail, provider, guardrails }: Settings): MailSettings => ({
  timeZone: mail.timeZone,
  consoleUrl: provider.consoleUrl,
  runtimesUrl: provider.runtimesUrl,
  organisation: provider.organisation,
  project: provider.projects[0] ?? '',
  unsafeShortLadder: guardrails.unsafeShortLadder,
});

type Worlds = { readonly watches: SendNoticeWorld & SendConfirmationWorld; readonly runtimes: RuntimeNoticeWorld };

/** What each job's mails are made from, but for the links in them, whose keys may change between two messages. */
const createWorlds = ({ environment, settings, dynamodb, mailer, clock, newId, report }: Parts) => {
  const mailSettings = mailSettingsOf(settings);
  const table = createTable(dynamodb, environment.TABLE_NAME);
  const recipients = createRecipientStore(table);
  const guard = createGuardStore(table);
  const shared = { mailer, clock, newId, report };
  return (links: LinkMaker): Worlds => ({
    watches: {
      ...shared,
      store: recipients,
      // Each job's mails are loaded with its first message.
      render: async (mail) => (await import('#adapters/mail/render.ts')).renderAvailabilityMail(mail, mailSettings),
      renderConfirmation: async (mail) =>
        (await import('#adapters/mail/render-confirmation.ts')).renderConfirmationMail(mail, mailSettings),
      unsubscribeUrl: links.unsubscribeUrl,
      confirmUrl: links.confirmUrl,
    },
    runtimes: {
      ...shared,
      store: { ...recipients, ...guard },
      render: async (mail) =>
        (await import('#adapters/mail/render-runtime-mail.ts')).renderRuntimeMail(mail, mailSettings),
      links,
      digest,
    },
  });
};

/** Both mails that a recipient of job 1 may be owed; the trouble of one is not the other's. */
const sendAllNotices = async (
  world: Worlds['watches'],
  settings: Settings['availability'],
  recipientId: string,
): Promise<readonly SendNoticeOutcome[]> => {
  const outcomes: SendNoticeOutcome[] = [];
  try {
    outcomes.push(await sendNotice(world, settings, recipientId));
  } finally {
    outcomes.push(await sendConfirmation(world, recipientId));
  }
  return outcomes;
};

/** The Lambda function behind the queue: a message names a recipient who is owed a mail. Failed messages alone come again. */
export const createHandler = (parts: Parts) => {
  const { settings, links, report } = parts;
  const worldsWith = createWorlds(parts);
  const rules = guardRulesOf(settings);
  const take = async (record: SQSRecord): Promise<void> => {
    const { recipientId, about } = readNoticeMessage(record.body);
    // A mail without its links is of no use: before anything is claimed, they must be there.
    const { watches, runtimes } = worldsWith(await links.current());
    const outcomes =
      about === 'runtimes'
        ? [await sendRuntimeNotices(runtimes, rules, recipientId)]
        : await sendAllNotices(watches, settings.availability, recipientId);
    if (outcomes.includes('undelivered'))
      throw new NoticeUndeliveredError(`Nothing can be sent to recipient ${recipientId}.`);
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
