import * as z from 'zod/mini';
import type { Listing } from '#domain/listing.ts';
import type { CallOptions } from './abort.ts';
import type { Api } from './api.ts';
import { type Operation, ProviderError } from './errors.ts';
import { count } from './fields.ts';
import { type AskedPage, listingOf, type Page, type RowReading } from './page-agreement.ts';
import { answerJson, orThrow, understand } from './understand.ts';

const rowsPerPage = 100;

/** More is no listing that we would ever be given, but an answer that makes no sense. */
const mostPages = 200;

const pageBody = z.object({ data: z.array(z.unknown()), pagination: z.optional(z.unknown()) });

const paginationBody = z.pipe(
  z.object({
    total_items: count(),
    total_pages: count(),
    current_page: count(),
    items_per_page: count(),
  }),
  z.transform((wire) => ({
    totalItems: wire.total_items,
    totalPages: wire.total_pages,
    currentPage: wire.current_page,
    itemsPerPage: wire.items_per_page,
  })),
);

const readPage = async (
  api: Api,
  operation: Operation,
  address: URL,
  number: number,
  options: CallOptions,
): Promise<Page> => {
  const url = new URL(address);
  url.searchParams.set('page', String(number));
  url.searchParams.set('limit', String(rowsPerPage));
  const answer = await api.send({ operation, method: 'GET', url: url.href, repeat: 'freely' }, options);
  const body = orThrow(operation, answer, understand(pageBody, answerJson(operation, answer)), api.redact);
  const pagination = understand(paginationBody, body.pagination);
  return { askedAt: answer.askedAt, rows: body.data, pagination };
};

const laterPage = async (number: number, read: (number: number) => Promise<Page>): Promise<AskedPage> => {
  try {
    return { number, came: { understood: true, value: await read(number) } };
  } catch (error) {
    // Anything else is the caller's abort, or a fault of ours: no reason to go on with what there is.
    if (!(error instanceof ProviderError)) throw error;
    return { number, came: { understood: false, because: error.message } };
  }
};

/**
 * Reads all pages of a listing: the first, which says how many there are, then the others, as many at once as calls may be.
 * Throws if the first page does not come; a later one that does not come makes the listing incomplete.
 */
export const walkPages = async <T>(
  api: Api,
  operation: Operation,
  address: URL,
  reading: RowReading<T>,
  options: CallOptions,
): Promise<Listing<T>> => {
  const read = (number: number) => readPage(api, operation, address, number, options);
  const first = await read(1);
  const stated = first.pagination.understood ? first.pagination.value.totalPages : 1;
  const last = Math.min(stated, mostPages);
  const numbers = Array.from({ length: Math.max(0, last - 1) }, (_, index) => index + 2);
  const later = await Promise.all(numbers.map((number) => laterPage(number, read)));
  const tooMany = stated > mostPages ? [`there are ${stated} pages, of which ${mostPages} were read`] : [];
  const pages: readonly AskedPage[] = [{ number: 1, came: { understood: true, value: first } }, ...later];
  return listingOf(first.askedAt, pages, reading, tooMany);
};
