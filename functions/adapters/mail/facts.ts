import { nameWords, oneLine } from '#adapters/look/one-line.ts';
import type { AvailabilityMail, AvailabilityRow, MailSettings } from '#domain/notice.ts';
import type { Instant } from '#domain/time.ts';
import { apiCall } from './api-call.ts';
import { type CreationFacts, creationFacts } from './creation-words.ts';
import type { Fact } from './fact.ts';
import { freeWords, hardwareWords, historyWords, priceWords, wantedWords } from './offer-words.ts';
import { subjectWords } from './subject.ts';
import { agoWords, createTimeWords, durationWords, type TimeWords } from './time-words.ts';
import { webAddress } from './web-address.ts';

/** One row of the mail in words: `chief` and `rest` are all of it, `brief` is what a crowded mail keeps. */
export type RowFacts = {
  readonly state: 'open' | 'closed';
  readonly title: string;
  readonly chief: readonly Fact[];
  readonly rest: readonly Fact[];
  readonly brief: string;
};

/** Everything a mail says, in words that are safe in one line. The text part and the HTML part only lay it out. */
export type MailFacts = {
  readonly subject: string;
  /** What inboxes show after the subject. */
  readonly preview: string;
  /** Open rows first: they are why the mail was written. */
  readonly rows: readonly RowFacts[];
  /** What came of runtimes that were to be made, those that were first. */
  readonly creations: readonly CreationFacts[];
  readonly rent?: RentFacts;
  readonly expired: readonly string[];
  readonly limit?: string;
  readonly consoleUrl: string;
  readonly unsubscribeUrl: string;
  readonly zone: string;
};

/** How to rent: ready API calls, each under the title of its row, and what to know about them. */
export type RentFacts = {
  readonly calls: readonly { readonly title: string; readonly command: string }[];
  readonly note: string;
};

// With more rows than this a call for each would bury the offers; one call then serves as the pattern for all.
const mostCalls = 4;

/** Puts a mail into words. @throws RangeError when the mail tells nothing; TypeError for an address that is none */
export const mailFacts = (mail: AvailabilityMail, settings: MailSettings): MailFacts => {
  const times = createTimeWords(settings.timeZone);
  const open = mail.rows.filter(({ window }) => window.state === 'open');
  const closed = mail.rows.filter(({ window }) => window.state === 'closed');
  const rows = [...open, ...closed].map((row) => rowFacts(row, times, mail.writtenAt));
  const creations = mail.creations
    .map((row) => creationFacts(row, times))
    .sort((a, b) => Number(b.state === 'created') - Number(a.state === 'created'));
  const expired = mail.expired.map(
    ({ words, expiredAt }) => `${oneLine(words)}: expired ${times.moment(expiredAt)}, you will not be told any more`,
  );
  return {
    subject: subjectWords(mail, times),
    preview: previewWords(rows, creations, expired),
    rows,
    creations,
    ...(open.length > 0 && { rent: rentFacts(open, settings) }),
    expired,
    ...(mail.restFollowsAt !== undefined && { limit: limitWords(mail.restFollowsAt, mail.writtenAt, times) }),
    consoleUrl: webAddress(settings.consoleUrl),
    unsubscribeUrl: webAddress(mail.unsubscribeUrl),
    zone: settings.timeZone,
  };
};

const rowFacts = (row: AvailabilityRow, times: TimeWords, writtenAt: Instant): RowFacts => {
  const { offer, gpus, window, history, watches } = row;
  const title = `${wantedWords(row)} in ${nameWords(offer.region)}`;
  const amount = priceWords(offer.pricePerGpuHour, gpus);
  const price: Fact = { label: 'Price', lines: [amount] };
  const rest: readonly Fact[] = [
    { label: 'Usually lasts', lines: [historyWords(history)] },
    { label: 'Hardware', lines: [hardwareWords(offer)] },
    { label: 'Config', lines: [nameWords(offer.configId)] },
    {
      label: watches.length === 1 ? 'Your watch' : 'Your watches',
      lines: watches.map(({ words, next }) => `${oneLine(words)}: ${nextWords(next)}`),
    },
  ];
  if (window.state === 'closed') {
    const { openedAt, closedAt } = window;
    const was = `from ${times.moment(openedAt)} to ${times.near(closedAt, openedAt)}`;
    const lasted: Fact = { label: 'Was available', lines: [`${was} (${durationWords(closedAt - openedAt)})`] };
    const brief = `was available ${times.span(openedAt, closedAt, writtenAt)}`;
    return { state: 'closed', title, chief: [lasted], rest: [price, ...rest], brief };
  }
  const free = freeWords(window);
  const since = `${times.moment(window.openedAt)} (${agoWords(window.openedAt, writtenAt)})`;
  return {
    state: 'open',
    title,
    chief: [
      { label: 'Right now', lines: [window.largestBlock === undefined ? free : `${free} on one machine`] },
      price,
    ],
    rest: [{ label: 'Available since', lines: [since] }, ...rest],
    brief: `${amount} · ${free} · since ${times.near(window.openedAt, writtenAt)}`,
  };
};

const nextWords = (next: AvailabilityRow['watches'][number]['next']): string => {
  switch (next) {
    case 'done':
      return 'this watch is done';
    case 'stays':
      return 'you will be told again';
    case 'creates':
      return 'GPU Warden creates your runtime now; another mail says what came of it';
  }
};

const previewWords = (
  rows: readonly RowFacts[],
  creations: readonly CreationFacts[],
  expired: readonly string[],
): string => {
  const [news] = creations;
  if (news !== undefined && (news.state === 'created' || rows.length === 0)) return news.means;
  const open = rows.filter(({ state }) => state === 'open');
  const [first] = open;
  if (open.length === 1 && first !== undefined) return first.brief;
  if (open.length > 1)
    return open
      .slice(0, 3)
      .map(({ title, brief }) => `${title}: ${brief}`)
      .join('; ');
  return rows.length > 0 ? goneWords : (expired[0] ?? '');
};

/** Why a mail tells of a window that is over. */
export const goneWords = 'Gone again before this mail could be sent.';

const limitWords = (restFollowsAt: Instant, writtenAt: Instant, times: TimeWords): string =>
  `This is the last mail for now; whatever else opens until ${times.near(restFollowsAt, writtenAt)} follows in one mail.`;

const rentFacts = (open: readonly AvailabilityRow[], settings: MailSettings): RentFacts => {
  const each = open.length <= mostCalls;
  const calls = (each ? open : open.slice(0, 1)).map((row) => ({
    title: `${wantedWords(row)} in ${nameWords(row.offer.region)}`,
    command: apiCall(row, settings),
  }));
  const pattern = each ? '' : ' For another offer put in its region, config, count and plan.';
  const note = `$NEEVCLOUD_TOKEN is your access token. The planId has the usual form, the templateID is an example.${pattern}`;
  return { calls, note };
};
