import { z } from '@hono/zod-openapi';
import { type Strike, struckBy } from '../faults/fault-list.ts';
import { ProviderError } from './errors.ts';

export const pageQuery = z.object({
  page: z.coerce.number().int().min(1).default(1),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

const pagination = z
  .object({
    total_items: z.int(),
    total_pages: z.int(),
    current_page: z.int(),
    items_per_page: z.int(),
  })
  .openapi('Pagination');

export const pageOf = <Z extends z.ZodType>(item: Z) => z.object({ data: z.array(item), pagination });

type PageQuery = z.output<typeof pageQuery>;

/** What is asked for, with no more rows on a page than the provider gives. */
export const withinPage = <Query extends PageQuery>(
  query: Query,
  { mostPerPage }: { readonly mostPerPage: number },
): Query => ({
  ...query,
  limit: Math.min(query.limit, mostPerPage),
});

/** How far a shifting page moves its window: back shows an item again, forward skips one. */
const SHIFTS = { duplicate: -1, vanish: 1, total: 0 } as const;

/** The page that was asked for, with what the faults do to it. A page beyond the last is empty: decision D4 in docs/emulator.md. */
export const answerPage = <T, Row>(
  items: readonly T[],
  { page, limit }: PageQuery,
  strike: Strike,
  toRow: (item: T) => Row,
) => {
  const missing = struckBy(strike, 'missingPage');
  if (missing?.as === 'error') throw new ProviderError(500, 'internal_error', `page ${page} could not be read`);
  const shifting = struckBy(strike, 'shiftingPage');
  const shown = struckBy(strike, 'emptyList') ? [] : items;
  const start = (page - 1) * limit + (shifting ? SHIFTS[shifting.how] : 0);
  const total = shown.length + (shifting?.how === 'total' ? 1 : 0);
  return {
    data: missing ? [] : shown.slice(start, start + limit).map(toRow),
    pagination: {
      total_items: total,
      total_pages: Math.ceil(total / limit),
      current_page: page,
      items_per_page: limit,
    },
  };
};
