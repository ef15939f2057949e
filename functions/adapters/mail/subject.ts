import { nameWords, oneLine } from '#adapters/look/one-line.ts';
import type { AvailabilityMail, AvailabilityRow, CreationRow } from '#domain/notice.ts';
import { creationSentence } from './creation-words.ts';
import { wantedWords } from './offer-words.ts';
import type { TimeWords } from './time-words.ts';

type ClosedRow = AvailabilityRow & { readonly window: Extract<AvailabilityRow['window'], { state: 'closed' }> };

// Inboxes show 40 to 70 characters; the rest only has to stay a sane header.
const mostOfASubject = 200;

/**
 * The subject of a mail: what was created; what can be rented now; where nothing can, what could not be created or could be rented;
 * otherwise which watches ran out.
 *
 * @throws RangeError when the mail tells nothing at all
 */
export const subjectWords = (mail: AvailabilityMail, times: TimeWords): string =>
  oneLine(sentence(mail, times), mostOfASubject);

const sentence = ({ rows, creations, expired, writtenAt }: AvailabilityMail, times: TimeWords): string => {
  // What was created costs money from now on: nothing is more important.
  const created = creations.filter(({ news }) => news.state === 'created');
  if (created.length > 0) return creationsSentence(created);
  const open = rows.filter(({ window }) => window.state === 'open');
  if (open.length > 0) return openSentence(open);
  const closed = rows.filter(isClosed);
  const [first] = closed;
  if (creations.length > 0) return creationsSentence(creations);
  if (first !== undefined) return closedSentence(first, closed.length - 1, times, writtenAt);
  const [only] = expired;
  if (only === undefined) throw new RangeError('An availability mail needs at least one row or one expired watch.');
  return expired.length > 1
    ? `${expired.length} of your watches have expired`
    : `Your watch has expired: ${oneLine(only.words)}`;
};

const creationsSentence = (creations: readonly CreationRow[]): string => {
  const [first, ...others] = creations;
  if (first === undefined) return '';
  return others.length === 0 ? creationSentence(first) : `${creationSentence(first)}, and ${others.length} more`;
};

const isClosed = (row: AvailabilityRow): row is ClosedRow => row.window.state === 'closed';

const openSentence = (open: readonly AvailabilityRow[]): string => {
  const names = open.map((row) => ({ what: wantedWords(row), where: nameWords(row.offer.region), gpus: row.gpus }));
  const [first, ...others] = names;
  if (first === undefined) return '';
  if (others.length === 0) return `${first.what} ${be(first.gpus, 'is', 'are')} available in ${first.where}`;
  return others.every(({ where }) => where === first.where)
    ? `${andMore(names.map(({ what }) => what))} are available in ${first.where}`
    : `${andMore(names.map(({ what, where }) => `${what} in ${where}`))} are available`;
};

const closedSentence = (row: ClosedRow, others: number, times: TimeWords, writtenAt: number): string => {
  const { openedAt, closedAt } = row.window;
  const was = `${wantedWords(row)} ${be(row.gpus, 'was', 'were')} available in ${nameWords(row.offer.region)}`;
  const more = others === 0 ? '' : `, and ${others} more`;
  return `${was} ${times.span(openedAt, closedAt, writtenAt)}${more}`;
};

const be = (gpus: number, one: string, several: string): string => (gpus === 1 ? one : several);

/** `A and B`; of three or more only the first is named, or the subject would be cut where it matters. */
const andMore = (names: readonly string[]): string =>
  names.length > 2 ? `${names[0]} and ${names.length - 1} more` : names.join(' and ');
