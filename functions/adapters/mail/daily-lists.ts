import { amount } from '#adapters/look/money-words.ts';
import { oneLine } from '#adapters/look/one-line.ts';
import { rateWords, runtimeWords } from '#adapters/look/runtime-words.ts';
import type { Act, LedgerEntry } from '#domain/guardrails/ledger.ts';
import { costOf, type Money } from '#domain/guardrails/money.ts';
import { runtimeKey } from '#domain/guardrails/runtime-case.ts';
import type { DailyMail, ToldExemption } from '#domain/guardrails/runtime-notice.ts';
import type { Trouble } from '#domain/guardrails/trouble.ts';
import { day } from '#domain/time.ts';
import { useWords } from './evidence-words.ts';
import type { MailList } from './runtime-content.ts';
import type { TimeWords } from './time-words.ts';
import { isAboutAddress, mostUrgentFirst, troubleTitle } from './trouble-words.ts';

/** Of each section the first so many lines; the rest are counted. */
const mostLines = 60;

type Line = MailList['lines'][number];

const list = (heading: string, lines: readonly Line[], note?: string): readonly MailList[] =>
  lines.length === 0
    ? []
    : [
        {
          heading: `${heading} (${lines.length})`,
          ...(note !== undefined && { note }),
          lines: lines.slice(0, mostLines),
          more: Math.max(0, lines.length - mostLines),
        },
      ];

const joined = (parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join(' · ');

const moneyWords = (money: Money | undefined): string =>
  money === undefined ? 'price not known' : `${rateWords(money.ratePerHour)}, ${amount(money.wasted)} wasted`;

type Daily = { readonly mail: DailyMail; readonly times: TimeWords };

const observingLine = (
  { runtime, evidence, money, since }: DailyMail['observing'][number],
  { mail, times }: Daily,
): Line => ({
  title: runtimeWords(runtime),
  words: joined([
    `since ${times.near(since, mail.writtenAt)}`,
    money === undefined ? 'price not known' : `${amount(costOf(money.ratePerHour, day))} a day`,
    money === undefined ? undefined : `${amount(money.wasted)} wasted so far`,
    evidence === undefined
      ? undefined
      : `idle since ${times.near(evidence.idleSince, mail.writtenAt)}, highest ${useWords(evidence.highest)}`,
  ]),
});

const whoWords = ({ who }: LedgerEntry): string => {
  if (who.kind === 'rule') return `policy ${oneLine(who.policy, 60)}`;
  return who.kind === 'person' ? 'by a person' : 'by somebody else';
};

const entryLine = (entry: LedgerEntry, { mail, times }: Daily): Line => ({
  title: entry.runtime === undefined ? 'All runtimes' : runtimeWords(entry.runtime),
  words: joined([
    times.near(entry.at, mail.writtenAt),
    oneLine(entry.because),
    whoWords(entry),
    entry.money === undefined ? undefined : moneyWords(entry.money),
  ]),
});

const troubleLine = (trouble: Trouble, { mail, times }: Daily): Line => ({
  title: troubleTitle(trouble),
  words: joined([
    isAboutAddress(trouble) ? oneLine(trouble.about, 80) : undefined,
    `since ${times.near(trouble.since, mail.writtenAt)}`,
    oneLine(trouble.because),
    trouble.usdPerHour === undefined ? undefined : rateWords(trouble.usdPerHour),
  ]),
});

const exemptionLine = ({ about, until, because, by }: ToldExemption, { mail, times }: Daily): Line => ({
  title: oneLine(about),
  words: joined([
    until === 'forever' ? 'forever' : `until ${times.near(until, mail.writtenAt)}`,
    because === undefined ? undefined : oneLine(because),
    by === 'api' ? 'made by the API' : undefined,
  ]),
});

const otherActs: Readonly<Partial<Record<Act, string>>> = {
  released: 'no longer kept',
  exempted: 'exempted',
  'exemption-ended': 'no longer exempt',
  created: 'made',
  recreated: 'made again',
  reported: 'only reported',
  reappeared: 'there again',
  closed: 'closed',
  'breaker-opened': 'breaker opened',
  'breaker-rearmed': 'breaker re-armed',
};

/** Everything that happened, by kind; a kind of which there is nothing to say is left out. */
export const dailyLists = (mail: DailyMail, times: TimeWords): readonly MailList[] => {
  const daily = { mail, times };
  const { entries, observing, troubles, exemptions, endingSoon } = mail;
  const acted = (act: Act) => entries.filter((entry) => entry.act === act).map((entry) => entryLine(entry, daily));
  const observed = new Set(observing.map(({ runtime }) => runtimeKey(runtime)));
  // Found in observe mode, and used again or gone by now.
  const passed = entries.filter(
    ({ act, runtime }) => act === 'would-delete' && runtime !== undefined && !observed.has(runtimeKey(runtime)),
  );
  const ofLongUnknown = ({ kind }: Trouble) => kind === 'unknown' || kind === 'not-running';
  const troubleLines = (some: readonly Trouble[]) =>
    some.toSorted(mostUrgentFirst).map((trouble) => troubleLine(trouble, daily));
  const others = entries.flatMap((entry): Line[] => {
    const what = otherActs[entry.act];
    const line = entryLine(entry, daily);
    return what === undefined ? [] : [{ ...line, words: `${what} · ${line.words}` }];
  });
  return [
    ...list('Needs a look', troubleLines(troubles.filter((trouble) => !ofLongUnknown(trouble)))),
    ...list(
      'Would have been deleted',
      observing.map((each) => observingLine(each, daily)),
      'GPU Warden only observes these: they run on, at the price that each line names.',
    ),
    ...list(
      'Would have been deleted, and is idle no more or gone',
      passed.map((entry) => entryLine(entry, daily)),
    ),
    ...list('Deleted', acted('deleted')),
    ...list('Spared', acted('spared'), 'They were warned about and are not deleted.'),
    ...list('Kept', acted('kept')),
    ...list('Use not known, or not running', troubleLines(troubles.filter(ofLongUnknown)), 'They are not touched.'),
    ...list(
      'Exemptions about to end',
      endingSoon.map((each) => exemptionLine(each, daily)),
      'After that the policies hold for them.',
    ),
    ...list('Also', others),
    ...list(
      'All exemptions',
      exemptions.map((each) => exemptionLine(each, daily)),
    ),
  ];
};
