import type { Listed, Listing } from '#domain/listing.ts';
import type { Instant } from '#domain/time.ts';
import type { Understood } from './understand.ts';

/** What an answer says of its place in the whole. */
export type Pagination = {
  readonly totalItems: number;
  readonly totalPages: number;
  readonly currentPage: number;
  readonly itemsPerPage: number;
};

/** One page that came: its rows as they are on the wire. */
export type Page = {
  readonly askedAt: Instant;
  readonly rows: readonly unknown[];
  readonly pagination: Understood<Pagination>;
};

/** A page that was asked for by this number, and what came of it. */
export type AskedPage = { readonly number: number; readonly came: Understood<Page> };

/** How a row is read, and what tells one item from all others. */
export type RowReading<T> = { readonly read: (row: unknown) => Understood<T>; readonly keyOf: (item: T) => string };

const rowsExpected = (number: number, { totalItems, itemsPerPage }: Pagination): number =>
  Math.max(0, Math.min(itemsPerPage, totalItems - (number - 1) * itemsPerPage));

const pageFaults = (number: number, rows: number, pagination: Pagination): readonly string[] => {
  const faults: string[] = [];
  const { currentPage, itemsPerPage, totalItems, totalPages } = pagination;
  if (currentPage !== number) faults.push(`page ${number} calls itself page ${currentPage}`);
  const expected = rowsExpected(number, pagination);
  if (rows !== expected) faults.push(`page ${number} has ${rows} rows where its totals make ${expected}`);
  const pages = itemsPerPage === 0 ? 0 : Math.ceil(totalItems / itemsPerPage);
  if (totalPages !== pages && !(totalItems === 0 && totalPages === 1)) {
    faults.push(`page ${number} counts ${totalPages} pages for ${totalItems} items, ${itemsPerPage} to a page`);
  }
  return faults;
};

const totalsText = ({ totalItems, totalPages, itemsPerPage }: Pagination): string =>
  `${totalItems} items on ${totalPages} pages of ${itemsPerPage}`;

/** Why the pages do not make one whole; nothing if they do. */
const disagreements = (pages: readonly AskedPage[]): readonly string[] => {
  const faults: string[] = [];
  let first: { readonly number: number; readonly totals: string } | undefined;
  for (const { number, came } of pages) {
    if (!came.understood) {
      faults.push(`page ${number} did not come: ${came.because}`);
      continue;
    }
    const { pagination, rows } = came.value;
    if (!pagination.understood) {
      faults.push(`page ${number} does not say how many there are: ${pagination.because}`);
      continue;
    }
    faults.push(...pageFaults(number, rows.length, pagination.value));
    const totals = totalsText(pagination.value);
    first ??= { number, totals };
    if (totals !== first.totals)
      faults.push(`page ${first.number} tells of ${first.totals}, page ${number} of ${totals}`);
  }
  return faults;
};

/** The rows that could be read; of an item that came twice, the one asked for later. */
const readRows = <T>(
  pages: readonly AskedPage[],
  { read, keyOf }: RowReading<T>,
): { readonly rows: readonly Listed<T>[]; readonly faults: readonly string[] } => {
  const faults: string[] = [];
  const byKey = new Map<string, Listed<T> & { readonly page: number }>();
  for (const { number, came } of pages) {
    if (!came.understood) continue;
    const { askedAt } = came.value;
    for (const [index, row] of came.value.rows.entries()) {
      const item = read(row);
      if (!item.understood) {
        faults.push(`page ${number}, row ${index + 1} could not be read: ${item.because}`);
        continue;
      }
      const key = keyOf(item.value);
      const earlier = byKey.get(key);
      if (earlier !== undefined) faults.push(`${key} came twice, on page ${earlier.page} and page ${number}`);
      if (earlier === undefined || askedAt >= earlier.askedAt) {
        byKey.set(key, { askedAt, value: item.value, page: number });
      }
    }
  }
  return { rows: [...byKey.values()].map(({ askedAt, value }) => ({ askedAt, value })), faults };
};

/**
 * Puts pages together, in the order of their numbers. The listing is complete only if every page came and calls itself what it was asked
 * for as, the totals agree with each other and with the rows, no item came twice, and every row could be read.
 */
export const listingOf = <T>(
  askedAt: Instant,
  pages: readonly AskedPage[],
  reading: RowReading<T>,
  otherFaults: readonly string[] = [],
): Listing<T> => {
  const { rows, faults } = readRows(pages, reading);
  const because = [...otherFaults, ...disagreements(pages), ...faults];
  return because.length === 0 ? { askedAt, rows, complete: true } : { askedAt, rows, complete: false, because };
};
