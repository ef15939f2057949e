import * as z from 'zod/mini';
import { mailTopics } from '#domain/outgoing-mail.ts';
import type { ReturnedMail } from '#domain/returned-mail.ts';
import type { Instant } from '#domain/time.ts';

/** An event of SES that is not as we know them. What stands in it is not repeated: there are addresses in it. */
export class MailEventNotUnderstoodError extends Error {
  override readonly name = 'MailEventNotUnderstoodError';
}

/** A text in ISO 8601. */
const instant: z.ZodMiniType<Instant> = z.pipe(
  z.pipe(
    z.string(),
    z.transform((text) => Date.parse(text)),
  ),
  z.number(),
);

/** SES gives each tag as a list; ours have one value. */
const tag = <T>(value: z.ZodMiniType<T>) =>
  z.pipe(
    z.tuple([value], z.unknown()),
    z.transform(([first]) => first),
  );

const mailSchema = z.object({
  timestamp: instant,
  tags: z.object({ mailId: tag(z.string()), recipientId: tag(z.string()), about: tag(z.enum(mailTopics)) }),
});

const name = z.optional(z.nullable(z.string()));

const bounceSchema = z.object({
  mail: mailSchema,
  bounce: z.object({
    bounceType: z.string(),
    bounceSubType: name,
    bouncedRecipients: z.optional(z.array(z.object({ status: name }))),
  }),
});

const complaintSchema = z.object({
  mail: mailSchema,
  complaint: z.object({ complaintFeedbackType: name, complaintSubType: name }),
});

const rejectSchema = z.object({ mail: mailSchema, reject: z.object({ reason: name }) });

const eventSchema = z.object({ detail: z.looseObject({ eventType: z.string() }) });

/** Names of our schemas; no other can be in a path, for nothing here is keyed by the event's own words. */
const parsed = <T>(schema: z.ZodMiniType<T>, value: unknown, what: string): T => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, code }) => `${path.join('.')}: ${code}`).join(', ');
  throw new MailEventNotUnderstoodError(`${what} of the mail service is not understood (${faults}).`);
};

/** As far as they are plain ones: whoever answers a mail can put anything into them. */
const inBrackets = (names: readonly (string | null | undefined)[]): string => {
  const plain = names.filter((one) => typeof one === 'string' && /^[\w .-]{1,60}$/.test(one));
  return plain.length === 0 ? '' : ` (${plain.join(', ')})`;
};

const identityOf = ({ timestamp, tags }: z.output<typeof mailSchema>) => ({ ...tags, sentAt: timestamp });

const ofBounce = ({ mail, bounce }: z.output<typeof bounceSchema>): ReturnedMail => {
  const { bounceType, bounceSubType, bouncedRecipients } = bounce;
  const names = inBrackets([bounceType, bounceSubType, bouncedRecipients?.[0]?.status]);
  // Of a type that we do not know all that is sure is that the mail came back.
  return bounceType === 'Permanent'
    ? { ...identityOf(mail), how: 'bounced-for-good', because: `a mail to it bounced for good${names}` }
    : { ...identityOf(mail), how: 'bounced', because: `a mail to it came back${names}` };
};

/** A reader who says that a mail is no spam complains about nothing. */
const ofComplaint = ({ mail, complaint }: z.output<typeof complaintSchema>): ReturnedMail | undefined => {
  const { complaintFeedbackType, complaintSubType } = complaint;
  if (complaintFeedbackType?.toLowerCase() === 'not-spam') return undefined;
  const names = inBrackets([complaintFeedbackType, complaintSubType]);
  return { ...identityOf(mail), how: 'complained', because: `its reader called a mail spam${names}` };
};

const ofReject = ({ mail, reject }: z.output<typeof rejectSchema>): ReturnedMail => ({
  ...identityOf(mail),
  how: 'rejected',
  because: `the mail service did not send a mail to it${inBrackets([reject.reason])}`,
});

/**
 * Reads an event of SES as EventBridge hands it over (`Email Bounced`, `Email Complaint Received`, `Email Rejected`); undefined
 * where it tells of no mail that came to nothing. One without our tags is not understood: every mail of ours carries them.
 * Source: "Contents of event data that Amazon SES publishes" in the SES developer guide.
 *
 * @throws MailEventNotUnderstoodError
 */
export const readMailEvent = (event: unknown): ReturnedMail | undefined => {
  const { detail } = parsed(eventSchema, event, 'An event');
  switch (detail.eventType) {
    case 'Bounce':
      return ofBounce(parsed(bounceSchema, detail, 'A bounce'));
    case 'Complaint':
      return ofComplaint(parsed(complaintSchema, detail, 'A complaint'));
    case 'Reject':
      return ofReject(parsed(rejectSchema, detail, 'A rejection'));
    default:
      return undefined;
  }
};
