import { awaitsCreation, isUnderWay } from './creating/watch-creation.ts';
import type { AcceptedMail, ToldRow } from './mailing.ts';
import type {
  AvailabilityMail,
  AvailabilityRow,
  CreationRow,
  ToldOffer,
  ToldWindow,
  WindowStatistics,
} from './notice.ts';
import type { OfferKey } from './offer.ts';
import { type OfferState, type PastWindow, priceOf, windowFor } from './offer-state.ts';
import type { KeptWatch, OwedRow, Recipient } from './recipient.ts';
import { type Instant, minute } from './time.ts';
import { exactOffer, watchInWords } from './watch.ts';

type WindowRow = Extract<OwedRow, { kind: 'window' }>;
type OwedCreation = Extract<OwedRow, { kind: 'creation' }>;

/** What is known of an offer when a mail about it is written. */
export type OfferFacts = { readonly state: OfferState; readonly windows: readonly PastWindow[] };

/** A mail that is ready to be rendered, and what to record once it is accepted. */
export type ComposedMail = {
  readonly mail: AvailabilityMail;
  readonly accepted: AcceptedMail;
  readonly watches: readonly { readonly id: string; readonly words: string }[];
};

/** Median length of the windows, in minutes; missing while there are none. */
export const statisticsOf = (windows: readonly PastWindow[]): WindowStatistics => {
  const lengths = windows.map(({ openedAt, closedAt }) => (closedAt - openedAt) / minute).sort((a, b) => a - b);
  const low = lengths[Math.floor((lengths.length - 1) / 2)];
  const high = lengths[Math.ceil((lengths.length - 1) / 2)];
  return low === undefined || high === undefined
    ? { windows: 0 }
    : { windows: lengths.length, medianMinutes: (low + high) / 2 };
};

/** A row's window as it stands when the mail is written, not as it stood when the row became owed. */
const windowToTell = (row: WindowRow, kept: KeptWatch, state: OfferState): ToldWindow => {
  const window = windowFor(state, kept.watch.criteria);
  if (window.state === 'closed') {
    // Where nothing tells when the window ended (it opened anew above the limit), it had by the newest price.
    const closedAt = state.prices.at(-1)?.since ?? state.askedAt;
    return { state: 'closed', ...(window.last ?? { openedAt: row.openedAt, closedAt }) };
  }
  const openedAt = window.state === 'open' ? window.openedAt : row.openedAt;
  const largestBlock = state.counts?.largestBlock;
  return {
    state: 'open',
    openedAt,
    ...(state.counts === undefined ? {} : { freeGpus: state.counts.available }),
    ...(largestBlock === undefined ? {} : { largestBlock }),
  };
};

const offerToTell = (state: OfferState): ToldOffer => {
  const price = priceOf(state);
  return { ...state.hardware, region: state.region, ...(price === undefined ? {} : { pricePerGpuHour: price }) };
};

type RowWithWindow = {
  readonly row: WindowRow;
  readonly kept: KeptWatch;
  readonly facts: OfferFacts;
  readonly window: ToldWindow;
};

const groupKey = ({ row, kept, window }: RowWithWindow) =>
  [row.offer, kept.watch.criteria.gpus, window.state, window.openedAt].join(' ');

const nextFor = (kept: KeptWatch, { state }: ToldWindow): AvailabilityRow['watches'][number]['next'] => {
  if (state === 'open' && isUnderWay(kept)) return 'creates';
  if (awaitsCreation(kept)) return 'stays';
  return kept.watch.notify === 'once' && state === 'open' ? 'done' : 'stays';
};

const mailRow = (group: readonly [RowWithWindow, ...RowWithWindow[]]): AvailabilityRow => {
  const [{ facts, window, kept: first }] = group;
  return {
    offer: offerToTell(facts.state),
    gpus: first.watch.criteria.gpus,
    window,
    history: statisticsOf(facts.windows),
    watches: group.map(({ kept }) => ({
      words: watchInWords(kept.watch.criteria),
      next: nextFor(kept, window),
    })),
  };
};

const grouped = (rows: readonly RowWithWindow[]): [RowWithWindow, ...RowWithWindow[]][] => {
  const groups = new Map<string, [RowWithWindow, ...RowWithWindow[]]>();
  for (const row of rows) {
    const key = groupKey(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()];
};

const toldRow = ({ row, window }: RowWithWindow): ToldRow => ({
  watchId: row.watchId,
  offer: row.offer,
  openedAt: Math.max(row.openedAt, window.openedAt),
  open: window.state === 'open',
});

/** The open ones first, the newest window before older ones. */
const newsFirst = (a: AvailabilityRow, b: AvailabilityRow): number =>
  Number(a.window.state === 'closed') - Number(b.window.state === 'closed') || b.window.openedAt - a.window.openedAt;

const creationRow = ({ news, openedAt }: OwedCreation, kept: KeptWatch, { state }: OfferFacts): CreationRow => ({
  offer: offerToTell(state),
  gpus: kept.watch.criteria.gpus,
  words: watchInWords(kept.watch.criteria),
  openedAt,
  news,
});

/** The offer that a row is about; an expiry is about one only where its watch was exact. */
const offerOf = (row: OwedRow, { watch }: KeptWatch): OfferKey | undefined =>
  row.kind === 'expired' ? exactOffer(watch.criteria) : row.offer;

/**
 * Puts everything owed into one mail: a row per offer and wanted number of GPUs, as things stand now. A window that closed
 * meanwhile is told as closed, which leaves its `once` watches armed. A row of which nothing is known is left out, and stays
 * owed.
 */
export const composeMail = (
  recipient: Recipient,
  owed: Readonly<Record<string, OwedRow>>,
  facts: ReadonlyMap<OfferKey, OfferFacts>,
  mail: Pick<AvailabilityMail, 'writtenAt' | 'unsubscribeUrl' | 'restFollowsAt'>,
): ComposedMail => {
  const rows: RowWithWindow[] = [];
  const creations: CreationRow[] = [];
  const expired: { words: string; expiredAt: Instant }[] = [];
  const rowKeys: string[] = [];
  const named = new Map<string, string>();
  for (const [rowKey, row] of Object.entries(owed)) {
    const kept = recipient.watches[row.watchId];
    const offer = kept && offerOf(row, kept);
    const known = offer === undefined ? undefined : facts.get(offer);
    if (kept === undefined || (row.kind !== 'expired' && known === undefined)) continue;
    rowKeys.push(rowKey);
    if (row.kind === 'expired') {
      const words = watchInWords(kept.watch.criteria, known?.state.hardware.gpuModel);
      expired.push({ words, expiredAt: kept.watch.expiresAt ?? row.owedAt });
    } else if (known !== undefined) {
      named.set(kept.watch.id, watchInWords(kept.watch.criteria));
      if (row.kind === 'creation') creations.push(creationRow(row, kept, known));
      else rows.push({ row, kept, facts: known, window: windowToTell(row, kept, known.state) });
    }
  }
  return {
    mail: { ...mail, rows: grouped(rows).map(mailRow).sort(newsFirst), creations, expired },
    accepted: { rowKeys, told: rows.map(toldRow), writtenAt: mail.writtenAt },
    watches: [...named].map(([id, words]) => ({ id, words })),
  };
};

/** The offers that the owed rows of a recipient speak of. */
export const offersOwed = ({ watches }: Recipient, owed: Readonly<Record<string, OwedRow>>): OfferKey[] => [
  ...new Set(
    Object.values(owed).flatMap((row) => {
      const kept = watches[row.watchId];
      return (kept && offerOf(row, kept)) ?? [];
    }),
  ),
];
