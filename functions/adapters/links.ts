import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod/mini';
import type { Instant } from '#domain/time.ts';

/** What a link of each purpose is about, in ids, and until when it works. */
export type LinkFactsOf = {
  /** Ends the alerts that a mail named, or all of its recipient. */
  readonly unsubscribe: { readonly recipientId: string; readonly mailId: string; readonly expiresAt: Instant };
  /** Keeps one runtime, during one idle time. */
  readonly keep: {
    readonly project: string;
    readonly runtimeId: string;
    readonly episodeId: string;
    readonly mailId: string;
    readonly expiresAt: Instant;
  };
  /** Keeps all runtimes that a mail named. */
  readonly 'keep-all': { readonly recipientId: string; readonly mailId: string; readonly expiresAt: Instant };
  /** Closes the breaker that was opened under this id. */
  readonly rearm: { readonly breakerId: string; readonly recipientId: string; readonly expiresAt: Instant };
  /** Lets a person have watches mailed to an address. */
  readonly confirm: { readonly recipientId: string; readonly personId: string; readonly expiresAt: Instant };
  /** Makes a deleted runtime again from what was saved. */
  readonly recreate: { readonly savedId: string; readonly recipientId: string; readonly expiresAt: Instant };
};

/** What a link is for. It is bound into the signature: a link for one purpose is worth nothing for another. */
export type LinkPurpose = keyof LinkFactsOf;

/** Whom and which mail an unsubscribe link is about, and until when it works. */
export type LinkFacts = LinkFactsOf['unsubscribe'];

/**
 * What a token turned out to be. `malformed`: cut off or not one of ours at all; `forged`: changed, made for another purpose
 * or signed with a key that is no longer in use; `expired`: genuine, but its time is over.
 */
export type TokenReading<P extends LinkPurpose = 'unsubscribe'> =
  | ({ readonly valid: true } & LinkFactsOf[P])
  | { readonly valid: false; readonly because: 'malformed' | 'forged' | 'expired' };

/** A key for signing. `version` (1 to 16 letters, digits, `_` or `-`) is written into every token that it signs. */
export type LinkKey = { readonly version: string; readonly secret: string };

type MakeUrl<P extends LinkPurpose> = (facts: LinkFactsOf[P]) => string;

/**
 * Makes links that need no login: whoever holds one may do what it is for, until it expires. An address is
 * `{baseUrl}/{purpose}?token=…`; further parameters may follow, they are not signed.
 * Each throws a RangeError when the ids are so long that a mail header cannot hold the link.
 */
export type LinkMaker = {
  readonly unsubscribeUrl: MakeUrl<'unsubscribe'>;
  readonly keepUrl: MakeUrl<'keep'>;
  readonly keepAllUrl: MakeUrl<'keep-all'>;
  readonly rearmUrl: MakeUrl<'rearm'>;
  readonly confirmUrl: MakeUrl<'confirm'>;
  readonly recreateUrl: MakeUrl<'recreate'>;
};

/** Makes links and reads them. */
export type Links = LinkMaker & {
  /** Whether a token says that it was signed with a key which is not among ours. */
  readonly isKeyUnknown: (token: string) => boolean;
  readonly readToken: <P extends LinkPurpose>(token: string, purpose: P, now: Instant) => TokenReading<P>;
};

const shortestSecret = 32;
// SES takes header values of at most 870 characters, and the header puts the link between `<` and `>`.
const longestUrl = 868;
const tokenShape = /^([A-Za-z0-9_-]{1,16})\.([A-Za-z0-9_-]{1,900})\.([A-Za-z0-9_-]{43})$/;

/** How the facts of a purpose stand in a payload. `read` gives nothing for what is not of that shape. */
type Codec<Facts> = {
  readonly write: (facts: Facts) => readonly (string | number)[];
  readonly read: (payload: unknown) => Facts | undefined;
};

const twoIds = z.tuple([z.string(), z.string(), z.int()]);
const fourIds = z.tuple([z.string(), z.string(), z.string(), z.string(), z.int()]);

const mailCodec: Codec<LinkFactsOf['unsubscribe' | 'keep-all']> = {
  write: ({ recipientId, mailId, expiresAt }) => [recipientId, mailId, expiresAt],
  read: (payload) => {
    const { success, data } = twoIds.safeParse(payload);
    return success ? { recipientId: data[0], mailId: data[1], expiresAt: data[2] } : undefined;
  },
};

const codecs: { readonly [P in LinkPurpose]: Codec<LinkFactsOf[P]> } = {
  unsubscribe: mailCodec,
  'keep-all': mailCodec,
  keep: {
    write: ({ project, runtimeId, episodeId, mailId, expiresAt }) => [project, runtimeId, episodeId, mailId, expiresAt],
    read: (payload) => {
      const { success, data } = fourIds.safeParse(payload);
      if (!success) return undefined;
      const [project, runtimeId, episodeId, mailId, expiresAt] = data;
      return { project, runtimeId, episodeId, mailId, expiresAt };
    },
  },
  rearm: {
    write: ({ breakerId, recipientId, expiresAt }) => [breakerId, recipientId, expiresAt],
    read: (payload) => {
      const { success, data } = twoIds.safeParse(payload);
      return success ? { breakerId: data[0], recipientId: data[1], expiresAt: data[2] } : undefined;
    },
  },
  confirm: {
    write: ({ recipientId, personId, expiresAt }) => [recipientId, personId, expiresAt],
    read: (payload) => {
      const { success, data } = twoIds.safeParse(payload);
      return success ? { recipientId: data[0], personId: data[1], expiresAt: data[2] } : undefined;
    },
  },
  recreate: {
    write: ({ savedId, recipientId, expiresAt }) => [savedId, recipientId, expiresAt],
    read: (payload) => {
      const { success, data } = twoIds.safeParse(payload);
      return success ? { savedId: data[0], recipientId: data[1], expiresAt: data[2] } : undefined;
    },
  },
};

/**
 * Signed, expiring links. The first key signs, all keys verify: to change keys put the new one in front, and take the old
 * one away when the last link that it signed has expired.
 *
 * A token is `version.payload.signature`, URL-safe throughout. `payload` is base64url of a JSON array, the facts of the
 * purpose in the order of `LinkFactsOf` (`expiresAt` in milliseconds since 1970), `signature` is base64url of HMAC-SHA256,
 * keyed with the secret, over the text `gpu-warden:link:{purpose}:{version}.{payload}`. The payload is signed, not encrypted:
 * put ids in, never a mail address. The token stands in the query, because access logs keep paths.
 *
 * @param baseUrl public address of our HTTP API, with or without a trailing slash
 * @throws TypeError when the keys cannot be used; the message holds no secret
 */
export const createLinks = ({ keys, baseUrl }: { keys: readonly LinkKey[]; baseUrl: string }): Links => {
  const signingKey = checkedSigningKey(keys);
  const secrets = new Map(keys.map(({ version, secret }) => [version, secret]));
  const base = baseUrl.replace(/\/+$/, '');

  const urlFor =
    <P extends LinkPurpose>(purpose: P): MakeUrl<P> =>
    (facts) => {
      const url = `${base}/${purpose}?token=${createToken(signingKey, purpose, facts)}`;
      if (url.length > longestUrl)
        throw new RangeError(`A link has ${url.length} characters, at most ${longestUrl} fit a mail header.`);
      return url;
    };

  return {
    unsubscribeUrl: urlFor('unsubscribe'),
    keepUrl: urlFor('keep'),
    keepAllUrl: urlFor('keep-all'),
    rearmUrl: urlFor('rearm'),
    confirmUrl: urlFor('confirm'),
    recreateUrl: urlFor('recreate'),
    isKeyUnknown: (token) => !secrets.has(tokenShape.exec(token)?.[1] ?? signingKey.version),
    readToken: (token, purpose, now) => {
      const [, version, payload, signature] = tokenShape.exec(token) ?? [];
      if (version === undefined || payload === undefined || signature === undefined) return invalid('malformed');
      const secret = secrets.get(version);
      if (secret === undefined || !same(signature, sign(secret, purpose, version, payload))) return invalid('forged');
      return readPayload(payload, purpose, now);
    },
  };
};

const createToken = <P extends LinkPurpose>(
  { version, secret }: LinkKey,
  purpose: P,
  facts: LinkFactsOf[P],
): string => {
  const payload = Buffer.from(JSON.stringify(codecs[purpose].write(facts))).toString('base64url');
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
const readPayload = <P extends LinkPurpose>(payload: string, purpose: P, now: Instant): TokenReading<P> => {
  const facts = codecs[purpose].read(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  if (facts === undefined) return invalid('malformed');
  return now < facts.expiresAt ? { valid: true, ...facts } : invalid('expired');
};

const invalid = (because: 'malformed' | 'forged' | 'expired') => ({ valid: false as const, because });

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
