import type { LinkKey } from '#adapters/links.ts';
import type { Instant } from '#domain/time.ts';

/** The keys that sign links are missing or of no use. The message names their parameter; nothing of its value is in it. */
export class LinkKeysError extends Error {
  override readonly name = 'LinkKeysError';

  constructor(parameter: string, what: string) {
    const advice = 'npm run rotate-link-keys -- --create makes new keys; links sent so far stop working then.';
    super(`The parameter ${parameter} ${what}. ${advice}`);
  }
}

const shape = /^[\w-]{1,16}:[^,:\s]{32,}(,[\w-]{1,16}:[^,:\s]{32,})*$/;
const allowed = 'keys as version:secret, separated by commas, each secret of at least 32 characters';

/** The keys in a parameter's value, `version:secret,version:secret`: the first one signs, all verify. */
export const linkKeysIn = (value: string | undefined, parameter: string): readonly LinkKey[] => {
  if (value === undefined) throw new LinkKeysError(parameter, 'does not exist');
  const text = value.trim();
  if (!shape.test(text)) throw new LinkKeysError(parameter, `does not hold ${allowed}`);
  const keys = text.split(',').map((key) => {
    const [version = '', secret = ''] = key.split(':');
    return { version, secret };
  });
  if (new Set(keys.map(({ version }) => version)).size === keys.length) return keys;
  throw new LinkKeysError(parameter, 'holds two keys of one version, where every key needs its own');
};

/** The keys as their parameter holds them. */
export const linkKeysText = (keys: readonly LinkKey[]): string =>
  keys.map(({ version, secret }) => `${version}:${secret}`).join(',');

/** Bytes that nobody can foresee. */
export type RandomBytes = (count: number) => Buffer;

/** A new key. Its version begins with the day on which it was made (`20261102-3fa94c`), from which its age can be told. */
export const newLinkKey = (now: Instant, randomBytes: RandomBytes): LinkKey => ({
  version: `${new Date(now).toISOString().slice(0, 10).replaceAll('-', '')}-${randomBytes(3).toString('hex')}`,
  secret: randomBytes(32).toString('base64url'),
});
