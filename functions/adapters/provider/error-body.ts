import * as z from 'zod/mini';
import { parsedJson } from './json.ts';

/** `{ code, message }` on the tenant service, `{ error, details }` on a sibling; either may be mixed or in part. */
const errorBody = z.object({
  code: z.optional(z.unknown()),
  error: z.optional(z.unknown()),
  message: z.optional(z.unknown()),
  details: z.optional(z.unknown()),
});

const textOf = (given: unknown): string | undefined => (typeof given === 'string' ? given : undefined);

const detailsText = (details: unknown): string | undefined => {
  if (details === undefined || details === null) return undefined;
  return typeof details === 'string' ? details : JSON.stringify(details);
};

/** What the body of an error answer says: a word for it and a text for people. A body that is not JSON says nothing. */
export const readErrorBody = (text: string): { readonly code?: string; readonly message?: string } => {
  const body: z.output<typeof errorBody> = errorBody.safeParse(parsedJson(text)).data ?? {};
  const code = textOf(body.code) ?? textOf(body.error);
  const message = textOf(body.message) ?? detailsText(body.details);
  return { ...(code === undefined ? {} : { code }), ...(message === undefined ? {} : { message }) };
};
