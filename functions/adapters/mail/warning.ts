import { price } from '#adapters/look/money-words.ts';
import { counted, gpusWords, rateWords, runtimeName } from '#adapters/look/runtime-words.ts';
import type { WarningMail, WarningRow } from '#domain/guardrails/runtime-notice.ts';
import type { MailSettings } from '#domain/notice.ts';
import type { RuntimeMailContent } from './runtime-content.ts';
import { type TimeWords, timeWordsFor } from './time-words.ts';
import { warningCard } from './warning-card.ts';
import { webAddress } from './web-address.ts';

/** The last warnings, then those that are deleted soonest, then the dearest. */
const worstFirst = (a: WarningRow, b: WarningRow): number =>
  Number(b.step === 'last') - Number(a.step === 'last') ||
  a.deleteAt - b.deleteAt ||
  (b.money?.ratePerHour ?? 0) - (a.money?.ratePerHour ?? 0);

const soonest = (rows: readonly WarningRow[]) => Math.min(...rows.map(({ deleteAt }) => deleteAt));

const subjectOf = (rows: readonly [WarningRow, ...WarningRow[]], times: TimeWords, mail: WarningMail): string => {
  const [first] = rows;
  const last = first.step === 'last' && !mail.would;
  const mood = mail.would ? 'Only observing: ' : last ? 'Last warning: ' : '';
  const at = times.when(soonest(rows), mail.writtenAt);
  if (rows.length > 1) {
    return `${mood}${rows.length} idle runtimes, the first ${mail.would ? 'would be' : 'is'} deleted ${at}`;
  }
  const cost = first.money === undefined ? '' : rateWords(first.money.ratePerHour);
  const what = [gpusWords(first.runtime), cost].filter((words) => words !== '').join(', ');
  const verb = mail.would ? 'is idle and would be' : last ? 'will be' : 'is idle and will be';
  return `${mood}${runtimeName(first.runtime)} ${verb} deleted ${at}${what === '' ? '' : ` (${what})`}`;
};

const observing =
  'GPU Warden only observes: nothing is going to be deleted. This is what would happen in enforce mode.';

const leadOf = (rows: readonly [WarningRow, ...WarningRow[]], times: TimeWords, mail: WarningMail): string => {
  const [{ step, deleteAt, evidence }] = rows;
  if (mail.would) return observing;
  const last = rows.filter((row) => row.step === 'last').length;
  if (rows.length > 1) {
    const lasts =
      last === 0 ? 'Each is warned of once more before. ' : `For ${last} of them this is the last warning. `;
    return `Those that stay idle are deleted at the times below. ${lasts}Using or keeping one stops its deletion.`;
  }
  const at = times.when(deleteAt, mail.writtenAt);
  return step === 'last'
    ? `${at.charAt(0).toUpperCase()}${at.slice(1)} it is deleted, with everything outside /data, unless it is used or kept before.`
    : `It has done nothing for ${times.lasting(evidence.until - evidence.idleSince)}. You need it? Use it or keep it. If it stays idle, it is deleted ${at}, after one more warning.`;
};

const previewOf = (rows: readonly WarningRow[]): string => {
  const rate = rows.reduce((sum, { money }) => sum + (money?.ratePerHour ?? 0), 0);
  const unpriced = rows.filter(({ money }) => money === undefined).length;
  if (unpriced === rows.length) return 'Use it, or keep it with one of the links';
  return `${unpriced > 0 ? 'at least ' : ''}${price(rate)} per hour for doing nothing; use it, or keep it with one of the links`;
};

const pillOf = (rows: readonly WarningRow[], { would }: WarningMail): RuntimeMailContent['pill'] => {
  if (would) return { words: 'Only observing', tone: 'calm' };
  return rows.some(({ step }) => step === 'last')
    ? { words: 'Last warning', tone: 'bad' }
    : { words: 'Idle', tone: 'note' };
};

/** @throws RangeError when the mail names no runtime */
export const warningContent = (mail: WarningMail, settings: MailSettings): RuntimeMailContent => {
  const times = timeWordsFor(settings);
  const [first, ...others] = mail.rows.toSorted(worstFirst);
  if (first === undefined) throw new RangeError('A warning needs at least one runtime.');
  const rows = [first, ...others] as const;
  return {
    subject: subjectOf(rows, times, mail),
    preview: mail.would ? observing : previewOf(rows),
    pill: pillOf(rows, mail),
    lead: [leadOf(rows, times, mail)],
    links:
      mail.keepAllUrl === undefined
        ? []
        : [{ words: `Keep all ${counted(rows.length, 'runtime')}`, url: webAddress(mail.keepAllUrl) }],
    facts: [],
    cards: rows.map((row) => warningCard(row, times, mail)),
    lists: [],
    footer: [
      'A Keep link opens a page that asks first; nothing is changed before you press its button.',
      "You get this mail because the rules of GPU Warden name you for these runtimes: as their owner, or in the owner's place.",
      `Times are in ${settings.timeZone}.`,
    ],
  };
};
