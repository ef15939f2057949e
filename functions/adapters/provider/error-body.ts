import * as z from 'zod/mini';
import { parsedJson } from './json.ts';

const optionalText = z.catch(z.optional(z.string()), undefined);

/** `{ code, message }` on the tenant service, `{ error, details }` on a sibling; either may be mixed or in part. */
const errorBody = z.catch(
  z.object({
    code: optionalText,
    error: optionalText,
    message: optionalText,
    details: z.optional(z.unknown()),
  }),
  {},
);

const detailsText = (details: unknown): string | undefined => {
  if (details === undefined || details === null) return undefined;
  return typeof details === 'string' ? details : JSON.stringify(details);
};

/** What the body of an error answer says: a word for it and a text for people. A body that is not JSON says nothing. */
export const readErrorBody = (text: string): { readonly code?: string; readonly message?: string } => {
  const body = errorBody.parse(parsedJson(text));
  const code = body.code ?? body.error;
  const message = body.message ?? detailsText(body.details);
  return { ...(code === undefined ? {} : { code }), ...(message === undefined ? {} : { message }) };
};
