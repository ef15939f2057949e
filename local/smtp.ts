import { createTransport } from 'nodemailer';
import * as z from 'zod/mini';
import type { RenderedMail, SendResult } from '#domain/notice.ts';

export type SmtpMailer = {
  readonly send: (address: string, mail: RenderedMail) => Promise<SendResult>;
  readonly close: () => void;
};

const timeLimitMs = 20_000;

const smtpError = z.object({
  message: z.string(),
  code: z.optional(z.string()),
  responseCode: z.optional(z.number()),
  command: z.optional(z.string()),
});

/** Commands whose answer is about this mail or this address; all others are about us and the server. */
const commandsOfOneMail: ReadonlySet<string> = new Set(['RCPT TO', 'DATA']);

/**
 * Keeps apart what no retry cures and what one may. A refused login is a 5xx too, but it says nothing about the recipient:
 * taken as a refusal it would silence everybody's address for a wrong password.
 */
const resultOf = (thrown: unknown): SendResult => {
  const error = z.safeParse(smtpError, thrown).data;
  if (error === undefined) return { result: 'failed', because: 'the mail server could not be reached' };
  // Servers quote the recipient; what is told of a mail names nobody.
  const because = error.message.replaceAll(/[^\s<>"']+@[^\s<>"']+/g, '(an address)');
  const permanent = error.responseCode !== undefined && error.responseCode >= 500;
  const ofThisMail = error.command !== undefined && commandsOfOneMail.has(error.command);
  return { result: permanent && ofThisMail ? 'refused' : 'failed', because };
};

/** Sends mails through the server at `url` (`smtp://user:password@host:587`, `smtps://host`). Nothing of the URL is in any message. */
export const createSmtpMailer = (options: { url: string; sender: string }): SmtpMailer => {
  const transport = createTransport({
    url: options.url,
    connectionTimeout: timeLimitMs,
    greetingTimeout: timeLimitMs,
    socketTimeout: timeLimitMs,
    // A mail is only ever what we rendered: nothing in it is a file or an address to fetch.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    send: async (address, { subject, text, html, headers }) => {
      try {
        const { messageId } = await transport.sendMail({
          from: options.sender,
          // As an object, so that no address can be read as several.
          to: { name: '', address },
          subject,
          text,
          html,
          headers: headers.map(({ name, value }) => ({ key: name, value })),
        });
        return { result: 'accepted', messageId };
      } catch (error) {
        return resultOf(error);
      }
    },
    close: () => transport.close(),
  };
};
