import type { AvailabilityMail, MailSettings, RenderedMail } from '#domain/notice.ts';
import { mailFacts } from './facts.ts';
import { renderHtml } from './html.ts';
import { robotHeaders } from './robot-headers.ts';
import { renderText } from './text.ts';

/**
 * An availability mail as a mail service takes it: one-line subject, text and HTML part with the same facts, headers.
 * Pure: the time is `mail.writtenAt`, times are told in `settings.timeZone`. The HTML part stays below 100,000 bytes
 * whatever the number of rows; the text part always has every detail.
 *
 * @throws RangeError when the mail has neither rows nor expired watches, or its time zone does not exist
 * @throws TypeError when one of the addresses is not http or https
 */
export const renderAvailabilityMail = (mail: AvailabilityMail, settings: MailSettings): RenderedMail => {
  const facts = mailFacts(mail, settings);
  return {
    subject: facts.subject,
    text: renderText(facts),
    html: renderHtml(facts),
    headers: [
      { name: 'List-Unsubscribe', value: `<${facts.unsubscribeUrl}>` },
      // RFC 8058: the mail program's own button posts this to the address, without opening a page.
      { name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' },
      ...robotHeaders,
    ],
  };
};
