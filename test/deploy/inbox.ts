import * as z from 'zod';
import type { LocalAws } from './ministack.ts';

const message = z.object({
  MessageId: z.string(),
  Source: z.string(),
  To: z.array(z.string()),
  Subject: z.string(),
  BodyText: z.string(),
  /** When it was accepted, in seconds since 1970. */
  Timestamp: z.number(),
});
const messages = z.object({ messages: z.record(z.string(), z.array(message)) });

/** A mail that the mail service took over. */
export type Mail = z.output<typeof message>;

/** All mails so far, oldest first. */
export const readInbox = async ({ endpoint }: LocalAws): Promise<readonly Mail[]> => {
  const answer = await fetch(`${endpoint}/_ministack/ses/messages`);
  return Object.values(messages.parse(await answer.json()).messages).flat();
};

/** The first link of a kind in a mail. @throws where it holds none */
export const linkIn = ({ Subject, BodyText }: Mail, purpose: string): string => {
  const [link] = new RegExp(`https?://\\S+/${purpose}\\?token=[\\w.-]+`).exec(BodyText) ?? [];
  if (link === undefined) throw new Error(`The mail "${Subject}" holds no ${purpose} link:\n${BodyText}`);
  return link;
};
