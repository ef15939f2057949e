import * as z from 'zod/mini';
import { Unauthorized } from './errors.ts';
import { parsedJson } from './json.ts';

/** What the provider's login takes. */
export type Login = { readonly email: string; readonly password: string };

/** A credential as one text can hold it. */
export type Secret = { readonly kind: 'token'; readonly token: string } | ({ readonly kind: 'password' } & Login);

/** A token without the blanks around it. Throws `Unauthorized` where it is known to be of no use before it is sent. */
export const checkedToken = (given: string): string => {
  const operation = 'readToken';
  const token = given.trim();
  if (token.startsWith('sk-nc-')) {
    const text = 'the credential is an inference key (sk-nc-…), which the provider refuses here';
    throw new Unauthorized(`${text}; make a personal access token (pat-nc-…) in the console`, { operation });
  }
  // Node puts a header value that it cannot send into its error's text, and so into a log.
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new Unauthorized('the credential is empty or has characters that no token has', { operation });
  }
  return token;
};

const loginShape = z.object({ email: z.string().check(z.minLength(1)), password: z.string().check(z.minLength(1)) });

/**
 * The credential in a text: JSON `{"email": "…", "password": "…"}`, or else a token. Throws `Unauthorized` where it is known to
 * be of no use before it is sent.
 */
export const secretIn = (text: string): Secret => {
  if (!text.trimStart().startsWith('{')) return { kind: 'token', token: checkedToken(text) };
  const { success, data } = loginShape.safeParse(parsedJson(text));
  if (success) return { kind: 'password', ...data };
  throw new Unauthorized('the credential begins like JSON, but is not {"email": "…", "password": "…"}', {
    operation: 'readToken',
  });
};
