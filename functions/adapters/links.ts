import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod/mini';
import type { Instant } from '#domain/time.ts';

/** What a link is for. It is bound into the signature: a link for one purpose is worth nothing for another. */
export type LinkPurpose = 'unsubscribe';

/** Whom and which mail a link is about, and until when it works. */
export type LinkFacts = { readonly recipientId: string; readonly mailId: string; readonly expiresAt: Instant };

/**
 * What a token turned out to be. `malformed`: cut off or not one of ours at all; `forged`: changed, made for another purpose
 * or signed with a key that is no longer in use; `expired`: genuine, but its time is over.
 */
export type TokenReading =
  | ({ readonly valid: true } & LinkFacts)
  | { readonly valid: false; readonly because: 'malformed' | 'forged' | 'expired' };

/** A key for signing. `version` (1 to 16 letters, digits, `_` or `-`) is written into every token that it signs. */
export type LinkKey = { readonly version: string; readonly secret: string };

/** Makes and reads links that need no login: whoever holds one may do what it is for, until it expires. */
export type Links = {
  /** `{baseUrl}/unsubscribe?token=…`. @throws RangeError when the ids are so long that a mail header cannot hold the link */
  readonly unsubscribeUrl: (facts: LinkFacts) => string;
  readonly readToken: (token: string, purpose: LinkPurpose, now: Instant) => TokenReading;
};

const shortestSecret = 32;
// SES takes header values of at most 870 characters, and the header puts the link between `<` and `>`.
const longestUrl = 868;
const tokenShape = /^([A-Za-z0-9_-]{1,16})\.([A-Za-z0-9_-]{1,900})\.([A-Za-z0-9_-]{43})$/;
const payloadSchema = z.tuple([z.string(), z.string(), z.int()]);

/**
 * Signed, expiring links. The first key signs, all keys verify: to change keys put the new one in front, and take the old
 * one away when the last link that it signed has expired.
 *
 * A token is `version.payload.signature`, URL-safe throughout. `payload` is base64url of the JSON array
 * `[recipientId, mailId, expiresAt]` (milliseconds since 1970), `signature` is base64url of HMAC-SHA256, keyed with the
 * secret, over the text `gpu-warden:link:{purpose}:{version}.{payload}`. The payload is signed, not encrypted: put ids in, never
 * a mail address. The token stands in the query, because access logs keep paths.
 *
 * @param baseUrl public address of our HTTP API, with or without a trailing slash
 * @throws TypeError when the keys cannot be used; the message holds no secret
 */
export const createLinks = ({ keys, baseUrl }: { keys: readonly LinkKey[]; baseUrl: string }): Links => {
  const signingKey = checkedSigningKey(keys);
  const secrets = new Map(keys.map(({ version, secret }) => [version, secret]));
  const base = baseUrl.replace(/\/+$/, '');

  return {
    unsubscribeUrl: (facts) => {
      const url = `${base}/unsubscribe?token=${createToken(signingKey, 'unsubscribe', facts)}`;
      if (url.length > longestUrl)
        throw new RangeError(`A link has ${url.length} characters, at most ${longestUrl} fit a mail header.`);
      return url;
    },
    readToken: (token, purpose, now) => {
      const [, version, payload, signature] = tokenShape.exec(token) ?? [];
      if (version === undefined || payload === undefined || signature === undefined) return invalid('malformed');
      const secret = secrets.get(version);
      if (secret === undefined || !same(signature, sign(secret, purpose, version, payload))) return invalid('forged');
      return readPayload(payload, now);
    },
  };
};

const createToken = ({ version, secret }: LinkKey, purpose: LinkPurpose, facts: LinkFacts): string => {
  const { recipientId, mailId, expiresAt } = facts;
  const payload = Buffer.from(JSON.stringify([recipientId, mailId, expiresAt])).toString('base64url');
  return `${version}.${payload}.${sign(secret, purpose, version, payload)}`;
};

const sign = (secret: string, purpose: LinkPurpose, version: string, payload: string): string =>
  createHmac('sha256', secret).update(`gpu-warden:link:${purpose}:${version}.${payload}`).digest('base64url');

/**
 * In constant time. Compares the written signatures, not the bytes they stand for: base64url has several spellings for the
 * same bytes, and only ours shall count. The shape of a token makes both equally long, and `timingSafeEqual` throws otherwise.
 */
const same = (given: string, own: string): boolean =>
  given.length === own.length && timingSafeEqual(Buffer.from(given), Buffer.from(own));

/** Only for payloads whose signature is ours. */
const readPayload = (payload: string, now: Instant): TokenReading => {
  const parsed = payloadSchema.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  if (!parsed.success) return invalid('malformed');
  const [recipientId, mailId, expiresAt] = parsed.data;
  return now < expiresAt ? { valid: true, recipientId, mailId, expiresAt } : invalid('expired');
};

const invalid = (because: 'malformed' | 'forged' | 'expired'): TokenReading => ({ valid: false, because });

const checkedSigningKey = (keys: readonly LinkKey[]): LinkKey => {
  const [first] = keys;
  if (first === undefined) throw new TypeError('Links need at least one key to sign with.');
  if (new Set(keys.map(({ version }) => version)).size < keys.length) {
    throw new TypeError('Two keys for signing links have the same version; every key needs its own.');
  }
  for (const { version, secret } of keys) {
    if (!/^[A-Za-z0-9_-]{1,16}$/.test(version)) {
      throw new TypeError(`"${version}" is no key version: 1 to 16 letters, digits, _ or -.`);
    }
    if (secret.length < shortestSecret) {
      throw new TypeError(`The key "${version}" for signing links is shorter than ${shortestSecret} characters.`);
    }
  }
  return first;
};
