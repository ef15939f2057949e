import { oneLine } from '#adapters/look/one-line.ts';
import type { AskForMail, ConfirmationMail, MailSettings, RenderedMail } from '#domain/notice.ts';
import { robotHeaders } from './robot-headers.ts';
import type { Card, RuntimeMailContent } from './runtime-content.ts';
import { renderRuntimeHtml } from './runtime-html.ts';
import { renderRuntimeText } from './runtime-text.ts';
import { createTimeWords, type TimeWords } from './time-words.ts';
import { webAddress } from './web-address.ts';

// Subjects are logged: nobody's address is in it.
const subject = 'May GPU Warden mail you alerts?';

const askCard = ({ askedBy, askedAt, confirmUrl }: AskForMail, times: TimeWords, expiresAt: number): Card => {
  const link = { words: 'Look at it and confirm', url: webAddress(confirmUrl) };
  return {
    title: `Alerts of ${oneLine(askedBy)}`,
    facts: [
      { label: 'Asked by', lines: [oneLine(askedBy)] },
      { label: 'Asked at', lines: [times.moment(askedAt)] },
      { label: 'Valid until', lines: [times.moment(expiresAt)] },
      { label: 'If you confirm', lines: ['they choose what you are told of; each alert has a link that stops it'] },
    ],
    links: [link],
    brief: `asked ${times.moment(askedAt)}`,
    briefLink: link,
  };
};

const contentOf = ({ asks, expiresAt }: ConfirmationMail, { timeZone }: Pick<MailSettings, 'timeZone'>) => {
  const times = createTimeWords(timeZone);
  const [first, ...others] = asks;
  const who = others.length === 0 ? oneLine(first.askedBy) : `Each of the ${asks.length} named below`;
  return {
    subject,
    preview: 'Only if you say so: without your confirmation nothing comes of it.',
    pill: { words: 'Not confirmed', tone: 'note' },
    lead: [
      `${who} would like GPU Warden to mail this address when a GPU that they wait for can be rented.`,
      'If you did not expect this, do nothing: then nothing comes of it.',
    ],
    links: [],
    facts: [],
    cards: asks.map((ask) => askCard(ask, times, expiresAt)),
    lists: [],
    footer: [
      'Somebody who may use GPU Warden named your address. It is asked by mail at most once a day.',
      `Times are in ${timeZone}.`,
    ],
  } satisfies RuntimeMailContent;
};

/**
 * The mail that asks an address whether somebody may have watches mailed to it, as a mail service takes it. Pure: times are told in
 * `settings.timeZone`. Of whoever asks it says nothing that they could write freely. There is nothing to unsubscribe from.
 *
 * @throws RangeError when the time zone does not exist
 * @throws TypeError when a link is not http or https
 */
export const renderConfirmationMail = (
  mail: ConfirmationMail,
  settings: Pick<MailSettings, 'timeZone'>,
): RenderedMail => {
  const content = contentOf(mail, settings);
  return { subject, text: renderRuntimeText(content), html: renderRuntimeHtml(content), headers: robotHeaders };
};
