import { amount, price } from '#adapters/look/money-words.ts';
import { counted, rateWords } from '#adapters/look/runtime-words.ts';
import { costOf } from '#domain/guardrails/money.ts';
import { wastedIn } from '#domain/guardrails/money-sums.ts';
import type { DailyMail } from '#domain/guardrails/runtime-notice.ts';
import type { MailSettings } from '#domain/notice.ts';
import { day } from '#domain/time.ts';
import { dailyLists } from './daily-lists.ts';
import type { Fact } from './fact.ts';
import type { RuntimeMailContent } from './runtime-content.ts';
import { type TimeWords, timeWordsFor } from './time-words.ts';

/** USD a day that the runtimes which would have been deleted go on costing. */
const wouldSave = ({ observing }: DailyMail): number =>
  observing.reduce((sum, { money }) => sum + costOf(money?.ratePerHour ?? 0, day), 0);

const standing = ({ troubles }: DailyMail): number => troubles.filter(({ overAt }) => overAt === undefined).length;

const headlines = (mail: DailyMail): readonly string[] => {
  const troubles = standing(mail);
  const deleted = mail.entries.filter(({ act }) => act === 'deleted').length;
  const { wasted } = wastedIn([...mail.entries, ...mail.observing]);
  const would = wouldSave(mail);
  const perDay = would > 0 ? ` (${amount(would)} a day)` : '';
  return [
    ...(troubles > 0 ? [counted(troubles, 'trouble')] : []),
    ...(mail.observing.length > 0 ? [`${mail.observing.length} would have been deleted${perDay}`] : []),
    ...(deleted > 0 ? [`${deleted} deleted`] : []),
    ...(wasted > 0 ? [`${amount(wasted)} wasted`] : []),
    ...(mail.endingSoon.length > 0 ? [`${counted(mail.endingSoon.length, 'exemption')} about to end`] : []),
  ];
};

const warningsFact = ({ entries }: DailyMail): readonly Fact[] => {
  const first = entries.filter(({ act }) => act === 'warned-first').length;
  const last = entries.filter(({ act }) => act === 'warned-last').length;
  return first + last === 0 ? [] : [{ label: 'Warnings', lines: [`${first} first, ${last} last`] }];
};

const wastedFacts = (mail: DailyMail, times: TimeWords): readonly Fact[] => {
  const { wasted, spans, unpriced } = wastedIn([...mail.entries, ...mail.observing]);
  if (spans + unpriced === 0) return [];
  const from = `price × GPUs × observed idle hours of ${counted(spans, 'idle time')} in this mail, each from its beginning, which may lie before ${times.near(mail.from, mail.writtenAt)}`;
  const without = unpriced === 0 ? [] : [`${counted(unpriced, 'idle time')} without a known price not counted`];
  return [{ label: 'Wasted', lines: [`${amount(wasted)}: ${from}`, ...without] }];
};

const freedFacts = ({ freed }: DailyMail): readonly Fact[] => {
  const { deletions, rateStopped, notSpent } = freed;
  if (deletions === 0) return [];
  const by = `price × GPUs of ${counted(deletions, 'deletion')} in the last 30 days`;
  return [
    { label: 'Rate stopped', lines: [`${price(rateStopped)} per hour: ${by}`] },
    { label: 'Not spent since', lines: [`${amount(notSpent)}, assuming they would have run on until now`] },
  ];
};

const pillOf = (mail: DailyMail, said: readonly string[]): RuntimeMailContent['pill'] => {
  if (standing(mail) > 0) return { words: 'Needs a look', tone: 'bad' };
  return said.length === 0 ? { words: 'All quiet', tone: 'good' } : { words: 'For your information', tone: 'calm' };
};

/** The daily mail to the operator. Sections stand in it only where there is something to say. */
export const dailyContent = (mail: DailyMail, settings: MailSettings): RuntimeMailContent => {
  const times = timeWordsFor(settings);
  const said = headlines(mail);
  const period = times.span(mail.from, mail.to, mail.writtenAt);
  const words = said.length === 0 ? 'nothing that needs you' : said.slice(0, 3).join(', ');
  const rate = mail.freed.deletions > 0 ? `; ${rateWords(mail.freed.rateStopped)} stopped in the last 30 days` : '';
  return {
    subject: `Daily report: ${words}`,
    preview: `${said.length === 0 ? 'Nothing that needs you' : said.join(', ')}${rate}`,
    pill: pillOf(mail, said),
    lead: [`What GPU Warden did, and would have done, ${period}.`],
    links: [],
    facts: [...wastedFacts(mail, times), ...freedFacts(mail), ...warningsFact(mail)],
    cards: [],
    lists: dailyLists(mail, times),
    footer: [
      'You get this mail every day because you are the operator of GPU Warden.',
      `Times are in ${settings.timeZone}.`,
    ],
  };
};
