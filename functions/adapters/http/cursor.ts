import * as z from 'zod/mini';
import { Problem } from './problem.ts';
import { wholeNumber } from './shapes/fields.ts';

/** The parameters of everything that grows: how many at once, and after which. */
export const paging = {
  limit: z._default(wholeNumber(1, 100), 50),
  cursor: z.exactOptional(
    z.string().check(z.regex(/^[\w-]{1,600}$/, { error: '`next_cursor` of the page before, as it came' })),
  ),
};

export const pageOf = <Row extends z.ZodMiniType>(row: Row) =>
  z.object({ data: z.array(row), next_cursor: z.nullable(z.string()) });

const positionIn = (cursor: string): string => {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (text.startsWith('after:')) return text.slice('after:'.length);
  const detail = 'is none of ours; send `next_cursor` of the page before, as it came';
  throw new Problem('not-acceptable', `cursor ${detail}.`, { faults: [{ in: 'query', pointer: '/cursor', detail }] });
};

/**
 * One page of rows that stand in the order of their keys, the greatest first. What is added meanwhile moves nothing: the cursor
 * names the last key of a page.
 */
export const pageAfter = <Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string },
): { readonly rows: readonly Row[]; readonly next: string | null } => {
  const after = cursor === undefined ? undefined : positionIn(cursor);
  const left = after === undefined ? rows : rows.filter((row) => keyOf(row) < after);
  const page = left.slice(0, limit);
  const last = page.at(-1);
  const next =
    last === undefined || left.length <= limit ? null : Buffer.from(`after:${keyOf(last)}`).toString('base64url');
  return { rows: page, next };
};
