import { price } from '#adapters/look/money-words.ts';
import { nameWords, oneLine } from '#adapters/look/one-line.ts';
import type { CreationRow } from '#domain/notice.ts';
import type { Fact } from './fact.ts';
import { priceWords, wantedWords } from './offer-words.ts';
import type { TimeWords } from './time-words.ts';

/** One runtime that was to be made for a watch, in words: what came of it, what that means, and the facts. */
export type CreationFacts = {
  readonly state: 'created' | 'not-created' | 'unclear';
  readonly title: string;
  readonly means: string;
  readonly facts: readonly Fact[];
};

const longestReason = 240;

const placeWords = (row: CreationRow): string => `${wantedWords(row)} in ${nameWords(row.offer.region)}`;

/** What came of it, in one sentence: the subject of a mail that tells nothing else. */
export const creationSentence = (row: CreationRow): string => {
  const { news } = row;
  switch (news.state) {
    case 'created':
      return `${nameWords(news.name)} was created: ${placeWords(row)}`;
    case 'refused':
      return `Not created: the provider refused ${placeWords(row)}`;
    case 'held':
      return `Not created, held back: ${placeWords(row)}`;
    case 'unclear':
      return `No clear answer yet: was ${nameWords(news.name)} created?`;
    case 'missed':
      return `Not created: ${placeWords(row)} was gone again`;
  }
};

const nextTry = 'In the next window in which it can be rented GPU Warden tries again.';

const meaning = ({ news }: CreationRow): string => {
  switch (news.state) {
    case 'created':
      return 'It is ready in a few minutes, and it bills from Running on until it is deleted. Nothing more is created for this watch.';
    case 'refused':
      return news.last
        ? 'That was the last try: nothing is created for this watch any more.'
        : `It may still be there: rent it yourself in the console. ${nextTry}`;
    case 'held':
      return 'Rent it yourself in the console, or make room: while it can be rented, GPU Warden tries again every minute, and says so once a day.';
    case 'unclear':
      return 'The provider was asked and did not answer clearly. GPU Warden looks for this name in its list, and does not ask a second time before that list says that it was not created. Look in the console, too.';
    case 'missed':
      return `GPU Warden could not create it while it was there. ${nextTry}`;
  }
};

const newsFacts = ({ news, offer, gpus }: CreationRow): readonly Fact[] => {
  const asked: Fact = { label: 'Price', lines: [priceWords(offer.pricePerGpuHour, gpus)] };
  switch (news.state) {
    case 'created':
      return [
        { label: 'Name', lines: [nameWords(news.name)] },
        { label: 'Id', lines: [oneLine(news.runtimeId)] },
        { label: 'Project', lines: [nameWords(news.project)] },
        {
          label: 'Price',
          lines: [news.usdPerHour === undefined ? 'not known' : `${price(news.usdPerHour)} per hour`],
        },
      ];
    case 'refused':
    case 'held':
      return [{ label: 'Because', lines: [oneLine(news.because, longestReason)] }, asked];
    case 'unclear':
      return [{ label: 'Name', lines: [nameWords(news.name)] }, asked];
    case 'missed':
      return [asked];
  }
};

const stateOf = ({ news }: CreationRow): CreationFacts['state'] => {
  if (news.state === 'created' || news.state === 'unclear') return news.state;
  return 'not-created';
};

/** Puts what came of a creation into words. */
export const creationFacts = (row: CreationRow, times: TimeWords): CreationFacts => ({
  state: stateOf(row),
  title: creationSentence(row),
  means: meaning(row),
  facts: [
    ...newsFacts(row),
    { label: 'Config', lines: [nameWords(row.offer.configId)] },
    { label: 'Available since', lines: [times.moment(row.openedAt)] },
    { label: 'Your watch', lines: [oneLine(row.words)] },
  ],
});
