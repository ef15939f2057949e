import { oneLine } from '#adapters/look/one-line.ts';
import { unsafeShortLadderWords } from '#adapters/look/runtime-words.ts';
import type { RuntimeMail } from '#domain/guardrails/runtime-notice.ts';
import type { MailSettings, RenderedMail } from '#domain/notice.ts';
import { dailyContent } from './daily.ts';
import { deletedContent } from './deleted.ts';
import { robotHeaders } from './robot-headers.ts';
import type { RuntimeMailContent } from './runtime-content.ts';
import { renderRuntimeHtml } from './runtime-html.ts';
import { renderRuntimeText } from './runtime-text.ts';
import { troubleContent } from './trouble.ts';
import { warningContent } from './warning.ts';

const mostOfASubject = 200;

const contentOf = (mail: RuntimeMail, settings: MailSettings): RuntimeMailContent => {
  switch (mail.kind) {
    case 'warning':
      return warningContent(mail, settings);
    case 'deleted':
      return deletedContent(mail, settings);
    case 'trouble':
      return troubleContent(mail, settings);
    case 'daily':
      return dailyContent(mail, settings);
  }
};

/**
 * A mail about runtimes as a mail service takes it: one-line subject, text and HTML part with the same facts, headers. Pure:
 * the time is `mail.writtenAt`, times are told in `settings.timeZone`. The HTML part stays below 100,000 bytes whatever the
 * number of rows; the text part has every detail of every row, of the daily lists the first 60 lines each. There is no way to
 * unsubscribe: these mails are about machines that bill and are deleted.
 *
 * @throws RangeError when a mail other than the daily one tells nothing, or its time zone does not exist
 * @throws TypeError when one of the addresses is not http or https
 */
export const renderRuntimeMail = (mail: RuntimeMail, settings: MailSettings): RenderedMail => {
  const content = contentOf(mail, settings);
  const caution = settings.unsafeShortLadder ? { caution: unsafeShortLadderWords } : {};
  const oneLined = { ...content, ...caution, subject: oneLine(content.subject, mostOfASubject) };
  return {
    subject: oneLined.subject,
    text: renderRuntimeText(oneLined),
    html: renderRuntimeHtml(oneLined),
    headers: robotHeaders,
  };
};
