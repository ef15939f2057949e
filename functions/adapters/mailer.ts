import { type SESv2Client, SESv2ServiceException, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { withoutAddresses } from '#adapters/addresses.ts';
import type { SendResult } from '#domain/notice.ts';
import type { MailIdentity, OutgoingMail } from '#domain/outgoing-mail.ts';

/**
 * What SES says of the mail itself, as against its own state, its limits or the account's. A sender (or, in the sandbox, a
 * recipient) that is not verified yet is not among them: that is mended without us, and the mail goes out then.
 */
const isRefusal = (error: SESv2ServiceException): boolean =>
  ['MessageRejected', 'BadRequestException'].includes(error.name) && !/not verified/i.test(error.message);

/**
 * What SES keeps with a mail and puts into every event about it: who we are to know again when it comes back. Tags hold letters,
 * digits, `_` and `-`; SES refuses a mail with any other. Source: MessageTag in the SES v2 API reference.
 */
const tagsOf = (identity: MailIdentity) => Object.entries(identity).map(([Name, Value]) => ({ Name, Value }));

/** `configurationSet`: the one whose events reach note-bounces; without it nothing is heard of a mail that comes back. */
export type MailerSettings = { readonly sender: string; readonly configurationSet?: string };

/** Hands mails to SES. Refusals and failures of SES are answered as values; nothing here throws but a mistake of ours. */
export const createSesMailer = (client: SESv2Client, settings: MailerSettings) => ({
  send: async (address: string, mail: OutgoingMail): Promise<SendResult> => {
    const part = (Data: string) => ({ Data, Charset: 'UTF-8' });
    const command = new SendEmailCommand({
      FromEmailAddress: settings.sender,
      Destination: { ToAddresses: [address] },
      ConfigurationSetName: settings.configurationSet,
      EmailTags: tagsOf(mail.identity),
      Content: {
        Simple: {
          Subject: part(mail.subject),
          Body: { Text: part(mail.text), Html: part(mail.html) },
          Headers: mail.headers.map(({ name, value }) => ({ Name: name, Value: value })),
        },
      },
    });
    try {
      const { MessageId = '' } = await client.send(command);
      return { result: 'accepted', messageId: MessageId };
    } catch (error) {
      const name = error instanceof Error ? error.name : 'unknown';
      const because = `${name}: ${withoutAddresses(error instanceof Error ? error.message : String(error))}`;
      const refused = error instanceof SESv2ServiceException && isRefusal(error);
      return { result: refused ? 'refused' : 'failed', because };
    }
  },
});

export type Mailer = ReturnType<typeof createSesMailer>;
