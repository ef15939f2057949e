import { amount, price } from '#adapters/look/money-words.ts';
import { oneLine } from '#adapters/look/one-line.ts';
import { gpusWords, rateWords, runtimeName, runtimeWords } from '#adapters/look/runtime-words.ts';
import type { DeletedMail, DeletedRow } from '#domain/guardrails/runtime-notice.ts';
import type { MailSettings } from '#domain/notice.ts';
import { evidenceFacts, priceFact, wastedFact } from './evidence-words.ts';
import type { Card, MailLink, RuntimeMailContent } from './runtime-content.ts';
import { agoWords, type TimeWords, timeWordsFor } from './time-words.ts';
import { webAddress } from './web-address.ts';

const rateOf = (rows: readonly DeletedRow[]): string => {
  const priced = rows.flatMap(({ money }) => (money === undefined ? [] : [money.ratePerHour]));
  if (priced.length === 0) return '';
  const rate = rateWords(priced.reduce((sum, each) => sum + each, 0));
  return `${priced.length < rows.length ? 'at least ' : ''}${rate} stopped`;
};

const subjectOf = (rows: readonly [DeletedRow, ...DeletedRow[]]): string => {
  const [{ runtime }] = rows;
  const what = [rows.length === 1 ? gpusWords(runtime) : '', rateOf(rows)].filter((words) => words !== '').join(', ');
  const who = rows.length === 1 ? `${runtimeName(runtime)} was deleted` : `${rows.length} idle runtimes were deleted`;
  return what === '' ? who : `${who} (${what})`;
};

const againOf = ({ recreate }: DeletedRow): readonly MailLink[] =>
  recreate === undefined ? [] : [{ words: 'Create it again', url: webAddress(recreate.url) }];

const volumeWords =
  'A runtime made again gets a new volume, not the old one: what lay on an old network volume is not in it.';

const againLines = ({ recreate, unsaved }: DeletedRow, times: TimeWords): readonly string[] => {
  const missing = unsaved.length === 0 ? [] : [`Could not be saved: ${unsaved.join(', ')}.`];
  if (recreate === undefined) return ['Not possible: too little could be saved of it.', ...missing];
  return [`With the link in this mail, until ${times.moment(recreate.until)}.`, ...missing, volumeWords];
};

const deletedCard = (row: DeletedRow, times: TimeWords, { writtenAt }: DeletedMail): Card => {
  const { runtime, deletedAt, because, evidence, money } = row;
  const [briefLink] = againOf(row);
  const cost = money === undefined ? [] : [`${amount(money.wasted)} wasted`, `${rateWords(money.ratePerHour)} stopped`];
  return {
    title: runtimeWords(runtime),
    facts: [
      { label: 'Deleted', lines: [`${times.moment(deletedAt)} (${agoWords(deletedAt, writtenAt)})`] },
      { label: 'Why', lines: [oneLine(because)] },
      ...(evidence === undefined ? [] : evidenceFacts(evidence, times, writtenAt)),
      wastedFact(money, 'Wasted'),
      priceFact(money, 'Stopped'),
      { label: 'Making it again', lines: againLines(row, times) },
      { label: 'Id', lines: [oneLine(runtime.id)] },
    ],
    links: againOf(row),
    brief: [`deleted ${times.when(deletedAt, writtenAt)}`, oneLine(because), ...cost].join(' · '),
    ...(briefLink !== undefined && { briefLink }),
  };
};

const previewOf = (rows: readonly [DeletedRow, ...DeletedRow[]]): string => {
  const [{ because, money }] = rows;
  if (rows.length > 1) return `They were idle and nobody kept them. ${volumeWords}`;
  return money === undefined
    ? oneLine(because)
    : `${oneLine(because)}; ${price(money.ratePerHour)} per hour is billed no more`;
};

/** @throws RangeError when the mail names no runtime */
export const deletedContent = (mail: DeletedMail, settings: MailSettings): RuntimeMailContent => {
  const times = timeWordsFor(settings);
  const [first, ...others] = mail.rows.toSorted((a, b) => a.deletedAt - b.deletedAt);
  if (first === undefined) throw new RangeError('A mail about deletions needs at least one runtime.');
  const rows = [first, ...others] as const;
  const { length } = rows;
  return {
    subject: subjectOf(rows),
    preview: previewOf(rows),
    pill: { words: 'Deleted', tone: 'calm' },
    lead: [
      length === 1
        ? 'It was idle, and after the warnings it was neither used nor kept. It bills no more.'
        : 'They were idle, and after the warnings they were neither used nor kept. They bill no more.',
    ],
    links: [],
    facts: [],
    cards: rows.map((row) => deletedCard(row, times, mail)),
    lists: [],
    footer: [
      "You get this mail because the rules of GPU Warden name you for these runtimes: as their owner, or in the owner's place.",
      `Times are in ${settings.timeZone}.`,
    ],
  };
};
