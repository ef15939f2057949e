import * as z from 'zod/mini';
import type { Scope } from './abort.ts';
import { NotFound, NotUnderstood, ProviderError, Refused, Unauthorized, Unavailable } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { parsedJson } from './json.ts';
import { type Redact, redactedCause } from './redaction.ts';
import { checkedToken, type Login, secretIn } from './secret-text.ts';

/**
 * An access token (`pat-nc-…`; asked for again after a 401, so that it can be rotated), what the provider's login takes, or
 * either of them, kept somewhere as one text: see `secret-text.ts`. Inference keys (`sk-nc-…`) are refused by every endpoint
 * used here.
 */
export type Credential =
  | { readonly kind: 'token'; readonly token: () => Promise<string> }
  | ({ readonly kind: 'password' } & Login)
  | {
      readonly kind: 'kept';
      /** The text as it stands there now. */
      readonly read: () => Promise<string>;
      /** Grows when another text was read: what was made of the one before counts no longer. */
      readonly edition: () => number;
    };

/** Tells the redaction what is secret. */
export type Redaction = { readonly learn: (secret: string) => void; readonly redact: Redact };

/** Reads a secret from where it is kept. Whatever goes wrong there is a `ProviderError`. */
const readKept = async (read: () => Promise<string>, redaction: Redaction): Promise<string> => {
  try {
    const given = await read();
    redaction.learn(given);
    redaction.learn(given.trim());
    return given;
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    const cause = redactedCause(error, redaction.redact);
    throw new Unavailable('the credential could not be read from where it is kept', { operation: 'readToken', cause });
  }
};

const loginAnswer = z.object({
  access_token: z.string().check(z.regex(/^[\x21-\x7e]+$/)),
  refresh_token: z.optional(z.unknown()),
});

type LoginCall = { readonly operation: 'login' | 'refreshLogin'; readonly path: string; readonly body: unknown };

/** 400 and 404 say of a login what 401 does: these words are not known. */
const asUnauthorized = (error: unknown): unknown => {
  if (!(error instanceof Refused || error instanceof NotFound)) return error;
  const { operation, status, code, requestId } = error;
  const text = `the provider does not accept the e-mail and password (it answered ${status})`;
  return new Unauthorized(text, { operation, status, code, requestId, cause: error });
};

/** Logs in, and from then on renews by the refresh token, if there was one, until that is refused. */
const createLogin = (
  credential: Login,
  tenantUrl: string,
  exchange: Exchange,
  scopeOf: (operation: 'login' | 'refreshLogin') => Scope,
  redaction: Redaction,
): (() => Promise<string>) => {
  let refreshToken: string | undefined;
  const { email, password } = credential;
  redaction.learn(email);
  redaction.learn(password);

  const ask = async ({ operation, path, body }: LoginCall): Promise<string> => {
    const url = `${tenantUrl}/api/v1/auth/${path}`;
    const answer = await exchange({ operation, method: 'POST', url, body }, scopeOf(operation));
    const tokens = loginAnswer.safeParse(parsedJson(answer.text));
    // The answer is full of secrets, so nothing of it is said but what is missing.
    if (!tokens.success) throw new NotUnderstood('the answer has no access_token that could be sent', { operation });
    const { access_token, refresh_token } = tokens.data;
    redaction.learn(access_token);
    if (typeof refresh_token === 'string') {
      redaction.learn(refresh_token);
      refreshToken = refresh_token;
    }
    return access_token;
  };

  const login = async (): Promise<string> => {
    try {
      return await ask({ operation: 'login', path: 'login', body: { email, password } });
    } catch (error) {
      throw asUnauthorized(error);
    }
  };

  return async () => {
    if (refreshToken === undefined) return login();
    try {
      return await ask({ operation: 'refreshLogin', path: 'refresh', body: { refresh_token: refreshToken } });
    } catch (error) {
      const refused = error instanceof Unauthorized || error instanceof Refused || error instanceof NotFound;
      if (!refused && !(error instanceof NotUnderstood)) throw error;
      // How long a refresh token lives is not published: the password is what always counts.
      refreshToken = undefined;
      return login();
    }
  };
};

/** Whichever it is that is kept. A login goes on with its refresh token for as long as e-mail and password are the same. */
const createKept = (
  read: () => Promise<string>,
  redaction: Redaction,
  loginWith: (login: Login) => () => Promise<string>,
): (() => Promise<string>) => {
  let login: (Login & { readonly renew: () => Promise<string> }) | undefined;
  return async () => {
    const secret = secretIn(await readKept(read, redaction));
    if (secret.kind === 'token') return secret.token;
    const { email, password } = secret;
    if (login?.email !== email || login.password !== password) {
      login = { email, password, renew: loginWith({ email, password }) };
    }
    return login.renew();
  };
};

/** How a new bearer token is had from a credential. `exchange` is one that tries again by itself. */
export const createObtain = (
  credential: Credential,
  tenantUrl: string,
  exchange: Exchange,
  scopeOf: (operation: 'login' | 'refreshLogin') => Scope,
  redaction: Redaction,
): (() => Promise<string>) => {
  const loginWith = (login: Login) => createLogin(login, tenantUrl, exchange, scopeOf, redaction);
  switch (credential.kind) {
    case 'token':
      return async () => checkedToken(await readKept(credential.token, redaction));
    case 'password':
      return loginWith(credential);
    case 'kept':
      return createKept(credential.read, redaction, loginWith);
  }
};
