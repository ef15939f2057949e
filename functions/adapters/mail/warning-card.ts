import { amount } from '#adapters/look/money-words.ts';
import { oneLine } from '#adapters/look/one-line.ts';
import { keepWords, rateWords, runtimeWords } from '#adapters/look/runtime-words.ts';
import type { KeepChoice, WarningMail, WarningRow } from '#domain/guardrails/runtime-notice.ts';
import { evidenceFacts, priceFact, ruleWords, wastedFact } from './evidence-words.ts';
import type { Fact } from './fact.ts';
import type { Card, MailLink } from './runtime-content.ts';
import { aheadWords, type TimeWords } from './time-words.ts';
import { webAddress } from './web-address.ts';

const survivalWords = {
  network: 'what lies in /data, on its network volume',
  other: 'nothing: it has no network volume',
  unknown:
    'not known whether anything: its storage could not be read. What lies in /data survives if that is a network volume',
} as const satisfies Record<WarningRow['volume'], string>;

/** What can be done after the deletion. */
const againWords = ({ recreatable, unsaved }: WarningRow): string => {
  const missing = unsaved.join(', ');
  if (!recreatable) return `not possible from what can be saved: ${missing || 'too little'} could not be read`;
  const possible = 'for 7 days after the deletion, with a link in the mail that tells of it';
  return unsaved.length === 0 ? possible : `${possible}; could not be saved: ${missing}`;
};

/** Says for how long to keep, so that the page has it chosen already. */
const keepLink = (row: WarningRow, choice: KeepChoice): MailLink => {
  const url = new URL(row.keepUrl);
  url.searchParams.set('for', choice);
  return { words: keepWords(choice), url: webAddress(url.href) };
};

/** A text in the single quotes of TypeScript. */
const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;

const deletionFact = ({ deleteAt }: WarningRow, times: TimeWords, { writtenAt, would }: WarningMail): Fact => {
  const at = `${times.moment(deleteAt)} (${aheadWords(deleteAt, writtenAt, times)})`;
  return would
    ? { label: 'Would be deleted', lines: [`${at}; observe mode: it will not be`] }
    : { label: 'Will be deleted', lines: [`${at}, unless it is used or kept before`] };
};

const stepWords = {
  first: 'the first; another comes before the deletion',
  last: 'the last',
} as const satisfies Record<WarningRow['step'], string>;

const briefOf = ({ step, deleteAt, money, evidence }: WarningRow, times: TimeWords, mail: WarningMail): string => {
  const { would, writtenAt } = mail;
  return [
    `${would ? 'would be' : 'will be'} deleted ${times.when(deleteAt, writtenAt)}`,
    ...(step === 'last' && !would ? ['last warning'] : []),
    `idle since ${times.near(evidence.idleSince, writtenAt)}`,
    money === undefined ? 'price not known' : `${rateWords(money.ratePerHour)}, ${amount(money.wasted)} wasted so far`,
  ].join(' · ');
};

/** One runtime of a warning with all that its owner needs to decide. */
export const warningCard = (row: WarningRow, times: TimeWords, mail: WarningMail): Card => {
  const { runtime, rule, evidence, money, volume, againBecause } = row;
  return {
    title: runtimeWords(runtime),
    facts: [
      deletionFact(row, times, mail),
      ...(mail.would ? [] : [{ label: 'Warning', lines: [stepWords[row.step]] }]),
      ...(againBecause === undefined
        ? []
        : [{ label: 'Why again', lines: [`the warning before counts no more: ${oneLine(againBecause)}`] }]),
      ...evidenceFacts(evidence, times, mail.writtenAt),
      { label: 'Rule', lines: [ruleWords(rule, evidence.highest)] },
      priceFact(money),
      wastedFact(money),
      { label: 'Lost', lines: ["everything outside /data: the container's disk, and whatever is in memory"] },
      { label: 'Survives', lines: [survivalWords[volume]] },
      { label: 'Making it again', lines: [againWords(row)] },
    ],
    links: row.keepChoices.map((choice) => keepLink(row, choice)),
    copy: {
      words: 'Never to be deleted? This line under guardrails in warden.config.ts exempts it for good:',
      code: `exemptions: [{ id: ${quoted(oneLine(runtime.id))}, until: 'forever' }],`,
    },
    brief: briefOf(row, times, mail),
    ...(row.keepChoices.length > 0 && { briefLink: { words: 'Keep', url: webAddress(row.keepUrl) } }),
  };
};
