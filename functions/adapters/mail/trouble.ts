import { amount, price } from '#adapters/look/money-words.ts';
import { oneLine } from '#adapters/look/one-line.ts';
import { rateWords } from '#adapters/look/runtime-words.ts';
import { costOf } from '#domain/guardrails/money.ts';
import type { TroubleMail } from '#domain/guardrails/runtime-notice.ts';
import type { Trouble } from '#domain/guardrails/trouble.ts';
import type { MailSettings } from '#domain/notice.ts';
import type { Fact } from './fact.ts';
import type { Card, MailLink, RuntimeMailContent } from './runtime-content.ts';
import { agoWords, durationWords, type TimeWords, timeWordsFor } from './time-words.ts';
import { isAboutAddress, mostUrgentFirst, troubleTitle, wordsOf } from './trouble-words.ts';
import { webAddress } from './web-address.ts';

const seenInConsole: ReadonlySet<Trouble['kind']> = new Set(['stuck', 'reappeared', 'unknown', 'not-running']);

const linksOf = ({ kind, overAt }: Trouble, mail: TroubleMail, settings: MailSettings): readonly MailLink[] => {
  if (overAt !== undefined) return [];
  if (kind === 'breaker') {
    return mail.rearmUrl === undefined ? [] : [{ words: 'I looked: go on', url: webAddress(mail.rearmUrl) }];
  }
  return seenInConsole.has(kind) ? [{ words: 'Open the console', url: webAddress(settings.consoleUrl) }] : [];
};

const costFacts = ({ usdPerHour, since, overAt }: Trouble, { writtenAt }: TroubleMail): readonly Fact[] => {
  if (usdPerHour === undefined) return [];
  const span = Math.max(0, (overAt ?? writtenAt) - since);
  const cost = `${price(usdPerHour)} per hour × ${durationWords(span)} = ${amount(costOf(usdPerHour, span))}`;
  return [{ label: overAt === undefined ? 'Costs' : 'Cost', lines: [`${cost}, if it was billed all that time`] }];
};

const timeFacts = ({ since, overAt }: Trouble, times: TimeWords, { writtenAt }: TroubleMail): readonly Fact[] => {
  const began: Fact = { label: 'Since', lines: [`${times.moment(since)} (${agoWords(since, writtenAt)})`] };
  if (overAt === undefined) return [began];
  const lasted = `${times.moment(overAt)}, after ${durationWords(Math.max(0, overAt - since))}`;
  return [
    { ...began, label: 'Began' },
    { label: 'Over since', lines: [lasted] },
  ];
};

const troubleCard = (trouble: Trouble, times: TimeWords, mail: TroubleMail, settings: MailSettings): Card => {
  const { kind, about, because, overAt, usdPerHour, since } = trouble;
  const { what, todo } = wordsOf(trouble);
  const links = linksOf(trouble, mail, settings);
  const [briefLink] = links;
  const cost = usdPerHour === undefined ? [] : [rateWords(usdPerHour)];
  const address = isAboutAddress(trouble) ? [oneLine(about, 80)] : [];
  return {
    title: troubleTitle(trouble),
    facts: [
      ...(kind === 'breaker' ? [] : [{ label: 'About', lines: [oneLine(about)] }]),
      ...(overAt === undefined && mail.troubles.length > 1 ? [{ label: 'What is wrong', lines: [what] }] : []),
      { label: overAt === undefined ? 'Seen' : 'It was', lines: [oneLine(because, 240)] },
      ...timeFacts(trouble, times, mail),
      ...costFacts(trouble, mail),
      { label: 'What to do', lines: [overAt === undefined ? todo : 'Nothing: it is over.'] },
    ],
    links,
    brief: [...address, `since ${times.near(since, mail.writtenAt)}`, oneLine(because), ...cost].join(' · '),
    ...(briefLink !== undefined && { briefLink }),
  };
};

const subjectOf = (troubles: readonly [Trouble, ...Trouble[]]): string => {
  const [first, ...others] = troubles;
  const cost = first.usdPerHour === undefined ? '' : ` (${rateWords(first.usdPerHour)})`;
  const isOver = first.overAt !== undefined;
  return `${troubleTitle(first)}${isOver ? '' : cost}${others.length === 0 ? '' : `, and ${others.length} more`}`;
};

const leadOf = (trouble: Trouble): string =>
  trouble.overAt === undefined ? wordsOf(trouble).what : 'This is over. There is nothing to do.';

/** @throws RangeError when the mail tells of no trouble */
export const troubleContent = (mail: TroubleMail, settings: MailSettings): RuntimeMailContent => {
  const times = timeWordsFor(settings);
  const [first, ...others] = mail.troubles.toSorted(mostUrgentFirst);
  if (first === undefined) throw new RangeError('A mail about troubles needs at least one.');
  const troubles = [first, ...others] as const;
  const isOver = first.overAt !== undefined;
  return {
    subject: subjectOf(troubles),
    preview: leadOf(first),
    pill: isOver ? { words: 'Over', tone: 'good' } : { words: 'Needs a look', tone: 'bad' },
    // Of several each has it among its facts.
    lead: others.length === 0 ? [leadOf(first)] : [],
    links: [],
    facts: [],
    cards: troubles.map((trouble) => troubleCard(trouble, times, mail, settings)),
    lists: [],
    footer: [
      'You get this mail because you are the operator of GPU Warden. What stays wrong is told again after an hour, then daily.',
      `Times are in ${settings.timeZone}.`,
    ],
  };
};
