import * as z from 'zod/mini';
import type { WardenEvent } from '#domain/event.ts';
import { mailTopics } from '#domain/outgoing-mail.ts';
import type { Instant } from '#domain/time.ts';
import { createHandler } from '#handlers/note-bounces/handler.ts';
import type { FaultProxy } from '#local/engines/fault-proxy.ts';
import { lambdaContext } from '#local/lambda-context.ts';
import { type Misfortune, type SentMail, sesEvent } from '#local/ses-events.ts';
import type { System } from '#local/system.ts';

const sendEmailSchema = z.object({
  Destination: z.object({ ToAddresses: z.tuple([z.string()]) }),
  EmailTags: z.array(z.object({ Name: z.string(), Value: z.string() })),
});

const identitySchema = z.object({ mailId: z.string(), recipientId: z.string(), about: z.enum(mailTopics) });

/** A mail as the mail service was asked to send it; its tags are read as they went over the wire. */
const sentMailOf = (body: string, sentAt: Instant): SentMail => {
  const { Destination, EmailTags } = sendEmailSchema.parse(JSON.parse(body));
  const tags = Object.fromEntries(EmailTags.map(({ Name, Value }) => [Name, Value]));
  return { to: Destination.ToAddresses[0], sentAt, identity: identitySchema.parse(tags) };
};

type Watched = {
  readonly system: () => System;
  readonly tableName: string;
  readonly proxies: { readonly mail: FaultProxy };
  readonly now: () => Instant;
  readonly report: (event: WardenEvent) => void;
};

/** Adds to a world what the mail service says of its mails afterwards: note-bounces itself, over the same table. */
export const withReturns = ({ system, tableName, proxies, now, report }: Watched) => {
  const sent: SentMail[] = [];
  proxies.mail.faults.add({
    kind: 'throttle',
    match: ({ operation, body }) => {
      if (operation === 'SendEmail') sent.push(sentMailOf(body, now()));
      return false;
    },
  });
  const note = (event: unknown): Promise<unknown> => {
    const handler = createHandler({
      environment: { TABLE_NAME: tableName },
      settings: { mail: { operator: 'operator@example.com' } },
      dynamodb: system().dynamodb,
      clock: now,
      report,
    });
    return handler(event, lambdaContext({ functionName: 'note-bounces' })).then(
      () => undefined,
      (failure: unknown) => failure,
    );
  };
  const latestTo = (address: string): SentMail => {
    const mail = sent.findLast(({ to }) => to === address);
    if (mail === undefined) throw new Error(`Nothing was sent to ${address}`);
    return mail;
  };
  return {
    /** Every mail that was handed to the mail service, oldest first. */
    sent,
    note,
    /** The latest mail to an address comes back; the event about it comes twice. Answers what the runs threw. */
    comesBack: async (address: string, misfortune: Misfortune): Promise<readonly unknown[]> => {
      const event = sesEvent(latestTo(address), misfortune, now());
      return [await note(event), await note(event)];
    },
    latestTo,
  };
};
