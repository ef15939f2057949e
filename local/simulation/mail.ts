import { SESv2ServiceException } from '@aws-sdk/client-sesv2';
import type { Instant } from '#domain/time.ts';
import { answering, type Execute, textOf } from './aws-json.ts';

/** A mail that the mail service took over, which then is its to deliver. */
export type AcceptedMail = {
  readonly at: Instant;
  readonly messageId: string;
  readonly to: string;
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
};

type Text = { readonly Data?: string };
type Pair = { readonly Name?: string; readonly Value?: string };
type Input = {
  readonly FromEmailAddress?: string;
  readonly Destination?: { readonly ToAddresses?: readonly string[] };
  readonly EmailTags?: readonly Pair[];
  readonly Content?: {
    readonly Simple?: {
      readonly Subject?: Text;
      readonly Body?: { readonly Text?: Text; readonly Html?: Text };
      readonly Headers?: readonly Pair[];
    };
  };
};

const refused = (message: string): Error =>
  new SESv2ServiceException({
    name: 'BadRequestException',
    message,
    $fault: 'client',
    $metadata: { httpStatusCode: 400 },
  });

const record = (pairs: readonly Pair[] = []) =>
  Object.fromEntries(pairs.map(({ Name = '', Value = '' }) => [Name, Value]));

const longestHeader = 870;

/** SES in memory and at once: takes mails of our form. */
export const createSimulatedMail = ({ now, newId }: { readonly now: () => Instant; readonly newId: () => string }) => {
  const accepted: AcceptedMail[] = [];
  const send = (input: Input) => {
    const simple = input.Content?.Simple;
    const to = input.Destination?.ToAddresses ?? [];
    const [first] = to;
    if (simple === undefined || first === undefined || to.length > 1) {
      throw refused('The simulated mail service takes simple mails to one address.');
    }
    const { EmailTags: tags = [], FromEmailAddress: from = '' } = input;
    if (tags.some(({ Value = '' }) => !/^[A-Za-z0-9_-]+$/.test(Value))) throw refused('Invalid tag value.');
    if (simple.Headers?.some(({ Value = '' }) => Value.length > longestHeader))
      throw refused('Header value is too long.');
    const messageId = newId();
    accepted.push({
      at: now(),
      messageId,
      to: first,
      from,
      subject: simple.Subject?.Data ?? '',
      text: simple.Body?.Text?.Data ?? '',
      html: simple.Body?.Html?.Data ?? '',
      headers: record(simple.Headers),
      tags: record(tags),
    });
    return { MessageId: messageId };
  };
  return {
    /** @throws SESv2ServiceException what SES refuses it with */
    execute: (operation: string, input: Record<string, unknown>): unknown => {
      if (operation !== 'SendEmail') throw refused(`The simulated mail service does not know ${operation}.`);
      return send(input);
    },
    accepted: (): readonly AcceptedMail[] => accepted,
  };
};

export type SimulatedMail = ReturnType<typeof createSimulatedMail>;

/** What an SDK client has in the place of the network. */
export const mailRequestHandler = (execute: Execute) =>
  answering('', ({ body }) => execute('SendEmail', JSON.parse(textOf(body))));
